package pixels

import "math"

// blend mixes what was painted into the source: source·(1−k) + painted·k. Alpha is the source's.
func blend(source *[4]float32, r, g, b, k float32) [4]float32 {
	if k != 1 {
		rest := 1 - k
		r, g, b = source[0]*rest+r*k, source[1]*rest+g*k, source[2]*rest+b*k
	}
	return [4]float32{r, g, b, source[3]}
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
		if math.Float32bits(p[0]) <= one && math.Float32bits(p[1]) <= one &&
			math.Float32bits(p[2]) <= one && p[3] == 1 {
			*q = blend(p, r, g, b, amount)
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
	*q = blend(p, r, g, b, amount)
}
