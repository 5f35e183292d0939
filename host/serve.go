package main

import (
	"context"

	"impasto.net/bridge"
)

// How many requests may be in hand, waiting ones included. An OFX host has one for each
// of its render threads.
const maxRequests = 256

// serve answers the control connection and the lanes that it brings, until the control
// connection or the context ends. Nothing that was started is left then.
func serve(ctx context.Context, control *bridge.Conn, in *installation) {
	ctx, cancel := context.WithCancel(ctx)
	defer control.Close()
	defer cancel()
	stop := context.AfterFunc(ctx, func() { control.Close() })
	defer stop()
	server := bridge.Server{
		Program: "impasto-host", Most: maxRequests, Log: in.log,
	}
	hello, err := server.Greet(control)
	if err != nil {
		in.log.Error("greeting", "error", err)
		return
	}
	in.log.Info("hello", "from", hello.Program, "version", hello.Version, "threads", hello.Threads,
		"background", hello.Background)
	s := &supervisor{ctx: ctx, start: in.start, hello: hello, turns: newTurns(atOnce), log: in.log,
		more: in.more}
	server.Answer = s.do
	if err := server.Serve(ctx, control); err != nil {
		in.log.Error("the connection is closed", "error", err)
	}
	cancel()
	server.Wait()
	s.close()
}
