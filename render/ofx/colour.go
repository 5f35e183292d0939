package ofx

/*
#include "host.h"
*/
import "C"

import "slices"

// styles of colour management, each with all that the one before it has.
var colourStyles = []string{
	C.kOfxImageEffectColourManagementNone, C.kOfxImageEffectColourManagementBasic,
	C.kOfxImageEffectColourManagementCore, C.kOfxImageEffectColourManagementFull,
}

// colourStyle is the highest style of colour management that the host and the effect both have.
func (i *Instance) colourStyle() string {
	p := i.descriptor.properties
	if !slices.Contains(p.strs(C.kOfxImageEffectPropColourManagementAvailableConfigs),
		C.kOfxConfigIdentifier) {
		return C.kOfxImageEffectColourManagementNone
	}
	host := slices.Index(colourStyles, i.host.Profile.colourStyle)
	effect := slices.Index(colourStyles, p.str(C.kOfxImageEffectPropColourManagementStyle))
	return colourStyles[max(min(host, effect), 0)]
}

// colourspace is what a clip says that its values are in: what the file says, else what this host
// makes of all files, scene-linear or, at 8 and 16 bits, sRGB.
func (c *Clip) colourspace(style, file string) string {
	light := c.depth == C.kOfxBitDepthFloat || c.depth == C.kOfxBitDepthHalf
	switch {
	case style == C.kOfxImageEffectColourManagementNone || c.mask:
		return ""
	case style == C.kOfxImageEffectColourManagementBasic && light:
		return C.kOfxColourspaceOfxSceneLinear
	case style == C.kOfxImageEffectColourManagementBasic:
		return C.kOfxColourspaceOfxDisplaySdr
	case light && file != "":
		return file
	case light:
		return C.kOfxColourspaceLinRec709Srgb
	}
	return C.kOfxColourspaceSrgbTx
}

// Colourspace is what the effect is told that a clip is in; "" where it is told nothing.
func (i *Instance) Colourspace(clip string) string {
	return i.clip(clip).properties.str(C.kOfxImageClipPropColourspace)
}
