package pixels

import "math"

// Scale takes a plane of one size to another one, both of rows from the top. It is a
// Catmull-Rom spline, stretched over all pixels that go into one where the plane is made
// smaller.
func Scale(workers int, from []float32, fromWidth, fromHeight int, to []float32, toWidth, toHeight int) {
	across, down := taps(fromWidth, toWidth), taps(fromHeight, toHeight)
	Strips(workers, toHeight, func(_, first, last int) bool {
		row := make([]float32, fromWidth)
		for y := first; y < last; y++ {
			clear(row)
			for i, w := range down[y].weights {
				source := from[(down[y].first+i)*fromWidth:][:fromWidth]
				for x := range row {
					row[x] += w * source[x]
				}
			}
			result := to[y*toWidth:][:toWidth]
			for x := range result {
				var sum float32
				for i, w := range across[x].weights {
					sum += w * row[across[x].first+i]
				}
				result[x] = sum
			}
		}
		return true
	})
}

// tap is what goes into one value: a run of values from first on, and their weights.
type tap struct {
	first   int
	weights []float32
}

func taps(from, to int) []tap {
	scale := float64(from) / float64(to)
	stretch := max(scale, 1)
	all := make([]tap, to)
	for i := range all {
		center := (float64(i)+0.5)*scale - 0.5
		first := max(int(math.Ceil(center-2*stretch)), 0)
		last := min(int(math.Floor(center+2*stretch)), from-1)
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
	const piece = 1 << 14
	Strips(workers, (len(values)+piece-1)/piece*stripRows, func(strip, _, _ int) bool {
		part := values[strip*piece : min((strip+1)*piece, len(values))]
		for i := range part {
			part[i] = gain*part[i] + offset
		}
		return true
	})
}
