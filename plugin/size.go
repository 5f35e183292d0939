package main

import (
	"math"

	"impasto.net/bridge"
	"impasto.net/plugin/pixels"
	"impasto.net/plugin/style"
)

const (
	// maxWorking is how many pixels a network may work on, as many as an image may have.
	maxWorking = 1 << 28

	// maxEnlarged is how many they may be where it works on more than the frame has. The
	// shipped network takes some 150 bytes for each.
	maxEnlarged = 1 << 26
)

// measure says how large the picture is that the network works on, and how the plate is
// read: right into that picture where it has its size already.
func (f *frame) measure(n *style.Network) error {
	width, height, err := f.workingSize(n)
	if err != nil {
		return err
	}
	multipleOf, minimum := n.Input.MultipleOf, n.Input.Minimum
	if n.Input.Size != nil {
		multipleOf, minimum = 1, 1
	}
	f.work = pixels.NewGeometry(width, height, multipleOf, minimum)
	f.seen = f.work
	if w := f.plate.Window; width != w.Width() || height != w.Height() {
		f.seen = pixels.NewGeometry(w.Width(), w.Height(), 1, 1)
	}
	return nil
}

// workingSize is how large a plate is for a network: as the full-resolution frame is, with
// square pixels, times detail. A proxy is enlarged to that, so that it is painted as the
// final frame is. Strokes become larger by a smaller picture, but where they are a
// painting's, which is enlarged instead.
func (f *frame) workingSize(n *style.Network) (width, height int, err error) {
	if fixed := n.Input.Size; fixed != nil {
		return fixed[0], fixed[1], nil
	}
	factor := f.Size.Detail
	if n.Painting == nil {
		factor /= f.Size.TextureScale
	}
	return f.sized(factor)
}

// sized is how large the full-resolution frame is with square pixels, times a factor.
func (f *frame) sized(factor float64) (width, height int, err error) {
	size, window := &f.Size, f.plate.Window
	w := max(1, math.Round(float64(window.Width())/size.Scale[0]*size.PixelAspect*factor))
	h := max(1, math.Round(float64(window.Height())/size.Scale[1]*factor))
	if w*h > maxWorking || (factor > 1 && w*h > maxEnlarged) {
		return 0, 0, failure(bridge.CodeMemory, nil, "Detail %g and Texture Scale %g have frame %g painted at %.0f × %.0f pixels, which is too much: lower Detail, or raise Texture Scale.",
			size.Detail, size.TextureScale, f.Frame, w, h)
	}
	return int(w), int(h), nil
}
