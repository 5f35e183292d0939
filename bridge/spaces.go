package bridge

import (
	"fmt"
	"iter"

	"impasto.net/bridge/primaries"
)

// What messages call the spaces of plate, output and painting. Scene-linear light of any other
// primaries has the name that these give it.
const (
	SpaceLinear        = "linear"   // scene-linear, primaries of Rec. 709 and sRGB
	SpaceSRGB          = "srgb"     // IEC 61966-2-1
	SpaceRec709Display = "rec709"   // for a display of ITU-R BT.1886
	SpaceRec2020       = "rec2020"  // scene-linear, primaries of ITU-R BT.2020
	SpaceACES2065      = "aces2065" // scene-linear, AP0
	SpaceACEScg        = "acescg"
	SpaceACEScct       = "acescct"
	SpaceLogC3         = "logc3" // ARRI, exposure index 800, ARRI Wide Gamut 3
	SpaceLogC4         = "logc4" // ARRI, ARRI Wide Gamut 4
	SpaceSLog3         = "slog3" // Sony, S-Gamut3.Cine
	SpaceRaw           = "raw"   // whatever it is, the network sees it as it is
)

// Space is a colour space: a transfer function, which its name stands for, and primaries.
type Space struct {
	Name      string // in messages
	Primaries primaries.Primaries
	Light     bool    // the values are scene-linear light
	Labels    []Label // the usual one first
}

// Label is what others call a space; empty where they have no name for it.
type Label struct {
	OFX     string // hosts, by OpenFX 1.5
	Interop string // files, by the Color Interop Forum
}

// Spaces are the entries of the node's menu, in its order. The generic spaces of OpenFX are taken
// for the most usual of their kind.
var Spaces = []Space{
	{SpaceLinear, primaries.Rec709, true, []Label{
		{"lin_rec709_srgb", "lin_rec709_scene"}, {OFX: "ofx_scene_linear"},
	}},
	{SpaceACEScg, primaries.AP1, true, []Label{{"ACEScg", "lin_ap1_scene"}}},
	{SpaceRec2020, primaries.Rec2020, true, []Label{{"lin_rec2020", "lin_rec2020_scene"}}},
	{SpaceSRGB, primaries.Rec709, false, []Label{
		{"srgb_tx", "srgb_rec709_scene"}, {"srgb_display", "srgb_rec709_display"},
		{OFX: "ofx_display_sdr"},
	}},
	{SpaceRec709Display, primaries.Rec709, false, []Label{
		{"rec1886_rec709_display", "g24_rec709_display"}, {OFX: "g24_rec709_tx"},
	}},
	{SpaceACEScct, primaries.AP1, false, []Label{{OFX: "ACEScct"}, {OFX: "ofx_scene_log"}}},
	{SpaceLogC3, primaries.ARRIWideGamut3, false, []Label{{OFX: "arri_logc3_ei800"}}},
	{SpaceLogC4, primaries.ARRIWideGamut4, false, []Label{{OFX: "arri_logc4"}}},
	{SpaceSLog3, primaries.SGamut3Cine, false, []Label{{OFX: "slog3_sgamut3cine"}}},
	{SpaceRaw, primaries.Rec709, false, []Label{{OFX: "ofx_raw"}, {"Raw", "data"}}},
	{SpaceACES2065, primaries.AP0, true, []Label{{"ACES2065-1", "lin_ap0_scene"}}},
}

// Unlisted are spaces of light that have no entry, and go by their primaries.
var Unlisted = []Space{
	{primaries.P3D65.Name(), primaries.P3D65, true, []Label{{"lin_p3d65", "lin_p3d65_scene"}}},
	{primaries.AdobeRGB.Name(), primaries.AdobeRGB, true, []Label{{Interop: "lin_adobergb_scene"}}},
	{primaries.XYZD65.Name(), primaries.XYZD65, true, []Label{{Interop: "lin_ciexyzd65_scene"}}},
}

// Labels are all that spaces have, of those with an entry first.
func Labels() iter.Seq2[*Space, Label] {
	return func(yield func(*Space, Label) bool) {
		for _, list := range [][]Space{Spaces, Unlisted} {
			for i := range list {
				for _, l := range list[i].Labels {
					if !yield(&list[i], l) {
						return
					}
				}
			}
		}
	}
}

// SpaceOf is what messages call the space that a host or a file states, by OpenFX's name or by
// its primaries, as the node takes it for a clip of floats: nothing stated is scene-linear.
func SpaceOf(stated string) (name string, known bool) {
	if stated == "" {
		return SpaceLinear, true
	}
	for s, l := range Labels() {
		if l.OFX == stated {
			return s.Name, true
		}
	}
	_, err := primaries.Named(stated)
	return stated, err == nil
}

func checkSpace(name string) error {
	for i := range Spaces {
		if Spaces[i].Name == name {
			return nil
		}
	}
	if _, err := primaries.Named(name); err != nil {
		return fmt.Errorf("space: %w", err)
	}
	return nil
}
