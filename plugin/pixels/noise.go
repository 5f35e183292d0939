package pixels

import "math"

// AddNoise puts noise on a picture of three planes, which stays where it is in the frame,
// whatever part of that is painted: at the corners of cells values from -amount to amount,
// straight between those, once for each size of cells.
func AddNoise(workers int, picture []float32, g *Geometry, amount float32, cells []int) {
	plane := g.Plane()
	Strips(workers, 3*g.Height, func(_, from, to int) bool {
		var corners []float32
		for line := from; line < to; line++ {
			channel, y := line/g.Height, line%g.Height
			row := picture[channel*plane+y*g.Width:][:g.Width]
			for octave, cell := range cells {
				key := scrambled(uint32(3*octave + channel))
				firstRow, down := cellOf(g.Down.At+float64(y-g.Top), cell)
				first, _ := cellOf(g.Across.At-float64(g.Left), cell)
				corners = corners[:0]
				for i := range g.Width/cell + 3 {
					above, below := corner(key, first+i, firstRow), corner(key, first+i, firstRow+1)
					corners = append(corners, amount*(above+down*(below-above)))
				}
				for x := range row {
					i, across := cellOf(g.Across.At+float64(x-g.Left), cell)
					a, b := corners[i-first], corners[i-first+1]
					row[x] += a + across*(b-a)
				}
			}
		}
		return true
	})
}

// cellOf is the cell that a pixel's centre is in, and how far into it.
func cellOf(pixel float64, cell int) (index int, part float32) {
	at := (pixel + 0.5) / float64(cell)
	whole := math.Floor(at)
	return int(whole), float32(at - whole)
}

// corner is the value of a corner of cells, from -1 to 1.
func corner(key uint32, x, y int) float32 {
	h := scrambled(uint32(x) + scrambled(uint32(y)+key))
	return float32(int32(h)) / (1 << 31)
}

// scrambled is Wellons' lowbias32, a hash of 32 bits (Prospecting for Hash Functions, 2018).
func scrambled(x uint32) uint32 {
	x ^= x >> 16
	x *= 0x7feb352d
	x ^= x >> 15
	x *= 0x846ca68b
	return x ^ x>>16
}
