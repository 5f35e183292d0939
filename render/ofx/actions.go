package ofx

/*
#include <stdlib.h>
#include "host.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"strings"
	"unsafe"
)

// ActionError is an action that the plugin did not do.
type ActionError struct {
	Action string
	Status int
	Said   string // the plugin's own words, where it had any
}

func (e *ActionError) Error() string {
	if e.Said != "" {
		return e.Said
	}
	return fmt.Sprintf("%s answered %s, without a message", e.Action, statusName(e.Status))
}

// ErrAborted is an action that was not done because of Host.Abort.
var ErrAborted = errors.New("interrupted")

// errMemory asks for an action to be called once more, after memory was given back.
var errMemory = errors.New("the plugin has no memory")

// do calls an action. It returns whether the plugin trapped it.
func (c *call) do(entry *C.OfxPluginEntryPoint, handle unsafe.Pointer, in,
	out *Properties) (trapped bool, err error) {
	c.begin()
	before := c.watch()
	place := C.CString(c.place())
	status := int(C.host_action(entry, cString(c.action), handle, in.c(), out.c(), C.uint64_t(c.id),
		place))
	C.free(unsafe.Pointer(place))
	c.releaseLeaked()
	before.compare(c)
	c.end()
	if !legal(c.action, status) {
		c.host.findings.add(fmt.Sprintf("%s answered %s", actionName(c.action), statusName(status)),
			c.place())
	}
	switch status {
	case C.kOfxStatOK, C.kOfxStatReplyDefault:
		c.sayErrors() // it went on all the same
		return status == C.kOfxStatOK, nil
	case C.kOfxStatErrMemory:
		return false, errMemory
	}
	if c.host.Aborted() {
		return false, ErrAborted
	}
	return false, &ActionError{Action: actionName(c.action), Status: status, Said: c.said()}
}

// said is what the plugin's error messages of this action say, or else its last message.
func (c *call) said() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var errors []string
	for _, m := range c.messages {
		if m.Kind == "error" && (len(errors) == 0 || errors[len(errors)-1] != m.Text) {
			errors = append(errors, m.Text)
		}
	}
	if len(errors) == 0 && len(c.messages) > 0 {
		return c.messages[len(c.messages)-1].Text
	}
	return strings.Join(errors, "; ")
}

// sayErrors says the errors that no failure will say.
func (c *call) sayErrors() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.messages {
		if m.Kind == "error" {
			c.host.say(m)
		}
	}
}

// releaseLeaked takes back the images that the action fetched and kept.
func (c *call) releaseLeaked() {
	c.mu.Lock()
	leaked := c.images
	c.images = nil
	c.mu.Unlock()
	for im := range leaked {
		c.host.findings.add(fmt.Sprintf("an image of clip %s was not released", im.clip.Name),
			c.place())
		im.release()
	}
}
