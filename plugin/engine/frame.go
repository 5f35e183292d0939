package engine

import (
	"fmt"

	"impasto.net/bridge"
	"impasto.net/plugin/colour"
	"impasto.net/plugin/look"
	"impasto.net/plugin/pixels"
)

// frame is a render request with its images and its look at hand.
type frame struct {
	*bridge.Render
	look           *look.Look
	plate, output  pixels.Image
	mask, painting *pixels.Image
	held           *pixels.Image   // the frame that the statistics are of, where it is another one
	small          []float32       // what they are of; nil: all of the plate
	native         pixels.Geometry // of the plate as it is read and written
	working        pixels.Geometry // of the picture that the network works on
}

// newFrame checks a request. Its images are in the attached memory, or inline where that
// is nil; an inline output is not there yet.
func newFrame(r *bridge.Render, attached []byte) (*frame, error) {
	f := &frame{Render: r}
	if err := r.Check(); err != nil {
		return nil, err
	}
	image := func(name string, im *bridge.Image, channels int, dst *pixels.Image) error {
		if err := im.Check(channels, len(attached)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if attached != nil {
			*dst = pixels.NewImage(im, attached[im.Offset:])
		} else if im.Pixels != nil {
			*dst = pixels.NewImage(im, im.Pixels)
		} else if im != &r.Output {
			return fmt.Errorf("%s: no pixels", name)
		}
		return nil
	}
	if err := image("plate", &r.Plate, 4, &f.plate); err != nil {
		return nil, err
	}
	if r.Mask != nil {
		f.mask = new(pixels.Image)
		if err := image("mask", r.Mask, 1, f.mask); err != nil {
			return nil, err
		}
	}
	if h := r.Statistics.Held; h != nil {
		f.held = new(pixels.Image)
		if err := image("statistics", h, 4, f.held); err != nil {
			return nil, err
		}
	}
	if p := r.Painting; p != nil {
		f.painting = new(pixels.Image)
		if err := image("painting", &p.Image, 4, f.painting); err != nil {
			return nil, err
		}
	}
	if err := image("output", &r.Output, 4, &f.output); err != nil {
		return nil, err
	}
	return f, nil
}

// writer has what the request says of how the output comes of plate and picture.
func (f *frame) writer() pixels.Writer {
	return pixels.Writer{
		Space: colour.Named(f.Space), Premultiplied: f.Premultiplied,
		ExposureIn: f.ExposureIn, ExposureOut: f.ExposureOut, KeepColour: float32(f.KeepColour),
		Mix: float32(f.Mix), MaskInvert: f.MaskInvert,
	}
}
