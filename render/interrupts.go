package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"impasto.net/render/exit"
	"impasto.net/render/ofx"
)

// interruptible has the first interrupt end the render tidily, and the second at once.
func interruptible(host *ofx.Host) (stop func()) {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		for range signals {
			if host.Aborted() {
				os.Exit(exit.Interrupted)
			}
			host.Abort()
			fmt.Fprintln(os.Stderr,
				"impasto: interrupted; waiting for the plugin (interrupt again to stop at once)")
		}
	}()
	return func() { signal.Stop(signals) }
}

// interrupts are the orders to end: the first with what is reached, the second at once.
type interrupts struct {
	enough, stop context.Context
	done         func()
}

func newInterrupts() *interrupts {
	enough, first := context.WithCancel(context.Background())
	stop, second := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		for range signals {
			if enough.Err() != nil {
				second()
			} else {
				fmt.Fprintln(os.Stderr, "impasto: interrupted; waiting for the iteration that "+
					"is under way (interrupt again to stop at once)")
			}
			first()
		}
	}()
	return &interrupts{enough, stop, func() { signal.Stop(signals) }}
}
