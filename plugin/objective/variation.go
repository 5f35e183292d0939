package objective

import (
	"impasto.net/plugin/network"
	"impasto.net/plugin/pixels"
)

// vary is weight · Σ (p - q)² over all pixels p and their neighbours q to the right and
// below (Mahendran and Vedaldi 2015): what pixel-sized noise has most of. That is the
// picture times its Laplacian, which is half of the gradient, and is added to that.
func (o *Objective) vary(picture network.Tensor, gradient []float32) float64 {
	height, width := int(picture.Shape[2]), int(picture.Shape[3])
	twice := float32(2 * o.variation)
	sums := make([]float64, 3*height) // of every row, so that threads do not matter
	pixels.Strips(o.threads, 3*height, func(_, from, to int) bool {
		for i := from; i < to; i++ {
			above, below := i, i // what is beyond an edge is as at the edge
			if i%height > 0 {
				above--
			}
			if i%height < height-1 {
				below++
			}
			row := func(values []float32, i int) []float32 { return values[i*width : (i+1)*width] }
			sums[i] = varyRow(row(picture.Values, above), row(picture.Values, i), row(picture.Values, below), row(gradient, i), twice)
		}
		return true
	})
	sum := 0.
	for _, s := range sums {
		sum += s
	}
	return o.variation * sum
}

// varyRow is the sum of a row times its Laplacian.
func varyRow(above, row, below, gradient []float32, twice float32) (sum float64) {
	last := len(row) - 1
	above, below, gradient = above[:len(row)], below[:len(row)], gradient[:len(row)]
	for x, v := range row {
		laplacian := 4*v - above[x] - below[x] - row[max(x-1, 0)] - row[min(x+1, last)]
		gradient[x] += twice * laplacian
		sum += float64(v) * float64(laplacian)
	}
	return sum
}
