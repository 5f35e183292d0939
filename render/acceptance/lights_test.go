package acceptance

import (
	"math"
	"slices"
	"testing"

	"impasto.net/render/picture"
)

// Lights of 40 and a deep blue one outside of Rec. 709 are still there in what the shipped
// styles paint: the brightest thousandth of the frame is as bright as it was, no channel is
// below what it was, and there is no value that is no number.
func TestLightsStay(t *testing.T) {
	s := newShot(t)
	s.plates(1, 320, 180, func(_ int, im *picture.Image) {
		for p := 0; p < len(im.Pix); p += 4 {
			x, y := p/4%320, p/4/320
			im.Pix[p], im.Pix[p+1], im.Pix[p+2] = 0.1+float32(x)/800, 0.2+float32(y)/400, 0.3
			switch {
			case x > 40 && x < 70 && y > 30 && y < 60:
				copy(im.Pix[p:], []float32{40, 40, 40})
			case x > 200 && x < 260 && y > 90 && y < 150:
				copy(im.Pix[p:], []float32{-0.3, -0.15, 4})
			}
		}
	})
	plate := s.picture("plate", 1)
	luminance := func(im *picture.Image) float64 {
		var all []float64
		for p := 0; p < len(im.Pix); p += 4 {
			all = append(all,
				0.2126*float64(im.Pix[p])+0.7152*float64(im.Pix[p+1])+0.0722*float64(im.Pix[p+2]))
		}
		slices.Sort(all)
		return all[len(all)*999/1000]
	}
	for _, style := range []string{"starry-night", "ink", "night-cafe", "shipwreck"} {
		s.must("1", style, "--param", "styleId="+style)
		out := s.picture(style, 1)
		if was, is := luminance(plate), luminance(out); !(math.Abs(is-was) <= 0.1*was) {
			t.Errorf("%s: the 99.9th percentile was %g and is %g", style, was, is)
		}
		for i, v := range out.Pix {
			if !(v >= min(plate.Pix[i], 0)-1e-5) { // NaN neither
				t.Fatalf("%s: value %d is %g, was %g", style, i, v, plate.Pix[i])
			}
		}
		blue := out.Row(120)[4*230:][:3]
		if !(blue[2] > 2 && blue[2] > blue[0] && blue[2] > blue[1]) {
			t.Errorf("%s: the blue light is %v", style, blue)
		}
	}
}
