package ofx

/*
#include "host.h"
*/
import "C"

import (
	"slices"
	"unsafe"
)

// effectParts finds what both a description and an instance have.
func effectParts(h C.OfxImageEffectHandle, function string) (*Properties, *paramSet, bool) {
	switch e := handles.get(unsafe.Pointer(h)).(type) {
	case *descriptor:
		return e.properties, e.params, true
	case *Instance:
		return e.properties, e.params, true
	}
	report("%s was called with %s", function, handles.describe(unsafe.Pointer(h)))
	return nil, nil, false
}

//export goEffectGetPropertySet
func goEffectGetPropertySet(effect C.OfxImageEffectHandle, result *C.OfxPropertySetHandle) C.OfxStatus {
	properties, _, ok := effectParts(effect, "getPropertySet")
	if !ok || result == nil {
		return C.kOfxStatErrBadHandle
	}
	*result = properties.c()
	return C.kOfxStatOK
}

//export goEffectGetParamSet
func goEffectGetParamSet(effect C.OfxImageEffectHandle, result *C.OfxParamSetHandle) C.OfxStatus {
	_, params, ok := effectParts(effect, "getParamSet")
	if !ok || result == nil {
		return C.kOfxStatErrBadHandle
	}
	*result = C.OfxParamSetHandle(params.handle)
	return C.kOfxStatOK
}

//export goClipDefine
func goClipDefine(effect C.OfxImageEffectHandle, name *C.host_chars, result *C.OfxPropertySetHandle) C.OfxStatus {
	d, ok := lookup[*descriptor](unsafe.Pointer(effect), "clipDefine")
	if !ok {
		return C.kOfxStatErrBadHandle
	}
	if name == nil {
		report("clipDefine was called without a name")
		return C.kOfxStatErrValue
	}
	n := C.GoString((*C.char)(name))
	if c := currentCall(); c == nil || c.action != C.kOfxImageEffectActionDescribeInContext {
		report("clip %s was defined outside of DescribeInContext", n)
		return C.kOfxStatFailed
	}
	if slices.ContainsFunc(d.clips, func(c *clipDescription) bool { return c.name == n }) {
		report("clip %s was defined twice", n)
		return C.kOfxStatErrExists
	}
	checkName("a clip", n)
	c := newClipDescription(n)
	d.clips = append(d.clips, c)
	if result != nil {
		*result = c.properties.c()
	}
	return C.kOfxStatOK
}

//export goClipGetHandle
func goClipGetHandle(effect C.OfxImageEffectHandle, name *C.host_chars, clip *C.OfxImageClipHandle, properties *C.OfxPropertySetHandle) C.OfxStatus {
	i, ok := lookup[*Instance](unsafe.Pointer(effect), "clipGetHandle")
	if !ok {
		return C.kOfxStatErrBadHandle
	}
	if name == nil {
		return C.kOfxStatErrUnknown
	}
	c := i.clip(C.GoString((*C.char)(name)))
	if c == nil {
		reportStrict("clip %s was fetched, which is not there in context %s",
			C.GoString((*C.char)(name)), ShortName(i.setup.Context))
		return C.kOfxStatErrUnknown
	}
	if clip != nil {
		*clip = C.OfxImageClipHandle(c.handle)
	}
	if properties != nil {
		*properties = c.properties.c()
	}
	return C.kOfxStatOK
}

//export goClipGetPropertySet
func goClipGetPropertySet(clip C.OfxImageClipHandle, result *C.OfxPropertySetHandle) C.OfxStatus {
	c, ok := lookup[*Clip](unsafe.Pointer(clip), "clipGetPropertySet")
	if !ok || result == nil {
		return C.kOfxStatErrBadHandle
	}
	*result = c.properties.c()
	return C.kOfxStatOK
}

//export goClipGetRegionOfDefinition
func goClipGetRegionOfDefinition(clip C.OfxImageClipHandle, time C.double, bounds *C.OfxRectD) C.OfxStatus {
	c, ok := lookup[*Clip](unsafe.Pointer(clip), "clipGetRegionOfDefinition")
	if !ok || bounds == nil {
		return C.kOfxStatErrBadHandle
	}
	r, err := c.region(float64(time))
	if err != nil || (c.plate == nil && !c.isOutput()) {
		return C.kOfxStatFailed
	}
	if call := currentCall(); c.isOutput() && call != nil {
		r = call.defined
	}
	if i := c.instance; i.host.Profile.regionsInPixels {
		p := r.pixels(i.setup.Scale, c.aspect)
		r = region{float64(p.x1), float64(p.y1), float64(p.x2), float64(p.y2)}
	}
	*bounds = C.OfxRectD{x1: C.double(r.x1), y1: C.double(r.y1), x2: C.double(r.x2),
		y2: C.double(r.y2)}
	return C.kOfxStatOK
}

//export goAbort
func goAbort(effect C.OfxImageEffectHandle) C.int {
	i, ok := lookup[*Instance](unsafe.Pointer(effect), "abort")
	return C.int(flag(ok && i.host.Aborted()))
}
