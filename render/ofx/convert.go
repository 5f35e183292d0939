package ofx

/*
#include "host.h"
*/
import "C"

import (
	"bytes"
	"encoding/binary"
	"image"
	"unsafe"

	"impasto.net/render/picture"
)

var componentCounts = map[string]int{
	C.kOfxImageComponentRGBA:  4,
	C.kOfxImageComponentRGB:   3,
	C.kOfxImageComponentAlpha: 1,
}

var depthBytes = map[string]int{
	C.kOfxBitDepthByte:  1,
	C.kOfxBitDepthShort: 2,
	C.kOfxBitDepthHalf:  2,
	C.kOfxBitDepthFloat: 4,
}

// floatsOf and shortsOf are the same memory as another type, which rows are aligned for.
func floatsOf(b []byte) []float32 {
	return unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/4)
}

func shortsOf(b []byte) []uint16 {
	return unsafe.Slice((*uint16)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/2)
}

// pick takes a row of RGBA apart into the components of a clip.
func pick(to, rgba []float32, components int) {
	switch components {
	case 4:
		copy(to, rgba)
	case 3:
		for i, o := 0, 0; i < len(rgba); i, o = i+4, o+3 {
			copy(to[o:o+3], rgba[i:i+3])
		}
	case 1:
		for i, o := 0, 0; i < len(rgba); i, o = i+4, o+1 {
			to[o] = rgba[i+3]
		}
	}
}

// unpick is the opposite; what there is not is 0, and alpha without colour is 1 in an opaque row.
func unpick(rgba, from []float32, components int) {
	switch components {
	case 4:
		copy(rgba, from)
	case 3:
		for i, o := 0, 0; i < len(rgba); i, o = i+4, o+3 {
			copy(rgba[i:i+3], from[o:o+3])
			rgba[i+3] = 1
		}
	case 1:
		for i, o := 0, 0; i < len(rgba); i, o = i+4, o+1 {
			rgba[i+3] = from[o]
		}
	}
}

// Bytes and shorts are display-encoded, as hosts deliver them: the colour before it was multiplied
// by alpha is sRGB, and alpha is as it is.

func encodeRow[T uint8 | uint16](to []T, from []float32, components int, encode func(float32) T, most float64) {
	for i := 0; i < len(from); i += components {
		alpha := float32(1)
		if components != 3 {
			alpha = from[i+components-1]
			to[i+components-1] = quantise[T](float64(alpha), most)
		}
		for c := i; c < i+3 && components > 1; c++ {
			if alpha > 0 && alpha < 1 {
				to[c] = quantise[T](picture.Encoded(float64(from[c]/alpha))*float64(alpha), most)
			} else {
				to[c] = encode(from[c])
			}
		}
	}
}

func decodeRow[T uint8 | uint16](to []float32, from []T, components int, decode func(T) float32, most float64) {
	for i := 0; i < len(from); i += components {
		alpha := float32(1)
		if components != 3 {
			alpha = float32(float64(from[i+components-1]) / most)
			to[i+components-1] = alpha
		}
		for c := i; c < i+3 && components > 1; c++ {
			if alpha > 0 && alpha < 1 {
				to[c] = float32(picture.Linear(float64(from[c])/most/float64(alpha))) * alpha
			} else {
				to[c] = decode(from[c])
			}
		}
	}
}

func quantise[T uint8 | uint16](v, most float64) T {
	switch {
	case !(v > 0):
		return 0
	case v >= 1:
		return T(most)
	}
	return T(v*most + 0.5)
}

// store writes a row of components into an image's memory.
func store(to []byte, from []float32, components int, depth string) {
	switch depth {
	case C.kOfxBitDepthFloat:
		copy(floatsOf(to), from)
	case C.kOfxBitDepthHalf:
		picture.Halves(shortsOf(to), from)
	case C.kOfxBitDepthShort:
		encodeRow(shortsOf(to), from, components, picture.EncodeShort, 65535)
	case C.kOfxBitDepthByte:
		encodeRow(to, from, components, picture.EncodeByte, 255)
	}
}

// load is the opposite.
func load(to []float32, from []byte, components int, depth string) {
	switch depth {
	case C.kOfxBitDepthFloat:
		copy(to, floatsOf(from))
	case C.kOfxBitDepthHalf:
		picture.Floats(to, shortsOf(from))
	case C.kOfxBitDepthShort:
		decodeRow(to, shortsOf(from), components, picture.DecodeShort, 65535)
	case C.kOfxBitDepthByte:
		decodeRow(to, from, components, picture.DecodeByte, 255)
	}
}

// markUnwritten marks the pixels of an output, so that those that the plugin leaves out can be told: a
// NaN that nobody computes. Depths without one go unmarked.
func (b *buffer) markUnwritten(depth string) {
	for y := b.bounds.y1; y < b.bounds.y2; y++ {
		line := b.line(y)
		switch depth {
		case C.kOfxBitDepthFloat:
			for i := 0; i < len(line); i += 4 {
				binary.NativeEndian.PutUint32(line[i:], unwrittenFloat)
			}
		case C.kOfxBitDepthHalf:
			for i := 0; i < len(line); i += 2 {
				binary.NativeEndian.PutUint16(line[i:], unwrittenHalf)
			}
		default:
			clear(line)
		}
	}
}

const (
	unwrittenFloat = 0x7fa5a5a5
	unwrittenHalf  = 0x7da5
)

// countUnwritten counts the pixels that have nothing but the mark, and makes them black.
func (b *buffer) countUnwritten(depth string, pixelBytes int) int {
	var mark []byte
	switch depth {
	case C.kOfxBitDepthFloat:
		mark = binary.NativeEndian.AppendUint32(nil, unwrittenFloat)
	case C.kOfxBitDepthHalf:
		mark = binary.NativeEndian.AppendUint16(nil, unwrittenHalf)
	default:
		return 0
	}
	mark = bytes.Repeat(mark, pixelBytes/len(mark))
	count := 0
	for y := b.bounds.y1; y < b.bounds.y2; y++ {
		line := b.line(y)
		for i := 0; i < len(line); i += pixelBytes {
			if bytes.Equal(line[i:i+pixelBytes], mark) {
				clear(line[i : i+pixelBytes])
				count++
			}
		}
	}
	return count
}

// layer is a picture at the render scale, in the coordinates of rect: RGBA, top row first.
type layer struct {
	rect
	pix []float32
}

func (l *layer) line(y int) []float32 {
	n := 4 * l.width()
	i := (l.y2 - 1 - y) * n
	return l.pix[i : i+n]
}

// layerOf places a picture. Below full size its pixels are averaged by the area they cover.
func (i *Instance) layerOf(im *picture.Image, aspect float64) *layer {
	data, display := im.DataWindow, im.DisplayWindow
	full := rect{data.Min.X - display.Min.X, display.Max.Y - data.Max.Y, data.Max.X - display.Min.X, display.Max.Y - data.Min.Y}
	if i.setup.Scale == 1 {
		return &layer{full, im.Pix}
	}
	at := region{float64(full.x1), float64(full.y1), float64(full.x2), float64(full.y2)}
	return reduce(&layer{full, im.Pix}, at.pixels(i.setup.Scale, 1), i.setup.Scale)
}

// fill makes an image of a layer; outside it is black and transparent.
func (b *buffer) fill(l *layer, components int, depth string) {
	row := make([]float32, components*b.bounds.width())
	shared := b.bounds.intersect(l.rect)
	for y := b.bounds.y1; y < b.bounds.y2; y++ {
		if shared != b.bounds {
			clear(row)
		}
		if y >= shared.y1 && y < shared.y2 && !shared.empty() {
			from := l.line(y)[4*(shared.x1-l.x1) : 4*(shared.x2-l.x1)]
			pick(row[components*(shared.x1-b.bounds.x1):], from, components)
		}
		store(b.line(y), row, components, depth)
	}
}

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
		Compression:   i.window.compression,
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
	compression picture.Compression
}

func (w *windows) scaled(scale float64) image.Rectangle {
	if scale == 1 {
		return w.display
	}
	s := func(v int) int { return int(float64(v)*scale + 0.5) }
	r := image.Rect(0, 0, max(1, s(w.display.Dx())), max(1, s(w.display.Dy())))
	return r.Add(image.Pt(s(w.display.Min.X), s(w.display.Min.Y)))
}
