package main

import (
	"context"
	"testing"
)

func enter(t *testing.T, turns *turns, alone bool) *turn {
	t.Helper()
	n, err := turns.enter(t.Context(), alone)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTurnsKnowTheirCompany(t *testing.T) {
	turns := newTurns(3)
	a := enter(t, turns, false)
	if !a.leave() {
		t.Error("one that nobody met had company")
	}
	a = enter(t, turns, false)
	b := enter(t, turns, false)
	if a.leave() {
		t.Error("the first of two was alone")
	}
	c := enter(t, turns, false)
	if b.leave() {
		t.Error("the second of two was alone")
	}
	if c.leave() {
		t.Error("the third met the second and was alone")
	}
	d := enter(t, turns, true)
	if !d.leave() {
		t.Error("a suspect had company")
	}
}

func TestSuspectWaitsForTheOthersAndTheyForIt(t *testing.T) {
	turns := newTurns(2)
	first := enter(t, turns, false)
	order := make(chan string, 2)
	begin := func(name string, alone bool) {
		waiting := make(chan struct{})
		go func() {
			close(waiting)
			n, err := turns.enter(t.Context(), alone)
			if err != nil {
				t.Error(err)
				return
			}
			order <- name
			if !n.leave() {
				t.Errorf("%s had company", name)
			}
		}()
		<-waiting
	}
	begin("suspect", true)
	eventually(t, longEnough, "the suspect stands in the queue",
		func() bool { return !turns.room.TryAcquire(1) || release(turns) })
	begin("neighbour", false)
	select {
	case name := <-order:
		t.Fatalf("%s is inside together with another", name)
	default:
	}
	first.leave()
	if got := <-order; got != "suspect" {
		t.Errorf("%s came first", got)
	}
	<-order
}

// release gives back what TryAcquire took: nobody stands in the queue yet.
func release(t *turns) bool {
	t.room.Release(1)
	return false
}

func TestCancelledLeavesTheQueue(t *testing.T) {
	turns := newTurns(2)
	first := enter(t, turns, false)
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan error)
	go func() {
		_, err := turns.enter(ctx, true)
		left <- err
	}()
	eventually(t, longEnough, "the suspect stands in the queue",
		func() bool { return !turns.room.TryAcquire(1) || release(turns) })
	cancel()
	if err := <-left; err == nil {
		t.Error("a cancelled suspect went in")
	}
	// Nobody waits for it any more.
	second := enter(t, turns, false)
	second.leave()
	first.leave()
}
