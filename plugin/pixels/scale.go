package pixels

import "math"

// Resample takes the plate's part of a picture to that of another one, of another size, both
// where they lie in the frame. It is a Catmull-Rom spline, stretched over all pixels that go into
// one where the picture is made smaller. Both have as many planes; what the plate does not cover is
// its reflection.
func Resample(workers int, from []float32, fg *Geometry, to []float32, tg *Geometry) {
	across, down := taps(fg.Across, tg.Across), taps(fg.Down, tg.Down)
	for c := range len(from) / fg.Plane() {
		scale(workers, from[c*fg.Plane():(c+1)*fg.Plane()], fg, to[c*tg.Plane():(c+1)*tg.Plane()],
			tg, across, down)
		tg.pad(to[c*tg.Plane() : (c+1)*tg.Plane()])
	}
}

// scale is Resample for the plate's part of one plane.
func scale(workers int, from []float32, fg *Geometry, to []float32, tg *Geometry, across,
	down []tap) {
	Strips(workers, tg.Down.Count, func(_, first, last int) bool {
		row := make([]float32, fg.Across.Count)
		for y := first; y < last; y++ {
			down[y].rows(row, from, fg)
			result := tg.row(to, y)
			for x := range result {
				result[x] = across[x].of(row)
			}
		}
		return true
	})
}

// tap is what goes into one value: a run of values from first on, and their weights. There
// are four of them but at the borders, where there are fewer, and where a picture is made
// smaller.
type tap struct {
	first   int
	weights []float32
}

func (t *tap) of(values []float32) float32 {
	if len(t.weights) == 4 {
		w, v := (*[4]float32)(t.weights), (*[4]float32)(values[t.first:])
		return w[0]*v[0] + w[1]*v[1] + w[2]*v[2] + w[3]*v[3]
	}
	var sum float32
	for i, v := range values[t.first : t.first+len(t.weights)] {
		sum += t.weights[i] * v
	}
	return sum
}

// rows is of for all columns of a plane at once.
func (t *tap) rows(result, plane []float32, g *Geometry) {
	if len(t.weights) == 4 {
		w := (*[4]float32)(t.weights)
		a, b := g.row(plane, t.first)[:len(result)], g.row(plane, t.first+1)[:len(result)]
		c, d := g.row(plane, t.first+2)[:len(result)], g.row(plane, t.first+3)[:len(result)]
		for x := range result {
			result[x] = w[0]*a[x] + w[1]*b[x] + w[2]*c[x] + w[3]*d[x]
		}
		return
	}
	clear(result)
	for i, w := range t.weights {
		row := g.row(plane, t.first+i)[:len(result)]
		for x := range result {
			result[x] += w * row[x]
		}
	}
}

func taps(from, to Side) []tap {
	scale := from.Of / to.Of
	stretch := max(scale, 1)
	all := make([]tap, to.Count)
	for i := range all {
		center := (to.At+float64(i)+0.5)*scale - 0.5 - from.At
		// Of a plate that ends between pixels a centre may lie just beyond its end.
		center = min(max(center, -0.5), float64(from.Count)-0.5)
		// The spline is 0 where it ends.
		first := max(int(math.Floor(center-2*stretch))+1, 0)
		last := min(int(math.Ceil(center+2*stretch))-1, from.Count-1)
		weights := make([]float32, last-first+1)
		sum := 0.
		for j := range weights {
			w := catmullRom((float64(first+j) - center) / stretch)
			weights[j] = float32(w)
			sum += w
		}
		// Of what would lie outside of the plane the others have the weight.
		for j := range weights {
			weights[j] /= float32(sum)
		}
		all[i] = tap{first, weights}
	}
	return all
}

func catmullRom(x float64) float64 {
	x = math.Abs(x)
	switch {
	case x < 1:
		return (1.5*x-2.5)*x*x + 1
	case x < 2:
		return ((2.5-0.5*x)*x-4)*x + 2
	}
	return 0
}

// Affine makes every value v gain·v + offset.
func Affine(workers int, values []float32, gain, offset float32) {
	pieces(workers, len(values), func(from, to int) bool {
		part := values[from:to]
		for i := range part {
			part[i] = gain*part[i] + offset
		}
		return true
	})
}
