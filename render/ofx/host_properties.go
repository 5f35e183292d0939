package ofx

/*
#include "host.h"
*/
import "C"

import (
	"fmt"
	"unsafe"
)

func flag(on bool) int {
	if on {
		return 1
	}
	return 0
}

func anys[T any](list []T) []any {
	all := make([]any, len(list))
	for i, v := range list {
		all[i] = v
	}
	return all
}

// properties are what a plugin reads of the host.
func (p *Profile) properties() *Properties {
	s := newProperties("the host")
	s.fixed(C.kOfxPropType, p.kind)
	s.fixed(C.kOfxPropName, p.id)
	s.fixed(C.kOfxPropLabel, p.label)
	s.fixed(C.kOfxPropVersion, p.version[0], p.version[1], p.version[2])
	s.fixed(C.kOfxPropVersionLabel,
		fmt.Sprintf("%d.%d.%d", p.version[0], p.version[1], p.version[2]))
	s.fixed(C.kOfxPropAPIVersion, p.api[0], p.api[1])
	s.fixed(C.kOfxPropHostOSHandle, unsafe.Pointer(nil))
	s.fixed(C.kOfxImageEffectHostPropIsBackground, 1)
	s.fixed(C.kOfxImageEffectPropSupportsOverlays, flag(p.overlays))
	s.fixed(C.kOfxImageEffectPropSupportsMultiResolution, flag(p.multiResolution))
	s.fixed(C.kOfxImageEffectPropSupportsTiles, flag(p.tiles))
	s.fixed(C.kOfxImageEffectPropTemporalClipAccess, 1)
	s.fixedList(C.kOfxImageEffectPropSupportedContexts, "", anys(p.contexts)...)
	s.fixedList(C.kOfxImageEffectPropSupportedComponents, "",
		append(anys(p.comps), anys(p.otherComps)...)...)
	s.fixedList(C.kOfxImageEffectPropSupportedPixelDepths, "", anys(p.depths)...)
	s.fixed(C.kOfxImageEffectPropSupportsMultipleClipDepths, flag(p.multipleDepths))
	s.fixed(C.kOfxImageEffectPropSupportsMultipleClipPARs, flag(p.multiplePARs))
	s.fixed(C.kOfxImageEffectPropSetableFrameRate, flag(p.setableFrameRate))
	s.fixed(C.kOfxImageEffectPropSetableFielding, 0)
	s.fixed(C.kOfxImageEffectInstancePropSequentialRender, 2)
	s.fixed(C.kOfxImageEffectHostPropNativeOrigin, C.kOfxHostNativeOriginBottomLeft)
	s.fixed(C.kOfxParamHostPropSupportsCustomInteract, flag(p.customInteracts))
	s.fixed(C.kOfxParamHostPropSupportsStringAnimation, flag(p.animatesStrings))
	s.fixed(C.kOfxParamHostPropSupportsChoiceAnimation, 1)
	s.fixed(C.kOfxParamHostPropSupportsBooleanAnimation, 1)
	s.fixed(C.kOfxParamHostPropSupportsCustomAnimation, flag(p.animatesCustom))
	s.fixed(C.kOfxParamHostPropSupportsParametricAnimation, 0)
	if p.strChoice {
		s.fixed(C.kOfxParamHostPropSupportsStrChoice, 1)
		s.fixed(C.kOfxParamHostPropSupportsStrChoiceAnimation, flag(p.animatesStrings))
	}
	s.fixed(C.kOfxParamHostPropMaxParameters, p.maxParams)
	s.fixed(C.kOfxParamHostPropMaxPages, 0)
	s.fixed(C.kOfxParamHostPropPageRowColumnCount, 0, 0)
	if p.colourStyle != "" {
		s.fixed(C.kOfxImageEffectPropColourManagementStyle, p.colourStyle)
		s.fixedList(C.kOfxImageEffectPropColourManagementAvailableConfigs, "",
			C.kOfxConfigIdentifier)
	}
	for _, gpu := range []string{C.kOfxImageEffectPropOpenGLRenderSupported,
		C.kOfxImageEffectPropCudaRenderSupported,
		C.kOfxImageEffectPropCudaStreamSupported, C.kOfxImageEffectPropMetalRenderSupported,
		C.kOfxImageEffectPropOpenCLRenderSupported} {
		s.fixed(gpu, "false")
	}
	s.fixed(C.kOfxImageEffectPropCPURenderSupported, "true")
	for name, value := range p.own {
		s.fixed(name, value)
	}
	p.trim(ofHost, s)
	return s
}
