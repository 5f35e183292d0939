package pixels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// spline is the Catmull-Rom kernel as a matrix gives it: the weight at t of the second of
// four points, by the distance that it lies at.
func spline(x float64) float64 {
	basis := [4][4]float64{{-0.5, 1.5, -1.5, 0.5}, {1, -2.5, 2, -0.5}, {-0.5, 0, 0.5, 0},
		{0, 1, 0, 0}} // of t³, t², t, 1
	// at -1, 0, 1, 2; t is from 0 to 1 between the middle ones
	for point := range 4 {
		if t := x + float64(point-1); t >= 0 && t < 1 {
			return ((basis[0][point]*t+basis[1][point])*t+basis[2][point])*t + basis[3][point]
		}
	}
	return 0
}

// resampled is one value of a picture of another size, in float64, all of the picture's
// values by their weights.
func resampled(at func(x, y int) float64, width, height, toWidth, toHeight, x, y int) float64 {
	axis := func(n, to, i int) []float64 {
		step := float64(n) / float64(to)
		weights, sum := make([]float64, n), 0.
		for j := range weights {
			weights[j] = spline((float64(j) + 0.5 - (float64(i)+0.5)*step) / max(step, 1))
			sum += weights[j]
		}
		for j := range weights {
			weights[j] /= sum
		}
		return weights
	}
	sum := 0.
	across := axis(width, toWidth, x)
	for j, down := range axis(height, toHeight, y) {
		for i, w := range across {
			if down*w != 0 {
				sum += down * w * at(i, j)
			}
		}
	}
	return sum
}

// noise fills the plate's part of a picture; the rest is no number.
func noise(g *Geometry) []float32 {
	random := rand.New(rand.NewPCG(3, 4))
	picture := make([]float32, 3*g.Plane())
	for i := range picture {
		picture[i] = float32(math.NaN())
	}
	for c := range 3 {
		for y := range g.Down.Count {
			row := g.row(picture[c*g.Plane():], y)
			for x := range row {
				row[x] = random.Float32()
			}
		}
	}
	return picture
}

// plane is a plane's value by its place on the plate.
func plane(picture []float32, g *Geometry, c int) func(x, y int) float64 {
	return func(x, y int) float64 { return float64(g.row(picture[c*g.Plane():], y)[x]) }
}

func TestResampleIsASpline(t *testing.T) {
	for _, c := range []struct {
		width, height, toWidth, toHeight int
		multipleOf, minimum              int // of the second
	}{
		{40, 30, 40, 30, 1, 1}, {40, 30, 97, 61, 1, 1}, {60, 50, 31, 47, 8, 24},
		{1, 1, 5, 3, 1, 1}, {5, 3, 1, 1, 8, 24},
		{33, 7, 66, 7, 8, 24}, {64, 2, 32, 1, 4, 4},
	} {
		t.Run(fmt.Sprintf("%d×%d to %d×%d", c.width, c.height, c.toWidth, c.toHeight),
			func(t *testing.T) {
				fg, tg := NewGeometry(c.width, c.height, 8, 24),
					NewGeometry(c.toWidth, c.toHeight, c.multipleOf, c.minimum)
				from, to := noise(&fg), noise(&tg)
				Resample(2, from, &fg, to, &tg)
				for i, got := range to {
					plane, at := i/tg.Plane(), plane(from, &fg, i/tg.Plane())
					y, x := reflect(i/tg.Width%tg.Height-tg.Top,
						c.toHeight), reflect(i%tg.Width-tg.Left, c.toWidth)
					if want := resampled(at, c.width, c.height, c.toWidth, c.toHeight, x,
						y); !(math.Abs(float64(got)-want) < 2e-6) {
						t.Fatalf("plane %d: %d, %d is %g, want %g", plane, x, y, got, want)
					}
				}
				alone := noise(&tg)
				Resample(1, from, &fg, alone, &tg)
				if !slices.Equal(alone, to) {
					t.Error("another number of workers gives another picture")
				}
			})
	}
}

func TestContentTellsImagesApart(t *testing.T) {
	make4 := func(values ...float32) Image {
		return Image{Window: [4]int{0, 0, 2, 1}, channels: 4, stride: 8, values: values}
	}
	a := make4(1, 2, 3, 4, 5, 6, 7, 8)
	b := make4(1, 2, 3, 4, 5, 6, 7, 9)
	moved := make4(1, 2, 3, 4, 5, 6, 7, 8)
	moved.Window = [4]int{5, 5, 7, 6}
	tall := Image{Window: [4]int{0, 0, 1, 2}, channels: 4, stride: 4, values: a.values}
	if a.Content() == b.Content() || a.Content() == tall.Content() {
		t.Error("images that differ have one key")
	}
	if a.Content() != moved.Content() {
		t.Error("the same picture in another place has another key")
	}
}
