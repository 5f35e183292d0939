package pixels

// Average makes a small square picture of a plate, each pixel the mean of the area that it
// covers; where the edge of that area cuts through the plate's pixels they count by the
// part that lies within. It takes the plate from the picture that the network sees, without
// what is reflected there. Both are three planes.
func Average(workers int, picture []float32, g *Geometry, small []float32, size int) {
	plane := g.Plane()
	Strips(workers, 3*size, func(_, from, to int) bool {
		for row := from; row < to; row++ {
			source := picture[row/size*plane:][:plane]
			down := cover(row%size, g.PlateHeight, size)
			for i := range size {
				across := cover(i, g.PlateWidth, size)
				var mean float32
				for y := down.first; y <= down.last; y++ {
					start := (g.Top+y)*g.Width + g.Left
					mean += down.weight(y) * across.mean(source[start+across.first:start+across.last+1])
				}
				small[row*size+i] = mean
			}
		}
		return true
	})
}

// total is a sum, in four so that one addition need not wait for the other.
func total(values []float32) float32 {
	var a, b, c, d float32
	for len(values) >= 4 {
		a, b, c, d = a+values[0], b+values[1], c+values[2], d+values[3]
		values = values[4:]
	}
	for _, v := range values {
		a += v
	}
	return (a + b) + (c + d)
}

// covered is the run of pixels that one of a number of equal parts of a side covers, and
// how much of the part each of them is.
type covered struct {
	first, last                    int
	firstWeight, inner, lastWeight float32
}

// cover gives part i of a side of n pixels. Its ends are exact: in units of which a pixel
// has as many as there are parts, a part has as many as there are pixels.
func cover(i, n, parts int) covered {
	from, to := i*n, (i+1)*n
	first, last := from/parts, (to-1)/parts
	if first == last {
		return covered{first, last, 1, 0, 0}
	}
	units := func(u int) float32 { return float32(u) / float32(n) }
	return covered{first, last, units((first+1)*parts - from), units(parts), units(to - last*parts)}
}

func (c *covered) weight(pixel int) float32 {
	switch pixel {
	case c.first:
		return c.firstWeight
	case c.last:
		return c.lastWeight
	}
	return c.inner
}

// mean is that of the values that are covered.
func (c *covered) mean(values []float32) float32 {
	end := len(values) - 1
	if end == 0 {
		return values[0]
	}
	return c.firstWeight*values[0] + c.inner*total(values[1:end]) + c.lastWeight*values[end]
}
