package ofx

/*
#include "host.h"
*/
import "C"

// impasto is this host as itself: all that the interface has and a frame can need.
var impasto = Profile{
	Name: "impasto", id: "net.impasto.render", label: "Impasto render",
	kind:    C.kOfxTypeImageEffectHost,
	version: [3]int{1, 0, 0}, api: [2]int{1, 5},
	contexts: []string{C.kOfxImageEffectContextGeneral, C.kOfxImageEffectContextFilter,
		C.kOfxImageEffectContextTransition, C.kOfxImageEffectContextGenerator},
	depths: []string{C.kOfxBitDepthFloat, C.kOfxBitDepthHalf, C.kOfxBitDepthShort,
		C.kOfxBitDepthByte},
	comps: []string{C.kOfxImageComponentRGBA, C.kOfxImageComponentRGB,
		C.kOfxImageComponentAlpha},
	colourStyle: C.kOfxImageEffectColourManagementFull,
	maxParams:   -1,
	tiles:       true, multiResolution: true, multipleDepths: true, multiplePARs: true,
	overlays:        true,
	animatesStrings: true, animatesCustom: true, customInteracts: true, strChoice: true,
}
