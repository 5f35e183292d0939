package pixels

import "math"

// white is the value of a pixel that the network sees as 1. Networks know nothing above
// display white, so a brighter pixel is shown to them at its own peak: its hue is what it
// was, and the picture that comes back is scaled up by as much. Where RGB carries alpha,
// the same value divides it out. For a pixel with an alpha of 0 or less there is none.
func white(p *[4]float32, premultiplied bool) float32 {
	w := float32(1)
	if premultiplied {
		w = p[3]
	}
	for _, c := range p[:3] {
		if c > w && c <= math.MaxFloat32 {
			w = c
		}
	}
	return w
}
