package pixels

import (
	"math"

	"impasto.net/plugin/colour"
)

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

// A light is no paint: it stays a light when the comp is exposed down. Above white more and
// more of a pixel's peak is kept however it is painted, all of it peakStops up, so that
// bright skies still have brush strokes; further up it gets its own colour back, and is
// not painted at all from plateStops on.
const (
	peakStops  = 3
	plateStops = 5
)

// keepLight does so to the colour that was painted of a pixel whose peak is over times
// white, and over is more than 1. seen is that pixel's colour with a peak of 1; what was
// painted next to black takes its hue. What was not changed stays as it is.
func keepLight(paint, seen [3]float32, over float32) [3]float32 {
	if paint == seen {
		return paint
	}
	const dark = 0.05
	stops := colour.Log2(over)
	bright, plate := smoothStep(stops/peakStops),
		smoothStep((stops-peakStops)/(plateStops-peakStops))
	peak := max(paint[0]+dark*seen[0], paint[1]+dark*seen[1], paint[2]+dark*seen[2])
	for c, v := range paint {
		v += ((v+dark*seen[c])/peak - v) * bright
		paint[c] = v + (seen[c]-v)*plate
	}
	return paint
}

// smoothStep goes from 0 at 0 to 1 at 1, level at both.
func smoothStep(t float32) float32 {
	t = min(max(t, 0), 1)
	return t * t * (3 - 2*t)
}
