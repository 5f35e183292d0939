package engine

import (
	"context"
	"math"

	"impasto.net/bridge"
	"impasto.net/plugin/cache"
	"impasto.net/plugin/colour"
	"impasto.net/plugin/network"
	"impasto.net/plugin/pixels"
	"impasto.net/plugin/session"
	"impasto.net/plugin/style"
)

const (
	// keptPaintings is what may be kept of paintings, in bytes: a thousand of a network with
	// a few kilobytes of vectors, twenty of one that takes the painting itself.
	keptPaintings = 64 << 20

	// paintingArea is how large a painting is for a network, in pixels; larger ones are made
	// smaller. It keeps the size of the strokes from depending on how well a painting was
	// scanned, and on the host's proxies. The texture scale enlarges it, and its strokes with
	// it, as far as maxPaintingArea.
	paintingArea    = 512 * 512
	maxPaintingArea = 16 * paintingArea
)

// painting is what goes into a network beside the plate, where that is made of a painting
// that the artist connects. It is the same for all frames of a shot, so it is kept by the
// painting's content. It is not changed.
type painting struct {
	key     cache.PaintingKey
	tensors []network.Tensor
	raw     bool // the tensor is the painting, which has yet to go through the graph for vectors
}

func (p *painting) size() (bytes int64) {
	for _, t := range p.tensors {
		bytes += 4 * int64(len(t.Values))
	}
	return bytes
}

// keep keeps it for the other frames of the shot.
func (e *engine) keep(p *painting) { e.paintings.Add(p.key, p, p.size()) }

// painting gives what a network takes from a frame's painting, as far as that can be had
// without running a network. For networks that take none it is empty.
func (e *engine) painting(ctx context.Context, f *frame, s *session.Session) (*painting, error) {
	in := s.Painting
	if in == nil {
		return &painting{}, nil
	}
	if f.painting == nil {
		return nil, bridge.Failure(bridge.CodeStyle, nil,
			"The style %q needs a painting: connect one to the Style input.", f.look.Label)
	}
	key := cache.PaintingKey{
		Network: s.ID, Content: f.painting.Content(), Space: f.Painting.Space,
		Premultiplied: f.Painting.Premultiplied,
		TextureScale:  f.Size.TextureScale,
	}
	if p, ok := e.paintings.Get(key); ok {
		return p, nil
	}
	workers := int(e.threads.Load())
	g := pixels.NewGeometry(f.painting.Window.Width(), f.painting.Window.Height(), 1, 1)
	planes, err := e.buffers.Get(3 * g.Plane())
	if err != nil {
		return nil, noMemory(f, err)
	}
	defer e.buffers.Put(planes)
	r := pixels.Reader{
		Space:    colour.Named(f.Painting.Space),
		Encoders: pixels.NewEncoders(in.Range[0], in.Range[1]),
		BGR:      in.Channels == "BGR", Premultiplied: f.Painting.Premultiplied,
	}
	if _, err := r.Read(ctx, workers, f.painting, &g, planes); err != nil {
		return nil, err
	}
	width, height := paintingSize(in, g.Width, g.Height, f.Size.TextureScale)
	if f.Size.TextureScale > 1 && in.Size == nil && width*height > maxPaintingArea {
		return nil, bridge.Failure(bridge.CodeMemory, nil,
			"Texture Scale %g makes %d × %d pixels of the painting on Style, which is too much: "+
				"lower it.",
			f.Size.TextureScale, width, height)
	}
	sized := pixels.NewGeometry(width, height, 1, 1)
	values := make([]float32, 3*sized.Plane())
	pixels.Resample(workers, planes, &g, values, &sized)
	pixels.Normalise(workers, in.Mean, in.Std, values)
	p := &painting{key: key, tensors: []network.Tensor{network.NewPicture(values, width, height)},
		raw: s.OfPainting != nil}
	if !p.raw {
		e.keep(p)
	}
	return p, nil
}

// finish runs the graph for vectors where a painting has not gone through it.
func (e *engine) finish(ctx context.Context, s *session.Session, p *painting) (*painting, error) {
	if !p.raw {
		return p, nil
	}
	vectors := make([]network.Tensor, len(s.Vectors.Outputs))
	if err := s.OfPainting.Run(ctx, p.tensors, vectors); err != nil {
		return nil, err
	}
	done := &painting{key: p.key, tensors: vectors}
	e.keep(done)
	return done, nil
}

// paintingSize is how large a painting is for a network: of its own shape, as nearly as the
// network's multiples allow, times the texture scale.
func paintingSize(in *style.Input, width, height int, textureScale float64) (int, int) {
	if in.Size != nil {
		return in.Size[0], in.Size[1]
	}
	scale := min(1, math.Sqrt(paintingArea/float64(width*height))) * textureScale
	side := func(n int) int {
		m := float64(in.MultipleOf)
		least := math.Ceil(float64(in.Minimum)/m) * m
		return int(max(math.Round(float64(n)*scale/m)*m, least))
	}
	return side(width), side(height)
}
