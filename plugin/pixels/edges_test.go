package pixels

import (
	"math"
	"testing"
)

// The formula of the comment in float64, from whole windows and pictures.
func TestKeepEdgesAddsWhatThePaintingFollows(t *testing.T) {
	const width, height, smallWidth, smallHeight = 41, 30, 20, 17
	const black, white = -1., 3.
	pg, sg, tight := NewGeometry(width, height, 1, 1),
		NewGeometry(smallWidth, smallHeight, 8, 24), NewGeometry(smallWidth, smallHeight, 1, 1)
	plate, painted, enlarged := noise(&pg), noise(&sg), noise(&pg)
	for i := range plate {
		plate[i] = black + (white-black)*plate[i]
	}
	before := append([]float32(nil), enlarged...)
	KeepEdges(2, black, white, plate, &pg, painted, &sg, enlarged,
		make([]float32, EdgesRoom(&pg, &sg)))

	light := func(x, y int) float64 {
		return ((plane(plate, &pg, 0)(x, y)+plane(plate, &pg, 1)(x, y)+plane(plate, &pg, 2)(x,
			y))/3 - black) / (white - black)
	}
	smaller := make([]float64, tight.Plane())
	for i := range smaller {
		smaller[i] = resampled(light, width, height, smallWidth, smallHeight, i%smallWidth,
			i/smallWidth)
	}
	lightOfSmall := func(x, y int) float64 { return smaller[y*smallWidth+x] }
	for c := range 3 {
		slopes := make([]float64, tight.Plane())
		paint := plane(painted, &sg, c)
		for i := range slopes {
			var l, p []float64
			for y := max(i/smallWidth-2, 0); y <= min(i/smallWidth+2, smallHeight-1); y++ {
				for x := max(i%smallWidth-2, 0); x <= min(i%smallWidth+2, smallWidth-1); x++ {
					l, p = append(l, lightOfSmall(x, y)), append(p, paint(x, y))
				}
			}
			slopes[i] = covariance(l, p) / (covariance(l, l) + 4e-4)
		}
		for i := range pg.Plane() {
			x, y := i%width, i/width
			lacks := light(x, y) - resampled(lightOfSmall, smallWidth, smallHeight, width, height,
				x, y)
			slope := resampled(func(x, y int) float64 { return slopes[y*smallWidth+x] }, smallWidth,
				smallHeight, width, height, x, y)
			at := c*pg.Plane() + i
			if want := float64(before[at]) +
				slope*lacks; !(math.Abs(float64(enlarged[at])-want) < 1e-4) {
				t.Fatalf("plane %d: %d, %d is %g, want %g", c, x, y, enlarged[at], want)
			}
		}
	}
}

func covariance(a, b []float64) float64 {
	var meanA, meanB, sum float64
	for i := range a {
		meanA, meanB = meanA+a[i]/float64(len(a)), meanB+b[i]/float64(len(b))
	}
	for i := range a {
		sum += (a[i] - meanA) * (b[i] - meanB) / float64(len(a))
	}
	return sum
}

// A hard edge that was painted at a quarter of the size is as hard as before where the
// painting follows the plate, and a stroke that has nothing to do with the plate stays as
// it was enlarged.
func TestKeepEdgesKeepsAnEdge(t *testing.T) {
	const width, height = 64, 48
	pg, sg := NewGeometry(width, height, 1, 1), NewGeometry(width/4, height/4, 1, 1)
	plate, painted, enlarged := make([]float32, 3*pg.Plane()),
		make([]float32, 3*sg.Plane()), make([]float32, 3*pg.Plane())
	for i := range plate {
		plate[i] = 0.2
		if i%width >= 30 {
			plate[i] = 0.8
		}
	}
	Resample(1, plate, &pg, painted, &sg)
	for i := range painted {
		painted[i] = 1 - painted[i] // the painting is a negative
		if i%sg.Width < 3 {
			painted[i] += 0.3 * float32(i%2) // and has strokes at the left
		}
	}
	Resample(1, painted, &sg, enlarged, &pg)
	blurred := append([]float32(nil), enlarged...)
	KeepEdges(1, 0, 1, plate, &pg, painted, &sg, enlarged, make([]float32, EdgesRoom(&pg, &sg)))
	for i, got := range enlarged {
		x := i % width
		if want := 1 - plate[i]; x > 20 && math.Abs(float64(got-want)) > 0.02 {
			t.Fatalf("pixel %d beside the edge is %g, want %g; enlarged it was %g", x, got, want,
				blurred[i])
		}
		if x < 8 && math.Abs(float64(got-blurred[i])) > 0.01 {
			t.Fatalf("pixel %d of the strokes is %g, enlarged it was %g", x, got, blurred[i])
		}
	}
}
