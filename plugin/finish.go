package main

import (
	"math"
	"slices"

	"impasto.net/bridge"
	"impasto.net/plugin/network"
	"impasto.net/plugin/pixels"
)

// side is that of a picture made so much larger.
func side(n int64, by float64) int { return max(1, int(math.Round(float64(n)*by))) }

func copied(t network.Tensor) network.Tensor {
	return network.Tensor{Shape: t.Shape, Values: slices.Clone(t.Values)}
}

// resized is a picture of another size. What is under a minimum is reflected up to it.
func resized(threads int, t network.Tensor, width, height, least int) network.Tensor {
	from := pixels.NewGeometry(int(t.Shape[3]), int(t.Shape[2]), 1, 1)
	to := pixels.NewGeometry(width, height, 1, least)
	if to == from {
		return t
	}
	values := make([]float32, 3*to.Plane())
	pixels.Resample(threads, t.Values, &from, values, &to)
	return network.NewPicture(values, to.Width, to.Height)
}

// cropped is a part of a picture, of its width and height, y up: the pixels that it
// touches.
func cropped(t network.Tensor, part [4]float64) network.Tensor {
	width, height := int(t.Shape[3]), int(t.Shape[2])
	low := func(v float64, n int) int { return int(v * float64(n)) }
	high := func(v float64, n int) int { return min(n, int(math.Ceil(v*float64(n)))) }
	x1, x2 := low(part[0], width), high(part[2], width)
	y1, y2 := low(1-part[3], height), high(1-part[1], height)
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
// smaller, in the colours that are wanted.
func (d *descending) finished(picture network.Tensor) *bridge.Planes {
	width, height := d.sides(1)
	whole := copied(resized(d.threads, picture, width, height, 1))
	values := whole.Values
	if picture.Shape[3] < d.plate.Shape[3] {
		g, small := pixels.NewGeometry(width, height, 1, 1), pixels.NewGeometry(int(picture.Shape[3]), int(picture.Shape[2]), 1, 1)
		pixels.KeepEdges(d.threads, 0, 1, d.plate.Values, &g, picture.Values, &small, values, make([]float32, pixels.EdgesRoom(&g, &small)))
	}
	for i, v := range values {
		values[i] = min(max(v, 0), 1)
	}
	if d.KeepColour != 0 {
		pixels.Recolour(d.threads, d.plate.Values, values, float32(d.KeepColour))
	}
	return planes(whole)
}
