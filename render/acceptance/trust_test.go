package acceptance

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"impasto.net/plugin/lease"
	"impasto.net/plugin/onnxtest"
)

// calls are lines of strace's that are one, and ours those by which the host and its engine come
// together.
var calls = regexp.MustCompile(`^\d+ +(socket|bind|connect)\(`)
var ours = regexp.MustCompile(`^\d+ +(socket\(AF_UNIX, |(bind|connect)\(\d+, \{sa_family=AF_UNIX, sun_path="[^"]*/impasto-socket-)`)

// traced has a command run under strace, which sees also calls that are refused, and gives
// the calls of it and all that it starts that make or join a socket of other people's.
func (s *shot) traced(cmd *exec.Cmd) (foreign []string) {
	s.t.Helper()
	for line := range strings.Lines(s.strace(cmd, "trace=socket,bind,connect")) {
		if calls.MatchString(line) && !ours.MatchString(line) {
			foreign = append(foreign, line)
		}
	}
	return foreign
}

// strace has a command run, and gives the calls of it and all that it starts.
func (s *shot) strace(cmd *exec.Cmd, options ...string) string {
	s.t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		onnxtest.Unbuilt(s.t, "there is no strace: make test installs it")
	}
	file := s.path("trace")
	args := []string{strace, "-f", "-q", "-e", "signal=none", "-o", file}
	for _, o := range options {
		args = append(args, "-e", o)
	}
	cmd.Args = append(append(args, cmd.Path), cmd.Args[1:]...)
	cmd.Path = strace
	if printed, code := s.finish(cmd); code != 0 {
		s.t.Logf("exit code %d\n%s", code, printed[max(0, len(printed)-500):])
	}
	calls, err := os.ReadFile(file)
	if err != nil {
		s.t.Fatal(err)
	}
	if !strings.Contains(string(calls), "exited with") &&
		!strings.Contains(string(calls), "killed by") {
		s.t.Fatalf("strace saw no process end:\n%s", calls)
	}
	return string(calls)
}

// Whatever Impasto does, it talks to nobody but itself, and leaves nothing by which anybody
// would be known again.
func TestNothingIsSent(t *testing.T) {
	s := newOptimisation(t, 48, 32)
	id := onnxtest.WritePackage(t, s.path("styles"), "plain", onnxtest.Identity())
	network := s.path("network.onnx")
	if err := os.WriteFile(network, onnxtest.Gain(1), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(s.path("filters"), s.path("styles/filters")); err != nil {
		t.Fatal(err)
	}
	impasto := filepath.Join(built(t), "bin/impasto")
	for _, c := range []struct {
		name, made string
		cmd        *exec.Cmd
	}{
		// ONNX Runtime's telemetry looked up its collector nine seconds after its start.
		{"render", s.file("out", 1),
			exec.Command("timeout", "-s", "INT", "12", impasto, "render", "--plugin", s.bundle,
				"--clip", "Source="+s.file("plate", 1), "--frames", "1-100000", "--param",
				"styleId="+id, "--out", s.path("out.####.exr"))},
		{"optimise", s.path("o.png"), exec.Command(impasto, "optimise", s.file("plate", 1),
			"--painting", s.path("painting.png"),
			"--encoder", "filters", "--iterations", "2", "-o", s.path("o.png"))},
		{"models", s.path("styles/network"),
			exec.Command(impasto, "models", "add", network, "--range", "0-1")},
		{"doctor", s.bundle, exec.Command(impasto, "doctor", "--plugin", s.bundle)},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := *s
			s.t = t
			home := t.TempDir()
			c.cmd.Env = append(s.env, "ORT_DISABLE_TELEMETRY=0", "HOME="+home, "TMPDIR="+home,
				"XDG_RUNTIME_DIR="+home, "XDG_CACHE_HOME="+filepath.Join(home, "cache"))
			if foreign := s.traced(c.cmd); len(foreign) > 0 {
				t.Errorf("calls that are none of ours:\n%s", strings.Join(foreign, ""))
			}
			if _, err := os.Stat(c.made); err != nil {
				t.Error(err)
			}
			if err := filepath.WalkDir(home, func(path string, d fs.DirEntry, err error) error {
				if err == nil && !d.IsDir() && !strings.Contains(path, "/impasto") {
					t.Errorf("left behind: %s", path)
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// Every engine gives up sockets and files before it loads ONNX Runtime, and has all that it
// takes to paint nevertheless.
func TestEnginesAreConfined(t *testing.T) {
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0,
		unix.LANDLOCK_CREATE_RULESET_VERSION); errno != 0 {
		t.Skip("this kernel has no Landlock: ", errno)
	}
	s := newShot(t)
	s.env = append(s.env, "HOME="+s.path("home")) // where nobody's drivers are set up
	s.plates(1, 64, 48, nil)
	network := s.path("network.onnx")
	if err := os.WriteFile(network, onnxtest.Gain(1), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(s.path("styles"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		made string
		cmd  func(t *testing.T) *exec.Cmd
	}{
		{"CPU", s.file("cpu", 1),
			func(*testing.T) *exec.Cmd { return s.command("1", "cpu", "--param", "device=CPU") }},
		{"GPU", s.file("gpu", 1), func(t *testing.T) *exec.Cmd {
			onnxtest.Vulkan(t)
			cmd := s.command("1", "gpu", "--param", "device=GPU")
			cmd.Env = append(s.env, "VK_ICD_FILENAMES="+os.Getenv("VK_ICD_FILENAMES"))
			return cmd
		}},
		{"trial", s.path("styles/network"), func(t *testing.T) *exec.Cmd {
			cmd := exec.Command(filepath.Join(built(t), "bin/impasto"), "models", "add", network,
				"--range", "0-1")
			cmd.Env = s.env
			return cmd
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := *s
			s.t = t
			calls := s.strace(c.cmd(t),
				"trace=/^(open|execve|landlock_restrict_self|seccomp|mkdir|unlink|rmdir|rename|socket)")
			if _, err := os.Stat(c.made); err != nil {
				t.Error(err)
			}
			// The one thread that gives up files becomes the process that all others are of.
			_, after, files := strings.Cut(calls, "landlock_restrict_self(")
			before, painting, sockets := strings.Cut(after,
				"seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, ")
			if !files || !sockets || !strings.Contains(before, `execve("/proc/self/exe"`) {
				t.Fatalf("no engine is confined:\n%s", calls)
			}
			if !strings.Contains(painting, "libonnxruntime.so.1") ||
				strings.Contains(before, "libonnxruntime.so.1") {
				t.Error("ONNX Runtime is not loaded, or before the engine is confined")
			}
			for line := range strings.Lines(after) {
				if strings.Contains(line, "EACCES") || strings.Contains(line, "EPERM") ||
					strings.Contains(line, "EAFNOSUPPORT") {
					t.Errorf("it lacks: %s", line)
				}
			}
		})
	}
}

// Where the kernel, or a container, has nothing to confine an engine by it paints all the
// same, and doctor says so.
func TestDoctorSaysThatNothingConfines(t *testing.T) {
	s := newShot(t)
	if err := os.Mkdir(s.path("styles"), 0o755); err != nil {
		t.Fatal(err)
	}
	if got := s.doctor().value("engine", "confined"); !strings.HasPrefix(got,
		"it can open no internet socket") {
		t.Errorf("confined: %s", got)
	}
	out := s.path("said")
	cmd := exec.Command("sh", "-c", `"$0" doctor --json --plugin "$1" > "$2"`,
		filepath.Join(built(t), "bin/impasto"), s.bundle, out)
	cmd.Env = s.env
	s.strace(cmd, "trace=landlock_create_ruleset,seccomp",
		"inject=landlock_create_ruleset,seccomp:error=ENOSYS")
	said, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	c := &checkup{}
	if err := json.Unmarshal(said, c); err != nil {
		t.Fatal(err)
	}
	if got := c.value("engine", "confined"); !c.Healthy ||
		!strings.Contains(got, "lacks Landlock and seccomp") {
		t.Errorf("healthy %v, confined: %s", c.Healthy, got)
	}
}

// A pipe that nobody writes to or reads from keeps no host and no frame waiting, wherever a
// file is wanted.
func TestPipesAreNotWaitedFor(t *testing.T) {
	s := newShot(t)
	id := onnxtest.WritePackage(t, s.path("styles"), "plain", onnxtest.Identity())
	s.plates(1, 24, 16, nil)
	runtimeFolder := s.path(fmt.Sprint("impasto-", os.Getuid()))
	if err := os.Mkdir(runtimeFolder, 0o700); err != nil {
		t.Fatal(err)
	}
	pipe := func(path string) string {
		if err := unix.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	pipe(filepath.Join(runtimeFolder, "memory"))
	s.env = append(s.env, "XDG_RUNTIME_DIR="+s.folder, "IMPASTO_TRACE="+pipe(s.path("trace.pipe")),
		"IMPASTO_LOG="+pipe(s.path("log.pipe")))
	s.must("1", "out", "--param", "styleId="+id)

	for _, c := range []struct {
		name   string
		env    string
		damage func(s *shot)
		says   string
	}{
		{"plate", "", func(s *shot) { os.Remove(s.file("plate", 1)); pipe(s.file("plate", 1)) },
			"plate.0001.exr"},
		{"network", "",
			func(s *shot) { os.Remove(s.path("styles/plain/net.onnx")); pipe(s.path("styles/plain/net.onnx")) }, "net.onnx"},
		{"style", "",
			func(s *shot) { os.RemoveAll(s.path("styles/plain")); pipe(s.path("styles/plain")) }, "plain"},
		{"styles", "", func(s *shot) { os.RemoveAll(s.path("styles")); pipe(s.path("styles")) },
			"plain"},
		{"engine", "", func(s *shot) {
			os.Remove(s.program("impasto-engine"))
			pipe(filepath.Join(filepath.Dir(s.program("impasto-host")), "impasto-engine"))
		}, "impasto-engine"},
		{"runtime", "IMPASTO_ONNXRUNTIME=" + s.path("trace.pipe"), func(*shot) {},
			"IMPASTO_ONNXRUNTIME"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newShot(t)
			onnxtest.WritePackage(t, s.path("styles"), "plain", onnxtest.Identity())
			s.plates(1, 24, 16, nil)
			s.env = append(s.env, c.env)
			c.damage(s)
			if printed, code := s.render("1", "out", "--param", "styleId=plain"); code == 0 ||
				!strings.Contains(printed, c.says) {
				t.Errorf("exit code %d\n%s", code, printed)
			}
		})
	}
}

// An engine that was stopped with all around it, so that nobody kills it, keeps its memory from
// the others for a while and no longer.
func TestStoppedProgramsHoldNobodyUp(t *testing.T) {
	s := newShot(t)
	id := onnxtest.WritePackage(t, s.path("styles"), "slow", onnxtest.Slow(6, 16))
	s.plates(8, 640, 360, nil)
	s.env = append(s.env, "XDG_RUNTIME_DIR="+s.folder, "IMPASTO_MEMORY=64")
	first := s.command("1-8", "first", "--param", "styleId="+id)
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "an engine to have memory", func() bool {
		have, _, err := lease.Holders(s.path(fmt.Sprint("impasto-", os.Getuid())))
		return err == nil && len(have) > 0
	})
	programs := append(s.processes("impasto"), first.Process.Pid)
	for _, p := range programs {
		if err := syscall.Kill(p, syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
	}
	s.must("1", "second", "--param", "styleId="+id)
	log, err := os.ReadFile(s.path("impasto.log"))
	if err != nil || !strings.Contains(string(log), "was stopped, and is not waited for") {
		t.Errorf("nothing says that one was not waited for: %v", err)
	}
	for _, p := range programs {
		if err := syscall.Kill(p, syscall.SIGCONT); err != nil {
			t.Error(err)
		}
	}
	if err := first.Wait(); err != nil {
		t.Errorf("those that were stopped: %v", err)
	}
	s.same(1, "first", "second")
}
