package ofx

/*
#include "host.h"
*/
import "C"

import "unsafe"

//export goGetTime
func goGetTime(handle unsafe.Pointer, time *C.double) C.OfxStatus {
	instance, ok := lookup[*Instance](handle, "getTime")
	if !ok || time == nil {
		return C.kOfxStatErrBadHandle
	}
	*time = C.double(instance.currentTime())
	return C.kOfxStatOK
}

// The timeline is the list of frames to render; nothing moves it.
//
//export goGotoTime
func goGotoTime(handle unsafe.Pointer, time C.double) C.OfxStatus {
	if _, ok := lookup[*Instance](handle, "gotoTime"); !ok {
		return C.kOfxStatErrBadHandle
	}
	return C.kOfxStatFailed
}

//export goGetTimeBounds
func goGetTimeBounds(handle unsafe.Pointer, first, last *C.double) C.OfxStatus {
	instance, ok := lookup[*Instance](handle, "getTimeBounds")
	if !ok || first == nil || last == nil {
		return C.kOfxStatErrBadHandle
	}
	*first, *last = C.double(instance.setup.First), C.double(instance.setup.Last)
	return C.kOfxStatOK
}
