package main

import (
	"fmt"

	"impasto.net/bridge"
	"impasto.net/bridge/primaries"
	"impasto.net/render/picture"
)

const autoSpace = "auto"

// spaces are what --plate-space takes. auto is what the file says, else scene-linear Rec. 709.
var spaces = []string{
	autoSpace, bridge.SpaceLinear, bridge.SpaceACEScg, bridge.SpaceACES2065, bridge.SpaceRec2020, bridge.SpaceSRGB,
	bridge.SpaceRec709Display, bridge.SpaceACEScct, bridge.SpaceLogC3, bridge.SpaceLogC4, bridge.SpaceSLog3, bridge.SpaceRaw,
}

// stated are the spaces that files state, by OFX's names for them.
var stated = map[string]string{
	"": bridge.SpaceLinear, "lin_rec709_srgb": bridge.SpaceLinear, "ACEScg": bridge.SpaceACEScg, "ACES2065-1": bridge.SpaceACES2065,
	"lin_rec2020": bridge.SpaceRec2020, "lin_p3d65": primaries.P3D65.Name(), "srgb_tx": bridge.SpaceSRGB,
	"srgb_display": bridge.SpaceSRGB, "rec1886_rec709_display": bridge.SpaceRec709Display, "Raw": bridge.SpaceRaw,
}

// spaceOf is what a picture's values are, as messages name it.
func spaceOf(path string, im *picture.Image, wanted string) (string, error) {
	if wanted != autoSpace {
		return wanted, nil
	}
	if space, ok := stated[im.Colourspace]; ok {
		return space, nil
	}
	if _, err := primaries.Named(im.Colourspace); err == nil {
		return im.Colourspace, nil
	}
	return "", fmt.Errorf("%s says that it is in the colour space %s, which Impasto does not know: convert it before, "+
		"or say with --plate-space what a plate is in", path, im.Colourspace)
}
