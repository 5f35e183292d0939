package pixels

import "math"

// unknown marks pixels of a network's picture of whose colour nothing is known.
var unknown = float32(math.NaN())

func isUnknown(v float32) bool { return v != v }

// planes are a picture of three planes.
type planes struct {
	plane         [3][]float32
	width, height int
}

// fill gives pixels that are unknown the colours around them, so that no network paints a dark
// seam along a matte: pull-push, as in Gortler et al. 1996, The Lumigraph. Where nothing is
// known of any pixel it is black.
func (p planes) fill(workers int, black float32) {
	if p.width == 1 && p.height == 1 {
		for _, v := range p.plane {
			if isUnknown(v[0]) {
				v[0] = black
			}
		}
		return
	}
	half := p.pull(workers)
	half.fill(workers, black)
	p.push(workers, half)
}

// pull is the picture at half its size, each pixel the mean of what is known of up to four.
func (p planes) pull(workers int) planes {
	half := planes{width: (p.width + 1) / 2, height: (p.height + 1) / 2}
	for c := range half.plane {
		half.plane[c] = make([]float32, half.width*half.height)
	}
	Strips(workers, half.height, func(_, from, to int) bool {
		for y := from; y < to; y++ {
			for x := range half.width {
				var sum [3]float32
				known := float32(0)
				for fy := 2 * y; fy < min(2*y+2, p.height); fy++ {
					for fx := 2 * x; fx < min(2*x+2, p.width); fx++ {
						at := fy*p.width + fx
						if isUnknown(p.plane[0][at]) {
							continue
						}
						known++
						for c := range sum {
							sum[c] += p.plane[c][at]
						}
					}
				}
				for c := range sum {
					half.plane[c][y*half.width+x] = sum[c] / known // of none: unknown
				}
			}
		}
		return true
	})
	return half
}

// push takes what is unknown from the picture at half the size, bilinearly.
func (p planes) push(workers int, half planes) {
	Strips(workers, p.height, func(_, from, to int) bool {
		for y := from; y < to; y++ {
			top, down := between(y, half.height)
			for x := range p.width {
				at := y*p.width + x
				if !isUnknown(p.plane[0][at]) {
					continue
				}
				left, right := between(x, half.width)
				for c, v := range half.plane {
					// The nearer row and column count three quarters.
					near := 0.75*v[top*half.width+left] + 0.25*v[top*half.width+right]
					far := 0.75*v[down*half.width+left] + 0.25*v[down*half.width+right]
					p.plane[c][at] = 0.75*near + 0.25*far
				}
			}
		}
		return true
	})
}

// between are the two coordinates at half the size that one lies between, the nearer first.
func between(i, count int) (near, far int) {
	near = i / 2
	far = near + 2*(i%2) - 1
	return near, min(max(far, 0), count-1)
}
