package tiling

import (
	"impasto.net/plugin/network"
	"impasto.net/plugin/onnx"
)

// A tile is a core, which is painted, and a halo of what the network sees around it. onnx.Piece says
// how far that is, by the receptive field.

// cut is onnx.Cut where there has to be one.
func cut(pieces func(axis, length, count int) ([]onnx.Piece, error), width, height,
	most int) (columns, rows []onnx.Piece, err error) {
	columns, rows, err = onnx.Cut(pieces, width, height, most)
	if err == nil && columns == nil {
		err = network.ErrMemory
	}
	return columns, rows, err
}

// largest is the length of the largest piece, of what lies before a core, and of a core.
func largest(pieces []onnx.Piece) (length, before, core int) {
	for _, p := range pieces {
		length, before, core = max(length, p.To-p.From), max(before, p.CoreFrom-p.From),
			max(core, p.CoreTo-p.CoreFrom)
	}
	return length, before, core
}

// keepRows keeps the rows that the tiles below will need, before anything is painted there.
func (t *tiled) keepRows(y onnx.Piece) {
	for c := range 3 {
		for i := range t.next.height {
			row := y.CoreTo - t.next.height + i
			if row < 0 {
				continue
			}
			to := t.next.row(c, i, 0, t.next.width)
			if row < y.CoreFrom {
				copy(to, t.above.row(c, row-y.CoreFrom+t.above.height, 0, t.above.width))
			} else {
				copy(to, t.frame.row(c, row, 0, t.frame.width))
			}
		}
	}
}

// keepColumns keeps the columns that the tile to the right will need.
func (t *tiled) keepColumns(x, y onnx.Piece) {
	n := min(x.CoreTo-x.CoreFrom, t.left.width)
	for c := range 3 {
		for row := y.CoreFrom; row < y.CoreTo; row++ {
			left := t.left.row(c, row-y.CoreFrom, 0, t.left.width)
			copy(left, left[n:])
			copy(left[len(left)-n:], t.frame.row(c, row, x.CoreTo-n, x.CoreTo))
		}
	}
}

// gather fills a tile with its part of the frame as it was before it was painted.
func (t *tiled) gather(in planar, x, y onnx.Piece) {
	for c := range 3 {
		for row := y.From; row < y.To; row++ {
			to := in.row(c, row-y.From, 0, in.width)
			switch {
			case row < y.CoreFrom:
				copy(to, t.above.row(c, row-y.CoreFrom+t.above.height, x.From, x.To))
			case row < y.CoreTo:
				before := x.CoreFrom - x.From
				copy(to, t.left.row(c, row-y.CoreFrom, t.left.width-before, t.left.width))
				copy(to[before:], t.frame.row(c, row, x.CoreFrom, x.To))
			default:
				copy(to, t.frame.row(c, row, x.From, x.To))
			}
		}
	}
}
