package optimise

import (
	"math"
	"slices"
	"testing"

	"impasto.net/plugin/network"
	"impasto.net/plugin/pixels"
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

func TestStrokesArePartOfTheFrame(t *testing.T) {
	picture := func(width, height int) network.Tensor {
		return network.NewPicture(make([]float32, 3*width*height), width, height)
	}
	for name, c := range map[string]struct {
		job  Job
		want float64
	}{
		"HD":             {Job{Plate: picture(192, 108), Painting: picture(90, 54)}, 2},
		"twice as large": {Job{Plate: picture(384, 216), Painting: picture(90, 54)}, 4},
		"a part of it": {Job{Plate: picture(50, 30),
			Across: pixels.Side{Count: 50, At: 9, Of: 384},
			Down:   pixels.Side{Count: 30, At: 7, Of: 216}, Painting: picture(90, 54)}, 4},
		"an upright": {Job{Plate: picture(192, 108), Painting: picture(54, 216)}, 0.5},
	} {
		c.job.TextureScale = 1
		if got := c.job.enlarged(); got != c.want {
			t.Errorf("%s: the painting is enlarged by %v, want %v", name, got, c.want)
		}
	}
}
