package acceptance

import (
	"errors"
	"image"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"impasto.net/plugin/onnxtest"
	"impasto.net/render/ofx"
	"impasto.net/render/picture"
)

// A host that manages colour says what a plate is in, and with Auto the node goes by it: the
// frame is the one that the entry of that space makes. A space that the node does not know fails
// the frame, unless the artist says what to take it for.
func TestSpaceFromTheHost(t *testing.T) {
	s := newShot(t)
	id := onnxtest.WritePackage(t, s.path("styles"), "dark", onnxtest.Gain(0.5))
	profile, err := ofx.ProfileNamed("impasto")
	if err != nil {
		t.Fatal(err)
	}
	host, loaded := s.load(profile)
	render := func(colourspace, entry string) (*picture.Image, error) {
		plate := picture.New(image.Rect(0, 0, 24, 16))
		plate.Colourspace = colourspace
		random := rand.New(rand.NewPCG(1, 1))
		for i := range plate.Pix {
			if i%4 != 3 {
				plate.Pix[i] = 0.1 + 0.8*random.Float32()
			}
		}
		todo := setup("OfxImageEffectContextGeneral", id, image.Point{1, 1})
		todo.Clips["Source"] = grey{plate}
		todo.Params = func(find func(string) *ofx.Param) error {
			return errors.Join(find("styleId").Set(id, ofx.Linear),
				find("plateSpace").Set(entry, ofx.Linear))
		}
		instance, err := loaded.NewInstance(todo)
		if err != nil {
			return nil, err
		}
		defer instance.Close()
		out, err := instance.Render(1)
		if err != nil {
			return nil, err
		}
		return out.Picture, nil
	}
	must := func(colourspace, entry string) []float32 {
		t.Helper()
		im, err := render(colourspace, entry)
		if err != nil {
			t.Fatal(err)
		}
		return im.Pix
	}
	linear := must("", "Auto")
	for colourspace, entry := range map[string]string{
		"lin_rec709_srgb": "Scene-linear Rec.709 (sRGB)", "ACEScg": "ACEScg", "lin_rec2020": "Scene-linear Rec.2020",
		"srgb_tx": "sRGB display", "rec1886_rec709_display": "Rec.709 display (BT.1886)", "ACEScct": "ACEScct",
		"arri_logc3_ei800": "ARRI LogC3 (EI 800)", "arri_logc4": "ARRI LogC4",
		"slog3_sgamut3cine": "Sony S-Log3 (S-Gamut3.Cine)", "ofx_raw": "Raw", "ACES2065-1": "ACES2065-1",
	} {
		got := must(colourspace, "Auto")
		if !slices.Equal(got, must("", entry)) {
			t.Errorf("%s is not painted as %s", colourspace, entry)
		}
		if slices.Equal(got, linear) != (colourspace == "lin_rec709_srgb") {
			t.Errorf("%s: is it painted as what is linear?", colourspace)
		}
	}
	if !slices.Equal(must("lin_p3d65", "Auto"),
		must("primaries:0.68,0.32,0.265,0.69,0.15,0.06,0.3127,0.329", "Auto")) {
		t.Error("P3 is not painted as its primaries are")
	}
	if _, err := render("lin_adobergb", "Auto"); err == nil ||
		!strings.Contains(err.Error(), "Source is in the colour space lin_adobergb") {
		t.Errorf("a space that is not known: %v", err)
	}
	if !slices.Equal(must("lin_adobergb", "Scene-linear Rec.709 (sRGB)"), linear) {
		t.Error("what the artist says does not go before what the host says")
	}
	if found := host.Findings(); len(found) > 0 {
		t.Errorf("found %v", found)
	}
}
