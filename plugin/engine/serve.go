package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"sync"

	"impasto.net/bridge"
)

// maxRequests bounds what is under way at once. The host sends 64 at the most.
const maxRequests = 128

// server answers the messages of one connection: one goroutine reads, one works on each
// request.
type server struct {
	conn   *bridge.Conn
	engine *engine

	mutex   sync.Mutex
	running map[uint64]context.CancelFunc
}

func newServer(conn *bridge.Conn, e *engine) *server {
	return &server{conn: conn, engine: e, running: make(map[uint64]context.CancelFunc)}
}

// serve answers until the peer closes the connection.
func (s *server) serve() error {
	greeted := false
	for {
		m, memory, err := s.conn.Receive()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if !greeted {
			if err := s.greet(m); err != nil {
				return err
			}
			greeted = true
			closeFile(memory)
			continue
		}
		if err := s.take(m, memory); err != nil {
			return err
		}
	}
}

// greet answers hello, which comes before everything else.
func (s *server) greet(m bridge.Message) error {
	var hello bridge.Hello
	if m.Kind != bridge.KindHello {
		return s.refuse(m.ID, fmt.Errorf("%q came before the greeting", m.Kind))
	}
	if err := m.Decode(&hello); err != nil {
		return s.refuse(m.ID, err)
	}
	if hello.Protocol != bridge.ProtocolVersion {
		return s.refuse(m.ID, fmt.Errorf("%s %s speaks protocol %d, impasto-engine %s speaks %d",
			hello.Program, hello.Version, hello.Protocol, bridge.Version, bridge.ProtocolVersion))
	}
	s.engine.grant(hello.Threads)
	s.engine.devices.Attend(hello.Background)
	return s.conn.SendFields(bridge.KindWelcome, m.ID, &bridge.Welcome{
		Protocol: bridge.ProtocolVersion, Program: "impasto-engine", Version: bridge.Version,
	})
}

// refuse answers a greeting with which no connection can come about.
func (s *server) refuse(id uint64, err error) error {
	return errors.Join(err, s.conn.SendFields(bridge.KindError, id, bridge.AsFailure(err, bridge.CodeRequest)))
}

// take answers a message at once or starts the work on it. It must not wait: a ping is
// answered and a cancel heeded also while renders run.
func (s *server) take(m bridge.Message, memory *os.File) error {
	switch m.Kind {
	case bridge.KindPing:
		closeFile(memory)
		return s.conn.SendFields(bridge.KindPong, m.ID, &bridge.Pong{})
	case bridge.KindCancel:
		closeFile(memory)
		s.mutex.Lock()
		defer s.mutex.Unlock()
		if cancel := s.running[m.ID]; cancel != nil {
			cancel()
		}
		return nil
	}
	s.mutex.Lock()
	_, twice := s.running[m.ID]
	full := len(s.running) >= maxRequests
	if twice || full {
		s.mutex.Unlock()
		closeFile(memory)
		err := fmt.Errorf("request %d is under way already", m.ID)
		if full {
			err = fmt.Errorf("%d requests are under way, no more are taken", maxRequests)
		}
		return s.conn.SendFields(bridge.KindError, m.ID, bridge.AsFailure(err, bridge.CodeRequest))
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.running[m.ID] = cancel
	s.mutex.Unlock()
	go func() {
		defer cancel()
		kind, fields := s.work(ctx, m, memory)
		s.mutex.Lock()
		delete(s.running, m.ID)
		s.mutex.Unlock()
		if err := s.conn.SendFields(kind, m.ID, fields); err != nil {
			s.engine.log.Warn("an answer could not be sent", "kind", kind, "error", err)
		}
	}()
	return nil
}

// work gives the final answer to a request.
func (s *server) work(ctx context.Context, m bridge.Message, memory *os.File) (kind bridge.Kind, fields any) {
	defer closeFile(memory)
	defer func() {
		if p := recover(); p != nil {
			s.engine.log.Error("a request ended in a panic", "request", m.Kind, "panic", p, "stack", string(debug.Stack()))
			kind, fields = bridge.KindError, bridge.Failure(bridge.CodeRender, fmt.Errorf("panic: %v", p),
				"Impasto's engine made a mistake of its own on this frame; the log has what is needed to report it.")
		}
	}()
	progress := func(fraction float64, stage string) {
		// When this fails, so does the answer, and the reader sees why.
		_ = s.conn.SendFields(bridge.KindProgress, m.ID, &bridge.Progress{Fraction: fraction, Stage: stage})
	}
	kind, fields, err := s.answer(ctx, m, memory, progress)
	if err == nil {
		return kind, fields
	}
	if errors.Is(err, context.Canceled) {
		err = bridge.Failure(bridge.CodeCancelled, nil, "Cancelled.")
	}
	e := bridge.AsFailure(err, bridge.CodeRequest)
	if e.Code != bridge.CodeCancelled {
		s.engine.log.Error(e.Message, "request", m.Kind, "code", e.Code, "cause", e.Cause)
	}
	return bridge.KindError, e
}

func (s *server) answer(ctx context.Context, m bridge.Message, memory *os.File, progress func(float64, string)) (bridge.Kind, any, error) {
	switch m.Kind {
	case bridge.KindStyles:
		if err := m.Decode(&bridge.Styles{}); err != nil {
			return "", nil, err
		}
		return bridge.KindStyleList, s.engine.styles(), nil
	case bridge.KindPrepare:
		var p bridge.Prepare
		if err := m.Decode(&p); err != nil {
			return "", nil, err
		}
		done, err := s.engine.prepare(ctx, &p, progress)
		return bridge.KindDone, done, err
	case bridge.KindRender:
		var r bridge.Render
		if err := m.Decode(&r); err != nil {
			return "", nil, err
		}
		if memory == nil && r.Output.Size() > bridge.MaxBody-4096 {
			return "", nil, bridge.Failure(bridge.CodeRequest, nil, "The output of %d bytes does not fit into a message.", r.Output.Size())
		}
		done, err := s.engine.render(ctx, &r, memory, progress)
		return bridge.KindDone, done, err
	}
	return "", nil, fmt.Errorf("%q is not a request", m.Kind)
}

func closeFile(f *os.File) {
	if f != nil {
		f.Close()
	}
}
