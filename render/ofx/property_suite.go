package ofx

/*
#include "host.h"
*/
import "C"

import "unsafe"

// arguments checks what every function of the suite is handed.
func arguments(set C.OfxPropertySetHandle, name *C.host_chars, function string) (*Properties, string, C.OfxStatus) {
	h, ok := lookup[holder](unsafe.Pointer(set), function)
	if !ok {
		return nil, "", C.kOfxStatErrBadHandle
	}
	if name == nil {
		report("%s was called without a property's name", function)
		return nil, "", C.kOfxStatErrUnknown
	}
	return h.held(), C.GoString((*C.char)(name)), C.kOfxStatOK
}

// setOne and setMany are the setters; of converts a C value.
func setOne(set C.OfxPropertySetHandle, name *C.host_chars, index C.int, value any, function, kind string) C.OfxStatus {
	p, property, status := arguments(set, name, function)
	if status != C.kOfxStatOK {
		return status
	}
	return p.write(property, int(index), false, []any{value}, kind)
}

func setMany[T any](set C.OfxPropertySetHandle, name *C.host_chars, count C.int, from *T,
	of func(T) any, function, kind string) C.OfxStatus {
	p, property, status := arguments(set, name, function)
	if status != C.kOfxStatOK {
		return status
	}
	if count < 0 || count > mostValues || (from == nil && count > 0) {
		report("%s was called for %d values of %s", function, int(count), property)
		return C.kOfxStatErrValue
	}
	values := make([]any, count)
	for i, v := range unsafe.Slice(from, int(count)) {
		values[i] = of(v)
	}
	return p.write(property, 0, true, values, kind)
}

// getMany is the getters; to converts to a C value.
func getMany[T any](set C.OfxPropertySetHandle, name *C.host_chars, index, count C.int, into *T,
	to func(any) T, function, kind string) C.OfxStatus {
	p, property, status := arguments(set, name, function)
	if status != C.kOfxStatOK {
		return status
	}
	if into == nil && count > 0 {
		report("%s was called without a place for the value of %s", function, property)
		return C.kOfxStatErrValue
	}
	values, status := p.read(property, int(index), int(count), kind)
	if status != C.kOfxStatOK {
		return status
	}
	for i, place := 0, unsafe.Slice(into, int(count)); i < len(values); i++ {
		place[i] = to(values[i])
	}
	return C.kOfxStatOK
}

func goInt(v C.int) any              { return int(v) }
func goDouble(v C.double) any        { return float64(v) }
func goPointer(v unsafe.Pointer) any { return v }
func goString(v *C.host_chars) any   { return C.GoString((*C.char)(v)) }
func cInt(v any) C.int               { return C.int(v.(int)) }
func cDouble(v any) C.double         { return C.double(v.(float64)) }

// Pointers are numbers to Go where it writes them for the plugin, as give says.
func cPointer(v any) uintptr { return uintptr(v.(unsafe.Pointer)) }
func cChars(v any) uintptr   { return uintptr(unsafe.Pointer(cString(v.(string)))) }

//export goPropSetPointer
func goPropSetPointer(set C.OfxPropertySetHandle, name *C.host_chars, index C.int, value unsafe.Pointer) C.OfxStatus {
	return setOne(set, name, index, value, "propSetPointer", "pointer")
}

//export goPropSetString
func goPropSetString(set C.OfxPropertySetHandle, name *C.host_chars, index C.int, value *C.host_chars) C.OfxStatus {
	return setOne(set, name, index, goString(value), "propSetString", "string")
}

//export goPropSetDouble
func goPropSetDouble(set C.OfxPropertySetHandle, name *C.host_chars, index C.int, value C.double) C.OfxStatus {
	return setOne(set, name, index, float64(value), "propSetDouble", "double")
}

//export goPropSetInt
func goPropSetInt(set C.OfxPropertySetHandle, name *C.host_chars, index C.int, value C.int) C.OfxStatus {
	return setOne(set, name, index, int(value), "propSetInt", "int")
}

//export goPropSetPointerN
func goPropSetPointerN(set C.OfxPropertySetHandle, name *C.host_chars, count C.int, value *C.host_pointer_array) C.OfxStatus {
	return setMany(set, name, count, (*unsafe.Pointer)(value), goPointer, "propSetPointerN",
		"pointer")
}

//export goPropSetStringN
func goPropSetStringN(set C.OfxPropertySetHandle, name *C.host_chars, count C.int, value *C.host_char_array) C.OfxStatus {
	return setMany(set, name, count, (**C.host_chars)(unsafe.Pointer(value)), goString,
		"propSetStringN", "string")
}

//export goPropSetDoubleN
func goPropSetDoubleN(set C.OfxPropertySetHandle, name *C.host_chars, count C.int, value *C.host_doubles) C.OfxStatus {
	return setMany(set, name, count, (*C.double)(value), goDouble, "propSetDoubleN", "double")
}

//export goPropSetIntN
func goPropSetIntN(set C.OfxPropertySetHandle, name *C.host_chars, count C.int, value *C.host_ints) C.OfxStatus {
	return setMany(set, name, count, (*C.int)(value), goInt, "propSetIntN", "int")
}

//export goPropGetPointer
func goPropGetPointer(set C.OfxPropertySetHandle, name *C.host_chars, index C.int, value *unsafe.Pointer) C.OfxStatus {
	return getMany(set, name, index, 1, (*uintptr)(unsafe.Pointer(value)), cPointer,
		"propGetPointer", "pointer")
}

//export goPropGetString
func goPropGetString(set C.OfxPropertySetHandle, name *C.host_chars, index C.int, value **C.char) C.OfxStatus {
	return getMany(set, name, index, 1, (*uintptr)(unsafe.Pointer(value)), cChars, "propGetString",
		"string")
}

//export goPropGetDouble
func goPropGetDouble(set C.OfxPropertySetHandle, name *C.host_chars, index C.int, value *C.double) C.OfxStatus {
	return getMany(set, name, index, 1, value, cDouble, "propGetDouble", "double")
}

//export goPropGetInt
func goPropGetInt(set C.OfxPropertySetHandle, name *C.host_chars, index C.int, value *C.int) C.OfxStatus {
	return getMany(set, name, index, 1, value, cInt, "propGetInt", "int")
}

//export goPropGetPointerN
func goPropGetPointerN(set C.OfxPropertySetHandle, name *C.host_chars, count C.int, value *unsafe.Pointer) C.OfxStatus {
	return getMany(set, name, 0, count, (*uintptr)(unsafe.Pointer(value)), cPointer,
		"propGetPointerN", "pointer")
}

//export goPropGetStringN
func goPropGetStringN(set C.OfxPropertySetHandle, name *C.host_chars, count C.int, value **C.char) C.OfxStatus {
	return getMany(set, name, 0, count, (*uintptr)(unsafe.Pointer(value)), cChars, "propGetStringN",
		"string")
}

//export goPropGetDoubleN
func goPropGetDoubleN(set C.OfxPropertySetHandle, name *C.host_chars, count C.int, value *C.double) C.OfxStatus {
	return getMany(set, name, 0, count, value, cDouble, "propGetDoubleN", "double")
}

//export goPropGetIntN
func goPropGetIntN(set C.OfxPropertySetHandle, name *C.host_chars, count C.int, value *C.int) C.OfxStatus {
	return getMany(set, name, 0, count, value, cInt, "propGetIntN", "int")
}

//export goPropReset
func goPropReset(set C.OfxPropertySetHandle, name *C.host_chars) C.OfxStatus {
	p, property, status := arguments(set, name, "propReset")
	if status != C.kOfxStatOK {
		return status
	}
	return p.reset(property)
}

//export goPropGetDimension
func goPropGetDimension(set C.OfxPropertySetHandle, name *C.host_chars, count *C.int) C.OfxStatus {
	p, property, status := arguments(set, name, "propGetDimension")
	if status != C.kOfxStatOK {
		return status
	}
	if count == nil {
		report("propGetDimension was called without a place for the dimension of %s", property)
		return C.kOfxStatErrValue
	}
	n, status := p.dimension(property)
	if status == C.kOfxStatOK {
		*count = C.int(n)
	}
	return status
}
