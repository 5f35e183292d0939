package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"

	"impasto.net/bridge"
	"impasto.net/plugin/cache"
	"impasto.net/plugin/colour"
	"impasto.net/plugin/lease"
	"impasto.net/plugin/look"
	"impasto.net/plugin/network"
	"impasto.net/plugin/pixels"
	"impasto.net/plugin/session"
	"impasto.net/plugin/shm"
	"impasto.net/plugin/style"
	"impasto.net/plugin/tiling"
)

const (
	// keptPictures is what painted pictures may take, in bytes: five of 1080p, and
	// sixteen of a proxy at half of that, which is as many as there ever are. Until then
	// every frame takes fresh memory, which costs more than all else around the network.
	keptPictures = 128 << 20

	// maxConverted is how many frames are converted at once: one that is painted, one that
	// waits for it to end. More would only take memory.
	maxConverted = 2
)

// engine paints frames.
type engine struct {
	log       hclog.Logger
	threads   atomic.Int64
	looks     *look.Looks
	sessions  session.Sessions
	pictures  *cache.Pictures
	paintings *cache.LRU[cache.PaintingKey, *painting]
	buffers   network.Buffers
	tiler     tiling.Tiler
	maps      shm.Maps

	devices session.Devices
	budget  *lease.Budget

	leftOut    string      // folders of styles that are, and why
	disk       *cache.Disk // of what takes minutes; nil is none
	diskFailed sync.Once   // said

	// A network uses all threads, so that two at once would only be slower.
	converted, device chan struct{}
}

// newEngine makes an engine that uses that many threads at the most; 0 is no limit.
func newEngine(bank style.Bank, threads int, log hclog.Logger) *engine {
	e := &engine{
		log:       log,
		looks:     look.New(bank),
		paintings: cache.NewLRU[cache.PaintingKey, *painting](keptPaintings),
		converted: make(chan struct{}, maxConverted),
		device:    make(chan struct{}, 1),
		devices:   session.Devices{GPUs: bridge.GPUs},
		leftOut:   leftOut(bank),
	}
	e.budget = lease.NewBudget(e.device, e.trim, log)
	if e.leftOut != "" {
		log.Warn("folders of styles are left out", "why", e.leftOut)
	}
	e.tiler = tiling.Tiler{Buffers: &e.buffers, Budget: e.budget, Threads: func() int { return int(e.threads.Load()) }, Log: log}
	e.pictures = cache.NewPictures(keptPictures, &e.buffers)
	// Go's count is the least of the processors that there are, those that this process
	// may run on and the quota of its cgroup.
	e.threads.Store(int64(runtime.GOMAXPROCS(0)))
	e.grant(threads)
	return e
}

// grant lowers the number of threads; 0 does not.
func (e *engine) grant(threads int) {
	if threads > 0 {
		e.threads.Store(min(e.threads.Load(), int64(threads)))
	}
}

// styles lists what can be had.
func (e *engine) styles() *bridge.StyleList {
	all, broken := e.looks.Bank.All()
	for _, err := range broken {
		e.log.Warn("a style that cannot be used", "error", err)
	}
	list := &bridge.StyleList{Styles: []bridge.Style{}}
	for _, p := range all {
		list.Styles = append(list.Styles, bridge.Style{ID: p.ID, Label: p.Label})
	}
	encoders, broken := e.looks.Bank.Encoders()
	for _, err := range broken {
		e.log.Warn("an encoder that cannot be used", "error", err)
	}
	for _, p := range encoders {
		list.Styles = append(list.Styles, bridge.Style{ID: p.ID, Label: p.Label})
	}
	return list
}

func (e *engine) prepare(ctx context.Context, p *bridge.Prepare, progress func(float64, string)) (*bridge.Done, error) {
	var t bridge.Timings
	start := time.Now()
	if err := p.Device.Check(); err != nil {
		return nil, bridge.Failure(bridge.CodeRequest, err, "The request to load %q makes no sense.", p.Style)
	}
	l, err := e.looks.Get(p.Style)
	if err != nil {
		return nil, err
	}
	var where string
	if l.Encoder != nil {
		_, where, err = e.whereOptimised(ctx, l, p.Device)
	} else {
		var s *session.Session
		if s, where, err = e.session(ctx, l, p.Device, &t, progress); err == nil {
			e.sessions.Put(s)
		}
	}
	if err != nil {
		return nil, err
	}
	t.Total = time.Since(start).Microseconds()
	return &bridge.Done{Device: where, Style: l.Label, Timings: t}, nil
}

// session leases the network of a look on the device that is wanted, and says so when that
// takes a while. It also says which device that is, and why it is no better one.
func (e *engine) session(ctx context.Context, l *look.Look, want bridge.Device, t *bridge.Timings, progress func(float64, string)) (s *session.Session, where string, err error) {
	defer since(&t.Load, time.Now())
	place, why := e.devices.Place(want)
	threads, loaded := int(e.threads.Load()), false
	s, err = e.sessions.Get(ctx, l, place, threads, func(label string) {
		progress(0, "loading "+label)
		loaded = true
	})
	if err != nil {
		e.looks.Forget() // the package may have moved
		return nil, "", err
	}
	where = session.Where(s.Device, s.InHalf, threads, why, s.Why)
	if loaded {
		e.log.Info("a network is loaded", "network", s.ID, "device", where)
	}
	return s, where, nil
}

// since adds the time that has passed.
func since(t *int64, start time.Time) { *t += time.Since(start).Microseconds() }

// acquire takes a place; the caller has to give it back by receiving from it.
func acquire(ctx context.Context, places chan struct{}, wait *int64) error {
	defer since(wait, time.Now())
	// Where there is a place and a cancel, the cancel goes first.
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// frame is a render request with its images and its look at hand.
type frame struct {
	*bridge.Render
	look           *look.Look
	plate, output  pixels.Image
	mask, painting *pixels.Image
	held           *pixels.Image   // the frame that the statistics are of, where it is another one
	small          []float32       // what they are of; nil: all of the plate
	seen           pixels.Geometry // of the plate as it is read and written
	work           pixels.Geometry // of the picture that the network works on
}

// render paints one frame. The fractions of its progress are what the stages take of a
// usual frame.
func (e *engine) render(ctx context.Context, r *bridge.Render, memory *os.File, progress func(float64, string)) (*bridge.Done, error) {
	start := time.Now()
	done := &bridge.Done{}
	t := &done.Timings
	var attached []byte
	if memory != nil {
		m, err := e.maps.Get(memory)
		if err != nil {
			return nil, err
		}
		defer e.maps.Put(m)
		attached = m.Bytes
	}
	f, err := newFrame(r, attached)
	if err != nil {
		return nil, bridge.Failure(bridge.CodeRequest, err, "The request for frame %g makes no sense.", r.Frame)
	}
	if attached == nil {
		done.Pixels = make([]byte, r.Output.Size())
		f.output = pixels.NewImage(&r.Output, done.Pixels)
	}

	if f.look, err = e.looks.Mix(r.Style, r.StyleB, r.StyleMix, r.Unrealness); err != nil {
		return nil, err
	}
	w := f.writer()
	var p *cache.Picture
	var s *session.Session
	if f.look.Encoder != nil {
		w.Decoders, w.Again = fromOptimised(), toOptimised()
		p, err = e.optimised(ctx, f, done, progress)
	} else {
		if s, p, err = e.painted(ctx, f, done, progress); err == nil {
			defer e.sessions.Put(s)
			w.Decoders, w.Again, w.BGR = s.Decoders, s.Inverse, s.Output.Channels == "BGR"
		}
	}
	if err != nil {
		return nil, err
	}
	defer e.pictures.Put(p)

	progress(0.95, "blending")
	converting := time.Now()
	if err := w.Write(ctx, int(e.threads.Load()), &f.plate, f.mask, &f.output, &f.seen, p.Values); err != nil {
		return nil, err
	}
	since(&t.ConvertOut, converting)
	done.Warning = e.warning(f, s)
	since(&t.Total, start)
	e.log.Debug("painted", "frame", r.Frame, "style", f.look.ID, "device", done.Device, "cached", done.Cached, "milliseconds", t.Total/1000)
	return done, nil
}

// painted gives what a network painted, as attempt does, on the CPU where a GPU fails that
// was not asked for.
func (e *engine) painted(ctx context.Context, f *frame, done *bridge.Done, progress func(float64, string)) (s *session.Session, p *cache.Picture, err error) {
	s, p, err = e.attempt(ctx, f, done, progress)
	if s != nil && e.falls(s.Place, err) {
		return e.attempt(ctx, f, done, progress)
	}
	return s, p, err
}

// falls says whether a frame failed for a GPU that was not asked for, which is not used any more. One
// that failed has a cause; what a request may not want of a device has none.
func (e *engine) falls(place session.Placement, err error) bool {
	failed, ok := errors.AsType[*bridge.Error](err)
	if !ok || failed.Code != bridge.CodeDevice || failed.Cause == "" || !place.Spare {
		return false
	}
	e.log.Warn("the GPU failed, and is not used any more", "error", failed)
	e.devices.Fall(errors.New(failed.Cause))
	return true
}

// attempt paints on the device that is wanted, or that is wanted by now. The caller has to
// put session and picture back; after an error the session says what it was only.
func (e *engine) attempt(ctx context.Context, f *frame, done *bridge.Done, progress func(float64, string)) (s *session.Session, p *cache.Picture, err error) {
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

// newFrame checks a request. Its images are in the attached memory, or inline where that
// is nil; an inline output is not there yet.
func newFrame(r *bridge.Render, attached []byte) (*frame, error) {
	f := &frame{Render: r}
	if err := r.Check(); err != nil {
		return nil, err
	}
	image := func(name string, im *bridge.Image, channels int, dst *pixels.Image) error {
		if err := im.Check(channels, len(attached)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if attached != nil {
			*dst = pixels.NewImage(im, attached[im.Offset:])
		} else if im.Pixels != nil {
			*dst = pixels.NewImage(im, im.Pixels)
		} else if im != &r.Output {
			return fmt.Errorf("%s: no pixels", name)
		}
		return nil
	}
	if err := image("plate", &r.Plate, 4, &f.plate); err != nil {
		return nil, err
	}
	if r.Mask != nil {
		f.mask = new(pixels.Image)
		if err := image("mask", r.Mask, 1, f.mask); err != nil {
			return nil, err
		}
	}
	if h := r.Statistics.Held; h != nil {
		f.held = new(pixels.Image)
		if err := image("statistics", h, 4, f.held); err != nil {
			return nil, err
		}
	}
	if p := r.Painting; p != nil {
		f.painting = new(pixels.Image)
		if err := image("painting", &p.Image, 4, f.painting); err != nil {
			return nil, err
		}
	}
	if err := image("output", &r.Output, 4, &f.output); err != nil {
		return nil, err
	}
	return f, nil
}

// writer has what the request says of how the output comes of plate and picture.
func (f *frame) writer() pixels.Writer {
	return pixels.Writer{
		Space: colour.Named(f.Space), Premultiplied: f.Premultiplied,
		ExposureIn: f.ExposureIn, ExposureOut: f.ExposureOut, KeepColour: float32(f.KeepColour),
		Mix: float32(f.Mix), MaskInvert: f.MaskInvert,
	}
}

// paint gives the network's picture of a plate, from those that are kept or anew. The
// caller has to put it back.
func (e *engine) paint(ctx context.Context, f *frame, s *session.Session, t *bridge.Timings, progress func(float64, string)) (p *cache.Picture, cached bool, err error) {
	if err := acquire(ctx, e.converted, &t.Wait); err != nil {
		return nil, false, err
	}
	defer func() { <-e.converted }()

	reader := pixels.Reader{
		Space: colour.Named(f.Space), Encoders: s.Encoders,
		BGR: s.Input.Channels == "BGR", Premultiplied: f.Premultiplied, Exposure: f.ExposureIn,
	}
	seen, content, err := e.see(ctx, f, &reader, t, progress)
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
	if err := e.sample(ctx, f, s, &reader, seen, content.Opaque); err != nil {
		return nil, false, err
	}
	key := cache.PictureKey{Network: s.Key(), Vector: f.look.Key, Content: content.Key, Seen: f.seen, Work: f.work, Small: pixels.Digest(f.small), Painting: painting.key}
	return e.develop(ctx, t, progress, func() *cache.Picture { return e.pictures.Get(key) }, func() (work, error) {
		least, most := s.Tiles.Needs(f.work.Plane())
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
			values, err := e.run(ctx, f, s, input, painting, func(part float64) { tell(part, what) })
			if err != nil {
				return nil, err
			}
			return e.pictures.Add(key, values), nil
		}, nil
	})
}

// see reads the plate into a buffer, which the caller has to put back, and says what was read.
func (e *engine) see(ctx context.Context, f *frame, r *pixels.Reader, t *bridge.Timings, progress func(float64, string)) ([]float32, pixels.Content, error) {
	progress(0.02, "reading the plate")
	defer since(&t.ConvertIn, time.Now())
	seen, err := e.buffers.Get(3 * f.seen.Plane())
	if err != nil {
		return nil, pixels.Content{}, noMemory(f, err)
	}
	content, err := r.Read(ctx, int(e.threads.Load()), &f.plate, &f.seen, seen)
	if err != nil {
		e.buffers.Put(seen)
		return nil, pixels.Content{}, err
	}
	if content.Strange > 0 {
		e.log.Warn("pixels that are not finite pass unpainted", "frame", f.Frame, "pixels", content.Strange)
	}
	return seen, content, nil
}

// work makes a picture that the caller has to put back, and tells how far it is. It may go
// on after the request that it is for has ended: it holds on to what it uses.
type work func(tell func(part float64, stage string)) (*cache.Picture, error)

// develop gives a picture that is kept, or makes one. begin is called when the device is
// free; it may use the request's memory, which the work that it gives may not.
func (e *engine) develop(ctx context.Context, t *bridge.Timings, progress func(float64, string), kept func() *cache.Picture, begin func() (work, error)) (p *cache.Picture, cached bool, err error) {
	if p := kept(); p != nil {
		return p, true, nil
	}
	if err := acquire(ctx, e.device, &t.Wait); err != nil {
		return nil, false, err
	}
	// The same frame may have been painted in the meantime.
	if p := kept(); p != nil {
		<-e.device
		return p, true, nil
	}
	running := time.Now()
	do, err := begin()
	if err != nil {
		<-e.device
		return nil, false, err
	}
	// It goes on after a cancel until ONNX Runtime heeds it.
	type result struct {
		picture *cache.Picture
		err     error
	}
	type step struct {
		part  float64
		stage string
	}
	ran := make(chan result, 1)
	steps := make(chan step)
	go func() {
		defer func() {
			e.budget.Rest()
			<-e.device
		}()
		p, err := do(func(part float64, stage string) {
			select {
			case steps <- step{part, stage}:
			case <-ctx.Done():
			}
		})
		ran <- result{p, err}
	}()
	for {
		select {
		case s := <-steps:
			progress(min(0.05+0.9*s.part, 0.95), s.stage)
		case r := <-ran:
			since(&t.Run, running)
			return r.picture, false, r.err
		case <-ctx.Done():
			go func() {
				if r := <-ran; r.picture != nil {
					e.pictures.Put(r.picture)
				}
			}()
			return nil, false, ctx.Err()
		}
	}
}

// run takes a frame through the network. What it gives may be in the input's buffer; it
// puts that back where it is not.
func (e *engine) run(ctx context.Context, f *frame, s *session.Session, input []float32, painting *painting, painted func(float64)) ([]float32, error) {
	var values []float32
	beside, err := e.beside(ctx, f, s, input, painting)
	if err == nil {
		values, err = e.infer(ctx, f, s, input, beside, painted)
	} else {
		e.buffers.Put(input)
	}
	switch {
	case errors.Is(err, network.ErrMemory):
		err = noMemory(f, err)
	case err != nil && ctx.Err() == nil && s.Device.Provider != network.CPU:
		err = bridge.Failure(bridge.CodeDevice, err, "The GPU failed with the style %q on frame %g, %d × %d pixels: %s. Set Device to CPU, or ask impasto doctor what is wrong.",
			f.look.Label, f.Frame, f.work.Across.Count, f.work.Down.Count, bridge.Brief(err))
	case err != nil && ctx.Err() == nil:
		err = bridge.Failure(bridge.CodeRender, err, "The network of the style %q failed on frame %g, %d × %d pixels.",
			f.look.Label, f.Frame, f.work.Across.Count, f.work.Down.Count)
	case err == nil && !pixels.Finite(int(e.threads.Load()), values):
		err = bridge.Failure(bridge.CodeRender, nil, "The network of the style %q gave values that are no numbers for frame %g: choose another style, or report it to who made this one (%s).",
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

// beside gives what a network takes beside the plate.
func (e *engine) beside(ctx context.Context, f *frame, s *session.Session, input []float32, painting *painting) ([]network.Tensor, error) {
	if s.Norms != nil {
		if f.small != nil {
			copy(s.Small.Values, f.small)
		} else {
			s.See(int(e.threads.Load()), input, &f.seen)
		}
		return s.Style(ctx, f.look.Vector)
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
// works at another size than the plate's. It owns the input, as through does.
func (e *engine) infer(ctx context.Context, f *frame, s *session.Session, input []float32, beside []network.Tensor, painted func(float64)) ([]float32, error) {
	in, workers := &s.Input, int(e.threads.Load())
	// What the network works on, as it wants it.
	prepare := func(picture []float32) {
		if n := s.Noise; n != nil {
			pixels.AddNoise(workers, picture, &f.work, float32(n.Amount*(in.Range[1]-in.Range[0])), n.Cells)
		}
		pixels.Normalise(workers, in.Mean, in.Std, picture)
	}
	if f.work == f.seen {
		prepare(input)
		return e.tiler.Paint(ctx, &s.Tiles, input, f.work.Width, f.work.Height, beside, painted)
	}
	defer e.buffers.Put(input)
	small, err := e.buffers.Get(3 * f.work.Plane())
	if err != nil {
		return nil, err
	}
	pixels.Resample(workers, input, &f.seen, small, &f.work)
	prepare(small)
	if small, err = e.tiler.Paint(ctx, &s.Tiles, small, f.work.Width, f.work.Height, beside, painted); err != nil {
		return nil, err
	}
	defer e.buffers.Put(small)
	values, err := e.buffers.Get(3 * f.seen.Plane())
	if err != nil {
		return nil, err
	}
	pixels.Resample(workers, small, &f.work, values, &f.seen)
	if f.work.Across.Of >= f.seen.Across.Of && f.work.Down.Of >= f.seen.Down.Of {
		return values, nil
	}
	room, err := e.buffers.Get(pixels.EdgesRoom(&f.seen, &f.work))
	if err != nil {
		e.buffers.Put(values)
		return nil, err
	}
	defer e.buffers.Put(room)
	pixels.KeepEdges(workers, in.Range[0], in.Range[1], input, &f.seen, small, &f.work, values, room)
	return values, nil
}

func noMemory(f *frame, cause error) error {
	return bridge.Failure(bridge.CodeMemory, cause, "There is not enough memory to paint a frame of %d × %d pixels: render a smaller one, or end other programs.",
		f.work.Across.Count, f.work.Down.Count)
}

// reserve takes memory for a frame.
func (e *engine) reserve(ctx context.Context, f *frame, least int, most func(room int) int, progress func(float64, string)) error {
	return e.budget.Reserve(ctx, f.Device.Memory, least, most, func(what string) { progress(0.05, what) })
}

// trim gives the memory back that is kept for the next frame.
func (e *engine) trim() {
	e.buffers.Trim()
	if err := network.Shrink(); err != nil {
		e.log.Warn("memory is kept that others may want", "error", err)
	}
}
