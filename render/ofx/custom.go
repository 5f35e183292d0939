package ofx

/*
#include "host.h"
*/
import "C"

// text is the value at a time of a parameter of characters. A custom parameter's plugin works out
// what lies between two keys.
func (p *Param) text(t float64) string {
	text, from, to := p.textAt(t)
	callback := p.properties.pointer(C.kOfxParamPropCustomInterpCallbackV1)
	if p.Type != C.kOfxParamTypeCustom || callback == nil || from == to || from.time >= t ||
		to.time <= t {
		return text
	}
	in := newProperties("the arguments of an interpolation")
	defer in.close()
	in.fixed(C.kOfxPropName, p.Name)
	in.fixed(C.kOfxPropTime, t)
	in.fixed(C.kOfxParamPropCustomValue, from.text, to.text)
	in.fixed(C.kOfxParamPropInterpolationTime, from.time, to.time)
	in.fixed(C.kOfxParamPropInterpolationAmount, (t-from.time)/(to.time-from.time))
	out := newProperties("the result of an interpolation")
	defer out.close()
	out.free(C.kOfxParamPropCustomValue, text)
	out.free(C.kOfxParamPropInterpolationTime, from.time, to.time)
	status := C.host_interpolate(callback, C.OfxParamSetHandle(p.set.handle), in.c(), out.c(),
		C.host_current_call())
	if status != C.kOfxStatOK && status != C.kOfxStatReplyDefault {
		report("the interpolation of parameter %s answered %s", p.Name, statusName(int(status)))
	}
	return out.str(C.kOfxParamPropCustomValue)
}
