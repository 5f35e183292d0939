package ofx

/*
#include "host.h"
*/
import "C"

import (
	"strings"
	"unsafe"
)

// Message is something that the plugin tells its user.
type Message struct {
	Kind       string // "error", "warning", "note", "question"
	Text       string
	Persistent bool
	Time       float64 // of the frame that it came with
	Timed      bool
}

var messageKinds = map[string]string{
	C.kOfxMessageFatal:    "error",
	C.kOfxMessageError:    "error",
	C.kOfxMessageWarning:  "warning",
	C.kOfxMessageMessage:  "note",
	C.kOfxMessageLog:      "note",
	C.kOfxMessageQuestion: "question",
}

//export goMessage
func goMessage(handle unsafe.Pointer, persistent C.int, kind *C.host_chars, text *C.char) C.OfxStatus {
	host, ok := messageHost(handle)
	if !ok {
		return C.kOfxStatErrBadHandle
	}
	if kind == nil {
		report("message was called without a type")
		return C.kOfxStatErrValue
	}
	name, known := messageKinds[C.GoString((*C.char)(kind))]
	if !known {
		report("message was called with type %q, which does not exist", C.GoString((*C.char)(kind)))
		return C.kOfxStatErrValue
	}
	m := Message{Kind: name, Text: C.GoString(text), Persistent: persistent != 0}
	if host.Profile.neverAcknowledge {
		m.Text = strings.ReplaceAll(m.Text, "%%", "%")
	}
	c := currentCall()
	if c != nil {
		m.Time, m.Timed = c.time, c.timed
		c.mu.Lock()
		c.messages = append(c.messages, m)
		c.mu.Unlock()
	}
	if c == nil || m.Kind != "error" { // an error is said with what came of the action
		host.say(m)
	}
	switch {
	case name == "question":
		return C.kOfxStatReplyNo // nobody is there to say yes
	case host.Profile.neverAcknowledge && !m.Persistent:
		return C.kOfxStatReplyDefault
	}
	return C.kOfxStatOK
}

func (h *Host) say(m Message) {
	if h.Say != nil {
		h.Say(m)
	}
}

// messageHost is the host that a message is for: that of an effect, or of the action under way.
func messageHost(handle unsafe.Pointer) (*Host, bool) {
	if handle == nil {
		if c := currentCall(); c != nil {
			return c.host, true
		}
	}
	switch e := handles.get(handle).(type) {
	case *Instance:
		return e.host, true
	case *Effect:
		return e.host, true
	}
	report("message was called with %s", handles.describe(handle))
	return nil, false
}

// goCalledGarbage is told of a call that would have been a jump into nowhere.
//
//export goCalledGarbage
func goCalledGarbage(function *C.host_chars) {
	report("%s was called, which this host has as garbage beside a setPersistentMessage that is "+
		"NULL",
		C.GoString((*C.char)(function)))
}

//export goClearPersistentMessage
func goClearPersistentMessage(handle unsafe.Pointer) C.OfxStatus {
	if _, ok := messageHost(handle); !ok {
		return C.kOfxStatErrBadHandle
	}
	return C.kOfxStatOK
}

// progress answers all of the progress suite: the task goes on until the host is aborted.
func progress(handle unsafe.Pointer, function string) C.OfxStatus {
	instance, ok := lookup[*Instance](handle, function)
	if !ok {
		return C.kOfxStatErrBadHandle
	}
	switch function {
	case "progressStart":
		instance.unshown.Store(instance.host.Profile.lateProgress)
	case "progressUpdate":
		if instance.unshown.Swap(false) || instance.host.Aborted() {
			return C.kOfxStatReplyNo
		}
	}
	return C.kOfxStatOK
}

//export goProgressStart
func goProgressStart(handle unsafe.Pointer, label *C.host_chars) C.OfxStatus {
	return progress(handle, "progressStart")
}

//export goProgressStart2
func goProgressStart2(handle unsafe.Pointer, message, id *C.host_chars) C.OfxStatus {
	return progress(handle, "progressStart")
}

//export goProgressUpdate
func goProgressUpdate(handle unsafe.Pointer, done C.double) C.OfxStatus {
	return progress(handle, "progressUpdate")
}

//export goProgressEnd
func goProgressEnd(handle unsafe.Pointer) C.OfxStatus {
	return progress(handle, "progressEnd")
}
