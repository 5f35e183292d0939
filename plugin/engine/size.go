package engine

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
	// shipped network takes some 200 bytes for each.
	maxEnlarged = 1 << 26

	// mostLarger is how many times as high as the frame a network's own lines may be: what is
	// smaller than a thumbnail of film would only take time.
	mostLarger = 4
)

// measure says how large the picture is that the network works on, and how the plate is
// read: right into that picture where it has its size already.
func (f *frame) measure(n *style.Network) error {
	if fixed := n.Input.Size; fixed != nil {
		f.native = pixels.NewGeometry(f.plate.Window.Width(), f.plate.Window.Height(), 1, 1)
		f.working = pixels.NewGeometry(fixed[0], fixed[1], 1, 1)
		return nil
	}
	// Strokes become larger by a smaller picture, but where they are a painting's, which is
	// enlarged instead.
	factor := f.Size.Detail
	if n.Painting == nil {
		factor /= f.Size.TextureScale
	}
	if n.Lines != 0 {
		_, down := f.sides()
		factor *= min(float64(n.Lines)/(down.Of/f.Size.Scale[1]), mostLarger)
	}
	if err := f.place(factor, n.Input.MultipleOf, n.Input.Minimum); err != nil {
		return err
	}
	if f.working.Across == f.native.Across && f.working.Down == f.native.Down {
		f.native = f.working
	}
	return nil
}

// place says where the plate lies in the frame, and where at the size that is worked at: that
// of the full-resolution frame with square pixels, times a factor. A proxy is enlarged to that,
// so that it is painted as the final frame is.
func (f *frame) place(factor float64, multipleOf, minimum int) error {
	across, down := f.sides()
	wide, high := f.sized(across, down, factor)
	f.native, f.working = pixels.Fitted(across, down, 1, 1),
		pixels.Fitted(wide, high, multipleOf, minimum)
	if w, h := float64(wide.Count), float64(high.Count); w*h > maxWorking ||
		(factor > 1 && w*h > maxEnlarged) {
		return bridge.Failure(bridge.CodeMemory, nil,
			"Detail %g and Texture Scale %g have frame %g painted at %.0f × %.0f pixels, which "+
				"is too much: lower Detail, or raise Texture Scale.",
			f.Size.Detail, f.Size.TextureScale, f.Frame, w, h)
	}
	return nil
}

// sized is the plate in the full-resolution frame with square pixels, times a factor.
func (f *frame) sized(across, down pixels.Side, factor float64) (wide, high pixels.Side) {
	size := &f.Size
	length := func(v float64) int { return int(max(1, math.Round(v))) }
	return across.Scaled(length(across.Of / size.Scale[0] * size.PixelAspect * factor)),
		down.Scaled(length(down.Of / size.Scale[1] * factor))
}

// sides are the plate's in the frame.
func (f *frame) sides() (across, down pixels.Side) {
	w, format := f.plate.Window, f.format()
	across = pixels.Side{Count: w.Width(), At: float64(w[0]) - format[0], Of: format[2] - format[0]}
	down = pixels.Side{Count: w.Height(), At: format[3] - float64(w[3]), Of: format[3] - format[1]}
	return across, down
}

// format is the frame's, in pixels of the plate; the plate where nobody knows it. It is whole
// pixels at full size, and as good as that in a proxy that is painted at its own. In other
// proxies it is what the host's arithmetic made of it.
func (f *frame) format() (format [4]float64) {
	for i, v := range f.plate.Window {
		format[i] = float64(v)
	}
	if f.Size.Format == nil {
		return format
	}
	parts := 1024.
	if f.Size.Scale == [2]float64{1, 1} {
		parts = 1
	}
	var rounded [4]float64
	for i, v := range f.Size.Format {
		rounded[i] = math.Round(v*parts) / parts
	}
	if rounded[0] < rounded[2] && rounded[1] < rounded[3] {
		return rounded
	}
	return format
}
