package ofx

import "math"

// reduce makes a layer smaller: every pixel of the result is the mean of the area that it covers.
// Areas beyond the layer count as black and transparent.
func reduce(from *layer, to rect, scale float64) *layer {
	across := weigh(from.x1, from.x2, to.x1, to.x2, scale)
	down := weigh(from.y1, from.y2, to.y1, to.y2, scale)
	narrow := make([]float32, 4*to.width()*from.height())
	for y := from.y1; y < from.y2; y++ {
		source, target := from.line(y), narrow[(y-from.y1)*4*to.width():]
		for x, share := range across {
			for i, w := range share.weights {
				p := 4 * (share.first + i - from.x1)
				for c := range 4 {
					target[4*x+c] += w * source[p+c]
				}
			}
		}
	}
	result := &layer{to, make([]float32, 4*to.width()*to.height())}
	for y, share := range down {
		target := result.line(to.y1 + y)
		for i, w := range share.weights {
			source := narrow[(share.first+i-from.y1)*4*to.width():]
			for x := range target {
				target[x] += w * source[x]
			}
		}
	}
	return result
}

// share is the pixels that one of the result is made of.
type share struct {
	first   int
	weights []float32
}

func weigh(from1, from2, to1, to2 int, scale float64) []share {
	shares := make([]share, to2-to1)
	for i := range shares {
		left, right := float64(to1+i)/scale, float64(to1+i+1)/scale
		first := max(from1, int(math.Floor(left)))
		last := min(from2, int(math.Ceil(right)))
		shares[i].first = first
		for p := first; p < last; p++ {
			covered := math.Min(right, float64(p+1)) - math.Max(left, float64(p))
			shares[i].weights = append(shares[i].weights, float32(math.Max(0, covered)*scale))
		}
	}
	return shares
}
