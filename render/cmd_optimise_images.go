package main

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"impasto.net/bridge"
	"impasto.net/render/picture"
)

// imageOf is a picture as messages have it, where the node would have it: its display window's
// lower left corner is the origin.
func imageOf(im *picture.Image) bridge.Image { return inline(im, 0, 4) }

// frameOf is the frame that a picture lies in, where imageOf has it.
func frameOf(im *picture.Image) *[4]float64 {
	size := im.DisplayWindow.Size()
	return &[4]float64{2: float64(size.X), 3: float64(size.Y)}
}

// maskOf is its alpha alone.
func maskOf(im *picture.Image) bridge.Image { return inline(im, 3, 1) }

func inline(im *picture.Image, first, channels int) bridge.Image {
	data, display := im.DataWindow, im.DisplayWindow
	to := bridge.Image{
		Window: bridge.Window{
			data.Min.X - display.Min.X, display.Max.Y - data.Max.Y,
			data.Max.X - display.Min.X, display.Max.Y - data.Min.Y,
		},
		Channels: channels, RowBytes: 4 * channels * data.Dx(),
	}
	to.Pixels = make([]byte, 0, to.Size())
	for y := data.Max.Y - 1; y >= data.Min.Y; y-- {
		row := im.Row(y)
		for x := 0; x < len(row); x += 4 {
			for _, v := range row[x+first : x+first+channels] {
				to.Pixels = binary.LittleEndian.AppendUint32(to.Pixels, math.Float32bits(v))
			}
		}
	}
	return to
}

// withPixels is a picture with the pixels that imageOf gives of it in other values.
func withPixels(im *picture.Image, pixels []byte) (*picture.Image, error) {
	if len(pixels) != 4*len(im.Pix) {
		return nil, fmt.Errorf("the engine gave %d bytes for %d pixels", len(pixels), len(im.Pix)/4)
	}
	to := *im
	to.Pix = slices.Clone(im.Pix)
	for y := to.DataWindow.Max.Y - 1; y >= to.DataWindow.Min.Y; y-- {
		row := to.Row(y)
		for x := range row {
			row[x] = math.Float32frombits(binary.LittleEndian.Uint32(pixels[4*x:]))
		}
		pixels = pixels[4*len(row):]
	}
	return &to, nil
}

// sameFrame says whether a picture belongs to the frame of a plate, whatever part of it each has.
func sameFrame(path string, im, plate *picture.Image) error {
	has, wanted := im.DisplayWindow.Size(), plate.DisplayWindow.Size()
	if has != wanted {
		return fmt.Errorf("%s is a frame of %d × %d pixels, and the plate one of %d × %d: it "+
			"has to have the plate's size",
			path, has.X, has.Y, wanted.X, wanted.Y)
	}
	return nil
}
