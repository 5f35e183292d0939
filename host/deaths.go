package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"syscall"
)

const (
	// A frame fails when this many engines died while it was alone in them,
	chances = 2
	// or this many were killed by somebody, who hardly means the same frame every time.
	kills = 6
)

// errKilled is in the error of an engine that somebody else killed.
var errKilled = errors.New("somebody killed it")

// tally is how many engines a request has cost that it was alone in.
type tally struct{ died, killed int }

func (t *tally) count(died error) {
	if errors.Is(died, errKilled) {
		t.killed++
	} else {
		t.died++
	}
}

// tooMuch is what the artist reads of a request that gets no other engine, or "".
func (t *tally) tooMuch(doing string) string {
	switch {
	case t.died == chances:
		return "The engine stopped twice while it was " + doing +
			" and nothing else; other frames are not affected. " +
			"Try another style or a smaller size, or set Device to CPU. "
	case t.killed == kills:
		return fmt.Sprintf("Something on this machine killed the engine %d times while it was %s. ",
			kills, doing)
	}
	return ""
}

// endedItself says whether an error is what one sees of a process that ended, so that the
// signal it ended by is not ours.
func endedItself(err error) bool {
	for _, seen := range []error{io.EOF, io.ErrUnexpectedEOF, syscall.EPIPE, syscall.ECONNRESET,
		syscall.ECONNREFUSED} {
		if errors.Is(err, seen) {
			return true
		}
	}
	// go-plugin's errors are text, most of them.
	for _, seen := range []string{"Failed to read any lines",
		"plugin exited before we could connect", "session shutdown"} {
		if strings.Contains(err.Error(), seen) {
			return true
		}
	}
	return false
}

// cutShort says whether a signal of somebody else ended the engine; it may be nil, where there was
// none yet.
func (e *engine) cutShort(err error) bool {
	return e != nil && endedItself(err) && e.signal() != 0
}

// killedFromOutside tells a kill, which says nothing about a frame, from a crash. Where the kernel
// took any process for want of memory meanwhile it may have been this one, and for its frame.
func (e *engine) killedFromOutside(why error) bool {
	return e.cutShort(why) && slices.Contains(fromOutside, e.signal()) && oomKills() == e.oomKills
}
