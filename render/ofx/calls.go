package ofx

/*
#include "host.h"
*/
import "C"

import (
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
)

// call is one action of the plugin that is under way. Suite functions find it through the thread
// that they are called on.
type call struct {
	id       uint64
	host     *Host
	action   string
	instance *Instance // nil where the action has none
	time     float64   // of the actions that have one
	timed    bool

	mu       sync.Mutex
	messages []Message
	images   map[*clipImage]bool // fetched and not released
	problem  error               // with a plate that the plugin asked for

	ready   map[*Clip]*buffer // of Render: drawn before it began, and not fetched yet
	output  *buffer           // of Render
	defined region            // of Render: the output's

	withhold bool // of Render: the output cannot be had
	withheld bool // it was asked for
}

// place says where something happened, for a report.
func (c *call) place() string {
	if c.withhold {
		return "a Render without an image of Output"
	}
	if c.timed {
		return fmt.Sprintf("%s at frame %s", actionName(c.action), formatTime(c.time))
	}
	return actionName(c.action)
}

// formatTime prints a time the way frames are numbered.
func formatTime(t float64) string {
	return strconv.FormatFloat(t, 'f', -1, 64)
}

var calls struct {
	last   atomic.Uint64
	mu     sync.RWMutex
	active map[uint64]*call
}

// begin registers an action that is about to be called.
func (c *call) begin() {
	c.id = calls.last.Add(1)
	c.images = map[*clipImage]bool{}
	calls.mu.Lock()
	defer calls.mu.Unlock()
	if calls.active == nil {
		calls.active = map[uint64]*call{}
	}
	calls.active[c.id] = c
}

func (c *call) end() {
	calls.mu.Lock()
	defer calls.mu.Unlock()
	delete(calls.active, c.id)
}

// currentCall is the action that this thread is in, or nil: a thread of the plugin's own.
func currentCall() *call {
	id := uint64(C.host_current_call())
	calls.mu.RLock()
	defer calls.mu.RUnlock()
	return calls.active[id]
}
