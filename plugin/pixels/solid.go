package pixels

import "math"

// fromTop is a row of the image, the highest being 0.
func (im *Image) fromTop(y int) [][4]float32 {
	return im.pixels(im.Window[3]-1-y, im.Window[0], im.Window[2])
}

// Solid is the rectangle in a part of a plate that what is solid there fills: it has the
// centre of the alpha, and its spread. An object that moves takes it along, and neither a
// bounding box nor a stray pixel of it changes anything. A part with alpha 1 everywhere is
// its own; one with none is left as it is.
func (im *Image) Solid(workers int, part Part) Part {
	left, top, right, bottom := int(part.Left), int(part.Top), int(part.Right), int(part.Bottom)
	rows := make([][3]float64, bottom-top) // sums of alpha, times x, times x²
	Strips(workers, len(rows), func(_, from, to int) bool {
		for y := from; y < to; y++ {
			sum := &rows[y]
			for x, p := range im.fromTop(top + y)[left:right] {
				a, x := float64(amount(p[3])), float64(x)
				sum[0], sum[1], sum[2] = sum[0]+a, sum[1]+a*x, sum[2]+a*x*x
			}
		}
		return true
	})
	var all, x, xx, y, yy float64
	for i, sum := range rows {
		all, x, xx = all+sum[0], x+sum[1], xx+sum[2]
		y, yy = y+sum[0]*float64(i), yy+sum[0]*float64(i)*float64(i)
	}
	if all == 0 {
		return part
	}
	// Of a rectangle the variance is a twelfth of the side's square, that of a pixel included.
	side := func(start, sum, squares, end float64) (from, to float64) {
		mean := sum / all
		half := math.Sqrt(3 * (max(squares/all-mean*mean, 0) + 1./12))
		return max(start, start+mean+0.5-half), min(end, start+mean+0.5+half)
	}
	var s Part
	s.Left, s.Right = side(part.Left, x, xx, part.Right)
	s.Top, s.Bottom = side(part.Top, y, yy, part.Bottom)
	return s
}

// AverageSolid is Average where a pixel counts by its alpha, and the part may reach beyond the
// plate. Where nothing is solid it is filled from around.
func AverageSolid(workers int, picture []float32, g *Geometry, plate *Image, part Part,
	small []float32, size int) {
	n, plane := size*size, g.Plane()
	to := planes{[3][]float32{small[:n], small[n : 2*n], small[2*n : 3*n]}, size, size}
	Strips(workers, size, func(_, from, end int) bool {
		for row := from; row < end; row++ {
			down := part.down(g, row, size)
			for i := range size {
				across := part.across(g, i, size)
				var solid float32
				var sum [3]float32
				for y := down.first; y <= down.last; y++ {
					alpha, at := plate.fromTop(y), (g.Top+y)*g.Width+g.Left
					for x := across.first; x <= across.last; x++ {
						a := amount(alpha[x][3]) * down.weight(y) * across.weight(x)
						solid += a
						for c := range sum {
							sum[c] += a * picture[c*plane+at+x]
						}
					}
				}
				for c, v := range sum {
					to.plane[c][row*size+i] = v / solid // of nothing: unknown
				}
			}
		}
		return true
	})
	to.fill(workers, 0) // of nothing anywhere: no matter what, because nothing is painted
}
