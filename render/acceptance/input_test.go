package acceptance

import (
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"impasto.net/plugin/onnxtest"
	"impasto.net/plugin/style"
	"impasto.net/render/picture"
)

// Whatever is wrong with what the node is given: a sentence that says what and where, an
// exit code, and the frames that were there before are still there.
func TestBadInput(t *testing.T) {
	const id = "identity"
	styleFile := func(s *shot, name string) string {
		return filepath.Join(s.path("styles"), id,
			name)
	}
	for _, c := range []struct {
		name   string
		damage func(s *shot)
		frames string
		args   []string
		code   int
		says   []string
	}{
		{name: "no such style", args: []string{"--param", "styleId=nobody"}, code: 3,
			says: []string{"nobody"}},
		{name: "no such second style", args: []string{"--param", "styleBId=nobody", "--param",
			"styleMix=0.5"}, code: 3, says: []string{"nobody"}},
		{name: "another version of the style", args: []string{"--param",
			"styleId=identity@000000000000"}, code: 3, says: []string{"identity@000000000000"}},
		{name: "model missing", damage: func(s *shot) { os.Remove(styleFile(s, "net.onnx")) },
			code: 3, says: []string{"net.onnx"}},
		{name: "model cut", damage: func(s *shot) { os.Truncate(styleFile(s, "net.onnx"), 40) },
			code: 3, says: []string{"net.onnx"}},
		{name: "model changed", damage: func(s *shot) {
			data, err := os.ReadFile(styleFile(s, "net.onnx"))
			if err != nil {
				s.t.Fatal(err)
			}
			data[len(data)/2] ^= 1
			s.replace(styleFile(s, "net.onnx"), data, 0o644)
		}, code: 3, says: []string{"net.onnx", "sha256"}},
		{name: "manifest is no JSON", damage: func(s *shot) {
			s.replace(styleFile(s, "style.json"), []byte("{"), 0o644)
		}, code: 3, says: []string{"style.json"}},
		{name: "manifest lies about the input", damage: func(s *shot) {
			onnxtest.WritePackage(s.t, s.path("styles"), id, onnxtest.Identity(),
				func(m *style.Style) { m.Input.Name = "photo" })
		}, code: 3, says: []string{"photo"}},
		{name: "model is no network", damage: func(s *shot) {
			onnxtest.WritePackage(s.t, s.path("styles"), id, []byte("not a network"))
		}, code: 3, says: []string{"identity"}},
		{name: "engine missing", damage: func(s *shot) { os.Remove(s.program("impasto-engine")) },
			code: 3, says: []string{"impasto-engine"}},
		{name: "engine replaced", damage: func(s *shot) {
			s.replace(s.program("impasto-engine"), []byte("#!/bin/sh\necho nonsense\n"), 0o755)
		}, code: 3, says: []string{"impasto-engine", "sha256"}},
		{name: "host missing", damage: func(s *shot) { os.Remove(s.program("impasto-host")) },
			code: 3, says: []string{"impasto-host"}},
		{name: "host replaced", damage: func(s *shot) {
			s.replace(s.program("impasto-host"),
				[]byte("#!/bin/sh\nprintf nonsense >&3\nsleep 1\n"), 0o755)
		}, code: 3, says: []string{"impasto-host", "sha256", "install the whole"}},
		{name: "runtime replaced", damage: func(s *shot) {
			s.replace(s.program("libonnxruntime.so.1"), []byte("a library"), 0o755)
		}, code: 3, says: []string{"libonnxruntime.so.1", "sha256", "install the whole"}},
		{name: "runtime missing",
			damage: func(s *shot) { os.Remove(s.program("libonnxruntime.so.1")) }, code: 3,
			says: []string{"libonnxruntime.so.1"}},
		{name: "plate half written", damage: func(s *shot) {
			os.Truncate(s.path("plate.0002.exr"),
				3000)
		}, code: 1, says: []string{"plate.0002.exr"}},
		{name: "plate unreadable", damage: func(s *shot) {
			s.replace(s.path("plate.0002.exr"), []byte("no picture"), 0o644)
		}, code: 1, says: []string{"plate.0002.exr"}},
		{name: "empty range", frames: ",", code: 2, says: []string{"list of frames"}},
		{name: "output cannot be written", args: []string{"--out", "/proc/nowhere/out.####.exr"},
			code: 2, says: []string{"/proc/nowhere"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newShot(t)
			onnxtest.WritePackage(t, s.path("styles"), id, onnxtest.Identity())
			s.plates(2, 48, 32, nil)
			s.must("1", "out", "--param", "styleId=identity")
			before := s.picture("out", 1)

			if c.damage != nil {
				c.damage(s)
			}
			frames := c.frames
			if frames == "" {
				frames = "2"
			}
			printed, code := s.render(frames, "out",
				append([]string{"--param", "styleId=identity"}, c.args...)...)
			if code != c.code {
				t.Errorf("impasto render ended with %d, want %d", code, c.code)
			}
			for _, word := range c.says {
				if !strings.Contains(printed, word) {
					t.Errorf("nothing says %q", word)
				}
			}
			if strings.Contains(printed, "goroutine ") {
				t.Error("a panic reached the user")
			}
			t.Logf("the user reads:\n%s", printed)
			if s.exists("out.0002.exr") {
				t.Error("a failed frame was written")
			}
			after := s.picture("out", 1)
			for i := range before.Pix {
				if before.Pix[i] != after.Pix[i] {
					t.Fatal("a frame that was there before has changed")
				}
			}
		})
	}
}

// Guests have to live with whatever host they come to.
func TestDifficultHosts(t *testing.T) {
	for _, c := range []struct {
		name    string
		prepare func(t *testing.T, s *shot, cmd *exec.Cmd)
	}{
		{"foreign libraries", func(t *testing.T, s *shot, cmd *exec.Cmd) {
			folder := s.path("foreign")
			if err := os.Mkdir(folder, 0o755); err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"libonnxruntime.so.1", "libstdc++.so.6", "libgcc_s.so.1",
				"libvulkan.so.1", "libmsgpackc.so.2"} {
				if err := os.WriteFile(filepath.Join(folder, name),
					[]byte("not the library that you want"), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			// impasto itself is the OFX host here and needs its own libraries: it finds them first.
			cmd.Env = append(cmd.Env, "LD_PRELOAD="+guest(t)+" "+systemLibraries(t),
				"LD_LIBRARY_PATH="+folder)
		}},
		{"2,000 descriptors", func(t *testing.T, s *shot, cmd *exec.Cmd) {
			null, err := os.Open(os.DevNull)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { null.Close() })
			for range 2000 {
				cmd.ExtraFiles = append(cmd.ExtraFiles, null)
			}
		}},
		{"SIGCHLD ignored", func(t *testing.T, s *shot, cmd *exec.Cmd) {
			cmd.Env = append(cmd.Env, "LD_PRELOAD="+guest(t), "GUEST_IGNORE_SIGCHLD=1")
		}},
		{"64 MB of shared memory", func(t *testing.T, s *shot, cmd *exec.Cmd) {
			small(t, cmd)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newShot(t)
			id := onnxtest.WritePackage(t, s.path("styles"), "gain", onnxtest.Gain(0.5))
			s.plates(3, 1920, 1080, nil)
			s.must("1-2", "calm", "--param", "styleId="+id)
			cmd := s.command("1-2", "out", "--param", "styleId="+id)
			c.prepare(t, s, cmd)
			if printed, code := s.finish(cmd); code != 0 {
				t.Fatalf("impasto render ended with %d:\n%s", code, printed)
			}
			s.same(2, "calm", "out")
		})
	}
}

// systemLibraries are the real ones of the libraries that the test hides from everybody.
func systemLibraries(t *testing.T) string {
	t.Helper()
	printed, err := exec.Command("ldd", filepath.Join(built(t), "bin/impasto")).Output()
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, word := range strings.Fields(string(printed)) {
		if strings.HasPrefix(word, "/") &&
			(strings.Contains(word, "libstdc++") || strings.Contains(word, "libgcc_s")) {
			paths = append(paths, word)
		}
	}
	return strings.Join(paths, " ")
}

// small runs the command where /dev/shm holds 64 MB, as in a container.
func small(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("mounting a small /dev/shm takes root")
	}
	script := `mount -t tmpfs -o size=64m tmpfs /dev/shm && exec "$@"`
	cmd.Args = append([]string{"unshare", "--mount", "sh", "-c", script, "sh", cmd.Path},
		cmd.Args[1:]...)
	path, err := exec.LookPath("unshare")
	if err != nil {
		t.Skip("unshare (util-linux) is not installed")
	}
	if printed, err := exec.Command(path, "--mount", "true").CombinedOutput(); err != nil {
		t.Skipf("no mounts of one's own here (%s)", strings.TrimSpace(string(printed)))
	}
	cmd.Path = path
}

// Pixels that are no numbers do not spread, and pass through.
func TestNaNStaysWhereItIs(t *testing.T) {
	s := newShot(t)
	id := onnxtest.WritePackage(t, s.path("styles"), "gain", onnxtest.Gain(0.5))
	nan := math.Float32frombits(0x7fc12345)
	s.plates(1, 33, 17, func(_ int, im *picture.Image) {
		copy(im.Pix[4*40:], []float32{nan, 0.5, 0.5, 1})
		copy(im.Pix[4*90:], []float32{float32(math.Inf(1)), 0.5, 0.5, 1})
	})
	s.must("1", "out", "--param", "styleId="+id)
	in, out := s.picture("plate", 1), s.picture("out", 1)
	for p := 0; p < len(in.Pix); p += 4 {
		special := p == 4*40 || p == 4*90
		for c := range 3 {
			if got := out.Pix[p+c]; special &&
				math.Float32bits(got) != math.Float32bits(in.Pix[p+c]) {
				t.Errorf("pixel %d: %v became %v", p/4, in.Pix[p:p+4], out.Pix[p:p+4])
			} else if !special && (got != got || math.IsInf(float64(got), 0)) {
				t.Errorf("pixel %d caught %v", p/4, got)
			}
		}
	}
}

func TestTinyFrames(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {1, 7}, {3, 2}} {
		s := newShot(t)
		s.plates(1, size[0], size[1], nil)
		s.must("1", "out") // with the style that ships
		if im := s.picture("out", 1); im.DataWindow.Dx() != size[0] ||
			im.DataWindow.Dy() != size[1] {
			t.Errorf("a frame of %v came out as %v", size, im.DataWindow)
		}
	}
}
