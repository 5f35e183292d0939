package ofx

/*
#cgo CFLAGS: -std=c11 -O2 -Wall -Wextra -Werror -I${SRCDIR}/../../c/ofx
#cgo LDFLAGS: -ldl
#include <stdlib.h>
#include "host.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"sync"
	"unsafe"
)

// kind is what a handle stands for.
type kind int

const (
	kindProperties kind = iota
	kindEffect
	kindParams
	kindParam
	kindClip
	kindImage
	kindMemory
	kindMutex
	kinds
)

func (k kind) String() string {
	return [...]string{"property set", "effect", "parameter set", "parameter", "clip", "image",
		"image memory", "mutex"}[k]
}

// Every kind has its own stretch of the reserved addresses, so that even a handle that has been
// given up says what it was.
const (
	handleStep  = 16
	kindStretch = 1 << 28
)

// registry maps the handles that plugins hold to what they stand for. It is one for the process:
// a handle is all that a suite's function is given.
type registry struct {
	base unsafe.Pointer
	mu   sync.RWMutex
	live map[unsafe.Pointer]any
	next [kinds]int
}

var handles = registry{live: map[unsafe.Pointer]any{}}

// reserve takes the addresses, once.
func (r *registry) reserve() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.base == nil {
		r.base = C.host_reserve(C.size_t(int(kinds) * kindStretch))
	}
	if r.base == nil {
		return errors.New("there is no room for 2 GiB of addresses; raise the limit (ulimit -v)")
	}
	return nil
}

// add gives an object a handle.
func (r *registry) add(k kind, object any) unsafe.Pointer {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		r.next[k] = (r.next[k] + handleStep) % kindStretch
		h := unsafe.Add(r.base, int(k)*kindStretch+r.next[k])
		if _, taken := r.live[h]; !taken { // it may be, after the first sixteen million
			r.live[h] = object
			return h
		}
	}
}

// remove gives a handle up. It says whether it was live.
func (r *registry) remove(h unsafe.Pointer) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, ok := r.live[h]
	delete(r.live, h)
	return ok
}

func (r *registry) get(h unsafe.Pointer) any {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.live[h]
}

// describe says what a handle is or was.
func (r *registry) describe(h unsafe.Pointer) string {
	if h == nil {
		return "a NULL handle"
	}
	offset := uintptr(h) - uintptr(r.base)
	k := kind(offset / kindStretch)
	if uintptr(h) < uintptr(r.base) || k >= kinds {
		return "a handle that this host never gave"
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	if _, ok := r.live[h]; ok {
		return fmt.Sprintf("the handle of a thing of another kind (%v)", k)
	}
	if n := int(offset % kindStretch); n > r.next[k] || n%handleStep != 0 {
		return "a handle that this host never gave"
	}
	return fmt.Sprintf("a handle that is gone (%v)", k)
}

// lookup finds what a suite's function was handed, or reports the call.
func lookup[T any](h unsafe.Pointer, function string) (T, bool) {
	object, ok := handles.get(h).(T)
	if !ok {
		report("%s was called with %s", function, handles.describe(h))
	}
	return object, ok
}

// give writes a pointer to where the plugin wants it. Written as a pointer, Go's collector would
// look at what was there before, which in memory that the plugin has not set may be anything.
// Handles need no such care: Go knows that they point to nothing of its own.
func give(place, pointer unsafe.Pointer) { *(*uintptr)(place) = uintptr(pointer) }

var interned struct {
	mu sync.Mutex
	of map[string]*C.char
}

// cString is a string in C's memory. It is never freed: what a plugin was once given stays
// readable, whatever it does with it, and the strings of an effect are few.
func cString(s string) *C.char {
	interned.mu.Lock()
	defer interned.mu.Unlock()
	if c, ok := interned.of[s]; ok {
		return c
	}
	if interned.of == nil {
		interned.of = map[string]*C.char{}
	}
	c := C.CString(s)
	interned.of[s] = c
	return c
}
