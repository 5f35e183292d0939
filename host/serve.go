package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/go-hclog"

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
	hello, err := greet(control)
	if err != nil {
		in.log.Error("greeting", "error", err)
		return
	}
	in.log.Info("hello", "from", hello.Program, "version", hello.Version, "threads", hello.Threads, "background", hello.Background)
	s := session{log: in.log, supervisor: &supervisor{
		ctx: ctx, start: in.start, hello: hello, turns: newTurns(atOnce), log: in.log, more: in.more,
	}}
	s.connection(ctx, control, true)
	cancel()
	s.lanes.Wait()
	s.supervisor.close()
}

// greet answers hello, which comes before everything else.
func greet(control *bridge.Conn) (hello bridge.Hello, err error) {
	m, attached, err := control.Receive()
	closeFile(attached)
	if err != nil {
		return hello, err
	}
	if m.Kind != bridge.KindHello {
		return hello, refuse(control, m, fmt.Errorf("%q came before the greeting", m.Kind))
	}
	if err := m.Decode(&hello); err != nil {
		return hello, refuse(control, m, err)
	}
	if hello.Protocol != bridge.ProtocolVersion {
		e := &bridge.Error{Code: bridge.CodeRequest, Message: fmt.Sprintf(
			"%s %s speaks protocol %d, but the impasto-host beside it is version %s and speaks protocol %d: install the whole Impasto.ofx.bundle again.",
			hello.Program, hello.Version, hello.Protocol, bridge.Version, bridge.ProtocolVersion)}
		return hello, errors.Join(e, control.SendFields(bridge.KindError, m.ID, e))
	}
	return hello, control.SendFields(bridge.KindWelcome, m.ID, &bridge.Welcome{
		Protocol: bridge.ProtocolVersion, Program: "impasto-host", Version: bridge.Version,
	})
}

// session is what serves one OFX host process.
type session struct {
	supervisor *supervisor
	log        hclog.Logger
	inHand     atomic.Int64
	lanes      sync.WaitGroup
}

// refuse answers a message that should not have come.
func refuse(c *bridge.Conn, m bridge.Message, err error) error {
	return errors.Join(err, c.SendFields(bridge.KindError, m.ID, &bridge.Error{
		Code:    bridge.CodeRequest,
		Message: "Impasto.ofx and impasto-host do not understand each other: install the whole Impasto.ofx.bundle again.",
		Cause:   err.Error(),
	}))
}

// connection serves the control connection or a lane until either side closes it or
// breaks the protocol. Its unfinished requests are cancelled then.
func (s *session) connection(ctx context.Context, c *bridge.Conn, control bool) {
	ctx, cancel := context.WithCancel(ctx)
	unfinished := requests{session: s, conn: c, unfinished: make(map[uint64]context.CancelFunc)}
	defer unfinished.running.Wait()
	defer c.Close()
	defer cancel()
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	for {
		m, attached, err := c.Receive()
		if err != nil {
			if err != io.EOF && !errors.Is(err, net.ErrClosed) {
				s.log.Error("a connection breaks", "error", err)
			}
			return
		}
		switch m.Kind {
		case bridge.KindStyles, bridge.KindPrepare, bridge.KindRender:
			err = unfinished.begin(ctx, m, attached)
			attached = nil
		case bridge.KindCancel:
			unfinished.cancel(m.ID)
		case bridge.KindPing:
			err = c.SendFields(bridge.KindPong, m.ID, &bridge.Pong{})
		case bridge.KindLane:
			err = s.lane(ctx, control, attached)
			attached = nil
		default:
			err = fmt.Errorf("a request of kind %q", m.Kind)
		}
		closeFile(attached)
		if err != nil {
			s.log.Error("a connection is closed", "error", refuse(c, m, err))
			return
		}
	}
}

// lane serves one more connection.
func (s *session) lane(ctx context.Context, control bool, socket *os.File) error {
	if socket == nil {
		return errors.New("a lane without a socket")
	}
	if !control {
		socket.Close()
		return errors.New("a lane from a lane")
	}
	c, err := bridge.NewConn(socket)
	if err != nil {
		return err
	}
	s.lanes.Go(func() { s.connection(ctx, c, false) })
	return nil
}

// requests are those of one connection.
type requests struct {
	session *session
	conn    *bridge.Conn
	running sync.WaitGroup

	mu         sync.Mutex
	unfinished map[uint64]context.CancelFunc
}

// begin has a request answered. It takes over the memory.
func (r *requests) begin(ctx context.Context, m bridge.Message, memory *os.File) error {
	ctx, cancel := context.WithCancel(ctx)
	r.mu.Lock()
	_, twice := r.unfinished[m.ID]
	if !twice {
		r.unfinished[m.ID] = cancel
	}
	r.mu.Unlock()
	if twice {
		cancel()
		closeFile(memory)
		return fmt.Errorf("a second request with the id %d", m.ID)
	}
	r.running.Go(func() {
		answer, failed := r.session.answer(ctx, request{m, memory, func(p bridge.Progress) {
			r.send(bridge.KindProgress, m.ID, &p)
		}})
		closeFile(memory)
		cancel()
		// The id is free before its answer can be read.
		r.mu.Lock()
		delete(r.unfinished, m.ID)
		r.mu.Unlock()
		if failed != nil {
			r.send(bridge.KindError, m.ID, failed)
			return
		}
		answer.ID = m.ID
		if err := r.conn.Send(answer, nil); err != nil {
			r.session.log.Debug("nobody waits for the answer", "error", err)
		}
	})
	return nil
}

func (r *requests) send(kind bridge.Kind, id uint64, fields any) {
	if err := r.conn.SendFields(kind, id, fields); err != nil {
		r.session.log.Debug("nobody listens", "error", err)
	}
}

func (r *requests) cancel(id uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if cancel, ok := r.unfinished[id]; ok { // or its answer is on its way
		cancel()
	}
}

// answer has a request answered, where there is room for one more.
func (s *session) answer(ctx context.Context, r request) (bridge.Message, *bridge.Error) {
	defer s.inHand.Add(-1)
	if s.inHand.Add(1) > maxRequests {
		return bridge.Message{}, &bridge.Error{
			Code:    bridge.CodeRequest,
			Message: fmt.Sprintf("Impasto has %d requests in hand and takes no more: render fewer frames at once.", maxRequests),
		}
	}
	return s.supervisor.do(ctx, r)
}

// closeFile closes what may have come with a message.
func closeFile(f *os.File) {
	if f != nil {
		f.Close()
	}
}
