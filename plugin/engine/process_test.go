package engine

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"

	"impasto.net/bridge"
	"impasto.net/plugin/config"
	"impasto.net/plugin/onnxtest"
)

// The tests here start the engine as a process: this test program, which is the engine
// when it is started like it.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == "--parent" || os.Args[1] == "network" ||
		os.Args[1] == "trial") {
		Main(belonging())
		return
	}
	os.Exit(m.Run())
}

// belonging has the runtime that install put beside this engine be the one that it was built with.
func belonging() string {
	_, library, err := installed()
	if err != nil {
		panic(err)
	}
	b, _ := os.ReadFile(library) // of one that cannot be read there is no checksum
	return fmt.Sprintf("%x", sha256.Sum256(b))
}

// install puts the engine into a bundle, beside its runtime.
func install(t testing.TB) string {
	t.Helper()
	library := onnxtest.Library(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "Contents", "Linux-x86-64")
	engine := filepath.Join(folder, "impasto-engine")
	writeFile(t, engine, b)
	if err := os.Symlink(library, filepath.Join(folder, "libonnxruntime.so.1")); err != nil {
		t.Fatal(err)
	}
	return engine
}

// command is the engine as the host starts it, and the host's end of its socket.
func command(t testing.TB, bank string, name string, args ...string) (*exec.Cmd, *client) {
	t.Helper()
	conn, theirs, err := bridge.Pair()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "IMPASTO_STYLE_PATH="+bank,
		plugin.EnvUnixSocketDir+"="+filepath.Join(t.TempDir(), "s"),
		bridge.Handshake.MagicCookieKey+"="+bridge.Handshake.MagicCookieValue)
	// The race detector would let the engine sleep for a second at its end.
	cmd.Env = append(cmd.Env, "GORACE=atexit_sleep_ms=0")
	cmd.ExtraFiles = []*os.File{bridge.EngineSocket - 3: theirs}
	cmd.Stderr = t.Output()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c := newTalk(t, conn)
	c.wait = sync.OnceValue(cmd.Wait)
	t.Cleanup(func() {
		if cmd.Process != nil {
			syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
			c.wait()
		}
		theirs.Close()
	})
	return cmd, c
}

func (c *client) wantClosed(what string) {
	c.t.Helper()
	select {
	case <-c.closed:
	case <-time.After(time.Second):
		c.t.Errorf("a second after %s the engine lives on", what)
	}
}

func TestEngineThroughGoPlugin(t *testing.T) {
	engine := install(t)
	bank := t.TempDir()
	onnxtest.WritePackage(t, bank, "plain", onnxtest.Identity())
	cmd, c := command(t, bank, engine, "--parent", fmt.Sprint(os.Getpid()))
	cmd.Stderr = nil // go-plugin's
	p := plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig: bridge.Handshake, Plugins: bridge.Plugins, Cmd: cmd, SkipHostEnv: true,
		Logger: hclog.NewNullLogger(),
	})
	defer p.Kill()
	rpc, err := p.Client()
	if err != nil {
		t.Fatal(err)
	}
	if err := rpc.Ping(); err != nil {
		t.Error(err)
	}
	c.greet()
	s := newShared(t, "plain", 30, 20)
	c.render(s)
	near(t, s.output, s.plate, 3e-6)
	if adj, _ := os.ReadFile(fmt.Sprintf("/proc/%d/oom_score_adj",
		cmd.Process.Pid)); strings.TrimSpace(string(adj)) != "1000" {
		t.Errorf("oom_score_adj is %s", adj)
	}
}

func TestEngineEndsWithItsSocket(t *testing.T) {
	cmd, c := command(t, t.TempDir(), install(t), "--parent", fmt.Sprint(os.Getpid()))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	cmd.ExtraFiles[0].Close()
	c.greet()
	c.conn.Close()
	ended := make(chan error, 1)
	go func() { ended <- c.wait() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Second):
		t.Error("a second after its socket was closed the engine lives on")
	}
	if _, err := os.Stat(envOf(cmd, plugin.EnvUnixSocketDir)); err == nil {
		t.Error("the folder of go-plugin's socket is left behind")
	}
}

func envOf(cmd *exec.Cmd, key string) string {
	for _, e := range cmd.Env {
		if v, ok := strings.CutPrefix(e, key+"="); ok {
			return v
		}
	}
	return ""
}

// The parent is a shell here that is killed while this process holds both ends of the
// socket, as a forked copy of a host would.
func TestEngineEndsWithItsParent(t *testing.T) {
	script := `"$0" --parent $$ & exec 3<&-; wait`
	cmd, c := command(t, t.TempDir(), "sh", "-c", script, install(t))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c.greet()
	// The test's own copy of the engine's end would hide that the engine has gone.
	defer c.wantClosed("its parent was killed")
	defer cmd.ExtraFiles[0].Close()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
}

func TestPoisonKillsTheEngine(t *testing.T) {
	bank := t.TempDir()
	onnxtest.WritePackage(t, bank, "poison", onnxtest.Poison())
	cmd, c := command(t, bank, install(t), "--parent", fmt.Sprint(os.Getpid()))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	cmd.ExtraFiles[0].Close()
	c.greet()
	s := newShared(t, "poison", 16, 16)
	c.render(s)
	near(t, s.output, s.plate, 3e-6)
	for i := range len(s.plate) / 4 {
		if i%4 < 3 {
			put(s.plate, i, 0)
		}
	}
	c.send(bridge.KindRender, &s.request, s.file)
	c.wantClosed("a black frame")
}

// The runtime is the one that the engine was built with, or the user's own, which is a file.
func TestLibraryIsChecked(t *testing.T) {
	library, pipe := filepath.Join(t.TempDir(), "libonnxruntime.so.1"),
		filepath.Join(t.TempDir(), "pipe")
	writeFile(t, library, []byte("a library"))
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { librarySHA256 = "" })
	for _, c := range []struct{ sum, own, library, want string }{
		{fmt.Sprintf("%x", sha256.Sum256([]byte("a library"))), "", library, ""},
		{fmt.Sprintf("%x", sha256.Sum256([]byte("another"))), "", library, "its sha256 differs"},
		{"", "", library, "its sha256 differs"},
		{"", "", library + ".gone", "is missing, install the whole"},
		{"", library, library, ""},
		{"", pipe, pipe, "correct IMPASTO_ONNXRUNTIME, or unset it: open " + pipe +
			": not a regular file"},
	} {
		librarySHA256 = c.sum
		t.Setenv("IMPASTO_ONNXRUNTIME", c.own)
		if err := checkLibrary(c.library); (err == nil) != (c.want == "") || err != nil &&
			!strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestByHand(t *testing.T) {
	for _, args := range [][]string{{}, {"--parent", fmt.Sprint(os.Getpid())}} {
		cmd := exec.Command(install(t), append([]string{"--parent", "0"}, args...)...)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), "part of the Impasto node") {
			t.Errorf("%v: %s, %v", args, out, err)
		}
	}
}

func TestBare(t *testing.T) {
	bank := t.TempDir()
	onnxtest.WritePackage(t, bank, "plain", onnxtest.Identity())
	onnxtest.WriteStyle(t, bank, "night", onnxtest.WriteNetwork(t, bank, "painter"), night)
	engine := install(t)
	for _, name := range []string{"plain", "night"} {
		cmd := exec.Command(engine, "network", "--style", name, "--width", "64", "--height", "48",
			"--threads", "1")
		cmd.Env = append(os.Environ(), "IMPASTO_STYLE_PATH="+bank)
		cmd.Stdin = strings.NewReader("run\nrun\n")
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		var times []float64
		for lines := bufio.NewScanner(strings.NewReader(string(out))); lines.Scan(); {
			var ms float64
			if _, err := fmt.Sscan(lines.Text(), &ms); err != nil || ms < 0 {
				t.Errorf("%q is no time", lines.Text())
			}
			times = append(times, ms)
		}
		if len(times) != 2 {
			t.Errorf("%d times: %s", len(times), out)
		}
	}
}

var raceDetector bool // set in race_test.go

// limited is an engine that a shell takes the memory away from.
func limited(t *testing.T, bank string, kilobytes int) *client {
	t.Helper()
	cmd, c := command(t, bank, "sh", "-c", fmt.Sprintf(`ulimit -v %d; exec "$0" --parent $1`,
		kilobytes), raceless(t), fmt.Sprint(os.Getpid()))
	// Every arena of glibc's takes 64 MB of addresses, and a busy machine has more threads.
	cmd.Env = append(cmd.Env, "MALLOC_ARENA_MAX=1")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c.greet()
	return c
}

// wide is a network with that many channels of the picture's size, which looks at the
// whole of it where it is told to.
func wide(channels int, whole bool) []byte {
	var g onnxtest.Graph
	n := int64(channels)
	ones := make([]float32, 3*channels)
	for i := range ones {
		ones[i] = 1 / float32(channels)
	}
	g.Constant("more", []int64{n, 3, 1, 1}, ones...)
	g.Constant("fewer", []int64{3, n, 1, 1}, ones...)
	g.Node("Conv", []string{"x", "more"}, "many", nil)
	last := "many"
	if whole {
		last = "left"
		g.Node("ReduceMax", []string{"many"}, "most", map[string]any{"axes": []int64{2, 3}})
		g.Node("Sub", []string{"many", "most"}, last, nil)
	}
	g.Node("Conv", []string{last, "fewer"}, "y", nil)
	return g.Bytes()
}

func TestTooLittleMemoryIsSaid(t *testing.T) {
	bank := t.TempDir()
	onnxtest.WritePackage(t, bank, "wide", wide(256, true))
	onnxtest.WritePackage(t, bank, "plain", onnxtest.Identity())
	c := limited(t, bank, 4000000)
	s := newShared(t, "wide", 2000, 2000) // 4 GB
	if e := c.fails(bridge.KindRender, &s.request, s.file); e.Code != bridge.CodeMemory ||
		!strings.Contains(e.Message, "2000 × 2000") {
		t.Errorf("%s: %v", e.Code, e)
	}
	s = newShared(t, "plain", 200, 200)
	c.render(s)
	near(t, s.output, s.plate, 3e-6)
}

// What there is not enough memory for as a whole is painted in tiles, and the next frame is
// in tiles at once.
func TestTooLittleMemoryMakesTiles(t *testing.T) {
	bank := t.TempDir()
	onnxtest.WritePackage(t, bank, "wide", wide(256, false))
	c := limited(t, bank, 2950000)
	s := newShared(t, "wide", 1600, 1000) // 1.6 GB
	for seed := range 2 {
		s.paint(seed)
		c.render(s)
	}
	if n := c.tiles(); n < 4 {
		t.Errorf("two frames were painted in %d tiles", n)
	}
}

func TestThreadLimit(t *testing.T) {
	for value, want := range map[string]int{"": 0, "3": 3} {
		t.Setenv("IMPASTO_THREADS", value)
		if n, err := config.Threads(); n != want || err != nil {
			t.Errorf("%q is %d, %v", value, n, err)
		}
	}
	for _, value := range []string{"0", "-1", "all", "2x"} {
		t.Setenv("IMPASTO_THREADS", value)
		if _, err := config.Threads(); err == nil || !strings.Contains(err.Error(), value) {
			t.Errorf("%q: %v", value, err)
		}
	}
}
