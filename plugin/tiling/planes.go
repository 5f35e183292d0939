package tiling

import (
	"impasto.net/plugin/network"
	"impasto.net/plugin/pixels"
)

// moments are sums over the whole of some planes, for every channel.
type moments struct {
	sum, squares []float64
	count        float64
}

func (m *moments) of(variance bool) []float32 {
	values := make([]float32, len(m.sum))
	for i := range values {
		mean := m.sum[i] / m.count
		values[i] = float32(mean)
		if variance {
			values[i] = float32(max(m.squares[i]/m.count-mean*mean, 0))
		}
	}
	return values
}

// cube is a tensor of planes, or the part of one that a tile has.
type cube struct {
	values                  []float32
	channels, height, width int
}

func (c *cube) tensor() network.Tensor {
	return network.Tensor{Shape: []int64{1, int64(c.channels), int64(c.height), int64(c.width)},
		Values: c.values[:c.channels*c.height*c.width]}
}

// copyTo copies a part of every plane.
func (c *cube) copyTo(workers int, to *cube, y, x, toY, toX, height, width int) {
	pixels.Strips(workers, c.channels*height, func(_, from, until int) bool {
		for i := from; i < until; i++ {
			plane, row := i/height, i%height
			source := (plane*c.height+y+row)*c.width + x
			copy(to.values[(plane*to.height+toY+row)*to.width+toX:][:width],
				c.values[source:source+width])
		}
		return true
	})
}

// add adds a part of every plane to its sums.
func (m *moments) add(workers int, c *cube, y, x, height, width int) {
	m.count += float64(height * width)
	const strip = 16 // rows of Strips, of which each is a channel here
	pixels.Strips(workers, c.channels*strip, func(channel, _, _ int) bool {
		var sum, squares float64
		for row := range height {
			start := (channel*c.height+y+row)*c.width + x
			a, b := addRow(c.values[start : start+width])
			sum, squares = sum+a, squares+b
		}
		m.sum[channel] += sum
		m.squares[channel] += squares
		return true
	})
}

// addRow is the sum of values and that of their squares, each in two so that one addition
// need not wait for the other.
func addRow(values []float32) (sum, squares float64) {
	var a, b, aa, bb float64
	for len(values) >= 2 {
		v, w := float64(values[0]), float64(values[1])
		a, b, aa, bb = a+v, b+w, aa+v*v, bb+w*w
		values = values[2:]
	}
	if len(values) > 0 {
		v := float64(values[0])
		a, aa = a+v, aa+v*v
	}
	return a + b, aa + bb
}
