package tiling

import (
	"context"
	"errors"

	"impasto.net/plugin/network"
	"impasto.net/plugin/onnx"
)

// planar is a picture: three planes, one after the other.
type planar struct {
	values        []float32
	width, height int
}

// row is a part of a row.
func (p *planar) row(plane, y, from, to int) []float32 {
	start := (plane*p.height + y) * p.width
	return p.values[start+from : start+to]
}

// tiled paints a frame tile by tile in its own place: a second buffer of the frame's size
// would take more than a tile does. What later tiles need of what is painted over by then
// is kept extra it: the rows above their cores, and the columns left of them.
type tiled struct {
	*Tiler
	graph   *Graph
	ctx     context.Context
	extra   []network.Tensor
	frame   planar
	painted func(fraction float64)
	done    int // pixels

	above, next planar // rows of the frame; the last of them is the one above the cores
	left        planar // columns of the cores' rows; the last of them is the one left of the core
}

func (t *tiled) run() error {
	g := t.graph
	most := min(t.Budget.Room(), tileMemory) / (g.Field.Bytes + 2*pictureBytes)
	if g.failed > 0 {
		most = min(most, g.failed/2)
	}
	columns, rows, err := cut(g.Field.Pieces, t.frame.width, t.frame.height, most)
	if err != nil {
		return err
	}
	width, left, _ := largest(columns)
	height, above, core := largest(rows)
	in := planar{width: width, height: height}
	t.above = planar{width: t.frame.width, height: above}
	t.next, t.left = t.above, planar{width: left, height: core}
	for _, p := range []*planar{&in, &t.above, &t.next, &t.left} {
		if p.width*p.height == 0 {
			continue
		}
		if p.values, err = t.Buffers.Get(3 * p.width * p.height); err != nil {
			return err
		}
		defer t.Buffers.Put(p.values)
	}
	for _, y := range rows {
		t.keepRows(y)
		for _, x := range columns {
			in.width, in.height = x.To-x.From, y.To-y.From
			t.gather(in, x, y)
			t.keepColumns(x, y)
			if err := t.tile(in, x.Local(), y.Local(), x.From, y.From); err != nil {
				return err
			}
		}
		t.above, t.next = t.next, t.above
	}
	return nil
}

// tile paints the core of a tile, whose upper left pixel is at left, top of the frame: in
// halves where there is not enough memory for it.
func (t *tiled) tile(in planar, x, y onnx.Piece, left, top int) error {
	g, area := t.graph, in.width*in.height
	if !g.tooLarge(area) {
		err := t.core(in, x, y, left, top)
		if !errors.Is(err, network.ErrMemory) {
			return err
		}
		g.failed = area
	}
	axis, piece := 0, y
	if x.CoreTo-x.CoreFrom > y.CoreTo-y.CoreFrom {
		axis, piece = 1, x
	}
	halves, err := g.Field.Halves(axis, piece)
	if err != nil {
		return err
	}
	if len(halves) < 2 {
		return network.ErrMemory
	}
	for _, half := range halves {
		x, y := x, y
		if axis == 0 {
			y = half
		} else {
			x = half
		}
		part := planar{width: x.To - x.From, height: y.To - y.From}
		if part.values, err = t.Buffers.Get(3 * part.width * part.height); err != nil {
			return err
		}
		for c := range 3 {
			for row := range part.height {
				copy(part.row(c, row, 0, part.width), in.row(c, y.From+row, x.From, x.To))
			}
		}
		err := t.tile(part, x.Local(), y.Local(), left+x.From, top+y.From)
		t.Buffers.Put(part.values)
		if err != nil {
			return err
		}
	}
	return nil
}

// core is tile in one run.
func (t *tiled) core(in planar, x, y onnx.Piece, left, top int) error {
	if err := t.ctx.Err(); err != nil {
		return err
	}
	n := 3 * in.width * in.height
	out := planar{width: in.width, height: in.height}
	var err error
	if out.values, err = t.Buffers.Get(n); err != nil {
		return err
	}
	defer t.Buffers.Put(out.values)
	if err := t.graph.Run(t.ctx, in.values[:n], out.values, in.width, in.height,
		t.extra); err != nil {
		return err
	}
	for c := range 3 {
		for row := y.CoreFrom; row < y.CoreTo; row++ {
			copy(t.frame.row(c, top+row, left+x.CoreFrom, left+x.CoreTo),
				out.row(c, row, x.CoreFrom, x.CoreTo))
		}
	}
	t.done += (x.CoreTo - x.CoreFrom) * (y.CoreTo - y.CoreFrom)
	t.painted(float64(t.done) / float64(t.frame.width*t.frame.height))
	return nil
}
