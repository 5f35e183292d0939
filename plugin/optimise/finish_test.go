package optimise

import (
	"math"
	"slices"
	"testing"

	"impasto.net/plugin/network"
)

func TestCroppedHasPixelsOfEveryPart(t *testing.T) {
	picture := network.NewPicture([]float32{
		1, 2, 3, 4,
		5, 6, 7, 8,

		11, 12, 13, 14,
		15, 16, 17, 18,

		21, 22, 23, 24,
		25, 26, 27, 28,
	}, 4, 2)
	for _, c := range []struct {
		part [4]float64
		want []float32
	}{
		{[4]float64{0, 0, 1, 1}, picture.Values},
		{[4]float64{0, 0.5, 0.5, 1}, []float32{1, 2, 11, 12, 21, 22}},
		{[4]float64{0.3, 0, 0.4, 0.1}, []float32{6, 16, 26}},
		{[4]float64{math.Nextafter(1, 0), 0, 1, 1e-17}, []float32{8, 18, 28}},
		{[4]float64{0, 0.5, 0.25, math.Nextafter(0.5, 1)}, []float32{1, 11, 21}},
	} {
		if got := Cropped(picture, c.part); !slices.Equal(got.Values, c.want) {
			t.Errorf("%v has %v, want %v", c.part, got.Values, c.want)
		}
	}
}
