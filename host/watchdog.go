package main

import (
	"fmt"
	"time"

	"impasto.net/bridge"
)

// patience is how long an engine may take before it counts as dead.
type patience struct {
	start  time.Duration // for each half of its start: until it listens, and until it greets
	ping   time.Duration
	cancel time.Duration // to let go of a cancelled request
}

var usualPatience = patience{start: 20 * time.Second, ping: 10 * time.Second, cancel: time.Minute}

const pingInterval = time.Second

// watch tells a busy engine from a hung one: its message loop answers at once, whatever it paints.
func (e *engine) watch() {
	ping, err := bridge.NewMessage(bridge.KindPing, 0, &bridge.Ping{})
	if err != nil {
		e.stop(err)
	}
	tick := time.NewTicker(pingInterval)
	defer tick.Stop()
	for {
		select {
		case <-e.dead:
			return
		case <-tick.C:
		}
		x := e.begin(ping, nil)
		select {
		case <-e.dead:
			return
		case <-x.answer:
		case <-time.After(e.patience.ping):
			e.stop(fmt.Errorf("it did not answer a ping for %v", e.patience.ping))
		}
	}
}
