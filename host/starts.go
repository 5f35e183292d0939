package main

import (
	"context"
	"time"

	"impasto.net/bridge"
)

const (
	// So often a start that a signal cuts short is made in all, with pauses that grow.
	starts       = 10
	firstPause   = 50 * time.Millisecond
	longestPause = 2 * time.Second
)

// launch starts the engine, and again where a signal ended it before it had greeted: whoever sent
// that says nothing about the installation, nor about the frames that wait.
func (in *installation) launch(ctx context.Context, sum []byte,
	hello bridge.Hello) (*engine, error) {
	pause := firstPause
	for n := 1; ; n++ {
		e, err := launch(ctx, in.path, sum, hello, in.patience, in.log)
		if err == nil || !e.cutShort(err) || n == starts || !sleep(ctx, pause) {
			return e, err
		}
		in.log.Warn("the engine is started again", "starts", n, "error", err)
		pause = min(2*pause, longestPause)
	}
}

// sleep returns whether it slept as long as it should.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}
