package pixels

import (
	"math"
	"slices"
	"testing"
)

func TestNoiseIsStraightBetweenCorners(t *testing.T) {
	const amount, cell = 0.25, 12
	g := NewGeometry(96, 60, 8, 24)
	picture := make([]float32, 3*g.Plane())
	for i := range picture {
		picture[i] = 0.5
	}
	AddNoise(2, picture, &g, amount, []int{cell})
	at := func(c, x, y int) float64 { return float64(picture[c*g.Plane()+y*g.Width+x]) - 0.5 }
	var most, sum, squares float64
	for c := range 3 {
		for y := range g.Height {
			for x := range g.Width {
				v := at(c, x, y)
				most, sum, squares = max(most, math.Abs(v)), sum+v, squares+v*v
				// Three pixels of one cell, in a row or a column, are on a line.
				if x%cell < cell-2 && math.Abs(at(c, x+2, y)-2*at(c, x+1, y)+v) > 1e-6 {
					t.Fatalf("plane %d bends across at %d, %d", c, x, y)
				}
				if y%cell < cell-2 && y+2 < g.Height &&
					math.Abs(at(c, x, y+2)-2*at(c, x, y+1)+v) > 1e-6 {
					t.Fatalf("plane %d bends down at %d, %d", c, x, y)
				}
			}
		}
	}
	n := float64(3 * g.Plane())
	// Uniform corners have a variance of a third; between them lies two thirds of that, twice.
	want := amount * math.Sqrt(1./3*4/9)
	if deviation := math.Sqrt(squares / n); most > amount || math.Abs(sum/n) > 0.1*amount ||
		math.Abs(deviation-want) > 0.2*want {
		t.Errorf("at most %g, mean %g, deviation %g; want %g, 0, %g", most, sum/n, deviation,
			amount, want)
	}
	if slices.Equal(picture[:g.Plane()], picture[g.Plane():2*g.Plane()]) {
		t.Error("two planes have the same noise")
	}
}

// What is painted of a frame has the noise of the frame there.
func TestNoiseStaysInTheFrame(t *testing.T) {
	whole := NewGeometry(200, 120, 8, 24)
	part := Fitted(Side{Count: 77, At: 61, Of: 200}, Side{Count: 40, At: 33, Of: 120}, 8, 24)
	outside := Fitted(Side{Count: 30, At: -19, Of: 200}, Side{Count: 40, At: 33, Of: 120}, 8, 24)
	golden := make([]float32, 3*96*60)
	g := NewGeometry(96, 60, 1, 1)
	AddNoise(1, golden, &g, 0.08, []int{12, 48})
	// By models/train/network/packages.py.
	for i, want := range map[int]float32{0: -0.04065293, 1: -0.03421595,
		2*96*60 + 33*96 + 50: 0.03527927} {
		if math.Abs(float64(golden[i]-want)) > 1e-6 {
			t.Errorf("value %d is %g, want %g", i, golden[i], want)
		}
	}
	noise := func(workers int, g Geometry) []float32 {
		picture := make([]float32, 3*g.Plane())
		AddNoise(workers, picture, &g, 0.08, []int{12, 48})
		return picture
	}
	all := noise(1, whole)
	if !slices.Equal(all, noise(2, whole)) {
		t.Error("another number of workers gives other noise")
	}
	for _, g := range []Geometry{part, outside} {
		got := noise(2, g)
		for i, v := range got {
			c, y, x := i/g.Plane(), i%g.Plane()/g.Width-g.Top+int(g.Down.At),
				i%g.Width-g.Left+int(g.Across.At)
			if x < 0 || x >= whole.Width || y < 0 || y >= whole.Height {
				continue
			}
			if want := all[c*whole.Plane()+y*whole.Width+x]; v != want {
				t.Fatalf("plane %d at %d, %d of the frame is %g, want %g", c, x, y, v, want)
			}
		}
	}
}
