package main

import (
	"fmt"
	"image"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sync/errgroup"

	"impasto.net/render/picture"
)

const firstFrame = 1001

// writePlate writes plate.####.exr (scene-linear float) and mask.####.exr.
func writePlate(folder string, frames, width, height int) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for f := range frames {
		t := float64(f) / float64(max(frames-1, 1))
		plate, mask := shoot(t, width, height)
		var write errgroup.Group
		write.Go(func() error {
			return picture.Write(filepath.Join(folder,
				fmt.Sprintf("plate.%d.exr", firstFrame+f)), plate)
		})
		write.Go(func() error {
			return picture.Write(filepath.Join(folder,
				fmt.Sprintf("mask.%d.exr", firstFrame+f)), mask)
		})
		if err := write.Wait(); err != nil {
			return err
		}
	}
	return nil
}

// shoot makes one frame, antialiased by two by two samples a pixel, and its mask (in alpha).
func shoot(t float64, width, height int) (plate, mask *picture.Image) {
	window := image.Rect(0, 0, width, height)
	plate, mask = picture.New(window), picture.New(window)
	mask.HasAlpha = true
	mask.Depth = picture.Half
	aspect := float64(width) / float64(height)
	var rows sync.WaitGroup
	for row := range height {
		rows.Go(func() {
			for column := range width {
				var c colour
				for sample := range 4 {
					x := (float64(column) + 0.25 + 0.5*float64(sample%2)) / float64(height)
					y := 1 - (float64(row)+0.25+0.5*float64(sample/2))/float64(height)
					c = c.add(scene(x, y, t).scale(0.25))
				}
				grain := 1 + 0.03*(hash(int32(column), int32(row), int32(1000*t))-0.5)
				pixel := plate.Pix[4*(row*width+column):]
				for i := range c {
					pixel[i] = float32(c[i] * grain)
				}
				x, y := (float64(column)+0.5)/float64(height), 1-(float64(row)+0.5)/float64(height)
				m := float32(matte(x, y, t, aspect))
				copy(mask.Pix[4*(row*width+column):], []float32{m, m, m, m})
			}
		})
	}
	rows.Wait()
	return plate, mask
}
