package acceptance

import (
	"image"
	"slices"
	"strings"
	"testing"

	"impasto.net/render/ofx"
	"impasto.net/render/picture"
)

// In Natron a mask that is made of a picture without alpha is 0 everywhere: that nothing is painted
// is said, and not for every frame.
func TestMaskWithoutAlphaIsSaidOnce(t *testing.T) {
	const saying = "what is connected to Mask has no alpha"
	s := newShot(t)
	profile, err := ofx.ProfileNamed("natron")
	if err != nil {
		t.Fatal(err)
	}
	host, loaded := s.load(profile)
	for _, alpha := range []bool{false, true} {
		said := 0
		host.Say = func(m ofx.Message) {
			if strings.Contains(m.Text, saying) {
				said++
			}
		}
		mask := picture.New(image.Rect(0, 0, 48, 32))
		mask.HasAlpha = alpha
		clear(mask.Pix) // which masks everything away as well, and is meant
		todo := setup("OfxImageEffectContextGeneral", "", image.Point{48, 32})
		todo.Clips["Mask"], todo.Last, todo.Params = grey{mask}, 3, nil
		instance, err := loaded.NewInstance(todo)
		if err != nil {
			t.Fatal(err)
		}
		for frame := 1; frame <= 3; frame++ {
			out, err := instance.Render(frame)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(out.Picture.Pix, todo.Clips["Source"].(grey).im.Pix) {
				t.Errorf("with alpha %v frame %d is painted", alpha, frame)
			}
		}
		instance.Close()
		if alpha && said != 0 || !alpha && said != 1 {
			t.Errorf("with alpha %v it is said %d times", alpha, said)
		}
	}
}
