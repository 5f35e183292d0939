// Package ofx is a headless OpenFX host: it loads effects, describes them, and renders frames
// through them, and it watches whether they keep to the interface.
package ofx

/*
#include <stdlib.h>
#include "host.h"
*/
import "C"

import (
	"fmt"
	"sync"
	"sync/atomic"
	"unsafe"
)

// Host is what a plugin sees of us.
type Host struct {
	Profile Profile
	// Say is told what the plugin has to say, as it says it; but errors come with the failure that
	// they explain, and are said after an action that went on all the same. It may be called from
	// several threads.
	Say func(Message)
	// Strict has the host look also for what the interface allows, and other hosts punish.
	Strict bool

	properties *Properties
	c          *C.OfxHost
	findings   findings
	aborting   atomic.Bool
	unsafe     sync.Mutex // held by renders of effects that allow one at a time in all
}

// NewHost returns a host that declares what a profile says.
func NewHost(profile Profile, say func(Message)) (*Host, error) {
	if err := handles.reserve(); err != nil {
		return nil, err
	}
	h := &Host{Profile: profile, Say: say}
	h.properties = profile.properties()
	h.c = C.host_new(h.properties.c())
	if h.c == nil {
		return nil, fmt.Errorf("no memory for the host")
	}
	openHosts.mu.Lock()
	defer openHosts.mu.Unlock()
	if openHosts.all == nil {
		openHosts.all = map[*Host]bool{}
	}
	openHosts.all[h] = true
	return h, nil
}

// Abort makes everything that the plugin is busy with end soon; nothing more can be rendered.
func (h *Host) Abort() { h.aborting.Store(true) }

// Aborted says whether Abort was called.
func (h *Host) Aborted() bool { return h.aborting.Load() }

// Close gives the host up. The plugin must be unloaded.
func (h *Host) Close() {
	openHosts.mu.Lock()
	delete(openHosts.all, h)
	openHosts.mu.Unlock()
	h.properties.close()
	C.free(unsafe.Pointer(h.c))
}

// WatchCrashes ends the process with that code, and a sentence on standard error, when a plugin
// crashes.
func WatchCrashes(exitCode int) { C.host_watch_crashes(C.int(exitCode)) }

// hostOf finds the host that a host property set belongs to.
func hostOf(properties *Properties) *Host {
	openHosts.mu.Lock()
	defer openHosts.mu.Unlock()
	for h := range openHosts.all {
		if h.properties == properties {
			return h
		}
	}
	return nil
}

//export goFetchSuite
func goFetchSuite(set C.OfxPropertySetHandle, name *C.host_chars, version C.int) unsafe.Pointer {
	properties, ok := lookup[*Properties](unsafe.Pointer(set), "fetchSuite")
	if !ok || name == nil {
		return nil
	}
	host := hostOf(properties)
	if host == nil {
		report("fetchSuite was called with properties that are not the host's")
		return nil
	}
	if !host.Profile.has(C.GoString((*C.char)(name)), int(version)) {
		return nil
	}
	return unsafe.Pointer(C.host_suite((*C.char)(name), version, host.Profile.flaws))
}
