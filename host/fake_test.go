package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/go-plugin"
	"golang.org/x/sys/unix"

	"impasto.net/bridge"
)

// The test binary is, by the name under which it is started, each of the programs that
// have a part in this, the misbehaving ones too.
func TestMain(m *testing.M) {
	switch filepath.Base(os.Args[0]) {
	case "impasto-host":
		engineSHA256 = os.Getenv("IMPASTO_TEST_SHA256")
		main()
		os.Exit(0)
	case "impasto-engine":
		if err := engineMain(os.Getenv("IMPASTO_TEST_ENGINE")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			bridge.LeaveEngine(3)
		}
		bridge.LeaveEngine(0)
	case "ofx-host":
		if err := ofxHostMain(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(3)
		}
		os.Exit(0)
	case "log-writer":
		writeLog()
		os.Exit(0)
	case "ofx-host-copy":
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// self is the sha256 of the test binary, and so of the engine that it plays.
var self = sync.OnceValue(func() string {
	path, err := os.Executable()
	if err != nil {
		panic(err)
	}
	f, err := os.Open(path)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		panic(err)
	}
	return hex.EncodeToString(h.Sum(nil))
})

// linkTo gives the test binary another name in a folder.
func linkTo(t *testing.T, dir, name string) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, name)
	if err := os.Link(path, link); err != nil {
		t.Fatal(err)
	}
	return link
}

// engineMain is an engine that fails in the way that it is told, at its start.
func engineMain(how string) error {
	handshake := bridge.Handshake
	switch how {
	case "exits":
		return errors.New("libsomething.so.1: cannot open shared object file")
	case "killed at once":
		killedFirst(4)
	case "killed always":
		killedFirst(starts)
	case "nonsense":
		fmt.Println("Hello! I am another program.")
		time.Sleep(time.Hour)
	case "silent":
		time.Sleep(time.Hour)
	case "cookie":
		handshake.MagicCookieValue += "?"
	case "protocol":
		handshake.ProtocolVersion++
	}

	parent := 0
	fmt.Sscan(os.Args[2], &parent)
	if err := bridge.TieEngine(parent); err != nil {
		return err
	}
	if how == "window" {
		time.Sleep(time.Hour)
	}
	conn, err := bridge.NewConn(os.NewFile(bridge.EngineSocket, "messages"))
	if err != nil {
		return err
	}
	go func() {
		if err := serveFake(conn, how); err != io.EOF {
			fmt.Fprintln(os.Stderr, "fake engine:", err)
		}
		bridge.LeaveEngine(0)
	}()
	plugin.Serve(&plugin.ServeConfig{HandshakeConfig: handshake, Plugins: bridge.Plugins})
	return nil
}

// killedFirst has as many engines killed, and lets those go on that come after them.
func killedFirst(n int) {
	for i := range n {
		if os.Mkdir(fmt.Sprint(os.Getenv("IMPASTO_TEST_JOURNAL"), i), 0o700) == nil {
			unix.Kill(os.Getpid(), unix.SIGKILL)
			select {}
		}
	}
}

// fake answers as the style of a request tells it.
type fake struct {
	conn    *bridge.Conn
	journal *os.File

	mu      sync.Mutex
	cancel  map[uint64]chan struct{}
	release chan struct{}
}

func serveFake(conn *bridge.Conn, how string) error {
	m, _, err := conn.Receive()
	if err != nil {
		return err
	}
	welcome := bridge.Welcome{Protocol: bridge.ProtocolVersion, Program: "impasto-engine",
		Version: bridge.Version}
	switch how {
	case "mute":
		time.Sleep(time.Hour)
	case "killed when greeted":
		killedFirst(4)
	case "leaves":
		bridge.LeaveEngine(5)
	case "refuses":
		conn.SendFields(bridge.KindError, m.ID,
			&bridge.Error{Code: bridge.CodeEngine, Message: "There is no ONNX Runtime."})
	case "version":
		welcome.Version = "0.0.0-other"
	case "garbage":
		conn.Send(bridge.Message{Kind: bridge.KindWelcome, ID: m.ID, Fields: []byte{0xc1}}, nil)
	}
	if err := conn.SendFields(bridge.KindWelcome, m.ID, &welcome); err != nil {
		return err
	}
	f := fake{conn: conn, cancel: make(map[uint64]chan struct{}), release: make(chan struct{})}
	if path := os.Getenv("IMPASTO_TEST_JOURNAL"); path != "" {
		if f.journal, err = os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY,
			0o600); err != nil {
			return err
		}
	}
	for {
		m, memory, err := conn.Receive()
		if err != nil {
			return err
		}
		switch m.Kind {
		case bridge.KindPing:
			conn.SendFields(bridge.KindPong, m.ID, &bridge.Pong{})
		case bridge.KindPrepare: // tells who it is
			var p bridge.Prepare
			if err := m.Decode(&p); err != nil {
				return err
			}
			if p.Style == "release" { // lets go of those that are held
				close(f.release)
				f.release = make(chan struct{})
			}
			conn.SendFields(bridge.KindDone, m.ID, &bridge.Done{Device: fmt.Sprint(os.Getpid())})
		case bridge.KindCancel:
			f.mu.Lock()
			if c := f.cancel[m.ID]; c != nil {
				close(c)
			}
			f.mu.Unlock()
		case bridge.KindRender:
			var r bridge.Render
			if err := m.Decode(&r); err != nil {
				return err
			}
			f.note("begin", r)
			if r.Style == "stuck" { // and go-plugin's connection is not
				select {}
			}
			cancel, release := make(chan struct{}), f.release
			f.mu.Lock()
			f.cancel[m.ID] = cancel
			f.mu.Unlock()
			go f.render(m.ID, r, memory, cancel, release)
		default:
			return fmt.Errorf("the host sent %q", m.Kind)
		}
	}
}

func (f *fake) note(what string, r bridge.Render) {
	fmt.Fprintln(f.journal, os.Getpid(), what, r.Frame, r.Style)
}

func (f *fake) render(id uint64, r bridge.Render, memory *os.File, cancel, release chan struct{}) {
	f.conn.SendFields(bridge.KindProgress, id, &bridge.Progress{Fraction: 0.5, Stage: r.Style})
	switch r.Style {
	case "slow":
		time.Sleep(20 * time.Millisecond)
	case "poison":
		time.Sleep(5 * time.Millisecond)
		bridge.LeaveEngine(7)
	case "killed": // as by somebody who is not the frame
		unix.Kill(os.Getpid(), unix.SIGKILL)
		select {}
	case "panic":
		panic("a poisonous frame")
	case "hang":
		unix.Kill(os.Getpid(), unix.SIGSTOP)
		select {}
	case "held":
		select {
		case <-release:
		case <-cancel:
			f.note("cancelled", r)
			f.drop(id)
			f.conn.SendFields(bridge.KindError, id,
				&bridge.Error{Code: bridge.CodeCancelled, Message: "Cancelled."})
			return
		}
	case "deaf": // to a cancel
		<-release
	}
	b, err := bridge.MapMemory(memory)
	memory.Close()
	if err != nil {
		f.conn.SendFields(bridge.KindError, id,
			&bridge.Error{Code: bridge.CodeRequest, Cause: err.Error()})
		return
	}
	binary.LittleEndian.PutUint64(b, uint64(r.Frame)*7919)
	bridge.Unmap(b)
	f.note("end", r)
	f.drop(id)
	f.conn.SendFields(bridge.KindDone, id,
		&bridge.Done{Timings: bridge.Timings{Run: int64(os.Getpid())}})
}

func (f *fake) drop(id uint64) {
	f.mu.Lock()
	delete(f.cancel, id)
	f.mu.Unlock()
}

// shim talks to impasto-host as Impasto.ofx does.
type shim struct {
	t       *testing.T
	control *bridge.Conn
	pid     int // of impasto-host, where it is a process
}

func (s *shim) greet() {
	s.t.Helper()
	m := exchangeOn(s.t, s.control, bridge.KindHello, &bridge.Hello{
		Protocol: bridge.ProtocolVersion, Program: "test", Version: "0.1.0", Threads: 2,
	})
	if m.Kind != bridge.KindWelcome {
		s.t.Fatalf("greeted with %s", m.Kind)
	}
}

// exchangeOn sends a request and returns the final answer.
func exchangeOn(t *testing.T, c *bridge.Conn, kind bridge.Kind, fields any) bridge.Message {
	t.Helper()
	if err := c.SendFields(kind, 1, fields); err != nil {
		t.Fatal(err)
	}
	return final(t, c, nil)
}

// final skips to the final answer.
func final(t *testing.T, c *bridge.Conn, stages *[]string) bridge.Message {
	t.Helper()
	for fraction := 0.0; ; {
		c.SetReceiveDeadline(time.Now().Add(time.Minute))
		m, _, err := c.Receive()
		if err != nil {
			t.Errorf("waiting for an answer: %v", err)
			return bridge.Message{}
		}
		if m.Kind != bridge.KindProgress {
			return m
		}
		var p bridge.Progress
		if err := m.Decode(&p); err != nil {
			t.Error(err)
		}
		if p.Fraction < fraction {
			t.Errorf("progress fell from %v to %v", fraction, p.Fraction)
		}
		fraction = p.Fraction
		if stages != nil {
			*stages = append(*stages, p.Stage)
		}
	}
}

// lane opens one more connection.
func (s *shim) lane() *bridge.Conn {
	s.t.Helper()
	mine, theirs, err := bridge.Pair()
	if err != nil {
		s.t.Fatal(err)
	}
	defer theirs.Close()
	m, err := bridge.NewMessage(bridge.KindLane, 0, &bridge.Lane{})
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.control.Send(m, theirs); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { mine.Close() })
	return mine
}

// picture is a render on a lane of its own.
type picture struct {
	t      *testing.T
	lane   *bridge.Conn
	memory *os.File
	frame  int
	stages []string
}

func (s *shim) begin(frame int, style string) *picture {
	s.t.Helper()
	p := &picture{t: s.t, lane: s.lane(), frame: frame}
	var err error
	if p.memory, err = bridge.NewMemory(4096); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { p.memory.Close() })
	m, err := bridge.NewMessage(bridge.KindRender, 1,
		&bridge.Render{Style: style, Frame: float64(frame)})
	if err != nil {
		s.t.Fatal(err)
	}
	if err := p.lane.Send(m, p.memory); err != nil {
		s.t.Fatal(err)
	}
	return p
}

// stage waits for a progress message.
func (p *picture) stage(want string) {
	p.t.Helper()
	for {
		p.lane.SetReceiveDeadline(time.Now().Add(time.Minute))
		m, _, err := p.lane.Receive()
		if err != nil {
			p.t.Fatalf("waiting for %q: %v", want, err)
		}
		var progress bridge.Progress
		if m.Kind != bridge.KindProgress || m.Decode(&progress) != nil {
			p.t.Fatalf("%s while waiting for %q", m.Kind, want)
		}
		if progress.Stage == want {
			return
		}
	}
}

func (p *picture) cancel() {
	p.t.Helper()
	if err := p.lane.SendFields(bridge.KindCancel, 1, &bridge.Cancel{}); err != nil {
		p.t.Fatal(err)
	}
}

// end waits for the answer and looks at the pixels. It may run in any goroutine.
func (p *picture) end() (*bridge.Done, *bridge.Error) {
	m := final(p.t, p.lane, &p.stages)
	p.lane.Close()
	if m.Kind == bridge.KindError {
		e := new(bridge.Error)
		if err := m.Decode(e); err != nil {
			p.t.Error(err)
		}
		return nil, e
	}
	done := new(bridge.Done)
	if m.Kind != bridge.KindDone || m.Decode(done) != nil {
		p.t.Errorf("frame %d is answered with %s", p.frame, m.Kind)
		return done, nil
	}
	b, err := bridge.MapMemory(p.memory)
	if err != nil {
		p.t.Error(err)
		return done, nil
	}
	defer bridge.Unmap(b)
	if got := binary.LittleEndian.Uint64(b); got != uint64(p.frame)*7919 {
		p.t.Errorf("frame %d has the pixels %d", p.frame, got)
	}
	return done, nil
}

// engine asks for the process id of the engine.
func (s *shim) engine() int {
	s.t.Helper()
	lane := s.lane()
	defer lane.Close()
	m := exchangeOn(s.t, lane, bridge.KindPrepare, &bridge.Prepare{})
	var done bridge.Done
	if m.Kind != bridge.KindDone || m.Decode(&done) != nil {
		s.t.Fatalf("prepare is answered with %s %q", m.Kind, m.Fields)
	}
	pid := 0
	fmt.Sscan(done.Device, &pid)
	return pid
}

// release lets go of what the engine holds.
func (s *shim) release() {
	s.t.Helper()
	lane := s.lane()
	defer lane.Close()
	if m := exchangeOn(s.t, lane, bridge.KindPrepare,
		&bridge.Prepare{Style: "release"}); m.Kind != bridge.KindDone {
		s.t.Fatalf("prepare is answered with %s %q", m.Kind, m.Fields)
	}
}

// longEnough is for what takes no time on a machine that is not busy.
const longEnough = 30 * time.Second

// eventually waits for something to become true.
func eventually(t *testing.T, within time.Duration, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(within); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", within, what)
		}
	}
}

// place is a folder with the programs in it, and one for sockets.
type place struct {
	dir, sockets, log, mark string
	env                     []string
}

func newPlace(t *testing.T) place {
	t.Helper()
	// Short, because a socket's path may only have 108 bytes.
	sockets, err := os.MkdirTemp("/tmp", "imp")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(sockets) })
	p := place{dir: t.TempDir(), sockets: sockets}
	linkTo(t, p.dir, "impasto-host")
	linkTo(t, p.dir, "impasto-engine")
	p.log = filepath.Join(p.dir, "log")
	p.mark = "IMPASTO_TEST_MARK=" + p.dir
	p.env = []string{
		p.mark, "IMPASTO_LOG=" + p.log, "XDG_RUNTIME_DIR=" + sockets,
		"IMPASTO_TEST_SHA256=" + self(), "IMPASTO_TEST_JOURNAL=" + filepath.Join(p.dir, "journal"),
	}
	return p
}

// spawn starts impasto-host as Impasto.ofx does.
func (p place) spawn(t *testing.T, env ...string) *shim {
	t.Helper()
	mine, theirs, err := bridge.Pair()
	if err != nil {
		t.Fatal(err)
	}
	defer theirs.Close()
	cmd := exec.Command(filepath.Join(p.dir, "impasto-host"), "--parent", fmt.Sprint(os.Getpid()))
	cmd.Env = append(p.env, env...)
	cmd.ExtraFiles = []*os.File{theirs}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		cmd.Wait()
		close(ended)
	}()
	t.Cleanup(func() {
		mine.Close()
		cmd.Process.Kill()
		<-ended
		text, _ := os.ReadFile(p.log)
		if bytes.Contains(text, []byte("DATA RACE")) {
			t.Error("impasto-host has a data race")
		}
		if t.Failed() {
			t.Logf("the log:\n%s", text)
		}
	})
	s := &shim{t: t, control: mine, pid: cmd.Process.Pid}
	s.greet()
	return s
}
