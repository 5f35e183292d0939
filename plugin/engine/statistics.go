package engine

import (
	"context"

	"impasto.net/plugin/pixels"
	"impasto.net/plugin/session"
)

// sampleStatistics makes the small picture of which a network has its statistics, where that takes
// more than looking at all of the plate when the network runs: a part of the frame is
// wanted, or another frame, or not all of it is solid. seen and opaque are what was read of
// the plate.
func (e *engine) sampleStatistics(ctx context.Context, f *frame, s *session.Session,
	r *pixels.Reader, seen []float32, opaque bool) error {
	if s.Norms == nil {
		return nil
	}
	workers := int(e.threads.Load())
	from, g := &f.plate, f.native
	if f.held != nil {
		from, g = f.held, pixels.NewGeometry(f.held.Window.Width(), f.held.Window.Height(), 1, 1)
		var err error
		if seen, err = e.buffers.Get(3 * g.Plane()); err != nil {
			return noMemory(f, err)
		}
		defer e.buffers.Put(seen)
		held, err := r.Read(ctx, workers, f.held, &g, seen)
		if err != nil {
			return err
		}
		opaque = held.Opaque
	}
	part := g.Whole()
	frame := part
	if w := f.Statistics.Window; w != nil {
		frame = from.Part(*w)
		part = part.Meet(frame)
	}
	if !opaque {
		part = from.Solid(workers, part)
	}
	if f.Statistics.Window != nil {
		part = part.Within(frame)
	}
	if f.held == nil && opaque && part == g.Whole() {
		return nil
	}
	f.small = make([]float32, 3*s.Norms.Size*s.Norms.Size)
	if opaque && part.In(g.Whole()) {
		pixels.Average(workers, seen, &g, part, f.small, s.Norms.Size)
	} else {
		pixels.AverageSolid(workers, seen, &g, from, part, f.small, s.Norms.Size)
	}
	return nil
}
