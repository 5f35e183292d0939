package ofx

/*
#include "host.h"
*/
import "C"

// natron is Natron 2.6, watched with plugins in it. What it declares is in its Engine/OfxHost.cpp.
var natron = Profile{
	Name: "natron", id: "fr.inria.Natron", label: "Natron", kind: C.kOfxTypeImageEffectHost,
	version: [3]int{2, 6, 0}, api: [2]int{1, 4},
	// General first: it is the one that is chosen of an effect that has both (watched).
	contexts: []string{C.kOfxImageEffectContextGeneral, C.kOfxImageEffectContextFilter,
		C.kOfxImageEffectContextTransition, C.kOfxImageEffectContextGenerator},
	depths: []string{C.kOfxBitDepthFloat, C.kOfxBitDepthShort, C.kOfxBitDepthByte},
	comps: []string{C.kOfxImageComponentRGBA, C.kOfxImageComponentAlpha,
		C.kOfxImageComponentRGB},
	otherComps: []string{motionVectors, stereoDisparity, "NatronOfxImageComponentXY"},
	maxParams:  -1,
	tiles:      true, multiResolution: true, multipleDepths: true, multiplePARs: true,
	setableFrameRate: true, overlays: true,
	animatesStrings: true, animatesCustom: true, customInteracts: true,

	own: map[string]any{
		"NatronOfxHostIsNatron":                          1,
		"NatronOfxParamHostPropSupportsDynamicChoices":   1,
		"NatronOfxParamPropChoiceCascading":              1,
		"NatronOfxImageEffectPropChannelSelector":        C.kOfxImageComponentRGBA,
		"kNatronOfxImageEffectPropHostMasking":           1, // yes, "k"
		"kNatronOfxImageEffectPropHostMixing":            1,
		"NatronOfxPropDescriptionIsMarkdown":             1,
		C.kOfxImageEffectPropRenderQualityDraft:          1, // the standard has it of renders alone
		"uk.co.thefoundry.OfxImageEffectPropMultiPlanar": 1,
		"FnOfxImageEffectCanTransform":                   1,
	},
	wholePlane:       true, // watched
	destroysTwice:    true, // watched
	neverAcknowledge: true, // watched
	countsOutBusy:    true, // watched
	lateProgress:     true, // watched
	opaqueIsNoMask:   true, // ImageConvert.cpp
	// Of every node that is no writer, on as many threads as there are
	// (EffectInstanceRenderRoI.cpp).
	sequencePerFrame: true, sequencesOverlap: true,
	claimsOrder: true, // OutputSchedulerThread.cpp; only what was described of an effect is heeded
}
