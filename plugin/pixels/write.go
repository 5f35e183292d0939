package pixels

import (
	"context"

	"impasto.net/plugin/colour"
)

// Writer takes a network's picture back and blends it with the plate.
type Writer struct {
	Space         *colour.Space
	Decoders      Decoders
	Inverse       Encoders // their inverses
	BGR           bool
	Premultiplied bool
	ExposureIn    float64 // stops that light is raised by before the network, as Reader has it
	ExposureOut   float64 // and after it
	KeepColour    float32 // 0 is the painting's, 1 the plate's
	Mix           float32
	MaskInvert    bool // of no effect without a mask
}

// Write fills the output's window from the plate and the picture that the network made of
// it. Outside of the plate's window the output is transparent black.
//
// With c the plate's value, s the network's in the plate's space and w the pixel's
// white, the styled value is s·w + min(c, 0): what lies below 0 passes around the network.
// Above white, s is what keepLight makes of it. The output is source·(1−k) + styled·k, on values
// that carry alpha where the plate's do, with k = clamp(mask·mix, 0, 1). Where k
// is 0 or NaN, alpha is 0 or less, or any value of the pixel is not finite, the output is
// the source bit for bit. Alpha always is. For plates of other spaces, and for what a
// compositor does to exposure and colour, see converted.
func (w *Writer) Write(ctx context.Context, workers int, plate, mask, output *Image, g *Geometry,
	picture []float32) error {
	plane := g.Plane()
	red, green, blue := picture[:plane], picture[plane:2*plane], picture[2*plane:3*plane]
	if w.BGR {
		red, blue = blue, red
	}
	out, in := output.Window, plate.Window
	// The columns that both have.
	x1, x2 := max(out[0], in[0]), min(out[2], in[2])
	simple := w.Space.Simple && w.ExposureIn == 0 && w.ExposureOut == 0 && w.KeepColour == 0
	Strips(workers, out.Height(), func(_, from, to int) bool {
		for y := out[1] + from; y < out[1]+to; y++ {
			if y < in[1] || y >= in[3] || x1 >= x2 {
				clear(output.row(y, out[0], out[2]))
				continue
			}
			clear(output.row(y, out[0], x1))
			clear(output.row(y, x2, out[2]))
			at := (g.Top+in[3]-1-y)*g.Width + g.Left - in[0] // of column 0
			for from := x1; from < x2; from += len(amounts{}) {
				to := min(from+len(amounts{}), x2)
				var k amounts
				w.fill(k[:to-from], mask, y, from)
				dst, src := output.pixels(y, from, to), plate.pixels(y, from, to)
				r, g, b := red[at+from:at+to], green[at+from:at+to], blue[at+from:at+to]
				if simple {
					w.row(dst, src, r, g, b, &k)
				} else {
					w.converted(dst, src, r, g, b, &k)
				}
			}
		}
		return ctx.Err() == nil
	})
	return ctx.Err()
}
