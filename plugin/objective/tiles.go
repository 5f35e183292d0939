package objective

import (
	"context"
	"errors"
	"fmt"

	"impasto.net/plugin/network"
	"impasto.net/plugin/onnx"
)

// seeing is how many bytes a run takes for a value that the encoder makes of a picture. Most
// of these are kept until their gradients come; ONNX Runtime needs some for itself.
const seeing = 5.2

// frame is how pictures of a size go through the encoder: whole, or in tiles. The Gram
// matrices of a whole are the sums of those of its tiles, and so are the parts of the loss
// and the gradient, where each tile counts but what lies in its core: there the encoder sees
// what it sees in the whole.
type frame struct {
	width, height int
	seen          []onnx.Planes // of the whole, at the style layers and at the content's
	tiles         []tile
	guides        [][]float32 // how much the places of every style layer count; nil is all the same
	bytes         int         // that a run takes
}

type tile struct {
	x, y          onnx.Piece
	columns, rows []onnx.Part // of what is seen
}

// buffers are for one tile after the other.
type buffers struct {
	picture, gradient, content, weight []float32
	shares, grams                      [][]float32
}

// room gives a buffer that many values.
func room(b *[]float32, n int) []float32 {
	if cap(*b) < n {
		*b = make([]float32, n)
	}
	return (*b)[:n]
}

func newBuffers(layers int) buffers {
	return buffers{shares: make([][]float32, layers), grams: make([][]float32, layers)}
}

// newFrame is for pictures of that one's size.
func (o *Objective) newFrame(picture network.Tensor, memory int) (*frame, error) {
	f := &frame{width: int(picture.Shape[3]), height: int(picture.Shape[2])}
	var err error
	if f.seen, err = o.view.Outputs(f.height, f.width); err != nil {
		return nil, fmt.Errorf("the encoder on %d × %d pixels: %w", f.width, f.height, err)
	}
	f.guides = make([][]float32, len(f.seen)-1)
	bytes := seeing * o.view.Values() // for a pixel
	columns, rows, err := onnx.Cut(o.view.Pieces, f.width, f.height, int(float64(memory)/bytes))
	if err != nil {
		return nil, err
	}
	if columns == nil {
		return nil, fmt.Errorf("%w for the encoder on parts of %d × %d pixels", network.ErrMemory,
			f.width, f.height)
	}
	for _, y := range rows {
		for _, x := range columns {
			t := tile{x: x, y: y}
			down, err1 := o.view.Parts(0, f.height, y, f.seen)
			across, err2 := o.view.Parts(1, f.width, x, f.seen)
			if err := errors.Join(err1, err2); err != nil {
				return nil, err
			}
			t.columns, t.rows = across, down
			f.tiles = append(f.tiles, t)
			f.bytes = max(f.bytes, int(bytes*float64((x.To-x.From)*(y.To-y.From))))
		}
	}
	return f, nil
}

// contentBytes is what the encoder sees of a plate in all tiles.
func (f *frame) contentBytes() (bytes int) {
	i := len(f.seen) - 1
	for _, t := range f.tiles {
		bytes += 4 * f.seen[i].Channels * t.columns[i].Size * t.rows[i].Size
	}
	return bytes
}

// square is the sum of squares of what is seen in the core of a tile.
func (f *frame) square(i int, content network.Tensor) (sum float64) {
	t, last := &f.tiles[i], len(f.seen)-1
	x, y := t.columns[last], t.rows[last]
	for row := range f.seen[last].Channels * y.Size {
		if at := row%y.Size + y.From; at < y.CoreFrom || at >= y.CoreTo {
			continue
		}
		for _, v := range content.Values[row*x.Size+x.CoreFrom-x.From : row*x.Size+x.CoreTo-x.From] {
			sum += float64(v) * float64(v)
		}
	}
	return sum
}

// cut is a tile of a picture.
func (o *Objective) cut(f *frame, t *tile, picture network.Tensor) network.Tensor {
	if len(f.tiles) == 1 {
		return picture
	}
	width, height := t.x.To-t.x.From, t.y.To-t.y.From
	values := room(&o.buffers.picture, 3*width*height)
	for i := range 3 * height {
		from := (i/height*f.height+t.y.From+i%height)*f.width + t.x.From
		copy(values[i*width:(i+1)*width], picture.Values[from:from+width])
	}
	return network.NewPicture(values, width, height)
}

// add adds the gradient of a tile to that of the whole.
func (f *frame) add(t *tile, part, whole []float32) {
	width, height := t.x.To-t.x.From, t.y.To-t.y.From
	for i := range 3 * height {
		from := (i/height*f.height+t.y.From+i%height)*f.width + t.x.From
		to := whole[from : from+width]
		for x, v := range part[i*width : (i+1)*width] {
			to[x] += v
		}
	}
}

// see gives what a tile has for the Gram matrices, and what is seen at the content layer,
// until it is called again.
func (o *Objective) see(ctx context.Context, f *frame, t *tile,
	picture network.Tensor) (grams []network.Tensor, content network.Tensor, err error) {
	last := len(f.seen) - 1
	for i, s := range f.seen[:last] {
		n := s.Channels
		grams = append(grams, network.Tensor{Shape: []int64{int64(n), int64(n)},
			Values: room(&o.buffers.grams[i], n*n)})
	}
	channels, height, width := f.seen[last].Channels, t.rows[last].Size, t.columns[last].Size
	content = network.Tensor{Shape: shape(channels, height, width),
		Values: room(&o.buffers.content, channels*height*width)}
	in := append([]network.Tensor{o.cut(f, t, picture)}, o.shares(f, t)...)
	return grams, content, o.targets.Run(ctx, in, append(grams[:last:last], content))
}

// gather gives a picture's Gram matrices. Who wants to is told what is seen in every tile.
func (o *Objective) gather(ctx context.Context, f *frame, picture network.Tensor,
	each func(i int, content network.Tensor)) ([][]float64, error) {
	sums := make([][]float64, len(f.seen)-1)
	for i := range f.tiles {
		grams, content, err := o.see(ctx, f, &f.tiles[i], picture)
		if err != nil {
			return nil, err
		}
		for j, g := range grams {
			if sums[j] == nil {
				sums[j] = make([]float64, len(g.Values))
			}
			for k, v := range g.Values {
				sums[j][k] += float64(v)
			}
		}
		if each != nil {
			each(i, content)
		}
	}
	return sums, nil
}

// evaluateTiles is evaluate, tile by tile: once for the Gram matrices of the whole, and once
// for the gradient, which depends on them.
func (o *Objective) evaluateTiles(ctx context.Context, picture network.Tensor,
	gradient []float32) (loss Loss, err error) {
	f := o.frame
	grams, err := o.gather(ctx, f, picture, nil)
	if err != nil {
		return loss, err
	}
	var pulls []network.Tensor
	for i, s := range o.styles {
		pull := network.Tensor{Shape: s.gram.Shape, Values: make([]float32, len(s.gram.Values))}
		for j, v := range grams[i] {
			off := v - float64(s.gram.Values[j])
			loss.Style += s.weight * off * off
			pull.Values[j] = float32(4 * s.weight * off)
		}
		pulls = append(pulls, pull)
	}
	clear(gradient)
	last := len(f.seen) - 1
	for i := range f.tiles {
		t := &f.tiles[i]
		channels, height, width := f.seen[last].Channels, t.rows[last].Size, t.columns[last].Size
		target := network.Tensor{Shape: shape(channels, height, width)}
		if o.contents != nil {
			target.Values = o.contents[i]
		} else if _, target, err = o.see(ctx, f, t, o.plate); err != nil {
			return loss, err
		}
		seen := o.cut(f, t, picture)
		in := append([]network.Tensor{seen}, o.shares(f, t)...)
		in = append(in, pulls...)
		in = append(in, target, f.core(t, last, nil, o.content, &o.buffers.weight))
		content := everywhere(0)
		out := network.Tensor{Shape: seen.Shape,
			Values: room(&o.buffers.gradient, len(seen.Values))}
		if err := o.part.Run(ctx, in, []network.Tensor{content, out}); err != nil {
			return loss, err
		}
		loss.Content += float64(content.Values[0])
		f.add(t, out.Values, gradient)
	}
	return loss, nil
}
