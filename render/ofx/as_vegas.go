package ofx

/*
#include "host.h"
*/
import "C"

// vegas is Vegas Pro 12, as openfx-misc has it.
var vegas = Profile{
	Name: "vegas", id: "com.sonycreativesoftware.vegas", label: "Vegas Pro 12.0",
	kind:    C.kOfxTypeImageEffectHost,
	version: [3]int{12, 726, 0}, api: [2]int{1, 1},
	contexts:   sonyContexts,
	depths:     []string{C.kOfxBitDepthByte, C.kOfxBitDepthFloat},
	comps:      []string{C.kOfxImageComponentRGBA, C.kOfxImageComponentAlpha},
	otherComps: []string{C.kOfxImageComponentNone},
	maxParams:  1000,

	animatesStrings: true,

	lacks:    []suite{{C.kOfxInteractSuite, 1}},
	anyDepth: true, // issue 418 of TuttleOFX
}

// sonyContexts are those of Vegas and Catalyst, all that the interface has.
var sonyContexts = []string{C.kOfxImageEffectContextGeneral, C.kOfxImageEffectContextGenerator,
	C.kOfxImageEffectContextFilter, C.kOfxImageEffectContextTransition, C.kOfxImageEffectContextRetimer,
	C.kOfxImageEffectContextPaint}
