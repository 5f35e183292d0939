package ofx

/*
#include "host.h"
*/
import "C"

// nuke is Nuke 10.0v1, the last of which what it declares is published (openfx-misc).
var nuke = Profile{
	Name: "nuke", id: "uk.co.thefoundry.nuke", label: "nuke", kind: "Host",
	version: [3]int{10, 0, 1}, api: [2]int{1, 2},
	// General first: it has the Mask input that artists expect. Nuke declares both.
	contexts:   []string{C.kOfxImageEffectContextGeneral, C.kOfxImageEffectContextFilter},
	depths:     []string{C.kOfxBitDepthFloat},
	comps:      []string{C.kOfxImageComponentRGBA, C.kOfxImageComponentAlpha},
	otherComps: []string{motionVectors, stereoDisparity},
	maxParams:  -1,
	tiles:      true, multiResolution: true, overlays: true,
	customInteracts: true,

	missing: map[owner][]string{ // openfx-misc
		ofEffect:   {C.kOfxImageEffectInstancePropSequentialRender},
		ofInstance: {C.kOfxImageEffectPropPluginHandle},
	},
	fixed: map[owner][]string{ // openfx-misc: set, they are not saved, or not looked at
		ofParamInstance: {C.kOfxParamPropChoiceOption, C.kOfxParamPropHint, C.kOfxPropLabel},
	},
	secretForGood:    true, // openfx-misc
	normalisedPlaces: true, // openfx-misc
}

// The components that The Foundry added.
const (
	motionVectors   = "uk.co.thefoundry.OfxImageComponentMotionVectors"
	stereoDisparity = "uk.co.thefoundry.OfxImageComponentStereoDisparity"
)
