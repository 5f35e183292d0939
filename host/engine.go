package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"

	"impasto.net/bridge"
)

const reapTimeout = 2 * time.Second

// engine is one impasto-engine process, from its start to its death.
type engine struct {
	ctx      context.Context // its time; the end of that is no accident
	log      hclog.Logger
	patience patience
	conn     *bridge.Conn
	client   *plugin.Client
	cmd      *exec.Cmd
	kill     context.CancelFunc
	stderr   tail
	oomKills string           // before it was started
	ended    *os.ProcessState // to be read after it has died; nil: nobody knows

	mu      sync.Mutex
	lastID  uint64
	waiting map[uint64]exchange

	once sync.Once
	dead chan struct{} // closed when nothing more will come from it
	why  error         // to be read after that
}

// exchange is where one request's answers arrive. Progress that nobody has fetched yet
// gives way, so that a requester who does not listen holds up nobody else.
type exchange struct {
	id       uint64
	progress chan bridge.Message
	answer   chan bridge.Message
}

// launch starts the program and connects to it. The context's end kills it.
func launch(ctx context.Context, path string, sum []byte, hello bridge.Hello, patience patience,
	log hclog.Logger) (*engine, error) {
	dir, err := socketFolder()
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	conn, theirs, err := bridge.Pair()
	if err != nil {
		return nil, err
	}

	running, kill := context.WithCancel(ctx)
	cmd := exec.CommandContext(running, path, "--parent", fmt.Sprint(os.Getpid()))
	cmd.Dir = "/"
	// The environment is the one that Impasto.ofx let through; SkipHostEnv, or it would
	// be there twice.
	cmd.Env = append(os.Environ(), plugin.EnvUnixSocketDir+"="+dir)
	cmd.ExtraFiles = []*os.File{bridge.EngineSocket - 3: theirs}
	inGroup(cmd)

	e := &engine{
		ctx: ctx, log: log, patience: patience, conn: conn, cmd: cmd, kill: kill,
		oomKills: oomKills(),
		waiting:  make(map[uint64]exchange), dead: make(chan struct{}),
	}
	e.client = plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig: bridge.Handshake,
		Plugins:         bridge.Plugins,
		Cmd:             cmd,
		// a hash is for one start
		SecureConfig: &plugin.SecureConfig{Checksum: sum, Hash: sha256.New()},
		SkipHostEnv:  true,
		StartTimeout: patience.start,
		Stderr:       &e.stderr,
		Logger:       log,
	})
	_, err = e.client.Client()
	theirs.Close() // or its end would never be seen on ours
	if err == nil {
		os.RemoveAll(dir) // a connected socket needs no name
		err = e.greet(hello)
	}
	if err != nil {
		e.stop(err)
		return e, e.why
	}
	log.Info("the engine runs", "pid", cmd.Process.Pid)
	go e.receive()
	go e.watch()
	return e, nil
}

// greet passes the OFX host's greeting on.
func (e *engine) greet(hello bridge.Hello) error {
	if err := e.conn.SendFields(bridge.KindHello, 0, &hello); err != nil {
		return err
	}
	if err := e.conn.SetReceiveDeadline(time.Now().Add(e.patience.start)); err != nil {
		return err
	}
	m, attached, err := e.conn.Receive()
	bridge.CloseFile(attached)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return errSilent
	}
	if err != nil {
		return fmt.Errorf("waiting for the engine's greeting: %w", err)
	}
	if m.Kind == bridge.KindError {
		refusal := new(bridge.Error)
		if err := m.Decode(refusal); err != nil {
			return err
		}
		return refusal
	}
	var welcome bridge.Welcome
	if m.Kind != bridge.KindWelcome {
		return fmt.Errorf("the engine answered the greeting with %q", m.Kind)
	}
	if err := m.Decode(&welcome); err != nil {
		return err
	}
	if welcome.Protocol != bridge.ProtocolVersion || welcome.Version != bridge.Version {
		return &versionError{welcome.Version, welcome.Protocol}
	}
	return e.conn.SetReceiveDeadline(time.Time{})
}

// begin sends one request.
func (e *engine) begin(m bridge.Message, memory *os.File) exchange {
	x := exchange{progress: make(chan bridge.Message, 1), answer: make(chan bridge.Message, 1)}
	e.mu.Lock()
	e.lastID++
	x.id, m.ID = e.lastID, e.lastID
	e.waiting[m.ID] = x
	e.mu.Unlock()
	if err := e.conn.Send(m, memory); err != nil {
		e.stop(err)
	}
	return x
}

// ask sends one request and waits for its final answer, also when the context ends: the
// engine is told then, and lets go of the request's memory before it answers. The error
// says why the engine died.
func (e *engine) ask(ctx context.Context, m bridge.Message, memory *os.File,
	progress func(bridge.Message)) (bridge.Message, error) {
	x := e.begin(m, memory)
	cancelled := ctx.Done()
	var stuck <-chan time.Time
	for {
		select {
		case answer := <-x.answer:
			return answer, nil
		case p := <-x.progress:
			progress(p)
		case <-cancelled:
			cancelled = nil
			stuck = time.After(e.patience.cancel)
			if err := e.conn.SendFields(bridge.KindCancel, x.id, &bridge.Cancel{}); err != nil {
				e.stop(err)
			}
		case <-stuck:
			e.stop(fmt.Errorf("it went on for %v after a cancel", e.patience.cancel))
		case <-e.dead:
			select {
			case answer := <-x.answer: // the last thing that it did
				return answer, nil
			default:
				return bridge.Message{}, e.why
			}
		}
	}
}

// receive hands out what comes from the engine, until it dies.
func (e *engine) receive() {
	for {
		m, attached, err := e.conn.Receive()
		bridge.CloseFile(attached)
		if err != nil {
			if err == io.EOF {
				err = fmt.Errorf("it closed its socket: %w", err)
			}
			e.stop(err)
			return
		}
		e.mu.Lock()
		x, ok := e.waiting[m.ID]
		if m.Kind != bridge.KindProgress {
			delete(e.waiting, m.ID)
		}
		e.mu.Unlock()
		switch {
		case !ok:
			e.log.Warn("the engine answered a request that is not there", "kind", m.Kind, "id",
				m.ID)
		case m.Kind == bridge.KindProgress:
			select {
			case x.progress <- m:
			default:
			}
		default:
			x.answer <- m
		}
	}
}

// stop kills the process, and returns when it is gone and everybody knows.
func (e *engine) stop(why error) {
	e.once.Do(func() {
		e.kill()
		e.conn.Close()
		reaped := make(chan struct{})
		go func() {
			e.client.Kill()
			close(reaped)
		}()
		select {
		case <-reaped:
			e.ended = e.cmd.ProcessState
			if e.killedFromOutside(why) {
				why = fmt.Errorf("%w; %w", why, errKilled)
			}
			if e.ended != nil {
				why = fmt.Errorf("%w; %s", why, e.ended)
			}
		case <-time.After(reapTimeout): // a driver may hold on to it
		}
		if e.ctx.Err() == nil {
			e.log.Warn("the engine is gone", "error", why)
		}
		e.why = why
		close(e.dead)
	})
}

func (e *engine) alive() bool {
	select {
	case <-e.dead:
		return false
	default:
		return true
	}
}

// tail keeps the last of what an engine wrote to standard error.
type tail struct {
	mu    sync.Mutex
	bytes []byte
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bytes = append(t.bytes, b...)
	if over := len(t.bytes) - 2048; over > 0 {
		t.bytes = append(t.bytes[:0], t.bytes[over:]...)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.TrimSpace(t.bytes))
}
