package engine

import (
	"context"
	"time"

	"impasto.net/bridge"
	"impasto.net/plugin/cache"
)

// work makes a picture that the caller has to put back, and tells how far it is. It may go
// on after the request that it is for has ended: it holds on to what it uses.
type work func(tell func(part float64, stage string)) (*cache.Picture, error)

// develop gives a picture that is kept, or makes one. begin is called when the device is
// free; it may use the request's memory, which the work that it gives may not.
func (e *engine) develop(ctx context.Context, t *bridge.Timings, progress func(float64, string),
	kept func() *cache.Picture,
	begin func() (work, error)) (p *cache.Picture, cached bool, err error) {
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
