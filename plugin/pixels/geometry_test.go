package pixels

import (
	"math"
	"testing"
)

// What a plate covers of a frame at another size are pixels that have the same place as in the
// whole, however it is cropped.
func TestSidesKeepTheirPlace(t *testing.T) {
	for _, x := range []struct {
		side, want Side
		of         int
	}{
		{Alone(640), Side{640, 0, 640}, 640},
		{Alone(641), Side{321, 0, 321}, 321},
		// the centre of the first one is where the plate begins
		{Side{639, 1, 640}, Side{320, 0, 320}, 320},
		{Side{638, 2, 640}, Side{319, 1, 320}, 320},
		{Side{637, 3, 640}, Side{319, 1, 320}, 320},
		{Side{650, -5, 640}, Side{325, -3, 320}, 320},    // beyond the frame
		{Side{961, 0, 960.5}, Side{1922, 0, 1921}, 1921}, // a proxy
		{Side{1, 3, 640}, Side{1, 0, 64}, 64},            // between two centres
		{Side{20, 4.0000000001, 40}, Side{20, 4, 40}, 40},
	} {
		if got := x.side.Scaled(x.of); got != x.want {
			t.Errorf("%v of %d is %v, want %v", x.side, x.of, got, x.want)
		}
	}
}

// A plate meets the network's grid where the frame does, with enough around it.
func TestFittedMeetsTheGridOfTheFrame(t *testing.T) {
	for at := -20.; at < 20; at++ {
		for _, count := range []int{1, 5, 23, 24, 31, 100} {
			g := Fitted(Side{count, at, 100}, Alone(9), 8, 24)
			if off := math.Mod(at-float64(g.Left), 8); off != 0 || g.Left < 0 {
				t.Errorf("%d pixels at %g begin %d pixels after the grid", count, at, g.Left)
			}
			if g.Width%8 != 0 || g.Width < max(24, count+g.Left) ||
				g.Width > max(24, count+g.Left+7) {
				t.Errorf("%d pixels at %g: a picture of %d", count, at, g.Width)
			}
		}
	}
	if g := NewGeometry(8, 24, 8, 24); g.Left != 8 || g.Top != 0 {
		t.Errorf("a small plate lies at %d, %d", g.Left, g.Top)
	}
}

// A plate of which something is missing is resampled as the whole one is, both ways.
func TestResampleOfACrop(t *testing.T) {
	whole := Fitted(Alone(200), Alone(40), 1, 1)
	picture := noise(&whole)
	for _, of := range []int{90, 200, 331} {
		high := Alone(40).Scaled(of / 5)
		sized := Fitted(whole.Across.Scaled(of), high, 1, 1)
		want, back := make([]float32, 3*sized.Plane()), make([]float32, 3*whole.Plane())
		Resample(1, picture, &whole, want, &sized)
		Resample(1, want, &sized, back, &whole)
		for _, first := range []int{1, 2, 3, 7} {
			crop := Fitted(Side{200 - first - 5, float64(first), 200}, Alone(40), 1, 1)
			part := make([]float32, 3*crop.Plane())
			for i := range 3 * 40 {
				copy(part[i*crop.Width:], picture[i*200+first:(i+1)*200-5])
			}
			small := Fitted(crop.Across.Scaled(of), high, 8, 24)
			got, again := make([]float32, 3*small.Plane()), make([]float32, 3*crop.Plane())
			Resample(1, part, &crop, got, &small)
			Resample(1, got, &small, again, &crop)
			for x := 20; x < 170; x++ {
				if v, w := again[x], back[x+first]; math.Abs(float64(v-w)) > 1e-5 {
					t.Fatalf("of %d, without %d: %d is %g, want %g", of, first, x, v, w)
				}
			}
		}
	}
}

// What is there of a frame is the frame where it is nearly all, itself where it is an object,
// and something between where it is something between.
func TestPartsWithinAFrame(t *testing.T) {
	frame := Part{-10, -20, 90, 180}
	for _, x := range []struct{ part, want Part }{
		{Part{0, 0, 85, 170}, frame},
		{Part{0, 0, 50, 100}, Part{0, 0, 50, 100}},
		{Part{-10, 0, 70, 100}, Part{-10, 0, 90, 100}},
		{Part{0, 0, 65, 100}, Part{-5, 0, 77.5, 100}},
		{Part{0, 0, 85, 190}, Part{0, 0, 85, 190}}, // not in it
	} {
		if got := x.part.Within(frame); got != x.want {
			t.Errorf("%v is %v, want %v", x.part, got, x.want)
		}
	}
}

// Cells beyond the plate take on what is beside them, and those that reach over its border are
// of what is there.
func TestAverageSolidBeyondThePlate(t *testing.T) {
	im := Image{Window: [4]int{0, 0, 6, 8}, channels: 4, stride: 24, values: make([]float32, 6*8*4)}
	g := NewGeometry(6, 8, 1, 1)
	picture, small := make([]float32, 3*g.Plane()), make([]float32, 3*16)
	for i := range g.Plane() {
		picture[i], im.values[4*i+3] = float32(i%6), 1
	}
	AverageSolid(1, picture, &g, &im, Part{-3, 0, 9, 8}, small, 4)
	if row := small[:4]; row[1] != 1 || row[2] != 4 { // of 0 to 2, and of 3 to 5
		t.Errorf("the cells on the plate are %g, want 1 and 4", row[1:3])
	}
	if row := small[:4]; !(row[0] >= 1 && row[0] <= 4 && row[3] >= row[0] && row[3] <= 4) {
		t.Errorf("beyond the plate they are %g and %g", row[0], row[3])
	}
}
