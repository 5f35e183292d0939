package ofx

/*
#include "host.h"
*/
import "C"

import (
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

// unpick is the opposite. Alpha that is not there is 1.
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

// encodeRow writes a row of components as codes.
func encodeRow[T uint8 | uint16](to []T, from []float32, components int, encode func(float32) T,
	most float64) {
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

// decodeRow is the opposite.
func decodeRow[T uint8 | uint16](to []float32, from []T, components int, decode func(T) float32,
	most float64) {
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

// quantise rounds a value of 0 to 1 to a code; NaN is 0.
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
