package ofx

/*
#include "host.h"
*/
import "C"

// resolve is DaVinci Resolve 16, as openfx-misc has the Lite edition of it; the other goes without
// "Lite" in its names.
var resolve = Profile{
	Name: "resolve", id: "DaVinciResolve", label: "DaVinci Resolve",
	kind:    "Host", // issue 186 of the openfx repository
	version: [3]int{16, 0, 0}, api: [2]int{1, 4},
	contexts: []string{C.kOfxImageEffectContextFilter, C.kOfxImageEffectContextGeneral,
		C.kOfxImageEffectContextTransition, C.kOfxImageEffectContextGenerator},
	depths:    []string{C.kOfxBitDepthFloat, C.kOfxBitDepthShort, C.kOfxBitDepthByte},
	comps:     []string{C.kOfxImageComponentRGBA, C.kOfxImageComponentAlpha},
	maxParams: -1,
	overlays:  true,
	strChoice: true, // openfx-misc, before the interface had it

	missing: map[owner][]string{ // openfx-misc
		ofHost: {C.kOfxPropHostOSHandle, C.kOfxImageEffectInstancePropSequentialRender},
		ofEffect: {C.kOfxPropPluginDescription,
			C.kOfxImageEffectInstancePropSequentialRender},
		ofInstance:      {C.kOfxImageEffectPropPluginHandle},
		ofParam:         {C.kOfxParamPropDefaultCoordinateSystem},
		ofParamInstance: {C.kOfxParamPropDefaultCoordinateSystem},
	},
	flaws: C.FLAW_PERSISTENT_MESSAGES,
	// openfx-misc, of version 14; 16 is without the suite
	allConnected:     true, // openfx-misc
	sequencePerFrame: true, // of previews, as plugin makers have found
	booleansAnimate:  true, // openfx-misc
	narrowRanges:     true, // openfx-misc
	copiesNothing:    true, // openfx-misc
	copyStatus:       C.kOfxStatOK,
	typeOfInstance:   C.kOfxTypeImageEffect, // openfx-misc
}
