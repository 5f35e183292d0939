package objective

import "impasto.net/plugin/network"

// guide has the places of the style layers count as a region does: by the square of it, as
// features are multiplied by it before their Gram matrix is taken.
func (f *frame) guide(region []float32) {
	if region == nil {
		return
	}
	for i, s := range f.seen[:len(f.seen)-1] {
		guide := averages(region, f.width, f.height, s.Width, s.Height)
		square := 0.
		for _, v := range guide {
			square += float64(v) * float64(v)
		}
		for j, v := range guide {
			guide[j] = v * v / float32(square)
		}
		f.guides[i] = guide
	}
}

// averages are of a plane made smaller, each over all pixels that it touches.
func averages(plane []float32, width, height, columns, rows int) []float32 {
	span := func(i, from, to int) (int, int) { return i * from / to, ((i+1)*from + to - 1) / to }
	all := make([]float32, 0, columns*rows)
	for row := range rows {
		y1, y2 := span(row, height, rows)
		for column := range columns {
			x1, x2 := span(column, width, columns)
			sum := float32(0)
			for y := y1; y < y2; y++ {
				for _, v := range plane[y*width+x1 : y*width+x2] {
					sum += v
				}
			}
			all = append(all, sum/float32((x2-x1)*(y2-y1)))
		}
	}
	return all
}

// shares are how much each place of each style layer counts in a tile.
func (o *Objective) shares(f *frame, t *tile) []network.Tensor {
	all := make([]network.Tensor, len(f.seen)-1)
	for i := range all {
		all[i] = f.core(t, i, f.guides[i], 1/float64(f.seen[i].Height*f.seen[i].Width),
			&o.buffers.shares[i])
	}
	return all
}

// core is a plane that has in the core of a tile what a plane of the whole has there, or one
// value where there is none, and 0 around it.
func (f *frame) core(t *tile, i int, whole []float32, v float64, buffer *[]float32) network.Tensor {
	if len(f.tiles) == 1 && whole == nil {
		return everywhere(v)
	}
	x, y := t.columns[i], t.rows[i]
	plane := room(buffer, x.Size*y.Size)
	clear(plane)
	for row := y.CoreFrom; row < y.CoreTo; row++ {
		to := plane[(row-y.From)*x.Size:][x.CoreFrom-x.From : x.CoreTo-x.From]
		if whole != nil {
			copy(to, whole[row*f.seen[i].Width+x.CoreFrom:])
			continue
		}
		for column := range to {
			to[column] = float32(v)
		}
	}
	return network.Tensor{Shape: shape(1, y.Size, x.Size), Values: plane}
}
