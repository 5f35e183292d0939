package main

import (
	"fmt"
	"image"

	"impasto.net/render/picture"
)

// writeSheet lays pictures of one size out in columns, row by row, with a gap between them.
func writeSheet(out string, columns int, paths []string) error {
	const gap = 8
	var sheet *picture.Image
	var width, height int
	for i, path := range paths {
		im, err := picture.Read(path)
		if err != nil {
			return err
		}
		if sheet == nil {
			width, height = im.DataWindow.Dx(), im.DataWindow.Dy()
			rows := (len(paths) + columns - 1) / columns
			sheet = picture.New(image.Rect(0, 0, columns*(width+gap)-gap, rows*(height+gap)-gap))
			sheet.Depth = picture.Byte
		}
		if im.DataWindow.Dx() != width || im.DataWindow.Dy() != height {
			return fmt.Errorf("%s has another size than %s", path, paths[0])
		}
		x, y := i%columns*(width+gap), i/columns*(height+gap)
		for row := range height {
			copy(sheet.Pix[4*((y+row)*sheet.DataWindow.Dx()+x):], im.Pix[4*row*width:4*(row+1)*width])
		}
	}
	return picture.Write(out, sheet)
}
