package main

import (
	"bytes"
	"debug/elf"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"golang.org/x/sys/unix"

	"impasto.net/bridge"
)

// gone is how soon nothing may be left of us.
const gone = 2 * time.Second

// alive lists the processes that were started in a place.
func (p place) alive() (pids []string) {
	all, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, path := range all {
		env, err := os.ReadFile(path)
		if err == nil && bytes.Contains(env, []byte(p.mark+"\x00")) {
			pids = append(pids, filepath.Base(filepath.Dir(path)))
		}
	}
	return pids
}

// leavesNothing waits until no process, socket or folder is left.
func (p place) leavesNothing(t *testing.T) {
	t.Helper()
	eventually(t, gone, "no process is left", func() bool { return len(p.alive()) == 0 })
	if left, _ := filepath.Glob(filepath.Join(p.sockets, "*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// journal is what the engines wrote down: for each frame, how often it began.
func (p place) journal(t *testing.T) map[int]int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(p.dir, "journal"))
	if err != nil {
		t.Fatal(err)
	}
	began := make(map[int]int)
	for line := range strings.Lines(string(text)) {
		var pid, frame int
		var what, style string
		if _, err := fmt.Sscan(line, &pid, &what, &frame, &style); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if what == "begin" {
			began[frame]++
		}
	}
	return began
}

// renderAll renders frames from several threads and returns what failed.
func renderAll(s *shim, frames, threads int, style func(frame int) string,
	each func(frame int)) map[int]*bridge.Error {
	var mu sync.Mutex
	var wg sync.WaitGroup
	failed := make(map[int]*bridge.Error)
	next := make(chan int)
	for range threads {
		wg.Go(func() {
			for frame := range next {
				if _, err := s.begin(frame, style(frame)).end(); err != nil {
					mu.Lock()
					failed[frame] = err
					mu.Unlock()
				}
			}
		})
	}
	for frame := 1; frame <= frames; frame++ {
		next <- frame
		each(frame)
	}
	close(next)
	wg.Wait()
	return failed
}

func slow(int) string { return "slow" }

func TestRendersAndLeavesNothing(t *testing.T) {
	p := newPlace(t)
	s := p.spawn(t)
	if pids := p.alive(); len(pids) != 1 {
		t.Errorf("before the first request there are the processes %v", pids)
	}
	first := s.begin(0, "slow")
	if _, err := first.end(); err != nil {
		t.Error(err)
	}
	if len(first.stages) == 0 || first.stages[0] != "starting the engine" {
		t.Errorf("the artist saw %q", first.stages)
	}
	engine := s.engine()
	if failed := renderAll(s, 48, 4, slow, func(int) {}); len(failed) != 0 {
		t.Errorf("failed: %v", failed)
	}
	if s.engine() != engine {
		t.Error("the engine is another one")
	}
	if left, _ := filepath.Glob(filepath.Join(p.sockets, "*")); len(left) != 0 {
		t.Errorf("while it runs there are %v", left)
	}
	s.control.Close()
	p.leavesNothing(t)
}

func TestEngineKilledInTheMiddle(t *testing.T) {
	p := newPlace(t)
	s := p.spawn(t)
	failed := renderAll(s, 48, 4, slow, func(frame int) {
		if frame == 12 || frame == 30 {
			unix.Kill(s.engine(), unix.SIGKILL)
		}
	})
	if len(failed) != 0 {
		t.Errorf("failed: %v", failed)
	}
	for frame, times := range p.journal(t) {
		if times > 3 {
			t.Errorf("frame %d was rendered %d times", frame, times)
		}
	}
}

func TestPoisonousFrameFailsAlone(t *testing.T) {
	for _, style := range []string{"poison", "panic"} {
		t.Run(style, func(t *testing.T) {
			p := newPlace(t)
			s := p.spawn(t)
			failed := renderAll(s, 16, 4, func(frame int) string {
				if frame == 6 {
					return style
				}
				return "slow"
			}, func(int) {})
			if len(failed) != 1 || failed[6] == nil {
				t.Fatalf("failed: %v", failed)
			}
			if e := failed[6]; e.Code != bridge.CodeEngine ||
				!strings.Contains(e.Message,
					fmt.Sprintf("stopped twice while it was rendering frame 6 with the style %q",
						style)) {
				t.Errorf("the artist reads %v", e)
			}
			for frame, times := range p.journal(t) {
				if frame == 6 && (times < 2 || times > 3) || frame != 6 && times > 2 {
					t.Errorf("frame %d was tried %d times", frame, times)
				}
			}
		})
	}
}

func TestLonelyFrameHasTwoChances(t *testing.T) {
	p := newPlace(t)
	s := p.spawn(t)
	if _, err := s.begin(1, "poison").end(); err == nil ||
		!strings.Contains(err.Cause, "exit status 7") {
		t.Errorf("it ended with %v", err)
	}
	if times := p.journal(t)[1]; times != 2 {
		t.Errorf("it was tried %d times", times)
	}
	if _, err := s.begin(2, "slow").end(); err != nil {
		t.Errorf("the next frame: %v", err)
	}
}

func TestSuspectsRunOneByOne(t *testing.T) {
	p := newPlace(t)
	s := p.spawn(t)
	suspects := []*picture{s.begin(1, "held"), s.begin(2, "held"), s.begin(3, "held")}
	for _, one := range suspects {
		one.stage("held")
	}
	unix.Kill(s.engine(), unix.SIGKILL)
	var neighbours []*picture
	for left := len(suspects); left > 0; left-- {
		inside := -1
		eventually(t, longEnough, "a suspect runs again", func() bool {
			began := p.journal(t)
			inside = slices.IndexFunc(suspects,
				func(one *picture) bool { return began[one.frame] == 2 })
			return inside >= 0
		})
		if left == 3 { // one that waits can be cancelled too, and leaves the queue
			waits := (inside + 1) % left
			suspects[waits].cancel()
			if _, err := suspects[waits].end(); err == nil || err.Code != bridge.CodeCancelled {
				t.Errorf("cancelled in the queue: %v", err)
			}
			if n := p.journal(t)[suspects[waits].frame]; n != 1 {
				t.Errorf("the cancelled one began %d times", n)
			}
			if inside > waits {
				inside--
			}
			suspects = slices.Delete(suspects, waits, waits+1)
			left--
		}
		neighbour := s.begin(10+left, "slow")
		one := suspects[inside]
		suspects = slices.Delete(suspects, inside, inside+1)
		began := p.journal(t)
		if began[neighbour.frame] != 0 {
			t.Error("a neighbour runs beside a suspect")
		}
		for _, other := range suspects {
			if began[other.frame] != 1 {
				t.Errorf("suspects %d and %d run together", one.frame, other.frame)
			}
		}
		one.cancel()
		if _, err := one.end(); err == nil || err.Code != bridge.CodeCancelled {
			t.Errorf("cancelled in the engine: %v", err)
		}
		neighbours = append(neighbours, neighbour)
	}
	for _, neighbour := range neighbours {
		if _, err := neighbour.end(); err != nil {
			t.Errorf("a neighbour: %v", err)
		}
	}
}

func TestCancel(t *testing.T) {
	p := newPlace(t)
	s := p.spawn(t)
	held, deaf, left := s.begin(1, "held"), s.begin(2, "deaf"), s.begin(3, "held")
	held.stage("held")
	deaf.stage("deaf")
	left.stage("held")

	held.cancel()
	if _, err := held.end(); err == nil || err.Code != bridge.CodeCancelled {
		t.Errorf("cancelled in the engine: %v", err)
	}
	left.lane.Close()
	eventually(t, longEnough, "a frame whose lane is closed is cancelled", func() bool {
		text, _ := os.ReadFile(filepath.Join(p.dir, "journal"))
		return strings.Contains(string(text), "cancelled 3 ")
	})
	// Its memory is in use until the engine says so, whatever the artist wants.
	deaf.cancel()
	s.release()
	if _, err := deaf.end(); err != nil {
		t.Errorf("one that does not hear the cancel: %v", err)
	}
	// One that nobody knows is no harm.
	lane := s.lane()
	if err := lane.SendFields(bridge.KindCancel, 99, &bridge.Cancel{}); err != nil {
		t.Error(err)
	}
	if m := exchangeOn(t, lane, bridge.KindPing, &bridge.Ping{}); m.Kind != bridge.KindPong {
		t.Errorf("then ping is answered with %s", m.Kind)
	}
}

func TestCancelWhileTheEngineStarts(t *testing.T) {
	s := newPlace(t).spawn(t, "IMPASTO_TEST_ENGINE=silent")
	a := s.begin(1, "slow")
	a.stage("starting the engine")
	a.cancel()
	if _, err := a.end(); err == nil || err.Code != bridge.CodeCancelled {
		t.Errorf("it ended with %v", err)
	}
}

func TestAnswersInAnyOrderAndPingBesideThem(t *testing.T) {
	s := newPlace(t).spawn(t)
	held := s.begin(1, "held")
	held.stage("held")
	for frame := 2; frame < 5; frame++ {
		if _, err := s.begin(frame, "slow").end(); err != nil {
			t.Error(err)
		}
	}
	engine := s.engine()
	unix.Kill(engine, unix.SIGSTOP)
	if m := exchangeOn(t, s.control, bridge.KindPing, &bridge.Ping{}); m.Kind != bridge.KindPong {
		t.Errorf("ping is answered with %s", m.Kind)
	}
	unix.Kill(engine, unix.SIGCONT)
	s.release()
	if _, err := held.end(); err != nil {
		t.Error(err)
	}
}

func TestTooManyRequests(t *testing.T) {
	s := newPlace(t).spawn(t)
	lane := s.lane()
	for id := range uint64(maxRequests + 1) {
		m, err := bridge.NewMessage(bridge.KindRender, id, &bridge.Render{Style: "held"})
		if err != nil {
			t.Fatal(err)
		}
		if err := lane.Send(m, nil); err != nil {
			t.Fatal(err)
		}
	}
	m := final(t, lane, nil)
	var e bridge.Error
	if m.Kind != bridge.KindError || m.Decode(&e) != nil ||
		!strings.Contains(e.Message, "render fewer frames at once") {
		t.Errorf("answered with %s %v", m.Kind, e)
	}
}

func TestBrokenPeers(t *testing.T) {
	p := newPlace(t)
	s := p.spawn(t)
	refused := func(t *testing.T, c *bridge.Conn) {
		t.Helper()
		m := final(t, c, nil)
		var e bridge.Error
		if m.Kind != bridge.KindError || m.Decode(&e) != nil || e.Code != bridge.CodeRequest ||
			e.Message == "" {
			t.Errorf("answered with %s %v", m.Kind, e)
		}
		if _, _, err := c.Receive(); err == nil {
			t.Error("the connection stays open")
		}
	}
	t.Run("unknown kind", func(t *testing.T) {
		c := s.lane()
		c.SendFields("repaint", 1, &bridge.Ping{})
		refused(t, c)
	})
	t.Run("hello on a lane", func(t *testing.T) {
		c := s.lane()
		c.SendFields(bridge.KindHello, 1, &bridge.Hello{Protocol: bridge.ProtocolVersion})
		refused(t, c)
	})
	t.Run("lane from a lane", func(t *testing.T) {
		c := s.lane()
		inner := &shim{t: t, control: c}
		inner.lane()
		refused(t, c)
	})
	t.Run("one id twice", func(t *testing.T) {
		c := s.lane()
		for range 2 {
			c.SendFields(bridge.KindRender, 1, &bridge.Render{Style: "held"})
		}
		refused(t, c)
	})
	for name, text := range map[string]string{
		"truncated": "IMPb\x00\x00\x00\x20abc",
		"too large": "IMPb\xff\xff\xff\xff",
		"nonsense":  "GET / HTTP/1.1\r\n\r\n",
		"no array":  "IMPb\x00\x00\x00\x01\x00",
	} {
		t.Run(name, func(t *testing.T) {
			fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
			if err != nil {
				t.Fatal(err)
			}
			theirs, mine := os.NewFile(uintptr(fds[0]), "lane"), os.NewFile(uintptr(fds[1]), "lane")
			defer mine.Close()
			m, _ := bridge.NewMessage(bridge.KindLane, 0, &bridge.Lane{})
			if err := s.control.Send(m, theirs); err != nil {
				t.Fatal(err)
			}
			theirs.Close()
			if _, err := mine.WriteString(text); err != nil {
				t.Fatal(err)
			}
			unix.Shutdown(int(mine.Fd()), unix.SHUT_WR)
			if n, err := mine.Read(make([]byte, 1)); n != 0 {
				t.Errorf("answered: %v", err)
			}
		})
	}
	if _, err := s.begin(1, "slow").end(); err != nil {
		t.Errorf("after all that: %v", err)
	}

	// On the control connection it is the end of everything.
	s.control.SendFields(bridge.KindLane, 7, &bridge.Lane{})
	refused(t, s.control)
	p.leavesNothing(t)
}

func TestGreeting(t *testing.T) {
	for name, test := range map[string]struct {
		kind   bridge.Kind
		fields any
		want   string
	}{
		"another protocol": {bridge.KindHello,
			&bridge.Hello{Protocol: 77, Program: "Impasto.ofx",
				Version: "7.0"}, fmt.Sprintf("Impasto.ofx 7.0 speaks protocol 77, but the "+
				"impasto-host beside it is version dev and speaks protocol %d",
				bridge.ProtocolVersion)},
		"no greeting": {bridge.KindPrepare, &bridge.Prepare{}, "does not understand"},
		"garbage":     {bridge.KindHello, &bridge.Ping{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			mine, theirs, err := bridge.Pair()
			if err != nil {
				t.Fatal(err)
			}
			defer mine.Close()
			host, err := bridge.NewConn(theirs)
			if err != nil {
				t.Fatal(err)
			}
			ended := make(chan struct{})
			go func() {
				serve(t.Context(), host,
					&installation{log: hclog.New(&hclog.LoggerOptions{Output: t.Output()})})
				close(ended)
			}()
			m := exchangeOn(t, mine, test.kind, test.fields)
			if test.want == "" { // a Hello without a protocol
				test.want = "speaks protocol 0"
			}
			var e bridge.Error
			if m.Kind != bridge.KindError || m.Decode(&e) != nil ||
				!strings.Contains(e.Message, test.want) {
				t.Errorf("answered with %s %v", m.Kind, e)
			}
			<-ended
		})
	}
}

// ofxHostMain is an OFX host that starts impasto-host, renders with it, leaves a copy of
// itself that holds every descriptor, and then waits to be killed.
func ofxHostMain() error {
	dir := filepath.Dir(os.Args[0])
	mine, theirs, err := bridge.Pair()
	if err != nil {
		return err
	}
	host := exec.Command(filepath.Join(dir, "impasto-host"), "--parent", fmt.Sprint(os.Getpid()))
	host.ExtraFiles = []*os.File{theirs}
	if err := host.Start(); err != nil {
		return err
	}
	m, err := bridge.NewMessage(bridge.KindHello, 1,
		&bridge.Hello{Protocol: bridge.ProtocolVersion})
	if err != nil {
		return err
	}
	// The socket that Impasto.ofx holds, and the one that it gave away.
	held, err := unix.Dup(int(theirs.Fd()))
	if err != nil {
		return err
	}
	if err := mine.Send(m, theirs); err != nil {
		return err
	}
	if _, _, err := mine.Receive(); err != nil {
		return err
	}
	if err := mine.SendFields(bridge.KindPrepare, 2, &bridge.Prepare{}); err != nil {
		return err
	}
	for {
		m, _, err := mine.Receive()
		if err != nil {
			return err
		}
		if m.Kind != bridge.KindProgress {
			break
		}
	}
	copied := exec.Command(filepath.Join(dir, "ofx-host-copy"))
	copied.Env = []string{} // not marked as one of ours
	copied.Stdin = os.Stdin
	for fd := 3; fd <= held; fd++ {
		copied.ExtraFiles = append(copied.ExtraFiles, os.NewFile(uintptr(fd), "held"))
	}
	if err := copied.Start(); err != nil {
		return err
	}
	fmt.Println("ready", copied.Process.Pid)
	select {}
}

func TestOFXHostKilledWhileACopyLives(t *testing.T) {
	p := newPlace(t)
	linkTo(t, p.dir, "ofx-host-copy")
	cmd := exec.Command(linkTo(t, p.dir, "ofx-host"))
	cmd.Env = p.env
	stdin, err := cmd.StdinPipe() // the copy lives until this is closed
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cmd.Stdout, cmd.Stderr = w, os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	var ready string
	var copied int
	if _, err := fmt.Fscan(r, &ready, &copied); err != nil {
		cmd.Process.Kill()
		t.Fatalf("the OFX host: %v", err)
	}
	if n := len(p.alive()); n != 3 {
		t.Errorf("%d processes where OFX host, impasto-host and engine are expected", n)
	}
	cmd.Process.Kill()
	cmd.Process.Wait()
	p.leavesNothing(t)
	if err := unix.Kill(copied, 0); err != nil {
		t.Errorf("the copy is gone too: %v", err)
	}
}

func TestHostEnds(t *testing.T) {
	for name, test := range map[string]struct {
		engine string
		wait   string // for this stage
		signal unix.Signal
	}{
		"kill -9":                          {"", "held", unix.SIGKILL},
		"kill -9 while it starts":          {"window", "starting the engine", unix.SIGKILL},
		"terminate":                        {"", "held", unix.SIGTERM},
		"interrupt while it starts":        {"window", "starting the engine", unix.SIGINT},
		"interrupt a silent start":         {"silent", "starting the engine", unix.SIGINT},
		"terminate an engine that stopped": {"", "held", 0},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			s := p.spawn(t, "IMPASTO_TEST_ENGINE="+test.engine)
			s.begin(1, "held").stage(test.wait)
			if test.engine == "window" {
				eventually(t, longEnough, "the folder for the socket is there", func() bool {
					found, _ := filepath.Glob(filepath.Join(p.sockets, socketPrefix+"*"))
					return len(found) == 1
				})
			}
			if test.signal == 0 {
				unix.Kill(s.engine(), unix.SIGSTOP)
				test.signal = unix.SIGTERM
			}
			unix.Kill(s.pid, test.signal)
			p.leavesNothing(t)
		})
	}
}

// The OFX host may be killed at any moment, and impasto-host with it.
func TestHostKilledAtAnyMoment(t *testing.T) {
	p := newPlace(t)
	for i := range 10 {
		s := p.spawn(t)
		s.begin(1, "held")
		time.Sleep(time.Duration(i) * 15 * time.Millisecond)
		unix.Kill(s.pid, unix.SIGKILL)
		s.control.Close()
		p.leavesNothing(t)
	}
}

func TestNotOurParent(t *testing.T) {
	p := newPlace(t)
	cmd := exec.Command(filepath.Join(p.dir, "impasto-host"), "--parent", "1")
	cmd.Env = p.env
	if err := cmd.Run(); err == nil {
		t.Error("it runs for somebody who is not its parent")
	}
	text, _ := os.ReadFile(p.log)
	if !strings.Contains(string(text), "process 1 is not the parent") {
		t.Errorf("the log says %q", text)
	}
	out, err := exec.Command(filepath.Join(p.dir, "impasto-host")).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "started by Impasto.ofx") {
		t.Errorf("by hand it says %q", out)
	}
}

// The program as it is built and installed.
func TestBuiltProgram(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	p := newPlace(t)
	host := filepath.Join(p.dir, "impasto-host")
	build := func(sum string) {
		t.Helper()
		os.Remove(host)
		cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags",
			"-X main.engineSHA256="+sum, "-o", host, ".")
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	build(self())
	program, err := elf.Open(host)
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	for _, part := range program.Progs {
		if part.Type == elf.PT_INTERP || part.Type == elf.PT_DYNAMIC {
			t.Errorf("it is not static: it has a %v", part.Type)
		}
	}
	s := p.spawn(t)
	if failed := renderAll(s, 8, 2, slow, func(int) {}); len(failed) != 0 {
		t.Errorf("failed: %v", failed)
	}
	s.control.Close()
	p.leavesNothing(t)

	build("")
	s = p.spawn(t)
	if _, err := s.begin(1, "slow").end(); err == nil ||
		!strings.Contains(err.Message, "was built without its checksum") {
		t.Errorf("without a checksum: %v", err)
	}
}

func TestLogFile(t *testing.T) {
	p := newPlace(t)
	state := t.TempDir()
	env := []string{"IMPASTO_LOG=", "XDG_STATE_HOME=" + state, "IMPASTO_LOG_LEVEL=debug"}
	dir := filepath.Join(state, "impasto")
	path := filepath.Join(dir, "impasto-host.log")
	s := p.spawn(t, env...)
	s.engine()
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder: %v %v", info, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v %v", info, err)
	}
	text, _ := os.ReadFile(path)
	if !strings.Contains(string(text), "[DEBUG]") {
		t.Errorf("the log says %q", text)
	}
	if err := os.Truncate(path, maxLog+1); err != nil {
		t.Fatal(err)
	}
	p.spawn(t, env...)
	if info, err := os.Stat(path + ".1"); err != nil || info.Size() <= maxLog {
		t.Errorf("the old file: %v %v", info, err)
	}
	if info, err := os.Stat(path); err != nil || info.Size() > maxLog {
		t.Errorf("the new file: %v %v", info, err)
	}
	// Without any, it works all the same.
	s = p.spawn(t, "IMPASTO_LOG=/dev/null/x")
	if _, err := s.begin(1, "slow").end(); err != nil {
		t.Error(err)
	}
}

func TestPanicIsInTheLog(t *testing.T) {
	p := newPlace(t)
	s := p.spawn(t)
	s.engine()
	unix.Kill(s.pid, unix.SIGQUIT)
	eventually(t, longEnough, "goroutines in the log", func() bool {
		text, _ := os.ReadFile(p.log)
		return strings.Contains(string(text), "goroutine ")
	})
	p.leavesNothing(t)
}
