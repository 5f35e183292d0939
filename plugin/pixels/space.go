package pixels

import (
	"math"

	"impasto.net/plugin/colour"
)

// piece is room for the colours of a piece of a row.
type piece [len(amounts{})]colour.Pixel

// straight copies pixels and divides out the alpha that RGB carries: what it has been
// divided out of is opaque.
func straight(to, from []colour.Pixel, premultiplied bool) {
	to = to[:len(from)]
	for x, p := range from {
		if a := p[3]; premultiplied && a != 1 && a > 0 && a <= math.MaxFloat32 {
			p = colour.Pixel{p[0] / a, p[1] / a, p[2] / a, 1}
		}
		to[x] = p
	}
}

// gain is what light is multiplied by to raise it by so many stops.
func gain(stops float64) float32 { return float32(math.Exp2(stops)) }

// converted is row for plates of another space, or of another exposure.
func (r *Reader) converted(e *Encoder, src [][4]float32, red, green,
	blue []float32) (strange, holes int) {
	var room piece
	gain := gain(r.Exposure)
	for from := 0; from < len(src); from += len(room) {
		to := min(from+len(room), len(src))
		light := room[:to-from]
		straight(light, src[from:to], r.Premultiplied)
		r.Space.Decode(light)
		for x := range light {
			p := &light[x]
			p[0], p[1], p[2] = r.Space.To.Times(p[0]*gain, p[1]*gain, p[2]*gain)
		}
		s, h := r.row(e, light, red[from:to], green[from:to], blue[from:to])
		strange, holes = strange+s, holes+h
	}
	return strange, holes
}

// converted blends a piece of a row of a plate of another space, or one that is graded.
//
// What the network changed, in light of Rec. 709, is added to the light of the plate:
// what it left alone stays to the last digit, also where a matrix could not bring it back.
// Colours that lie outside of Rec. 709 have values below 0 there, of which the network sees
// nothing. They pass around it, and fade as far as it painted the pixel darker: of a
// blue within white that is painted black nothing is left.
func (w *Writer) converted(dst, src [][4]float32, red, green, blue []float32, k *amounts) {
	src = src[:min(len(src), len(k))]
	dst, red, green, blue = dst[:len(src)], red[:len(src)], green[:len(src)], blue[:len(src)]
	var room piece
	styled := room[:len(src)]
	straight(styled, src, w.Premultiplied)
	w.Space.Decode(styled)
	in, out := gain(w.ExposureIn), gain(w.ExposureOut)
	is := w.Space.IsLight(true)
	e, d := w.Inverse[is], w.Decoders[is]
	for x := range styled {
		if k[x] == 0 {
			continue
		}
		p := &styled[x]
		p[0], p[1], p[2] = p[0]*in, p[1]*in, p[2]*in
		r, g, b := w.Space.To.Times(p[0], p[1], p[2])
		seen, white := [3]float32{r, g, b}, max(1, r, g, b)
		if white > 1 {
			seen = [3]float32{r / white, g / white, b / white}
		}
		seen = [3]float32{e.value(seen[0]), e.value(seen[1]), e.value(seen[2])}
		paint := [3]float32{red[x], green[x], blue[x]}
		if w.KeepColour != 0 {
			paint = d.recoloured(seen, paint, w.KeepColour)
		}
		seen = [3]float32{d.value(seen[0]), d.value(seen[1]), d.value(seen[2])}
		paint = [3]float32{d.value(paint[0]), d.value(paint[1]), d.value(paint[2])}
		if white > 1 {
			paint = keepLight(paint, seen, white)
		}
		changed := [3]float32{(paint[0] - seen[0]) * white, (paint[1] - seen[1]) * white,
			(paint[2] - seen[2]) * white}
		if r < 0 || g < 0 || b < 0 {
			fade := float32(0)
			if peak := max(seen[0], seen[1], seen[2]); peak > 0 {
				fade = min(max(paint[0], paint[1], paint[2])/peak, 1) - 1
			}
			changed[0], changed[1], changed[2] = changed[0]+min(r, 0)*fade,
				changed[1]+min(g, 0)*fade, changed[2]+min(b, 0)*fade
		}
		r, g, b = w.Space.From.Times(changed[0], changed[1], changed[2])
		p[0], p[1], p[2] = (p[0]+r)*out, (p[1]+g)*out, (p[2]+b)*out
	}
	w.Space.Encode(styled)
	for x := range src {
		p, q, amount := &src[x], &dst[x], k[x]
		r, g, b, a := styled[x][0], styled[x][1], styled[x][2], p[3]
		// x-x is NaN for what is not finite, and so is a sum that one NaN is in. Light may
		// overflow where the plate's values do not.
		t := (p[0] - p[0]) + (p[1] - p[1]) + (p[2] - p[2]) + (a - a) + (r - r) + (g - g) + (b - b)
		if amount == 0 || t != 0 || !(a > 0) {
			*q = *p
			continue
		}
		if w.Premultiplied {
			r, g, b = r*a, g*a, b*a
		}
		*q = blend(p, r, g, b, amount)
	}
}

// recoloured gives a painted colour some of the chroma of the one that the network saw, by
// the luminance transfer of Gatys et al. 2016, Preserving Color in Neural Artistic Style
// Transfer: the luma of the painting, the colour differences of the plate. Chroma that does
// not fit at that luma gives way, in the same hue. The luma is that of ITU-R BT.709.
func (d *Decoder) recoloured(seen, paint [3]float32, amount float32) [3]float32 {
	luma := func(c [3]float32) float32 { return 0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2] }
	from, to := luma(seen), min(max(luma(paint), d.low), d.high)
	fits := float32(1)
	for _, c := range seen {
		if chroma := c - from; to+chroma > d.high {
			fits = min(fits, (d.high-to)/chroma)
		} else if to+chroma < d.low {
			fits = min(fits, (d.low-to)/chroma)
		}
	}
	for i, c := range seen {
		paint[i] += (to + (c-from)*fits - paint[i]) * amount
	}
	return paint
}
