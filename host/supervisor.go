package main

import (
	"context"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"

	"impasto.net/bridge"
)

const (
	// How many requests the engine has at once; the others wait here.
	atOnce = 64
	// For so long after a failed start there is no other; requests wait it out.
	backOff = time.Second
)

// supervisor has requests answered by an engine, and by the next one when that dies.
type supervisor struct {
	ctx   context.Context // ends every engine
	start func(context.Context, bridge.Hello) (*engine, *bridge.Error)
	hello bridge.Hello
	turns *turns
	log   hclog.Logger
	more  string // a sentence: where the artist finds more

	labels labels

	mu      sync.Mutex
	current *starting
}

// starting is an engine that is there, or about to be.
type starting struct {
	done   chan struct{}
	engine *engine // these are to be read after done
	failed *bridge.Error
	ended  time.Time
}

func (s *starting) over() bool {
	select {
	case <-s.done:
		return s.failed != nil || !s.engine.alive()
	default:
		return false
	}
}

// pause is how long the next start has to wait for this one's failure.
func (s *starting) pause() time.Duration {
	if s == nil || s.failed == nil {
		return 0
	}
	return time.Until(s.ended.Add(backOff))
}

// do returns the final answer to a request.
func (s *supervisor) do(ctx context.Context, r bridge.Request) (bridge.Message, *bridge.Error) {
	highest := 0.0
	progress := func(p bridge.Progress) { // the next engine begins at 0, the artist's bar does not
		highest = max(highest, p.Fraction)
		p.Fraction = highest
		r.Progress(p)
	}
	suspect := false
	for lost := new(tally); ; {
		turn, err := s.turns.enter(ctx, suspect)
		if err != nil {
			return bridge.Message{}, cancelled(err)
		}
		answer, died, failed := s.attempt(ctx, r, progress)
		alone := turn.leave()
		switch {
		case failed != nil:
			return bridge.Message{}, failed
		case died == nil:
			s.labels.learn(r.Message, answer)
			return answer, nil
		case ctx.Err() != nil:
			return bridge.Message{}, cancelled(ctx.Err())
		}
		if alone {
			lost.count(died)
		}
		what := s.labels.describe(r.Message)
		s.log.Warn("the engine died", "request", what, "alone", alone, "error", died)
		if why := lost.tooMuch(what); why != "" {
			return bridge.Message{},
				&bridge.Error{Code: bridge.CodeEngine, Message: why + s.more, Cause: died.Error()}
		}
		suspect = true
		progress(bridge.Progress{Stage: "the engine stopped, trying again"})
	}
}

// attempt has one engine answer, if it lives that long.
func (s *supervisor) attempt(ctx context.Context, r bridge.Request,
	progress func(bridge.Progress)) (answer bridge.Message, died error, failed *bridge.Error) {
	e, failed := s.engine(ctx, progress)
	if failed != nil {
		return answer, nil, failed
	}
	answer, died = e.ask(ctx, r.Message, r.Memory, func(m bridge.Message) {
		var p bridge.Progress
		if err := m.Decode(&p); err != nil {
			s.log.Warn("from the engine", "error", err)
			return
		}
		progress(p)
	})
	return answer, died, nil
}

// engine returns the one that runs, or starts one. A start goes on when the requester
// who caused it has left: others wait for it.
func (s *supervisor) engine(ctx context.Context,
	progress func(bridge.Progress)) (*engine, *bridge.Error) {
	s.mu.Lock()
	c := s.current
	if c == nil || c.over() {
		pause := c.pause()
		c = &starting{done: make(chan struct{})}
		s.current = c
		go func() {
			sleep(s.ctx, pause)
			c.engine, c.failed = s.start(s.ctx, s.hello)
			c.ended = time.Now()
			close(c.done)
		}()
	}
	s.mu.Unlock()

	select {
	case <-c.done:
		return c.engine, c.failed
	default:
		progress(bridge.Progress{Stage: "starting the engine"})
	}
	select {
	case <-c.done:
		return c.engine, c.failed
	case <-ctx.Done():
		return nil, cancelled(ctx.Err())
	}
}

// close stops the engine, after the context of all of them has ended.
func (s *supervisor) close() {
	s.mu.Lock()
	c := s.current
	s.mu.Unlock()
	if c == nil {
		return
	}
	<-c.done
	if c.failed == nil {
		c.engine.stop(context.Canceled)
	}
}

func cancelled(err error) *bridge.Error {
	return &bridge.Error{Code: bridge.CodeCancelled, Message: "Cancelled.", Cause: err.Error()}
}
