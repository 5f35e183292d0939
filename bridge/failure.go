package bridge

import (
	"errors"
	"fmt"
	"strings"
)

// Failure is an error for the artist.
func Failure(code Code, cause error, format string, args ...any) *Error {
	e := &Error{Code: code, Message: fmt.Sprintf(format, args...)}
	if cause != nil {
		e.Cause = cause.Error()
	}
	return e
}

// AsFailure gives any error a code and a sentence.
func AsFailure(err error, code Code) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return Failure(code, nil, "%v", err)
}

// Sentence gives an error a capital letter.
func Sentence(err error) string {
	s := fmt.Sprint(err)
	return strings.ToUpper(s[:1]) + s[1:]
}

// Brief is an error that fits into a line.
func Brief(err error) string {
	const most = 200
	text, _, _ := strings.Cut(err.Error(), "\n")
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

// Reinstall is what to do where the files of a bundle do not belong together, or are missing.
const Reinstall = "install the whole Impasto.ofx.bundle again"
