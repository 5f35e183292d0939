package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"impasto.net/bridge"
	"impasto.net/plugin/cache"
	"impasto.net/plugin/colour"
	"impasto.net/plugin/network"
	"impasto.net/plugin/pixels"
	"impasto.net/plugin/session"
)

// painted gives what a network painted, as attempt does, on the CPU where a GPU fails that
// was not asked for.
func (e *engine) painted(ctx context.Context, f *frame, done *bridge.Done,
	progress func(float64, string)) (s *session.Session, p *cache.Picture, err error) {
	s, p, err = e.attempt(ctx, f, done, progress)
	if s != nil && e.falls(s.Place, err) {
		return e.attempt(ctx, f, done, progress)
	}
	return s, p, err
}

// falls says whether a frame failed for a GPU that was not asked for, which is not used any more.
// One that failed has a cause; what a request may not want of a device has none.
func (e *engine) falls(place session.Placement, err error) bool {
	failed, ok := errors.AsType[*bridge.Error](err)
	if !ok || failed.Code != bridge.CodeDevice || failed.Cause == "" || !place.Fallback {
		return false
	}
	e.log.Warn("the GPU failed, and is not used any more", "error", failed)
	e.devices.Fall(errors.New(failed.Cause))
	return true
}

// attempt paints on the device that is wanted, or that is wanted by now. The caller has to
// put session and picture back; after an error the session says what it was only.
func (e *engine) attempt(ctx context.Context, f *frame, done *bridge.Done,
	progress func(float64, string)) (s *session.Session, p *cache.Picture, err error) {
	if s, done.Device, err = e.session(ctx, f.look, f.Device, &done.Timings, progress); err != nil {
		return nil, nil, err
	}
	if err = f.measure(s.Network); err == nil {
		p, done.Cached, err = e.paint(ctx, f, s, &done.Timings, progress)
	}
	if err != nil {
		e.sessions.Put(s)
	}
	return s, p, err
}

// paint gives the network's picture of a plate, from those that are kept or anew. The
// caller has to put it back.
func (e *engine) paint(ctx context.Context, f *frame, s *session.Session, t *bridge.Timings,
	progress func(float64, string)) (p *cache.Picture, cached bool, err error) {
	if err := acquire(ctx, e.converted, &t.Wait); err != nil {
		return nil, false, err
	}
	defer func() { <-e.converted }()

	reader := pixels.Reader{
		Space: colour.Named(f.Space), Encoders: s.Encoders,
		BGR: s.Input.Channels == "BGR", Premultiplied: f.Premultiplied, Exposure: f.ExposureIn,
	}
	seen, content, err := e.read(ctx, f, &reader, t, progress)
	if err != nil {
		return nil, false, err
	}
	defer func() {
		if seen != nil {
			e.buffers.Put(seen)
		}
	}()
	painting, err := e.painting(ctx, f, s)
	if err != nil {
		return nil, false, err
	}
	if err := e.sampleStatistics(ctx, f, s, &reader, seen, content.Opaque); err != nil {
		return nil, false, err
	}
	key := cache.PictureKey{Network: s.Key(), Vector: f.look.Key, Content: content.Key,
		Native: f.native, Working: f.working, Small: pixels.Digest(f.small), Painting: painting.key,
		Noise: f.Noise}
	return e.develop(ctx, t, progress, func() *cache.Picture { return e.pictures.Get(key) },
		func() (work, error) {
			least, most := s.Tiles.Needs(f.working.Plane())
			if err := e.reserve(ctx, f, least, most, progress); err != nil {
				return nil, err
			}
			what := "painting " + f.look.Label
			progress(0.05, what)
			input := seen
			seen = nil
			e.sessions.Hold(s)
			return func(tell func(float64, string)) (*cache.Picture, error) {
				defer e.sessions.Put(s)
				e.pictures.Clear(input)
				values, err := e.run(ctx, f, s, input, painting,
					func(part float64) { tell(part, what) })
				if err != nil {
					return nil, err
				}
				return e.pictures.Add(key, values), nil
			}, nil
		})
}

// read reads the plate into a buffer, which the caller has to put back, and says what was read.
func (e *engine) read(ctx context.Context, f *frame, r *pixels.Reader, t *bridge.Timings,
	progress func(float64, string)) ([]float32, pixels.Content, error) {
	progress(0.02, "reading the plate")
	defer since(&t.ConvertIn, time.Now())
	seen, err := e.buffers.Get(3 * f.native.Plane())
	if err != nil {
		return nil, pixels.Content{}, noMemory(f, err)
	}
	content, err := r.Read(ctx, int(e.threads.Load()), &f.plate, &f.native, seen)
	if err != nil {
		e.buffers.Put(seen)
		return nil, pixels.Content{}, err
	}
	if content.Strange > 0 {
		e.log.Warn("pixels that are not finite pass unpainted", "frame", f.Frame, "pixels",
			content.Strange)
	}
	return seen, content, nil
}

// run takes a frame through the network. What it gives may be in the input's buffer; it
// puts that back where it is not.
func (e *engine) run(ctx context.Context, f *frame, s *session.Session, input []float32,
	painting *painting, painted func(float64)) ([]float32, error) {
	var values []float32
	extra, err := e.extraInputs(ctx, f, s, input, painting)
	if err == nil {
		values, err = e.infer(ctx, f, s, input, extra, painted)
	} else {
		e.buffers.Put(input)
	}
	switch {
	case errors.Is(err, network.ErrMemory):
		err = noMemory(f, err)
	case err != nil && ctx.Err() == nil && s.Device.Provider != network.CPU:
		err = bridge.Failure(bridge.CodeDevice, err,
			"The GPU failed with the style %q on frame %g, %d × %d pixels: %s. Set Device to "+
				"CPU, or ask impasto doctor what is wrong.",
			f.look.Label, f.Frame, f.working.Across.Count, f.working.Down.Count, bridge.Brief(err))
	case err != nil && ctx.Err() == nil:
		err = bridge.Failure(bridge.CodeRender, err,
			"The network of the style %q failed on frame %g, %d × %d pixels.",
			f.look.Label, f.Frame, f.working.Across.Count, f.working.Down.Count)
	case err == nil && !pixels.Finite(int(e.threads.Load()), values):
		err = bridge.Failure(bridge.CodeRender, nil,
			"The network of the style %q gave values that are no numbers for frame %g: choose "+
				"another style, or report it to who made this one (%s).",
			f.look.Label, f.Frame, f.look.ID)
	}
	if err != nil {
		if values != nil {
			e.buffers.Put(values)
		}
		return nil, err
	}
	return values, nil
}

// extraInputs gives what a network takes beside the plate.
func (e *engine) extraInputs(ctx context.Context, f *frame, s *session.Session, input []float32,
	painting *painting) ([]network.Tensor, error) {
	if s.Norms != nil {
		if f.small != nil {
			copy(s.Small.Values, f.small)
		} else {
			s.Sample(int(e.threads.Load()), input, &f.native)
		}
		return s.NormsOf(ctx, f.look.Vector)
	}
	painting, err := e.finish(ctx, s, painting)
	if err != nil {
		return nil, err
	}
	if s.Alpha == "" {
		return painting.tensors, nil
	}
	alpha := s.Painter.Number(1+len(painting.tensors), float32(min(f.look.Strength, 1)))
	return append(slices.Clip(painting.tensors), alpha), nil
}

// infer takes a picture through the network, resampled there and back where the network
// works at another size than the plate's. It owns the input, as Tiler.Paint does.
func (e *engine) infer(ctx context.Context, f *frame, s *session.Session, input []float32,
	extra []network.Tensor, painted func(float64)) ([]float32, error) {
	in, workers := &s.Input, int(e.threads.Load())
	// What the network works on, as it wants it.
	prepare := func(picture []float32) {
		if n := s.Noise; n != nil {
			pixels.AddNoise(workers, picture, &f.working,
				float32(f.Noise*n.Amount*(in.Range[1]-in.Range[0])), n.Cells)
		}
		pixels.Normalise(workers, in.Mean, in.Std, picture)
	}
	if f.working == f.native {
		prepare(input)
		return e.tiler.Paint(ctx, &s.Tiles, input, f.working.Width, f.working.Height, extra,
			painted)
	}
	defer e.buffers.Put(input)
	small, err := e.buffers.Get(3 * f.working.Plane())
	if err != nil {
		return nil, err
	}
	pixels.Resample(workers, input, &f.native, small, &f.working)
	prepare(small)
	if small, err = e.tiler.Paint(ctx, &s.Tiles, small, f.working.Width, f.working.Height, extra,
		painted); err != nil {
		return nil, err
	}
	defer e.buffers.Put(small)
	values, err := e.buffers.Get(3 * f.native.Plane())
	if err != nil {
		return nil, err
	}
	pixels.Resample(workers, small, &f.working, values, &f.native)
	if f.working.Across.Of >= f.native.Across.Of && f.working.Down.Of >= f.native.Down.Of {
		return values, nil
	}
	room, err := e.buffers.Get(pixels.EdgesRoom(&f.native, &f.working))
	if err != nil {
		e.buffers.Put(values)
		return nil, err
	}
	defer e.buffers.Put(room)
	pixels.KeepEdges(workers, in.Range[0], in.Range[1], input, &f.native, small, &f.working, values,
		room)
	return values, nil
}

func noMemory(f *frame, cause error) error {
	return bridge.Failure(bridge.CodeMemory, cause,
		"There is not enough memory to paint a frame of %d × %d pixels: render a smaller one, or "+
			"end other programs.",
		f.working.Across.Count, f.working.Down.Count)
}

// reserve takes memory for a frame.
func (e *engine) reserve(ctx context.Context, f *frame, least int, most func(room int) int,
	progress func(float64, string)) error {
	return e.budget.Reserve(ctx, f.Device.Memory, least, most,
		func(what string) { progress(0.05, what) })
}
