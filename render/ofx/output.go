package ofx

/*
#include "host.h"
*/
import "C"

import (
	"image"

	"impasto.net/render/picture"
)

// picture makes a file's picture of an output image.
func (i *Instance) picture(b *buffer, output *Clip) *picture.Image {
	display := i.window.scaled(i.setup.Scale)
	components := componentCounts[output.components]
	im := &picture.Image{
		DataWindow: image.Rect(b.bounds.x1, display.Max.Y-display.Min.Y-b.bounds.y2, b.bounds.x2,
			display.Max.Y-display.Min.Y-b.bounds.y1).Add(display.Min),
		DisplayWindow: display,
		PixelAspect:   float32(output.aspect),
		Pix:           make([]float32, 4*b.bounds.width()*b.bounds.height()),
		HasAlpha:      components != 3 && output.premultiplication != C.kOfxImageOpaque,
		Depth:         i.window.depth,
		Log:           i.window.log,
		Compression:   i.window.compression,
		Tile:          i.window.tile,
	}
	row := make([]float32, components*b.bounds.width())
	n := 4 * b.bounds.width()
	for y := b.bounds.y1; y < b.bounds.y2; y++ {
		line := (b.bounds.y2 - 1 - y) * n
		rgba := im.Pix[line : line+n]
		load(row, b.line(y), components, output.depth)
		unpick(rgba, row, components)
		if output.premultiplication == C.kOfxImageUnPreMultiplied {
			for p := 0; p < n; p += 4 {
				for c := p; c < p+3; c++ {
					rgba[c] *= rgba[p+3]
				}
			}
		}
	}
	return im
}

// windows is what the output's file takes over from the main plate's.
type windows struct {
	display     image.Rectangle
	depth       picture.Depth
	log         bool
	compression picture.Compression
	tile        image.Point
}

// Displayed is the display window of an output for a plate of that one.
func (i *Instance) Displayed(plate image.Rectangle) image.Rectangle {
	if i.main == "" {
		plate = i.window.display
	}
	return (&windows{display: plate}).scaled(i.setup.Scale)
}

func (w *windows) scaled(scale float64) image.Rectangle {
	if scale == 1 {
		return w.display
	}
	s := func(v int) int { return int(float64(v)*scale + 0.5) }
	r := image.Rect(0, 0, max(1, s(w.display.Dx())), max(1, s(w.display.Dy())))
	return r.Add(image.Pt(s(w.display.Min.X), s(w.display.Min.Y)))
}
