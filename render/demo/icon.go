package main

import (
	"fmt"

	"impasto.net/render/picture"
)

// writeIcon cuts a square out of a picture, at half its size: what hosts show of the effect.
func writeIcon(out, from string, left, top, side int) error {
	im, err := picture.Read(from)
	if err != nil {
		return err
	}
	part := im.DataWindow
	part.Min.X, part.Min.Y = left, top
	part.Max.X, part.Max.Y = left+2*side, top+2*side
	if !part.In(im.DataWindow) {
		return fmt.Errorf("%s has no part %v", from, part)
	}
	icon := picture.New(part.Sub(part.Min))
	icon.DataWindow.Max.X, icon.DataWindow.Max.Y = side, side
	icon.DisplayWindow = icon.DataWindow
	icon.Pix, icon.Depth = icon.Pix[:4*side*side], picture.Byte
	for y := range side {
		above, below := im.Row(top + 2*y)[4*(left-im.DataWindow.Min.X):], im.Row(top + 2*y + 1)[4*(left-im.DataWindow.Min.X):]
		for x := range 4 * side {
			at := x/4*8 + x%4
			icon.Row(y)[x] = (above[at] + above[at+4] + below[at] + below[at+4]) / 4
		}
	}
	return picture.Write(out, icon)
}
