package ofx

/*
#include "host.h"
*/
import "C"

// natron is Natron 2.6, watched with a plugin in it. What it declares is that of 2.1 in
// openfx-misc, but for the version.
var natron = Profile{
	Name: "natron", id: "fr.inria.Natron", label: "Natron", kind: C.kOfxTypeImageEffectHost,
	version: [3]int{2, 6, 0}, api: [2]int{1, 4},
	// General first: it is the one that is chosen of an effect that has both (watched).
	contexts: []string{C.kOfxImageEffectContextGeneral, C.kOfxImageEffectContextFilter,
		C.kOfxImageEffectContextTransition, C.kOfxImageEffectContextGenerator},
	depths:     []string{C.kOfxBitDepthFloat, C.kOfxBitDepthShort, C.kOfxBitDepthByte},
	comps:      []string{C.kOfxImageComponentRGBA, C.kOfxImageComponentAlpha, C.kOfxImageComponentRGB},
	otherComps: []string{motionVectors, stereoDisparity},
	maxParams:  -1,
	tiles:      true, multiResolution: true, multipleDepths: true, multiplePARs: true, setableFrameRate: true, overlays: true,
	animatesStrings: true, animatesCustom: true, customInteracts: true,

	own:              map[string]int{"NatronOfxHostIsNatron": 1}, // openfx-misc
	wholePlane:       true,                                       // watched
	destroysTwice:    true,                                       // watched
	neverAcknowledge: true,                                       // watched
}
