package acceptance

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"impasto.net/plugin/onnxtest"
)

// ours are the calls by which the host and its engine come together.
var ours = regexp.MustCompile(`^\d+ +(socket\(AF_UNIX, |(bind|connect)\(\d+, \{sa_family=AF_UNIX, sun_path="[^"]*/impasto-socket-)`)

// traced has a command run under strace, which sees also calls that are refused, and gives
// the calls of it and all that it starts that make or join a socket of other people's.
func (s *shot) traced(cmd *exec.Cmd) (foreign []string) {
	s.t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		s.t.Skip("there is no strace: make test installs it")
	}
	file := s.path("trace")
	cmd.Args = append([]string{strace, "-f", "-q", "-e", "trace=socket,bind,connect", "-e", "signal=none", "-o", file, cmd.Path}, cmd.Args[1:]...)
	cmd.Path = strace
	if printed, code := s.finish(cmd); code != 0 {
		s.t.Logf("exit code %d\n%s", code, printed[max(0, len(printed)-500):])
	}
	calls, err := os.ReadFile(file)
	if err != nil {
		s.t.Fatal(err)
	}
	if !strings.Contains(string(calls), "exited with") && !strings.Contains(string(calls), "killed by") {
		s.t.Fatalf("strace saw no process end:\n%s", calls)
	}
	for line := range strings.Lines(string(calls)) {
		call := strings.Contains(line, "(") && !strings.Contains(line, " resumed>")
		if call && !ours.MatchString(line) {
			foreign = append(foreign, line)
		}
	}
	return foreign
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
		{"render", s.file("out", 1), exec.Command("timeout", "-s", "INT", "12", impasto, "render", "--plugin", s.bundle,
			"--clip", "Source="+s.file("plate", 1), "--frames", "1-100000", "--param", "styleId="+id, "--out", s.path("out.####.exr"))},
		{"optimise", s.path("o.png"), exec.Command(impasto, "optimise", s.file("plate", 1), "--painting", s.path("painting.png"),
			"--encoder", "filters", "--iterations", "2", "-o", s.path("o.png"))},
		{"models", s.path("styles/network"), exec.Command(impasto, "models", "add", network, "--range", "0-1")},
		{"doctor", s.bundle, exec.Command(impasto, "doctor", "--plugin", s.bundle)},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := *s
			s.t = t
			home := t.TempDir()
			c.cmd.Env = append(s.env, "ORT_DISABLE_TELEMETRY=0", "HOME="+home, "TMPDIR="+home, "XDG_RUNTIME_DIR="+home, "XDG_CACHE_HOME="+filepath.Join(home, "cache"))
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
