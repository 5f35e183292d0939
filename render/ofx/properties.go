package ofx

/*
#include "host.h"
*/
import "C"

import (
	"strings"
	"sync"
	"unsafe"
)

// Properties is a property set: named values that the plugin and the host read and write.
type Properties struct {
	handle unsafe.Pointer
	owner  string // "clip Source", for reports

	mu  sync.Mutex
	all map[string]*property
}

type property struct {
	values   []any // all of one type: int, float64, string or unsafe.Pointer
	initial  []any
	sample   any  // a value of the type, also where there are no values
	open     bool // any number of values
	writable bool // by the plugin
	written  bool // by the plugin, since it was defined
	hidden   bool // as if it were not there, which in the host that is played it is not
}

// mostValues bounds what a plugin can make a property grow to.
const mostValues = 1 << 16

func newProperties(owner string) *Properties {
	p := &Properties{owner: owner, all: map[string]*property{}}
	p.handle = handles.add(kindProperties, p)
	return p
}

// holder is whatever has a handle by which its properties are read: a set, or an image.
type holder interface{ held() *Properties }

func (p *Properties) held() *Properties { return p }

func (p *Properties) close() {
	handles.remove(p.handle)
}

func (p *Properties) c() C.OfxPropertySetHandle {
	if p == nil {
		return nil
	}
	return C.OfxPropertySetHandle(p.handle)
}

// fixed defines a property that only the host writes.
func (p *Properties) fixed(name string, values ...any) {
	p.define(name, false, false, values)
}

// free defines a property that the plugin writes, with as many values as these.
func (p *Properties) free(name string, values ...any) {
	p.define(name, true, false, values)
}

// list defines a property of any number of values of sample's type that the plugin writes.
func (p *Properties) list(name string, sample any, values ...any) {
	p.define(name, true, true, values)
	p.all[name].sample = sample
}

// fixedList is list for a property that only the host writes.
func (p *Properties) fixedList(name string, sample any, values ...any) {
	p.define(name, false, true, values)
	p.all[name].sample = sample
}

func (p *Properties) define(name string, writable, open bool, values []any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	q := &property{values: values, initial: append([]any(nil), values...), writable: writable,
		open: open}
	if len(values) > 0 {
		q.sample = values[0]
	}
	p.all[name] = q
}

// set changes values from the host's side.
func (p *Properties) set(name string, values ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all[name].values = values
}

// copyFrom takes the values of the properties that both sets have: an instance starts out with
// what its description says.
func (p *Properties) copyFrom(other *Properties) {
	other.mu.Lock()
	defer other.mu.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	for name, from := range other.all {
		if to, ok := p.all[name]; ok && sameType(to.sample, from.sample) {
			to.values = append([]any(nil), from.values...)
			to.initial = append([]any(nil), from.values...)
		}
	}
}

func values[T any](p *Properties, name string) []T {
	p.mu.Lock()
	defer p.mu.Unlock()
	q, ok := p.all[name]
	if !ok {
		return nil
	}
	list := make([]T, 0, len(q.values))
	for _, v := range q.values {
		if t, ok := v.(T); ok {
			list = append(list, t)
		}
	}
	return list
}

func first[T any](p *Properties, name string) T {
	var zero T
	if v := values[T](p, name); len(v) > 0 {
		return v[0]
	}
	return zero
}

func (p *Properties) str(name string) string             { return first[string](p, name) }
func (p *Properties) strs(name string) []string          { return values[string](p, name) }
func (p *Properties) integer(name string) int            { return first[int](p, name) }
func (p *Properties) double(name string) float64         { return first[float64](p, name) }
func (p *Properties) doubles(name string) []float64      { return values[float64](p, name) }
func (p *Properties) pointer(name string) unsafe.Pointer { return first[unsafe.Pointer](p, name) }

func sameType(a, b any) bool {
	return typeName(a) == typeName(b)
}

func typeName(v any) string {
	switch v.(type) {
	case int:
		return "int"
	case float64:
		return "double"
	case string:
		return "string"
	}
	return "pointer"
}

// write is what the suite's setters do: values from index on.
func (p *Properties) write(name string, index int, whole bool, values []any,
	kind string) C.OfxStatus {
	p.mu.Lock()
	defer p.mu.Unlock()
	q, ok := p.all[name]
	switch {
	case ok && q.hidden:
		return C.kOfxStatErrUnknown
	case !ok:
		// Hosts' own extensions are tried and, where they are missing, left alone.
		if strings.HasPrefix(name, "Ofx") || strings.HasPrefix(name, "kOfx") {
			report("set property %s, which %s does not have", name, p.owner)
		}
		return C.kOfxStatErrUnknown
	case typeName(q.sample) != kind:
		report("set property %s of %s as %s; it is %s", name, p.owner, kind, typeName(q.sample))
		return C.kOfxStatErrValue
	case !q.writable:
		report("set property %s of %s, which is for the host to set", name, p.owner)
		return C.kOfxStatErrValue
	}
	end := index + len(values)
	if index < 0 || end > mostValues || (!q.open && end > len(q.values)) ||
		(q.open && index > len(q.values)) {
		report("set property %s of %s at index %d; it has %d values", name, p.owner, end-1,
			len(q.values))
		return C.kOfxStatErrBadIndex
	}
	if whole && q.open {
		q.values, q.written = append([]any(nil), values...), true
		return C.kOfxStatOK
	}
	changed := append([]any(nil), q.values...)
	if end > len(changed) {
		changed = append(changed, make([]any, end-len(changed))...)
	}
	copy(changed[index:], values)
	q.values, q.written = changed, true
	return C.kOfxStatOK
}

// read is what the suite's getters do. Asking for a property that is not there is how a plugin
// finds out about a host, and no mistake.
func (p *Properties) read(name string, index, count int, kind string) ([]any, C.OfxStatus) {
	p.mu.Lock()
	defer p.mu.Unlock()
	q, ok := p.all[name]
	switch {
	case !ok || q.hidden:
		return nil, C.kOfxStatErrUnknown
	case typeName(q.sample) != kind:
		report("read property %s of %s as %s; it is %s", name, p.owner, kind, typeName(q.sample))
		return nil, C.kOfxStatErrValue
	case index < 0 || count < 0 || index+count > len(q.values):
		report("read property %s of %s at index %d; it has %d values", name, p.owner, index+count-1,
			len(q.values))
		return nil, C.kOfxStatErrBadIndex
	}
	return q.values[index : index+count], C.kOfxStatOK
}

func (p *Properties) reset(name string) C.OfxStatus {
	p.mu.Lock()
	defer p.mu.Unlock()
	q, ok := p.all[name]
	if !ok || q.hidden {
		return C.kOfxStatErrUnknown
	}
	if !q.writable {
		report("reset property %s of %s, which is for the host to set", name, p.owner)
		return C.kOfxStatErrValue
	}
	q.values = append([]any(nil), q.initial...)
	return C.kOfxStatOK
}

func (p *Properties) dimension(name string) (int, C.OfxStatus) {
	p.mu.Lock()
	defer p.mu.Unlock()
	q, ok := p.all[name]
	if !ok || q.hidden {
		return 0, C.kOfxStatErrUnknown
	}
	return len(q.values), C.kOfxStatOK
}
