package pixels

import (
	"math"
	"slices"
)

// AddNoise puts noise on a picture of three planes, which stays where it is in the frame,
// whatever part of that is painted: at the corners of cells values from -amount to amount,
// straight between those, once for each size of cells.
func AddNoise(workers int, picture []float32, g *Geometry, amount float32, cells []int) {
	column := func(x, cell int) (index int, part float32) {
		return cellOf(g.Across.At+float64(x-g.Left), cell)
	}
	// How far into their cells the columns are, which is the same in every row.
	parts := make([]float32, len(cells)*g.Width)
	for i := range parts {
		_, parts[i] = column(i%g.Width, cells[i/g.Width])
	}
	plane := g.Plane()
	Strips(workers, 3*g.Height, func(_, from, to int) bool {
		corners := make([]float32, 0, g.Width/slices.Min(cells)+3)
		for line := from; line < to; line++ {
			channel, y := line/g.Height, line%g.Height
			row := picture[channel*plane+y*g.Width:][:g.Width]
			for octave, cell := range cells {
				key := scrambled(uint32(3*octave + channel))
				firstRow, down := cellOf(g.Down.At+float64(y-g.Top), cell)
				first, _ := column(0, cell)
				last, _ := column(g.Width-1, cell)
				corners = corners[:0]
				for i := first; i <= last+1; i++ {
					above, below := corner(key, i, firstRow), corner(key, i, firstRow+1)
					corners = append(corners, amount*(above+down*(below-above)))
				}
				across, x := parts[octave*g.Width:][:g.Width], 0
				for at := range len(corners) - 1 {
					a, rise, before := corners[at], corners[at+1]-corners[at], float32(-1)
					for ; x < len(row) && across[x] > before; x++ { // up to the next cell
						before = across[x]
						row[x] += a + before*rise
					}
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
