// Package exit has what the command answers to the shell.
package exit

import "errors"

const (
	OK          = 0
	Failed      = 1
	Usage       = 2
	Plugin      = 3
	Strict      = 4
	Crash       = 5
	Interrupted = 130
)

// coded is an error with the code that goes with it.
type coded struct {
	code int
	err  error
}

func (e *coded) Error() string { return e.err.Error() }
func (e *coded) Unwrap() error { return e.err }

// With gives an error its code; one that has a code keeps it.
func With(code int, err error) error {
	var e *coded
	if err == nil || errors.As(err, &e) {
		return err
	}
	return &coded{code, err}
}

// Code is what to exit with after an error. Without a code of its own it is the command line's.
func Code(err error) int {
	var e *coded
	switch {
	case err == nil:
		return OK
	case errors.As(err, &e):
		return e.code
	}
	return Usage
}
