package acceptance

import (
	"math"
	"testing"

	"impasto.net/plugin/onnxtest"
)

// The space goes from the parameter to the engine: a style that changes nothing leaves the
// plate alone in all of them, and one that darkens takes the plate's values for others.
func TestPlateSpace(t *testing.T) {
	s := newShot(t)
	s.plates(1, 67, 41, nil)
	onnxtest.WritePackage(t, s.path("styles"), "plain", onnxtest.Identity())
	onnxtest.WritePackage(t, s.path("styles"), "dark", onnxtest.Gain(0.5))
	s.must("1", "auto", "--param", "styleId=dark")
	plate := s.picture("plate", 1)
	for _, space := range []struct {
		label    string
		likeAuto bool
	}{
		{"Auto", true}, {"Scene-linear Rec.709 (sRGB)", true},
		{"ACEScg", false}, {"Scene-linear Rec.2020", false},
		{"sRGB display", false}, {"Rec.709 display (BT.1886)", false}, {"ACEScct", false},
		{"ARRI LogC3 (EI 800)", false}, {"ARRI LogC4", false},
		{"Sony S-Log3 (S-Gamut3.Cine)", false}, {"Raw", false}, {"ACES2065-1", false},
	} {
		s.must("1", "dark", "--param", "styleId=dark", "--param", "plateSpace="+space.label)
		if s.equal(1, "dark", "auto") != space.likeAuto {
			t.Errorf("%s: is it painted as with Auto? That should be %v", space.label,
				space.likeAuto)
		}
		s.must("1", "plain", "--param", "styleId=plain", "--param", "plateSpace="+space.label)
		for i, v := range s.picture("plain", 1).Pix {
			if want := plate.Pix[i]; math.Abs(float64(v-want)) > 1e-4*math.Abs(float64(want))+1e-6 {
				t.Fatalf("%s: value %d is %g, was %g", space.label, i, v, want)
			}
		}
	}
}
