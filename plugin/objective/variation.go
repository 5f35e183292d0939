package objective

import (
	"impasto.net/plugin/network"
	"impasto.net/plugin/pixels"
)

// vary is weight · Σ (p - q)² over all pixels p and their neighbours q to the right and
// below (Mahendran and Vedaldi 2015): what pixel-sized noise has most of. That is the
// picture times its Laplacian, which is half of the gradient, and is added to that.
func (o *Objective) vary(picture network.Tensor, gradient []float32) float64 {
	height := int(picture.Shape[2])
	twice := float32(2 * o.variation)
	return o.variation * o.overRows(picture, func(i, width int) float64 {
		above, below := i, i // what is beyond an edge is as at the edge
		if i%height > 0 {
			above--
		}
		if i%height < height-1 {
			below++
		}
		row := func(values []float32, i int) []float32 { return values[i*width : (i+1)*width] }
		return varyRow(row(picture.Values, above), row(picture.Values, i),
			row(picture.Values, below), row(gradient, i), twice)
	})
}

// overRows is the sum of something over the rows of a picture, however many threads there are.
func (o *Objective) overRows(picture network.Tensor,
	of func(row, width int) float64) (sum float64) {
	sums := make([]float64, 3*picture.Shape[2])
	pixels.Strips(o.threads, len(sums), func(_, from, to int) bool {
		for i := from; i < to; i++ {
			sums[i] = of(i, int(picture.Shape[3]))
		}
		return true
	})
	for _, s := range sums {
		sum += s
	}
	return sum
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
