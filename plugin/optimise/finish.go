package optimise

import (
	"math"
	"slices"

	"impasto.net/plugin/network"
	"impasto.net/plugin/pixels"
)

// margin is what a picture is painted beyond its edges, in pixels, on reflections: what an
// encoder sees there is not all picture, and a rim would show.
const margin = 16

// side is that of a picture made so much larger.
func side(n, by float64) int { return max(1, int(math.Round(n*by))) }

func copied(t network.Tensor) network.Tensor {
	return network.Tensor{Shape: t.Shape, Values: slices.Clone(t.Values)}
}

// extent is the plate's place, at its own size.
func (d *descending) extent() pixels.Geometry {
	across, down := d.frame()
	return pixels.Fitted(across, down, 1, 1)
}

// framed is the plate's place at a size, with a margin around it. The picture meets the encoder's
// grid where it would if the plate were all of the frame.
func (d *descending) framed(detail float64) pixels.Geometry {
	across, down := d.sides(detail)
	g := pixels.Fitted(across, down, d.objective.Grid(), 1)
	g.Left, g.Top = g.Left+margin, g.Top+margin
	g.Width, g.Height = g.Left+across.Count+margin, g.Top+down.Count+margin
	return g
}

// region is the mask at a place.
func (d *descending) region(place pixels.Geometry) []float32 {
	if d.Mask == nil {
		return nil
	}
	from := d.extent()
	region := make([]float32, place.Plane())
	pixels.Resample(d.Threads, d.Mask, &from, region, &place)
	for i, v := range region {
		region[i] = min(max(v, 0), 1)
	}
	return region
}

// resampled takes a picture from one place to another, in memory of its own.
func (d *descending) resampled(t network.Tensor, from, to pixels.Geometry) network.Tensor {
	values := make([]float32, 3*to.Plane())
	pixels.Resample(d.Threads, t.Values, &from, values, &to)
	return network.NewPicture(values, to.Width, to.Height)
}

// Cropped is a part of a picture, of its width and height, y up: the pixels that it
// touches.
func Cropped(t network.Tensor, part [4]float64) network.Tensor {
	if part == [4]float64{0, 0, 1, 1} {
		return t
	}
	width, height := int(t.Shape[3]), int(t.Shape[2])
	span := func(from, to float64, n int) (int, int) {
		first := min(int(from*float64(n)), n-1)
		return first, max(first+1, min(n, int(math.Ceil(to*float64(n)))))
	}
	x1, x2 := span(part[0], part[2], width)
	y1, y2 := span(1-part[3], 1-part[1], height)
	values := make([]float32, 0, 3*(x2-x1)*(y2-y1))
	for c := range 3 {
		for y := y1; y < y2; y++ {
			row := (c*height + y) * width
			values = append(values, t.Values[row+x1:row+x2]...)
		}
	}
	return network.NewPicture(values, x2-x1, y2-y1)
}

// finished is a picture at the plate's size, with the plate's edges where it was painted
// smaller.
func (d *descending) finished(picture network.Tensor, place pixels.Geometry) network.Tensor {
	g := d.extent()
	done := d.resampled(picture, place, g)
	values := done.Values
	if place.Across.Of < g.Across.Of {
		pixels.KeepEdges(d.Threads, 0, 1, d.Plate.Values, &g, picture.Values, &place, values,
			make([]float32, pixels.EdgesRoom(&g, &place)))
	}
	for i, v := range values {
		values[i] = min(max(v, 0), 1)
	}
	return done
}
