package pixels

import (
	"context"
	"math"

	"impasto.net/plugin/colour"
)

// Writer takes a network's picture back and blends it with the plate.
type Writer struct {
	Space         *colour.Space
	Decoders      Decoders
	Again         Encoders // their inverses
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
func (w *Writer) Write(ctx context.Context, workers int, plate, mask, output *Image, g *Geometry, picture []float32) error {
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

// amounts are k for a piece of a row.
type amounts [512]float32

// amount is clamp(k, 0, 1); NaN is 0.
func amount(k float32) float32 {
	if !(k > 0) {
		return 0
	}
	if k > 1 {
		return 1
	}
	return k
}

// fill sets k for the pixels of row y from x on. Outside of the mask's window the mask
// is 0.
func (w *Writer) fill(k []float32, mask *Image, y, x int) {
	if mask == nil {
		all := amount(w.Mix)
		for i := range k {
			k[i] = all
		}
		return
	}
	of := func(m float32) float32 {
		if w.MaskInvert {
			m = 1 - m
		}
		return amount(m * w.Mix)
	}
	m := mask.Window
	a, b := max(m[0], x), min(m[2], x+len(k))
	outside := of(0)
	for i := range k {
		k[i] = outside
	}
	if y >= m[1] && y < m[3] && a < b {
		inside := k[a-x : b-x]
		for i, v := range mask.row(y, a, b) {
			inside[i] = of(v)
		}
	}
}

// Shares fills a plane of the plate's size, the top row first, with what the painting's part
// in each pixel is to be, from 0 to 1.
func (w *Writer) Shares(plate, mask *Image, to []float32) {
	in := plate.Window
	for y := range in.Height() {
		w.fill(to[y*in.Width():(y+1)*in.Width()], mask, in[3]-1-y, in[0])
	}
}

// row blends a piece of a row.
func (w *Writer) row(dst, src [][4]float32, red, green, blue []float32, k *amounts) {
	src = src[:min(len(src), len(k))]
	dst, red, green, blue = dst[:len(src)], red[:len(src)], green[:len(src)], blue[:len(src)]
	d := w.Decoders[w.Space.IsLight(false)]
	for x := range src {
		p, q := &src[x], &dst[x]
		amount := k[x]
		if amount == 0 {
			*q = *p
			continue
		}
		r, g, b := d.value(red[x]), d.value(green[x]), d.value(blue[x])
		// Nearly every pixel of nearly every plate. As unsigned integers, the floats from 0
		// to 1 are the lowest.
		const one = 0x3f800000
		if math.Float32bits(p[0]) <= one && math.Float32bits(p[1]) <= one && math.Float32bits(p[2]) <= one && p[3] == 1 {
			if amount != 1 {
				rest := 1 - amount
				r, g, b = p[0]*rest+r*amount, p[1]*rest+g*amount, p[2]*rest+b*amount
			}
			*q = [4]float32{r, g, b, 1}
		} else {
			w.pixel(q, p, r, g, b, amount)
		}
	}
}

// pixel blends any pixel with the network's colour, by an amount above 0.
func (w *Writer) pixel(q, p *[4]float32, r, g, b, amount float32) {
	cr, cg, cb, a := p[0], p[1], p[2], p[3]
	// x-x is NaN for what is not finite, and so is a sum that one NaN is in.
	if t := (cr - cr) + (cg - cg) + (cb - cb) + (a - a); t != 0 || !(a > 0) {
		*q = *p
		return
	}
	white := white(p, w.Premultiplied)
	over := white
	if w.Premultiplied {
		over /= a
	}
	if over > 1 {
		seen := [3]float32{max(cr, 0) / white, max(cg, 0) / white, max(cb, 0) / white}
		paint := keepLight([3]float32{r, g, b}, seen, over)
		r, g, b = paint[0], paint[1], paint[2]
	}
	r, g, b = r*white+min(cr, 0), g*white+min(cg, 0), b*white+min(cb, 0)
	if amount != 1 {
		rest := 1 - amount
		r = cr*rest + r*amount
		g = cg*rest + g*amount
		b = cb*rest + b*amount
	}
	*q = [4]float32{r, g, b, a}
}
