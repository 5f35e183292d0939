package pixels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// area is the mean of a plane over a rectangle, in pixels that need not be whole: the
// integral, pixel by pixel, in float64.
func area(at func(x, y int) float64, width, height int, left, top, right, bottom float64) float64 {
	within := func(pixel int, from, to float64) float64 {
		return max(0, min(float64(pixel+1), to)-max(float64(pixel), from))
	}
	sum := 0.
	for y := range height {
		h := within(y, top, bottom)
		if h == 0 {
			continue
		}
		for x := range width {
			sum += h * within(x, left, right) * at(x, y)
		}
	}
	return sum / ((right - left) * (bottom - top))
}

func TestAverageIsTheMeanOfAreas(t *testing.T) {
	for _, c := range []struct{ width, height, multipleOf, minimum, size int }{
		{1, 1, 1, 1, 16}, {1, 1, 8, 24, 16}, {7, 5, 8, 24, 16}, {16, 16, 1, 1, 16},
		{32, 48, 8, 24, 16}, {33, 17, 8, 24, 16},
		{15, 100, 8, 24, 16}, {250, 131, 8, 24, 16}, {129, 127, 8, 24, 128},
		{300, 40, 8, 24, 128}, {20, 30, 1, 1, 1},
	} {
		t.Run(fmt.Sprintf("%d×%d to %d", c.width, c.height, c.size), func(t *testing.T) {
			g := NewGeometry(c.width, c.height, c.multipleOf, c.minimum)
			random := rand.New(rand.NewPCG(1, 2))
			picture := make([]float32, 3*g.Plane())
			for i := range picture {
				picture[i] = float32(math.NaN()) // what is reflected must not count
			}
			for i := range 3 * c.width * c.height {
				plane, y, x := i/(c.width*c.height), i/c.width%c.height, i%c.width
				picture[plane*g.Plane()+(g.Top+y)*g.Width+g.Left+x] = random.Float32()
			}
			small := make([]float32, 3*c.size*c.size)
			Average(2, picture, &g, g.Whole(), small, c.size)
			scaleX, scaleY := float64(c.width)/float64(c.size), float64(c.height)/float64(c.size)
			for i, got := range small {
				plane, y, x := i/(c.size*c.size), i/c.size%c.size, i%c.size
				at := func(x, y int) float64 {
					return float64(picture[plane*g.Plane()+(g.Top+y)*g.Width+g.Left+x])
				}
				want := area(at, c.width, c.height, float64(x)*scaleX, float64(y)*scaleY,
					float64(x+1)*scaleX, float64(y+1)*scaleY)
				if !(math.Abs(float64(got)-want) <= 1e-6) {
					t.Fatalf("plane %d, %d, %d is %g, want %g", plane, x, y, got, want)
				}
			}
			alone := make([]float32, len(small))
			Average(1, picture, &g, g.Whole(), alone, c.size)
			if !slices.Equal(small, alone) {
				t.Error("another number of workers gives another picture")
			}
		})
	}
}

func BenchmarkAverage(b *testing.B) {
	g := NewGeometry(1920, 1080, 8, 24)
	picture, small := make([]float32, 3*g.Plane()), make([]float32, 3*128*128)
	b.ReportAllocs()
	for b.Loop() {
		Average(2, picture, &g, g.Whole(), small, 128)
	}
}
