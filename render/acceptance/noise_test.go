package acceptance

import (
	"image"
	"math"
	"testing"

	"impasto.net/render/ofx"
)

// An even plate has strokes by the noise alone: none is the least that it can be painted with.
func TestNoiseIsWhatStrokesBeginFrom(t *testing.T) {
	host, loaded := newShot(t).load(ofx.Profiles[0])
	spread := func(noise string) float64 {
		todo := setup("OfxImageEffectContextFilter", "", image.Point{192, 128})
		todo.Params = func(find func(string) *ofx.Param) error {
			return find("noise").Set(noise, ofx.Linear)
		}
		instance, err := loaded.NewInstance(todo)
		if err != nil {
			t.Fatal(err)
		}
		defer instance.Close()
		out, err := instance.Render(1)
		if err != nil {
			t.Fatal(err)
		}
		var sum, squares float64
		for i, v := range out.Picture.Pix {
			if i%4 == 1 {
				sum, squares = sum+float64(v), squares+float64(v)*float64(v)
			}
		}
		n := float64(len(out.Picture.Pix) / 4)
		return math.Sqrt(squares/n - sum/n*sum/n)
	}
	if none, usual, more := spread("0"), spread("1"), spread("3"); !(none < usual && usual < more) {
		t.Errorf("it spreads by %g without noise, by %g with it and by %g with more", none,
			usual, more)
	}
	if found := host.Findings(); len(found) > 0 {
		t.Errorf("found %v", found)
	}
}
