package ofx

/*
#include "host.h"
*/
import "C"

import (
	"math"
	"slices"
	"unsafe"
)

//export goParamDefine
func goParamDefine(set C.OfxParamSetHandle, kind, name *C.host_chars, properties *C.OfxPropertySetHandle) C.OfxStatus {
	s, ok := lookup[*paramSet](unsafe.Pointer(set), "paramDefine")
	if !ok {
		return C.kOfxStatErrBadHandle
	}
	if kind == nil || name == nil {
		report("paramDefine was called without a type or a name")
		return C.kOfxStatErrValue
	}
	t, n := C.GoString((*C.char)(kind)), C.GoString((*C.char)(name))
	if s.instance != nil {
		report("parameter %s was defined on an instance", n)
		return C.kOfxStatErrBadHandle
	}
	if t == C.kOfxParamTypeStrChoice && !s.host.Profile.strChoice {
		return C.kOfxStatErrUnsupported
	}
	if _, known := paramTypes[t]; !known {
		return C.kOfxStatErrUnknown
	}
	if s.find(n) != nil {
		report("parameter %s was defined twice", n)
		return C.kOfxStatErrExists
	}
	checkName("a parameter", n)
	p := s.define(t, n)
	if properties != nil {
		*properties = p.properties.c()
	}
	return C.kOfxStatOK
}

//export goParamGetHandle
func goParamGetHandle(set C.OfxParamSetHandle, name *C.host_chars, param *C.OfxParamHandle, properties *C.OfxPropertySetHandle) C.OfxStatus {
	s, ok := lookup[*paramSet](unsafe.Pointer(set), "paramGetHandle")
	if !ok {
		return C.kOfxStatErrBadHandle
	}
	if name == nil {
		return C.kOfxStatErrUnknown
	}
	p := s.find(C.GoString((*C.char)(name)))
	if p == nil {
		return C.kOfxStatErrUnknown
	}
	if param != nil {
		*param = C.OfxParamHandle(p.handle)
	}
	if properties != nil {
		*properties = p.properties.c()
	}
	return C.kOfxStatOK
}

//export goParamSetGetPropertySet
func goParamSetGetPropertySet(set C.OfxParamSetHandle, properties *C.OfxPropertySetHandle) C.OfxStatus {
	s, ok := lookup[*paramSet](unsafe.Pointer(set), "paramSetGetPropertySet")
	if !ok || properties == nil {
		return C.kOfxStatErrBadHandle
	}
	*properties = s.properties.c()
	return C.kOfxStatOK
}

//export goParamGetPropertySet
func goParamGetPropertySet(param C.OfxParamHandle, properties *C.OfxPropertySetHandle) C.OfxStatus {
	p, ok := lookup[*Param](unsafe.Pointer(param), "paramGetPropertySet")
	if !ok || properties == nil {
		return C.kOfxStatErrBadHandle
	}
	*properties = p.properties.c()
	return C.kOfxStatOK
}

// instanceParam finds a parameter that has a value.
func instanceParam(param C.OfxParamHandle, function string) (*Param, C.OfxStatus) {
	p, ok := lookup[*Param](unsafe.Pointer(param), function)
	switch {
	case !ok:
		return nil, C.kOfxStatErrBadHandle
	case p.set.instance == nil:
		report("%s was called for parameter %s of a description", function, p.Name)
		return nil, C.kOfxStatErrBadHandle
	case p.values == noValue:
		report("%s was called for parameter %s, which has no value", function, p.Name)
		return nil, C.kOfxStatErrUnsupported
	}
	return p, C.kOfxStatOK
}

// goParamShape tells the C side what a parameter's variable arguments are.
//
//export goParamShape
func goParamShape(param C.OfxParamHandle, kind, dimensions *C.int) C.OfxStatus {
	p, status := instanceParam(param, "a parameter's getter or setter")
	if status == C.kOfxStatOK {
		*kind, *dimensions = C.int(p.values), C.int(p.dimensions)
	}
	return status
}

// The ways to read a parameter, as the C side numbers them.
const (
	readValue = iota
	readValueAt
	readDerivative
	readIntegral
)

//export goParamRead
func goParamRead(param C.OfxParamHandle, what C.int, from, to C.double, places *unsafe.Pointer) C.OfxStatus {
	p, status := instanceParam(param, "a parameter's getter")
	if status != C.kOfxStatOK {
		return status
	}
	into := unsafe.Slice(places, p.dimensions)
	if slices.Contains(into, nil) {
		report("parameter %s was read without a place for its value", p.Name)
		return C.kOfxStatErrValue
	}
	time := float64(from)
	if what == readValue {
		time = p.set.instance.currentTime()
	}
	if p.values == stringValue {
		if what > readValueAt {
			return C.kOfxStatErrUnsupported
		}
		give(into[0], unsafe.Pointer(cString(p.text(time))))
		return C.kOfxStatOK
	}
	if what > readValueAt && p.values != doubleValue {
		report("the derivative or integral of parameter %s was asked for; only doubles and "+
			"colours have them", p.Name)
		return C.kOfxStatErrUnsupported
	}
	read := map[C.int]func(c *Curve, dimension int) float64{
		readDerivative: func(c *Curve, d int) float64 { return c.Derivative(time, d) },
		readIntegral:   func(c *Curve, d int) float64 { return c.Integral(time, float64(to), d) },
	}[what]
	if read == nil {
		read = func(c *Curve, d int) float64 { return c.Value(time, d) }
	}
	numbers := p.numbers(read)
	for i, place := range into {
		if p.values == intValue {
			*(*C.int)(place) = C.int(math.Round(numbers[i]))
		} else {
			*(*C.double)(place) = C.double(numbers[i])
		}
	}
	return C.kOfxStatOK
}

// mayEdit says whether the plugin may set parameters now. Hosts crash where it does so while
// rendering.
func mayEdit(p *Param, function string) C.OfxStatus {
	c := currentCall()
	if c == nil {
		return C.kOfxStatOK
	}
	switch c.action {
	case C.kOfxActionBeginInstanceChanged, C.kOfxActionInstanceChanged, C.kOfxActionEndInstanceChanged:
		return C.kOfxStatOK
	}
	if c.action == C.kOfxActionCreateInstance {
		reportStrict("%s changed parameter %s, which some hosts punish there", function, p.Name)
		return C.kOfxStatOK
	}
	report("%s changed parameter %s, which is not allowed here", function, p.Name)
	return C.kOfxStatErrUnsupported
}

//export goParamWrite
func goParamWrite(param C.OfxParamHandle, timed C.int, time C.double, from *C.host_value) C.OfxStatus {
	p, status := instanceParam(param, "a parameter's setter")
	if status != C.kOfxStatOK {
		return status
	}
	if status := mayEdit(p, "paramSetValue"); status != C.kOfxStatOK {
		return status
	}
	var numbers []float64
	var text string
	for _, v := range unsafe.Slice(from, p.dimensions) {
		switch p.values {
		case intValue:
			numbers = append(numbers, float64(*(*C.int)(unsafe.Pointer(&v))))
		case doubleValue:
			numbers = append(numbers, float64(*(*C.double)(unsafe.Pointer(&v))))
		default:
			text = C.GoString(*(**C.char)(unsafe.Pointer(&v)))
		}
	}
	p.put(timed != 0, float64(time), numbers, text)
	return C.kOfxStatOK
}

//export goParamGetNumKeys
func goParamGetNumKeys(param C.OfxParamHandle, count *C.uint) C.OfxStatus {
	p, status := instanceParam(param, "paramGetNumKeys")
	if status == C.kOfxStatOK && count != nil {
		*count = C.uint(len(p.keyTimes()))
	}
	return status
}

//export goParamGetKeyTime
func goParamGetKeyTime(param C.OfxParamHandle, nth C.uint, time *C.double) C.OfxStatus {
	p, status := instanceParam(param, "paramGetKeyTime")
	if status != C.kOfxStatOK {
		return status
	}
	times := p.keyTimes()
	if int(nth) >= len(times) || time == nil {
		return C.kOfxStatErrBadIndex
	}
	*time = C.double(times[nth])
	return C.kOfxStatOK
}

//export goParamGetKeyIndex
func goParamGetKeyIndex(param C.OfxParamHandle, time C.double, direction C.int, index *C.int) C.OfxStatus {
	p, status := instanceParam(param, "paramGetKeyIndex")
	if status != C.kOfxStatOK {
		return status
	}
	i := keyIndex(p.keyTimes(), float64(time), int(direction))
	if i < 0 || index == nil {
		return C.kOfxStatFailed
	}
	*index = C.int(i)
	return C.kOfxStatOK
}

// keyIndex is the key at a time, or the next in a direction; -1 where there is none.
func keyIndex(times []float64, time float64, direction int) int {
	at, exact := slices.BinarySearch(times, time)
	switch {
	case direction < 0:
		return at - 1
	case direction == 0 && exact:
		return at
	case direction == 0:
		return -1
	case exact:
		at++
	}
	if at == len(times) {
		return -1
	}
	return at
}

//export goParamDeleteKey
func goParamDeleteKey(param C.OfxParamHandle, time C.double) C.OfxStatus {
	p, status := instanceParam(param, "paramDeleteKey")
	if status != C.kOfxStatOK {
		return status
	}
	if status := mayEdit(p, "paramDeleteKey"); status != C.kOfxStatOK {
		return status
	}
	if !slices.Contains(p.keyTimes(), float64(time)) {
		return C.kOfxStatErrBadIndex
	}
	p.deleteKeys(func(t float64) bool { return t == float64(time) })
	return C.kOfxStatOK
}

//export goParamDeleteAllKeys
func goParamDeleteAllKeys(param C.OfxParamHandle) C.OfxStatus {
	p, status := instanceParam(param, "paramDeleteAllKeys")
	if status != C.kOfxStatOK {
		return status
	}
	if status := mayEdit(p, "paramDeleteAllKeys"); status != C.kOfxStatOK {
		return status
	}
	p.deleteKeys(func(float64) bool { return true })
	return C.kOfxStatOK
}

//export goParamCopy
func goParamCopy(to, from C.OfxParamHandle, offset C.double, frames *C.host_range) C.OfxStatus {
	target, status := instanceParam(to, "paramCopy")
	if status != C.kOfxStatOK {
		return status
	}
	source, status := instanceParam(from, "paramCopy")
	if status != C.kOfxStatOK {
		return status
	}
	if status := mayEdit(target, "paramCopy"); status != C.kOfxStatOK {
		return status
	}
	if target.Type != source.Type || target == source {
		report("paramCopy was called for %s and %s, which are not two parameters of one type",
			source.Name, target.Name)
		return C.kOfxStatErrValue
	}
	if host := target.set.host; host.Profile.copiesNothing {
		return C.OfxStatus(host.Profile.copyStatus)
	}
	within := func(float64) bool { return true }
	if frames != nil && (frames.min != 0 || frames.max != 0) {
		first, last := float64(frames.min), float64(frames.max)
		within = func(t float64) bool { return first <= t && t <= last }
	}
	target.copyFrom(source, float64(offset), within)
	return C.kOfxStatOK
}

// There is no undo here, so that bracketing edits does nothing.

//export goParamEditBegin
func goParamEditBegin(set C.OfxParamSetHandle, name *C.host_chars) C.OfxStatus {
	if _, ok := lookup[*paramSet](unsafe.Pointer(set), "paramEditBegin"); !ok {
		return C.kOfxStatErrBadHandle
	}
	return C.kOfxStatOK
}

//export goParamEditEnd
func goParamEditEnd(set C.OfxParamSetHandle) C.OfxStatus {
	if _, ok := lookup[*paramSet](unsafe.Pointer(set), "paramEditEnd"); !ok {
		return C.kOfxStatErrBadHandle
	}
	return C.kOfxStatOK
}
