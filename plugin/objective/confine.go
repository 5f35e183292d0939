package objective

import "impasto.net/plugin/network"

// ends is how near to black and white values may come for nothing.
const ends = 8. / 255

// confine is weight · Σ e² over all values, where e is how far one is beyond the ends of the range.
// To an encoder there is more light beyond white, and it would have walls shine there; what is cut
// off of that in the end has no strokes any more.
func (o *Objective) confine(picture network.Tensor, gradient []float32) float64 {
	twice := float32(2 * o.confinement)
	return o.confinement * o.overRows(picture, func(i, width int) float64 {
		return confineRow(picture.Values[i*width:(i+1)*width], gradient[i*width:(i+1)*width], twice)
	})
}

// confineRow is the sum of squares of a row, and adds to the gradient.
func confineRow(row, gradient []float32, twice float32) (sum float64) {
	for x, v := range row {
		e := max(v-(1-ends), 0) + min(v-ends, 0)
		gradient[x] += twice * e
		sum += float64(e) * float64(e)
	}
	return sum
}
