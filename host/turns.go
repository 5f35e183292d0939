package main

import (
	"context"
	"sync"

	"golang.org/x/sync/semaphore"
)

// turns decides which requests may be in the engine together. Normally all may; one that
// was there when an engine died is a suspect and goes alone, so that a poisonous frame
// does not use up its neighbours' chances. First come, first served, whichever way.
type turns struct {
	room *semaphore.Weighted
	all  int64

	mu     sync.Mutex
	inside map[*turn]struct{}
}

func newTurns(atOnce int64) *turns {
	return &turns{room: semaphore.NewWeighted(atOnce), all: atOnce,
		inside: make(map[*turn]struct{})}
}

// A turn is one request's time in the engine.
type turn struct {
	of      *turns
	size    int64
	company bool // somebody else was inside meanwhile
}

// enter waits for a turn, or for the context to end.
func (t *turns) enter(ctx context.Context, alone bool) (*turn, error) {
	n := &turn{of: t, size: 1}
	if alone {
		n.size = t.all
	}
	if err := t.room.Acquire(ctx, n.size); err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for other := range t.inside {
		other.company, n.company = true, true
	}
	t.inside[n] = struct{}{}
	return n, nil
}

// leave ends the turn and says whether nobody else was inside at any time of it.
func (n *turn) leave() (alone bool) {
	t := n.of
	t.mu.Lock()
	delete(t.inside, n)
	alone = !n.company
	t.mu.Unlock()
	t.room.Release(n.size)
	return alone
}
