package main

import (
	"container/list"
	"context"
	"math"
	"sync"

	"impasto.net/bridge"
	"impasto.net/plugin/network"
	"impasto.net/plugin/pixels"
	"impasto.net/plugin/style"
)

const (
	// keptPaintings is what may be kept of paintings, in bytes: a thousand of a network with
	// a few kilobytes of vectors, twenty of one that takes the painting itself.
	keptPaintings = 64 << 20

	// paintingArea is how large a painting is for a network, in pixels; larger ones are made
	// smaller. It keeps the size of the strokes from depending on how well a painting was
	// scanned, and on the host's proxies.
	paintingArea = 512 * 512
)

// paintings is what networks take from the paintings that artists connect, kept by the
// painting's content: it is the same for all frames of a shot. What was used last stays.
type paintings struct {
	mutex sync.Mutex
	used  int64
	kept  map[paintingKey]*list.Element // of *painting
	order list.List                     // most recently used first
}

type paintingKey struct {
	style         string // with its version
	content       pixels.Key
	encoding      string
	premultiplied bool
}

// painting is what goes into a style's network beside the plate. It is not changed.
type painting struct {
	key     paintingKey
	tensors []network.Tensor
	raw     bool // the tensor is the painting, which has yet to go through the graph for vectors
}

func (p *painting) size() (bytes int64) {
	for _, t := range p.tensors {
		bytes += 4 * int64(len(t.Values))
	}
	return bytes
}

func (c *paintings) get(key paintingKey) *painting {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	e := c.kept[key]
	if e == nil {
		return nil
	}
	c.order.MoveToFront(e)
	return e.Value.(*painting)
}

func (c *paintings) add(p *painting) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.kept[p.key] != nil || p.size() > keptPaintings {
		return
	}
	if c.kept == nil {
		c.kept = make(map[paintingKey]*list.Element)
	}
	c.kept[p.key] = c.order.PushFront(p)
	c.used += p.size()
	for c.used > keptPaintings {
		old := c.order.Remove(c.order.Back()).(*painting)
		delete(c.kept, old.key)
		c.used -= old.size()
	}
}

// painting gives what a style's network takes from a frame's painting, as far as that can
// be had without running a network. For styles that take none it is empty.
func (e *engine) painting(ctx context.Context, f *frame, s *session) (*painting, error) {
	in := s.style.Painting
	if in == nil {
		return &painting{}, nil
	}
	if f.painting == nil {
		return nil, failure(bridge.CodeStyle, nil, "The style %q needs a painting: connect one to the Style input.", s.style.Label)
	}
	key := paintingKey{s.style.ID, f.painting.Content(), f.Painting.Encoding, f.Painting.Premultiplied}
	if p := e.paintings.get(key); p != nil {
		return p, nil
	}
	workers := int(e.threads.Load())
	g := pixels.NewGeometry(f.painting.Window.Width(), f.painting.Window.Height(), 1, 1)
	planes, err := e.buffers.Get(3 * g.Plane())
	if err != nil {
		return nil, noMemory(&g, err)
	}
	defer e.buffers.Put(planes)
	r := pixels.Reader{
		Encoder: pixels.NewEncoder(f.Painting.Encoding == bridge.EncodingLinear, in.Range[0], in.Range[1]),
		BGR:     in.Channels == "BGR", Premultiplied: f.Painting.Premultiplied,
	}
	if _, _, err := r.Read(ctx, workers, f.painting, &g, planes); err != nil {
		return nil, err
	}
	width, height := paintingSize(in, g.Width, g.Height)
	values := make([]float32, 3*width*height)
	scale(workers, planes, g.Width, g.Height, values, width, height)
	normalise(workers, in, values)
	p := &painting{key: key, tensors: []network.Tensor{network.NewPicture(values, width, height)}, raw: s.vectors != nil}
	if !p.raw {
		e.paintings.add(p)
	}
	return p, nil
}

// finish runs the graph for vectors where a painting has not gone through it.
func (e *engine) finish(ctx context.Context, s *session, p *painting) (*painting, error) {
	if !p.raw {
		return p, nil
	}
	vectors := make([]network.Tensor, len(s.style.Vectors.Outputs))
	if err := s.vectors.Run(ctx, p.tensors, vectors); err != nil {
		return nil, err
	}
	done := &painting{key: p.key, tensors: vectors}
	e.paintings.add(done)
	return done, nil
}

// paintingSize is how large a painting is for a network: of its own shape, as nearly as the
// network's multiples allow.
func paintingSize(in *style.Input, width, height int) (int, int) {
	if in.Size != nil {
		return in.Size[0], in.Size[1]
	}
	scale := min(1, math.Sqrt(paintingArea/float64(width*height)))
	side := func(n int) int {
		m := float64(in.MultipleOf)
		least := math.Ceil(float64(in.Minimum)/m) * m
		return int(max(math.Round(float64(n)*scale/m)*m, least))
	}
	return side(width), side(height)
}

// scale takes three planes to another size.
func scale(workers int, from []float32, fromWidth, fromHeight int, to []float32, toWidth, toHeight int) {
	for c := range 3 {
		pixels.Scale(workers, from[c*fromWidth*fromHeight:][:fromWidth*fromHeight], fromWidth, fromHeight,
			to[c*toWidth*toHeight:][:toWidth*toHeight], toWidth, toHeight)
	}
}

// normalise takes the mean and the deviation that a network wants from three planes.
func normalise(workers int, in *style.Input, planes []float32) {
	if in.Mean == nil && in.Std == nil {
		return
	}
	mean, std := [3]float64{}, [3]float64{1, 1, 1}
	if in.Mean != nil {
		mean = *in.Mean
	}
	if in.Std != nil {
		std = *in.Std
	}
	n := len(planes) / 3
	for c := range 3 {
		pixels.Affine(workers, planes[c*n:(c+1)*n], float32(1/std[c]), float32(-mean[c]/std[c]))
	}
}
