package pixels

import "math"

// Average makes a small square picture of a part of a plate, each pixel the mean of the area
// that it covers; where the edge of that area cuts through the plate's pixels they count by
// the part that lies within. It takes the plate from the picture that the network sees.
// Both are three planes.
func Average(workers int, picture []float32, g *Geometry, part Part, small []float32, size int) {
	plane := g.Plane()
	Strips(workers, 3*size, func(_, from, to int) bool {
		for row := from; row < to; row++ {
			source := picture[row/size*plane:][:plane]
			down := part.down(g, row%size, size)
			for i := range size {
				across := part.across(g, i, size)
				var mean float32
				for y := down.first; y <= down.last; y++ {
					mean += down.weight(y) * across.mean(g.row(source,
						y)[across.first:across.last+1])
				}
				small[row*size+i] = mean
			}
		}
		return true
	})
}

// across and down are the columns and the rows of pixels that one of a number of equal parts
// covers.
func (p *Part) across(g *Geometry, i, parts int) covered {
	return cover(p.Left, p.Right-p.Left, i, parts, g.Across.Count)
}

func (p *Part) down(g *Geometry, i, parts int) covered {
	return cover(p.Top, p.Bottom-p.Top, i, parts, g.Down.Count)
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

// covered is a run of pixels, and how much each of them is of a length that begins and ends
// somewhere between them; none where the last comes before the first.
type covered struct {
	first, last                    int
	firstWeight, inner, lastWeight float32
}

// cover gives part i of a length that starts somewhere on or beside a side of n pixels.
func cover(start, length float64, i, parts, n int) covered {
	step := length / float64(parts)
	from, to := max(start+float64(i)*step, 0), min(start+float64(i+1)*step, float64(n))
	if from >= to {
		return covered{first: 0, last: -1}
	}
	first := min(int(from), n-1)
	last := max(first, min(int(math.Ceil(to)), n)-1)
	if first == last {
		return covered{first, last, float32((to - from) / step), 0, 0}
	}
	return covered{first, last, float32((float64(first+1) - from) / step), float32(1 / step),
		float32((to - float64(last)) / step)}
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
