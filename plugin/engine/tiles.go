package engine

import (
	"context"
	"errors"

	"impasto.net/plugin/network"
	"impasto.net/plugin/onnx"
)

// pictureBytes is what a picture takes for a pixel.
const pictureBytes = 12

// through takes a picture through the network, whole where there is memory for that and
// else tile by tile. What it gives may be in the picture's own buffer; it puts that back
// where it is not. painted is told how much is done.
func (e *engine) through(ctx context.Context, s *session, picture []float32, width, height int, beside []network.Tensor, painted func(float64)) ([]float32, error) {
	t := &tiling{engine: e, session: s, ctx: ctx, beside: beside, frame: planar{picture, width, height}, painted: painted}
	err := network.ErrMemory
	if area := width * height; s.field == nil || !s.tooLarge(area) && area*(s.field.Bytes+pictureBytes) <= e.budget.Room() {
		var out []float32
		if out, err = e.scratch(len(picture)); err == nil {
			if err = s.run(ctx, picture, out, width, height, beside); err == nil {
				e.buffers.Put(picture)
				return out, nil
			}
			e.buffers.Put(out)
		}
		if errors.Is(err, network.ErrMemory) {
			s.failed = area
		}
	}
	if s.field != nil && errors.Is(err, network.ErrMemory) {
		if s.stages != nil {
			return e.staged(ctx, s, picture, width, height, beside, painted)
		}
		err = t.run()
	}
	if err != nil {
		e.buffers.Put(picture)
		return nil, err
	}
	return picture, nil
}

// tooLarge says whether there was not enough memory for as many pixels before.
func (x *session) tooLarge(pixels int) bool { return x.failed > 0 && pixels >= x.failed }

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

// tiling paints a frame tile by tile in its own place: a second buffer of the frame's size
// would take more than a tile does. What later tiles need of what is painted over by then
// is kept beside it: the rows above their cores, and the columns left of them.
type tiling struct {
	*engine
	session *session
	ctx     context.Context
	beside  []network.Tensor
	frame   planar
	painted func(fraction float64)
	done    int // pixels

	above, next planar // rows of the frame; the last of them is the one above the cores
	left        planar // columns of the cores' rows; the last of them is the one left of the core
}

func (t *tiling) run() error {
	s := t.session
	most := min(t.budget.Room(), tileMemory) / (s.field.Bytes + 2*pictureBytes)
	if s.failed > 0 {
		most = min(most, s.failed/2)
	}
	columns, rows, err := cut(s.field.Pieces, t.frame.width, t.frame.height, most)
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
		if p.values, err = t.scratch(3 * p.width * p.height); err != nil {
			return err
		}
		defer t.buffers.Put(p.values)
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

// cut is onnx.Cut where there has to be one.
func cut(pieces func(axis, length, count int) ([]onnx.Piece, error), width, height, most int) (columns, rows []onnx.Piece, err error) {
	columns, rows, err = onnx.Cut(pieces, width, height, most)
	if err == nil && columns == nil {
		err = network.ErrMemory
	}
	return columns, rows, err
}

// largest is the length of the largest piece, of what lies before a core, and of a core.
func largest(pieces []onnx.Piece) (length, before, core int) {
	for _, p := range pieces {
		length, before, core = max(length, p.To-p.From), max(before, p.CoreFrom-p.From), max(core, p.CoreTo-p.CoreFrom)
	}
	return length, before, core
}

// keepRows keeps the rows that the tiles below will need, before anything is painted there.
func (t *tiling) keepRows(y onnx.Piece) {
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
func (t *tiling) keepColumns(x, y onnx.Piece) {
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
func (t *tiling) gather(in planar, x, y onnx.Piece) {
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

// tile paints the core of a tile, whose upper left pixel is at left, top of the frame: in
// halves where there is not enough memory for it.
func (t *tiling) tile(in planar, x, y onnx.Piece, left, top int) error {
	s, area := t.session, in.width*in.height
	if !s.tooLarge(area) {
		err := t.core(in, x, y, left, top)
		if !errors.Is(err, network.ErrMemory) {
			return err
		}
		s.failed = area
	}
	axis, piece := 0, y
	if x.CoreTo-x.CoreFrom > y.CoreTo-y.CoreFrom {
		axis, piece = 1, x
	}
	halves, err := s.field.Halves(axis, piece)
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
		if part.values, err = t.scratch(3 * part.width * part.height); err != nil {
			return err
		}
		for c := range 3 {
			for row := range part.height {
				copy(part.row(c, row, 0, part.width), in.row(c, y.From+row, x.From, x.To))
			}
		}
		err := t.tile(part, x.Local(), y.Local(), left+x.From, top+y.From)
		t.buffers.Put(part.values)
		if err != nil {
			return err
		}
	}
	return nil
}

// core is tile in one run.
func (t *tiling) core(in planar, x, y onnx.Piece, left, top int) error {
	if err := t.ctx.Err(); err != nil {
		return err
	}
	n := 3 * in.width * in.height
	out := planar{width: in.width, height: in.height}
	var err error
	if out.values, err = t.scratch(n); err != nil {
		return err
	}
	defer t.buffers.Put(out.values)
	if err := t.session.run(t.ctx, in.values[:n], out.values, in.width, in.height, t.beside); err != nil {
		return err
	}
	for c := range 3 {
		for row := y.CoreFrom; row < y.CoreTo; row++ {
			copy(t.frame.row(c, top+row, left+x.CoreFrom, left+x.CoreTo), out.row(c, row, x.CoreFrom, x.CoreTo))
		}
	}
	t.done += (x.CoreTo - x.CoreFrom) * (y.CoreTo - y.CoreFrom)
	t.painted(float64(t.done) / float64(t.frame.width*t.frame.height))
	return nil
}

const (
	// tileMemory is what one tile may take of it: a sixth of an 8K frame for the shipped
	// network. What tiles have around their cores is then an eighth of all that is painted.
	tileMemory = 800 << 20

	// triedMemory is tried where there seems to be less.
	triedMemory = 64 << 20

	// unknownBytes is taken for what a pixel takes where that is not known: about what it
	// does for the classic network.
	unknownBytes = 1 << 10
)

// needs is what painting that many pixels takes: at the least, and what it makes use of
// where there is so much room.
func (s *session) needs(pixels int) (least int, most func(room int) int) {
	if s.field == nil {
		whole := pixels * unknownBytes
		return whole, func(room int) int { return min(whole, room) }
	}
	whole := pixels * (s.field.Bytes + pictureBytes)
	return min(whole, triedMemory), func(room int) int {
		if whole > room && s.stages == nil {
			return min(room, tileMemory)
		}
		return min(whole, room)
	}
}
