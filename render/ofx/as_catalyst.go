package ofx

/*
#include "host.h"
*/
import "C"

// catalyst is Catalyst Edit 2015.1, as openfx-misc has it, with its faults.
var catalyst = Profile{
	Name: "catalyst", id: "com.sony.Catalyst.Edit", label: "Catalyst Edit 2015.1",
	kind:    C.kOfxTypeImageEffectHost,
	version: [3]int{2015, 1, 1}, api: [2]int{1, 3},
	contexts: sonyContexts,
	depths: []string{C.kOfxBitDepthByte, C.kOfxBitDepthShort, C.kOfxBitDepthHalf,
		C.kOfxBitDepthFloat},
	comps:      []string{C.kOfxImageComponentRGBA, C.kOfxImageComponentAlpha},
	otherComps: []string{C.kOfxImageComponentNone},
	maxParams:  1000,

	animatesStrings: true,

	lacks: []suite{{C.kOfxMessageSuite, 2}, {C.kOfxTimeLineSuite, 1},
		{C.kOfxInteractSuite, 1}},
	flaws:           C.FLAW_MUTEXES,
	regionsInPixels: true,
	ownRegions:      true,
	copiesNothing:   true,
	copyStatus:      C.kOfxStatErrUnknown,
}
