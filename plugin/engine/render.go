package engine

import (
	"context"
	"os"
	"time"

	"impasto.net/bridge"
	"impasto.net/plugin/cache"
	"impasto.net/plugin/look"
	"impasto.net/plugin/pixels"
	"impasto.net/plugin/session"
)

func (e *engine) prepare(ctx context.Context, p *bridge.Prepare,
	progress func(float64, string)) (*bridge.Done, error) {
	var t bridge.Timings
	start := time.Now()
	if err := p.Device.Check(); err != nil {
		return nil, bridge.Failure(bridge.CodeRequest, err,
			"The request to load %q makes no sense.", p.Style)
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
func (e *engine) session(ctx context.Context, l *look.Look, want bridge.Device, t *bridge.Timings,
	progress func(float64, string)) (s *session.Session, where string, err error) {
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

// render paints one frame. The fractions of its progress are what the stages take of a
// usual frame.
func (e *engine) render(ctx context.Context, r *bridge.Render, memory *os.File,
	progress func(float64, string)) (*bridge.Done, error) {
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
		return nil, bridge.Failure(bridge.CodeRequest, err,
			"The request for frame %g makes no sense.", r.Frame)
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
		w.Decoders, w.Inverse = fromOptimised(), toOptimised()
		p, err = e.optimised(ctx, f, done, progress)
	} else {
		if s, p, err = e.painted(ctx, f, done, progress); err == nil {
			defer e.sessions.Put(s)
			w.Decoders, w.Inverse, w.BGR = s.Decoders, s.Inverse, s.Output.Channels == "BGR"
		}
	}
	if err != nil {
		return nil, err
	}
	defer e.pictures.Put(p)

	progress(0.95, "blending")
	converting := time.Now()
	if err := w.Write(ctx, int(e.threads.Load()), &f.plate, f.mask, &f.output, &f.native,
		p.Values); err != nil {
		return nil, err
	}
	since(&t.ConvertOut, converting)
	done.Warning = e.warning(f, s)
	since(&t.Total, start)
	e.log.Debug("painted", "frame", r.Frame, "style", f.look.ID, "device", done.Device, "cached",
		done.Cached, "milliseconds", t.Total/1000)
	return done, nil
}
