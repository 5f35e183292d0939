package bridge

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
)

// Server answers the messages of a peer, as impasto-host does those of Impasto.ofx and the
// engine those of impasto-host.
type Server struct {
	Program string // its name in a greeting
	Most    int64  // requests in hand, waiting ones included
	Log     hclog.Logger

	// Answer gives the final answer to a request: its kind and fields, or an error. The context
	// ends when the peer cancels the request, or is gone.
	Answer func(context.Context, Request) (Message, *Error)

	inHand  atomic.Int64
	running sync.WaitGroup
}

// Request is prepare or render. The memory, nil where none is attached, stays open until the
// final answer.
type Request struct {
	Message  Message
	Memory   *os.File
	Progress func(Progress)
}

// Greet answers hello, which comes before everything else.
func (s *Server) Greet(c *Conn) (hello Hello, err error) {
	m, attached, err := c.Receive()
	CloseFile(attached)
	if err != nil {
		return hello, err
	}
	if m.Kind != KindHello {
		return hello, s.refuse(c, m, fmt.Errorf("%q came before the greeting", m.Kind))
	}
	if err := m.Decode(&hello); err != nil {
		return hello, s.refuse(c, m, err)
	}
	if hello.Protocol != ProtocolVersion {
		e := Failure(CodeRequest, nil,
			"%s %s speaks protocol %d, but the %s beside it is version %s and speaks protocol "+
				"%d: %s.",
			hello.Program, hello.Version, hello.Protocol, s.Program, Version, ProtocolVersion,
			Reinstall)
		return hello, errors.Join(e, c.SendFields(KindError, m.ID, e))
	}
	return hello, c.SendFields(KindWelcome, m.ID,
		&Welcome{Protocol: ProtocolVersion, Program: s.Program, Version: Version})
}

// refuse answers a message that should not have come.
func (s *Server) refuse(c *Conn, m Message, err error) error {
	e := Failure(CodeRequest, err, "%s does not understand what it is asked: %s.", s.Program, Reinstall)
	return errors.Join(err, c.SendFields(KindError, m.ID, e))
}

// Serve answers a connection that was greeted, and the lanes that it brings, until either side
// closes it or breaks the protocol, which is an error. Its unfinished requests are cancelled
// then; Wait waits for their end.
func (s *Server) Serve(ctx context.Context, control *Conn) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	return s.connection(ctx, control, func(socket *os.File) error {
		lane, err := NewConn(socket)
		if err != nil {
			return err
		}
		s.running.Go(func() {
			if err := s.connection(ctx, lane, nil); err != nil {
				s.Log.Error("a connection is closed", "error", err)
			}
		})
		return nil
	})
}

// Wait waits until no connection is served and no request is answered.
func (s *Server) Wait() { s.running.Wait() }

// connection serves one connection. lane takes the socket of one more; nil refuses it.
func (s *Server) connection(ctx context.Context, c *Conn, lane func(*os.File) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer c.Close()
	defer cancel()
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	all := requests{server: s, conn: c, unfinished: make(map[uint64]context.CancelFunc)}
	for {
		m, attached, err := c.Receive()
		if err == io.EOF || errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		// It must not wait: a ping is answered and a cancel heeded also while requests run.
		switch m.Kind {
		case KindPrepare, KindRender:
			err = all.begin(ctx, m, attached)
			attached = nil
		case KindCancel:
			all.cancel(m.ID)
		case KindPing:
			err = c.SendFields(KindPong, m.ID, &Pong{})
		case KindLane:
			if lane == nil || attached == nil {
				err = errors.New("a lane from a lane, or without a socket")
				break
			}
			err = lane(attached)
			attached = nil
		default:
			err = fmt.Errorf("%q is not a request", m.Kind)
		}
		CloseFile(attached)
		if err != nil {
			return s.refuse(c, m, err)
		}
	}
}

// requests are those of one connection.
type requests struct {
	server *Server
	conn   *Conn

	mutex      sync.Mutex
	unfinished map[uint64]context.CancelFunc
}

// begin has a request answered. It takes over the memory.
func (r *requests) begin(ctx context.Context, m Message, memory *os.File) error {
	ctx, cancel := context.WithCancel(ctx)
	r.mutex.Lock()
	_, twice := r.unfinished[m.ID]
	if !twice {
		r.unfinished[m.ID] = cancel
	}
	r.mutex.Unlock()
	if twice {
		cancel()
		CloseFile(memory)
		return fmt.Errorf("a second request with the id %d", m.ID)
	}
	r.server.running.Go(func() {
		answer, failed := r.server.answer(ctx, Request{m, memory, func(p Progress) {
			// When this fails, so does the answer, which is told.
			_ = r.conn.SendFields(KindProgress, m.ID, &p)
		}})
		CloseFile(memory)
		cancel()
		// The id is free before its answer can be read.
		r.mutex.Lock()
		delete(r.unfinished, m.ID)
		r.mutex.Unlock()
		answer.ID = m.ID
		err := error(nil)
		if failed != nil {
			err = r.conn.SendFields(KindError, m.ID, failed)
		} else {
			err = r.conn.Send(answer, nil)
		}
		if err != nil {
			r.server.Log.Debug("nobody waits for the answer", "error", err)
		}
	})
	return nil
}

func (r *requests) cancel(id uint64) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if cancel, ok := r.unfinished[id]; ok { // or its answer is on its way
		cancel()
	}
}

// answer has a request answered, where there is room for one more.
func (s *Server) answer(ctx context.Context, r Request) (Message, *Error) {
	defer s.inHand.Add(-1)
	if s.inHand.Add(1) > s.Most {
		return Message{}, Failure(CodeRequest, nil,
			"Impasto has %d requests in hand and takes no more: render fewer frames at once.",
			s.Most)
	}
	return s.Answer(ctx, r)
}

// CloseFile closes what may have come with a message.
func CloseFile(f *os.File) {
	if f != nil {
		f.Close()
	}
}
