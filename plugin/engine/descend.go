package engine

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"sync"
	"time"

	"impasto.net/bridge"
	"impasto.net/plugin/cache"
	"impasto.net/plugin/colour"
	"impasto.net/plugin/look"
	"impasto.net/plugin/network"
	"impasto.net/plugin/objective"
	"impasto.net/plugin/optimise"
	"impasto.net/plugin/pixels"
	"impasto.net/plugin/session"
	"impasto.net/plugin/sysinfo"
)

// Plates that are optimised are sRGB, 0 to 1.
var (
	toOptimised   = sync.OnceValue(func() pixels.Encoders { return pixels.NewEncoders(0, 1) })
	fromOptimised = sync.OnceValue(func() pixels.Decoders { return pixels.NewDecoders(0, 1) })
)

// whereOptimised chooses what plates are optimised on, and says so, and why on nothing better.
func (e *engine) whereOptimised(ctx context.Context, l *look.Look,
	want bridge.Device) (network.Device, string, error) {
	if want.Precision == 16 {
		return network.Device{}, "", bridge.Failure(bridge.CodeDevice, nil,
			"The style %q is optimised, which is not done at 16 bits: set Precision to Auto or "+
				"32 bit.", l.Label)
	}
	place, why := e.devices.Place(want)
	threads := int(e.threads.Load())
	d, failed, err := place.First(func(d network.Device) error {
		err := objective.Try(ctx, l.Encoder, d, threads)
		if err != nil && ctx.Err() != nil {
			return ctx.Err()
		}
		return err
	})
	switch {
	case err == nil:
		return d, session.Where(d, false, threads, why, failed), nil
	case ctx.Err() != nil:
		return d, "", ctx.Err()
	case !errors.Is(err, network.ErrDevice):
		return d, "", bridge.Failure(bridge.CodeStyle, nil, "The style %q cannot be used: %v.",
			l.Label, err)
	}
	return d, "", bridge.Failure(bridge.CodeDevice, nil,
		"The style %q cannot be optimised on a GPU: %v. Set Device to CPU or Auto, or ask "+
			"impasto doctor what is wrong.", l.Label, err)
}

// optimised gives the picture of a plate in a style that has an encoder and no network, on the
// CPU where a GPU fails that was not asked for. The caller has to put it back.
func (e *engine) optimised(ctx context.Context, f *frame, done *bridge.Done,
	progress func(float64, string)) (*cache.Picture, error) {
	place, _ := e.devices.Place(f.Device)
	p, err := e.optimise(ctx, f, done, progress)
	if e.falls(place, err) {
		return e.optimise(ctx, f, done, progress)
	}
	return p, err
}

// optimise is optimised on the device that is wanted, or that is wanted by now. It takes
// minutes, so that the picture is kept on disk as well.
func (e *engine) optimise(ctx context.Context, f *frame, done *bridge.Done,
	progress func(float64, string)) (p *cache.Picture, err error) {
	device, where, err := e.whereOptimised(ctx, f.look, f.Device)
	if err != nil {
		return nil, err
	}
	done.Device = where
	settings, err := f.settings()
	if err != nil {
		return nil, err
	}
	t := &done.Timings
	if err := acquire(ctx, e.converted, &t.Wait); err != nil {
		return nil, err
	}
	defer func() { <-e.converted }()
	reader := f.optimisedReader()
	seen, content, err := e.read(ctx, f, &reader, t, progress)
	if err != nil {
		return nil, err
	}
	defer func() {
		if seen != nil {
			e.buffers.Put(seen)
		}
	}()
	threads := int(e.threads.Load())
	runs, err := runsOn()
	if err != nil {
		return nil, bridge.Failure(bridge.CodeRender, err, "Impasto's engine cannot read itself.")
	}
	shares := f.shares()
	key, err := cache.KeyOf(runs, threads, device, f.look.Encoder, settings, f.Descent.After,
		pixels.Digest(shares), f.Size, f.native,
		content.Key, f.painting.Content(), f.Painting.Space, f.Painting.Premultiplied)
	if err != nil {
		return nil, err
	}
	name := pictureName{key, f.native}
	done.Kept = name.bytes()
	p, done.Cached, err = e.develop(ctx, t, progress,
		func() *cache.Picture { return e.stored(name) }, func() (work, error) {
			if err := e.reserve(ctx, f, optimise.Memory,
				func(room int) int { return min(room, optimise.Memory) }, progress); err != nil {
				return nil, err
			}
			before, err := e.before(f)
			if err != nil {
				return nil, err
			}
			painting, err := e.wholePainting(ctx, f)
			if err != nil {
				return nil, err
			}
			input := seen
			seen = nil
			return func(tell func(float64, string)) (*cache.Picture, error) {
				e.pictures.Clear(input)
				job := e.job(f, settings, painting, input, shares)
				job.Device = device
				if before != nil {
					job.Before = before.over(job.Plate, &f.working)
				}
				values, err := e.descend(ctx, f, job, tell)
				e.buffers.Put(input)
				if err != nil {
					return nil, err
				}
				e.store(f, key, values)
				return e.pictures.Add(cache.PictureKey{OnDisk: key}, values), nil
			}, nil
		})
	return p, err
}

// optimisedReader takes plates to an encoder.
func (f *frame) optimisedReader() pixels.Reader {
	return pixels.Reader{
		Space: colour.Named(f.Space), Encoders: toOptimised(),
		Premultiplied: f.Premultiplied, Exposure: f.ExposureIn,
	}
}

// job is that of a frame's plate, as it was seen.
func (e *engine) job(f *frame, s optimise.Settings, painting network.Tensor, seen,
	shares []float32) *optimise.Job {
	j := &optimise.Job{
		Settings: s, Encoder: f.look.Encoder,
		Plate: e.sizedFor(seen, &f.native, &f.working), Painting: painting,
		Across: f.working.Across, Down: f.working.Down, Threads: int(e.threads.Load()),
	}
	if shares != nil {
		j.Mask = e.sizedFor(shares, &f.native, &f.working).Values
	}
	return j
}

// settings checks what optimising takes beside a plate, and sets the sizes.
func (f *frame) settings() (optimise.Settings, error) {
	d, label := f.Descent, f.look.Label
	if d == nil {
		return optimise.Settings{}, bridge.Failure(bridge.CodeRequest, nil,
			"The request for frame %g does not say how to optimise it.", f.Frame)
	}
	if f.painting == nil {
		return optimise.Settings{}, bridge.Failure(bridge.CodeStyle, nil,
			"The style %q needs a painting: connect one to the Style input.", label)
	}
	if c := d.TextureCrop; !(c[0] < c[2] && c[1] < c[3]) {
		return optimise.Settings{}, bridge.Failure(bridge.CodeStyle, nil,
			"Nothing of the painting is between Texture Crop From, %g, %g, and Texture Crop To, "+
				"%g, %g: the second has to be to the right of the first, and above it.",
			c[0], c[1], c[2], c[3])
	}
	for _, factor := range []float64{max(f.Size.Detail, 1), 1} {
		if err := f.place(factor, 1, 1); err != nil {
			return optimise.Settings{}, err
		}
	}
	return optimise.Settings{
		Unrealness: f.Unrealness, Iterations: d.Iterations, Detail: f.Size.Detail,
		TextureScale: f.Size.TextureScale, TextureCrop: d.TextureCrop, Seed: uint64(d.Seed),
	}, nil
}

// wholePainting reads a frame's painting. A proxy is enlarged, as the plate is, so that
// strokes have one size.
func (e *engine) wholePainting(ctx context.Context, f *frame) (network.Tensor, error) {
	window := f.painting.Window
	g := pixels.NewGeometry(window.Width(), window.Height(), 1, 1)
	full := g
	if s := f.Size.Scale; s != [2]float64{1, 1} {
		width, height := max(1, math.Round(float64(g.Width)/s[0])),
			max(1, math.Round(float64(g.Height)/s[1]))
		if width*height > maxEnlarged {
			return network.Tensor{}, bridge.Failure(bridge.CodeMemory, nil,
				"The painting on Style has %.0f × %.0f pixels at full resolution, which is too "+
					"much: scale it down before Impasto.", width, height)
		}
		full = pixels.NewGeometry(int(width), int(height), 1, 1)
	}
	r := pixels.Reader{Space: colour.Named(f.Painting.Space), Encoders: toOptimised(),
		Premultiplied: f.Painting.Premultiplied}
	values := make([]float32, 3*g.Plane())
	if _, err := r.Read(ctx, int(e.threads.Load()), f.painting, &g, values); err != nil {
		return network.Tensor{}, err
	}
	return e.sizedFor(values, &g, &full), nil
}

// shares are how much each pixel of the plate is to be of the painting's style; nil is all
// alike.
func (f *frame) shares() []float32 {
	if f.mask == nil || !f.Descent.MatchMask {
		return nil
	}
	shares := make([]float32, f.native.Plane())
	w := pixels.Writer{Mix: 1, MaskInvert: f.MaskInvert}
	w.Shares(&f.plate, f.mask, shares)
	return shares
}

// sizedFor is a picture, or one plane, at another size.
func (e *engine) sizedFor(values []float32, from, to *pixels.Geometry) network.Tensor {
	if *from != *to {
		other := make([]float32, len(values)/from.Plane()*to.Plane())
		pixels.Resample(int(e.threads.Load()), values, from, other, to)
		values = other
	}
	return network.NewPicture(values, to.Width, to.Height)
}

// descend does a job, and gives a picture of the size that the plate is seen at.
func (e *engine) descend(ctx context.Context, f *frame, job *optimise.Job,
	tell func(float64, string)) ([]float32, error) {
	began, loss := time.Now(), 0.
	done, err := job.Run(ctx, func(i *optimise.Iteration) error {
		loss = i.Total()
		stage := fmt.Sprintf("iteration %d of %d, loss %.3g", i.Number, job.Iterations, i.Total())
		if i.Detail != job.Detail {
			stage = fmt.Sprintf("iteration %d at detail %.2g, loss %.3g", i.Number, i.Detail,
				i.Total())
		}
		tell(i.Done, stage)
		return ctx.Err()
	})
	var values []float32
	if err == nil {
		values, err = e.buffers.Get(3 * f.native.Plane())
	}
	switch {
	case ctx.Err() != nil:
		err = ctx.Err()
	case errors.Is(err, network.ErrMemory):
		err = noMemory(f, err)
	case errors.Is(err, network.ErrDevice):
		err = bridge.Failure(bridge.CodeDevice, err,
			"Frame %g cannot be optimised on %s: %s. Set Device to CPU, or ask impasto doctor "+
				"what is wrong.", f.Frame, job.Device, bridge.Brief(err))
	case err != nil:
		err = bridge.Failure(bridge.CodeRender, nil,
			"Frame %g cannot be painted in the style %q: %v.", f.Frame, f.look.Label, err)
	default:
		copy(values, e.sizedFor(done.Values, &f.working, &f.native).Values)
		if pixels.Finite(int(e.threads.Load()), values) {
			e.log.Info("a frame is optimised", "frame", f.Frame, "style", f.look.ID, "iterations",
				job.Iterations, "loss", loss, "seconds", int(time.Since(began).Seconds()))
			return values, nil
		}
		err = bridge.Failure(bridge.CodeRender, nil,
			"The encoder of the style %q gave values that are no numbers for frame %g: lower "+
				"Unrealness, or choose another style (%s).", f.look.Label, f.Frame, f.look.ID)
	}
	if values != nil {
		e.buffers.Put(values)
	}
	return nil, err
}

// pictureName is a picture that was optimised, and where its plate lay in the frame.
type pictureName struct {
	key  cache.Key
	size pixels.Geometry
}

func (n pictureName) bytes() []byte {
	b := slices.Clone(n.key[:])
	for _, s := range []pixels.Side{n.size.Across, n.size.Down} {
		b = binary.LittleEndian.AppendUint32(b, uint32(s.Count))
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(s.At))
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(s.Of))
	}
	return b
}

// readName reads a name, of bridge.KeptBytes, which may be anything.
func readName(b []byte) (n pictureName, ok bool) {
	var sides [2]pixels.Side
	copy(n.key[:], b)
	for i := range sides {
		s := b[len(n.key)+20*i:]
		at, of := math.Float64frombits(binary.LittleEndian.Uint64(s[4:])),
			math.Float64frombits(binary.LittleEndian.Uint64(s[12:]))
		sides[i] = pixels.Side{Count: int(binary.LittleEndian.Uint32(s)), At: at, Of: of}
		if sides[i].Count == 0 || !(math.Abs(at) <= maxWorking) || !(of > 0 && of <= maxWorking) {
			return n, false
		}
	}
	n.size = pixels.Fitted(sides[0], sides[1], 1, 1)
	return n, uint64(sides[0].Count)*uint64(sides[1].Count) <= maxWorking
}

// before gives the picture of the frame before, at the size that is worked at; nil where the
// frame stands alone.
func (e *engine) before(f *frame) (*before, error) {
	after := f.Descent.After
	if len(after) == 0 {
		return nil, nil
	}
	name, ok := readName(after)
	if !ok {
		return nil, bridge.Failure(bridge.CodeRequest, nil,
			"The request for frame %g names a frame before that there cannot be.", f.Frame)
	}
	p := e.stored(name)
	if p != nil {
		defer e.pictures.Put(p)
	}
	if p == nil || len(p.Values) != 3*name.size.Plane() {
		return nil, bridge.Failure(bridge.CodeRender, nil,
			"The picture of the frame before %g, which that is to start from, is not kept any "+
				"more: render the shot again from its first frame, and let IMPASTO_CACHE be large "+
				"enough for two frames.", f.Frame)
	}
	picture := e.sizedFor(p.Values, &name.size, &f.working)
	if name.size == f.working {
		picture.Values = slices.Clone(picture.Values)
	}
	return &before{picture, name.size}, nil
}

// before is the picture of the frame before, at the size that is worked at, and where there was
// one: its data window may have been another.
type before struct {
	picture network.Tensor
	lay     pixels.Geometry
}

// over gives the picture the plate where there was none.
func (b *before) over(plate network.Tensor, work *pixels.Geometry) *network.Tensor {
	for i, v := range plate.Values {
		x, y := i%work.Width, i/work.Width%work.Height
		if !b.lay.Across.Covers(x, work.Across) || !b.lay.Down.Covers(y, work.Down) {
			b.picture.Values[i] = v
		}
	}
	return &b.picture
}

// stored gives a picture that is kept in memory or on disk; nil is none.
func (e *engine) stored(name pictureName) *cache.Picture {
	kept := cache.PictureKey{OnDisk: name.key}
	if p := e.pictures.Get(kept); p != nil || e.disk == nil {
		return p
	}
	values, err := e.buffers.Get(3 * name.size.Plane())
	if err != nil {
		return nil // nor is there enough to make one, which says so
	}
	found, err := e.disk.Get(name.key, values)
	if err != nil {
		e.log.Warn("a picture that is kept on disk cannot be used", "error", err)
	}
	if !found {
		e.buffers.Put(values)
		return nil
	}
	return e.pictures.Add(kept, values)
}

// store keeps a picture on disk. Where that fails the frame is none the worse.
func (e *engine) store(f *frame, key cache.Key, values []float32) {
	if e.disk == nil {
		return
	}
	if err := e.disk.Put(key, values); err != nil {
		e.diskFailed.Do(func() {
			e.log.Warn("a picture cannot be kept on disk: it has to be painted again when "+
				"Impasto was ended; this is said once", "frame", f.Frame, "error", err)
		})
	}
}

// runsOn is what decides on the last bits of a picture beside what goes in: this program, ONNX
// Runtime, and the processor that both choose their instructions by.
var runsOn = sync.OnceValues(func() (on [4]string, err error) {
	self, err := os.Open("/proc/self/exe")
	if err != nil {
		return on, err
	}
	defer self.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, self); err != nil {
		return on, err
	}
	return [4]string{
		fmt.Sprintf("%x", sum.Sum(nil)), network.Version(),
		sysinfo.Processor(), sysinfo.Features(),
	}, nil
})
