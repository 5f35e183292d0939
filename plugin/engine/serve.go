package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"impasto.net/bridge"
)

// maxRequests bounds what is under way at once. The host sends 64 at the most.
const maxRequests = 128

// serve answers impasto-host until that closes the connection.
func (e *engine) serve(conn *bridge.Conn) error {
	server := bridge.Server{
		Program: "impasto-engine", Most: maxRequests, Log: e.log, Answer: e.answer,
	}
	hello, err := server.Greet(conn)
	if err != nil {
		return err
	}
	e.grant(hello.Threads)
	e.devices.Attend(hello.Background)
	return server.Serve(context.Background(), conn)
}

// answer gives the final answer to a request.
func (e *engine) answer(ctx context.Context,
	r bridge.Request) (answer bridge.Message, failed *bridge.Error) {
	defer func() {
		if p := recover(); p != nil {
			e.log.Error("a request ended in a panic", "request", r.Message.Kind, "panic", p,
				"stack", string(debug.Stack()))
			failed = bridge.Failure(bridge.CodeRender, fmt.Errorf("panic: %v", p),
				"Impasto's engine made a mistake of its own on this frame; the log has what is "+
					"needed to report it.")
		}
	}()
	done, err := e.work(ctx, r)
	if err == nil {
		answer, err = bridge.NewMessage(bridge.KindDone, 0, done)
	}
	if errors.Is(err, context.Canceled) {
		err = bridge.Failure(bridge.CodeCancelled, nil, "Cancelled.")
	}
	if err == nil {
		return answer, nil
	}
	failed = bridge.AsFailure(err, bridge.CodeRequest)
	if failed.Code != bridge.CodeCancelled {
		e.log.Error(failed.Message, "request", r.Message.Kind, "code", failed.Code, "cause",
			failed.Cause)
	}
	return answer, failed
}

// work does what a request wants.
func (e *engine) work(ctx context.Context, r bridge.Request) (*bridge.Done, error) {
	progress := func(fraction float64, stage string) {
		r.Progress(bridge.Progress{Fraction: fraction, Stage: stage})
	}
	if r.Message.Kind == bridge.KindPrepare {
		var p bridge.Prepare
		if err := r.Message.Decode(&p); err != nil {
			return nil, err
		}
		return e.prepare(ctx, &p, progress)
	}
	var f bridge.Render
	if err := r.Message.Decode(&f); err != nil {
		return nil, err
	}
	if r.Memory == nil && f.Output.Size() > bridge.MaxBody-4096 {
		return nil, bridge.Failure(bridge.CodeRequest, nil,
			"The output of %d bytes does not fit into a message.", f.Output.Size())
	}
	return e.render(ctx, &f, r.Memory, progress)
}
