package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"impasto.net/bridge"
)

// testLog logs to the file where impasto-host would.
func (p place) testLog(t *testing.T) hclog.Logger {
	f, err := os.OpenFile(p.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return hclog.New(&hclog.LoggerOptions{Output: io.MultiWriter(f, t.Output())})
}

var usual = patience{start: time.Minute, ping: time.Minute, cancel: time.Minute}

// inside serves in this process, where the test can have less patience, and returns how
// to end it.
func (p place) inside(t *testing.T, sum string, patience patience, env ...string) (*shim, func()) {
	t.Helper()
	for _, pair := range append(p.env, env...) {
		name, value, _ := strings.Cut(pair, "=")
		t.Setenv(name, value)
	}
	mine, theirs, err := bridge.Pair()
	if err != nil {
		t.Fatal(err)
	}
	host, err := bridge.NewConn(theirs)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		serve(t.Context(), host, &installation{
			path: filepath.Join(p.dir,
				"impasto-engine"), sha256: sum, patience: patience, log: p.testLog(t),
			more: "The log says more.",
		})
		close(ended)
	}()
	s := &shim{t: t, control: mine}
	s.greet()
	end := func() {
		mine.Close()
		<-ended
	}
	t.Cleanup(end)
	return s, end
}

func TestStartFailures(t *testing.T) {
	for name, test := range map[string]struct {
		prepare func(engine string) error
		sum     string
		want    string // in the sentence
		cause   string
	}{
		"missing": {prepare: os.Remove, want: "cannot be found: install"},
		"not allowed": {prepare: replace("#!/bin/sh\n", 0o600),
			want: "may not be executed: make it executable"},
		"no program": {prepare: replace("no program\n", 0o700),
			sum: fmt.Sprintf("%x",
				sha256.Sum256([]byte("no program\n"))), want: "exec format error"},
		"checksum": {sum: strings.Repeat("00", 32),
			want: "is not the engine that this impasto-host was built with"},
		"no checksum": {sum: "none", want: "was built without its checksum"},
		"cookie": {want: "ended as soon as it was started, saying",
			cause: "not meant to be executed directly"},
		"exits": {want: `saying "libsomething.so.1: cannot open shared object file". The log says more.`, cause: "exit status 3"},
		"nonsense": {want: "does not answer as an engine of Impasto does",
			cause: "I am another program"},
		"silent": {want: "did not answer within", cause: "timeout"},
		"mute":   {want: "did not answer within"},
		"protocol": {want: fmt.Sprintf("speaks protocol %d, but this impasto-host speaks "+
			"protocol %d", bridge.ProtocolVersion+1, bridge.ProtocolVersion)},
		"version": {want: fmt.Sprintf("is version 0.0.0-other (protocol %[1]d), but this "+
			"impasto-host is version dev (protocol %[1]d)", bridge.ProtocolVersion)},
		"refuses": {want: "refuses to work: There is no ONNX Runtime."},
		"leaves":  {want: "ended as soon as it was started", cause: "exit status 5"},
		"killed always": {want: fmt.Sprintf("was stopped by a signal (killed) each of the %d "+
			"times that it was started", starts),
			cause: "signal: killed"},
		"garbage": {want: "cannot be started: a welcome message that cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			patience := usual
			if name == "silent" || name == "mute" {
				patience.start = 2 * time.Second
			}
			p := newPlace(t)
			engine := filepath.Join(p.dir, "impasto-engine")
			if test.prepare != nil {
				if err := test.prepare(engine); err != nil {
					t.Fatal(err)
				}
			}
			if test.sum == "" {
				test.sum = self()
			}
			s, end := p.inside(t, test.sum, patience, "IMPASTO_TEST_ENGINE="+name)
			_, err := s.begin(1, "slow").end()
			if err == nil {
				t.Fatal("it rendered")
			}
			if err.Code != bridge.CodeEngine || !strings.HasPrefix(err.Message, engine+" ") ||
				!strings.Contains(err.Message, test.want) {
				t.Errorf("the artist reads %q", err.Message)
			}
			if err.Cause == "" || !strings.Contains(err.Cause, test.cause) {
				t.Errorf("the cause is %q", err.Cause)
			}
			end()
			p.leavesNothing(t)
		})
	}
}

func TestLastWords(t *testing.T) {
	for said, want := range map[string]string{
		"":                             "",
		"one line":                     "one line",
		"[INFO] start\nlib.so: absent": "lib.so: absent",
		`{"@level":"error","@message":"the engine cannot start","error":"no library"}`: "the engine cannot start: no library",
		`{"@level":"error","@message":"plugin init error"}`:                            "plugin init error",
		`{"other":"json"}`: `{"other":"json"}`,
	} {
		if got := lastWords(said); got != want {
			t.Errorf("of %q the last words are %q", said, got)
		}
	}
}

func replace(text string, mode os.FileMode) func(string) error {
	return func(path string) error {
		if err := os.Remove(path); err != nil {
			return err
		}
		return os.WriteFile(path, []byte(text), mode)
	}
}

// A missing engine does not keep a farm's machine busy, and one that comes back is used: also for a
// frame that comes so soon after the failure that no other start is due.
func TestFailedStartIsTriedAgain(t *testing.T) {
	p := newPlace(t)
	engine := filepath.Join(p.dir, "impasto-engine")
	if err := os.Rename(engine, engine+"-away"); err != nil {
		t.Fatal(err)
	}
	s, _ := p.inside(t, self(), usual)
	failed := renderAll(s, 12, 4, slow, func(int) {})
	if len(failed) != 12 {
		t.Errorf("%d of 12 frames failed", len(failed))
	}
	text, err := os.ReadFile(p.log)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), "the engine cannot be started"); n < 1 || n > 12/4+1 {
		t.Errorf("the engine was started %d times", n)
	}
	if err := os.Rename(engine+"-away", engine); err != nil {
		t.Fatal(err)
	}
	if _, err := s.begin(1, "slow").end(); err != nil {
		t.Errorf("once it is back: %v", err)
	}
}

// A signal that ends a start says nothing about the frames that wait for it.
func TestStartsThatAreCutShortAreMadeAgain(t *testing.T) {
	for _, how := range []string{"killed at once", "killed when greeted"} {
		t.Run(how, func(t *testing.T) {
			p := newPlace(t)
			s, end := p.inside(t, self(), usual, "IMPASTO_TEST_ENGINE="+how)
			if failed := renderAll(s, 12, 4, slow, func(int) {}); len(failed) != 0 {
				t.Errorf("failed: %v", failed)
			}
			end()
			if killed, _ := filepath.Glob(filepath.Join(p.dir, "journal[0-9]")); len(killed) != 4 {
				t.Errorf("%d starts were cut short", len(killed))
			}
			p.leavesNothing(t)
		})
	}
}

// Whoever kills one engine after the other hardly means the frame that is in each of them.
func TestKillsAreHeldAgainstNoFrameForLong(t *testing.T) {
	p := newPlace(t)
	s := p.spawn(t)
	_, err := s.begin(1, "killed").end()
	if err == nil ||
		!strings.Contains(err.Message, "killed the engine 6 times while it was rendering frame 1") {
		t.Errorf("it ended with %v", err)
	}
	if times := p.journal(t)[1]; times != kills {
		t.Errorf("it was tried %d times", times)
	}
	if _, err := s.begin(2, "slow").end(); err != nil {
		t.Errorf("the next frame: %v", err)
	}
}

func TestHungEngineIsKilled(t *testing.T) {
	patience := usual
	patience.ping = time.Second
	// All of it stands still, or what takes its messages.
	for _, how := range []string{"hang", "stuck"} {
		p := newPlace(t)
		s, _ := p.inside(t, self(), patience)
		_, err := s.begin(1, how).end()
		if err == nil || err.Code != bridge.CodeEngine ||
			!strings.Contains(err.Cause, "did not answer a ping") {
			t.Errorf("%s: it ended with %v", how, err)
		}
		if _, err := s.begin(2, "slow").end(); err != nil {
			t.Errorf("%s: the next frame: %v", how, err)
		}
	}
}

func TestEngineStuckInACancelledFrameIsKilled(t *testing.T) {
	patience := usual
	patience.cancel = 500 * time.Millisecond
	p := newPlace(t)
	s, _ := p.inside(t, self(), patience)
	first := s.engine()
	deaf := s.begin(1, "deaf")
	deaf.stage("deaf")
	deaf.cancel()
	if _, err := deaf.end(); err == nil || err.Code != bridge.CodeCancelled {
		t.Errorf("it ended with %v", err)
	}
	if s.engine() == first {
		t.Error("the engine is still the same")
	}
}

func TestNothingLeaks(t *testing.T) {
	count := func() (goroutines, files int) {
		entries, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return runtime.NumGoroutine(), len(entries)
	}
	round := func(t *testing.T) {
		s, end := newPlace(t).inside(t, self(), usual)
		if _, err := s.begin(1, "poison").end(); err == nil {
			t.Error("a poisonous frame is rendered")
		}
		if failed := renderAll(s, 8, 4, slow, func(int) {}); len(failed) != 0 {
			t.Errorf("failed: %v", failed)
		}
		s.begin(2, "held").stage("held")
		end()
	}
	t.Run("first", round)
	goroutines, files := count()
	for range 3 {
		t.Run("again", round)
	}
	defer func() {
		if t.Failed() {
			stacks := make([]byte, 1<<20)
			t.Logf("%s", stacks[:runtime.Stack(stacks, true)])
		}
	}()
	eventually(t, longEnough, "as many goroutines and files as before", func() bool {
		g, f := count()
		return g <= goroutines && f <= files
	})
}

func TestOldSocketFoldersAreSwept(t *testing.T) {
	p := newPlace(t)
	t.Setenv("XDG_RUNTIME_DIR", p.sockets)
	old, young, other := filepath.Join(p.sockets, socketPrefix+"OLD"),
		filepath.Join(p.sockets, socketPrefix+"YOUNG"), filepath.Join(p.sockets, "other")
	for _, dir := range []string{old, young, other} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	past := time.Now().Add(-time.Hour)
	for _, dir := range []string{old, other} {
		if err := os.Chtimes(dir, past, past); err != nil {
			t.Fatal(err)
		}
	}
	dir, err := socketFolder()
	if err != nil || filepath.Dir(dir) != p.sockets {
		t.Errorf("it is %s, %v", dir, err)
	}
	for dir, want := range map[string]bool{old: false, young: true, other: true} {
		if _, err := os.Stat(dir); (err == nil) != want {
			t.Errorf("%s: %v", dir, err)
		}
	}
}

func TestDescribe(t *testing.T) {
	var l labels
	prepare, err := bridge.NewMessage(bridge.KindPrepare, 1, &bridge.Prepare{Style: "a@1"})
	if err != nil {
		t.Fatal(err)
	}
	done, err := bridge.NewMessage(bridge.KindDone, 1, &bridge.Done{Style: "A (Great)"})
	if err != nil {
		t.Fatal(err)
	}
	l.learn(prepare, done)
	for want, r := range map[string]bridge.Render{
		`rendering frame 6.5 with the style "A (Great)"`: {Frame: 6.5, Style: "a@1",
			StyleB: "b"},
		`rendering frame 7 with the styles "A (Great)" and "b"`: {Frame: 7, Style: "a@1",
			StyleB: "b", StyleMix: 0.25},
	} {
		m, err := bridge.NewMessage(bridge.KindRender, 1, &r)
		if err != nil {
			t.Fatal(err)
		}
		if got := l.describe(m); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
