// Package acceptance tests the node as a whole, through the programs that an artist and a
// farm run: build/bin/impasto as the OFX host, and build/Impasto.ofx.bundle in it.
package acceptance

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"impasto.net/plugin/onnxtest"
	"impasto.net/render/picture"
)

const effect = "net.impasto.StyleTransfer"

// built is where the build leaves the programs.
func built(t *testing.T) string {
	t.Helper()
	build, err := filepath.Abs("../../build")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(build, "bin/impasto")); err != nil {
		onnxtest.Unbuilt(t, "nothing is built yet: run make build")
	}
	return build
}

// shot is a folder with a bundle of its own, so that it may be broken and so that the
// processes it starts can be told from everybody else's.
type shot struct {
	t      *testing.T
	folder string
	bundle string
	env    []string
}

func newShot(t *testing.T) *shot {
	t.Helper()
	build := built(t)
	folder := t.TempDir()
	s := &shot{t: t, folder: folder, bundle: filepath.Join(folder, "Impasto.ofx.bundle")}
	if err := linkTree(filepath.Join(build, "Impasto.ofx.bundle"), s.bundle); err != nil {
		t.Fatal(err)
	}
	s.env = append(os.Environ(), "IMPASTO_LOG="+s.path("impasto.log"),
		"IMPASTO_STYLE_PATH="+s.path("styles"), "XDG_CACHE_HOME="+s.path("cache"))
	t.Cleanup(func() {
		if t.Failed() {
			log, _ := os.ReadFile(s.path("impasto.log"))
			t.Logf("the host's log:\n%s", log)
		}
	})
	return s
}

func (s *shot) path(name string) string { return filepath.Join(s.folder, name) }

// linkTree copies a folder with hard links: quick, and a file that a test replaces leaves
// the original alone.
func linkTree(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		}
		return os.Link(path, filepath.Join(to, rel))
	})
}

// program is the path of a file beside Impasto.ofx.
func (s *shot) program(name string) string {
	s.t.Helper()
	found, err := filepath.Glob(filepath.Join(s.bundle, "Contents/Linux-*", name))
	if err != nil || len(found) != 1 {
		s.t.Fatalf("%d files %s in the bundle", len(found), name)
	}
	return found[0]
}

// replace puts another file in the place of one.
func (s *shot) replace(path string, content []byte, mode os.FileMode) {
	s.t.Helper()
	if err := os.Remove(path); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, content, mode); err != nil {
		s.t.Fatal(err)
	}
}

// plates writes frames 1 to count of an RGBA plate of random values, some of them above 1,
// and hands each to edit first.
func (s *shot) plates(count, width, height int, edit func(frame int, im *picture.Image)) {
	s.t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	for frame := 1; frame <= count; frame++ {
		im := picture.New(image.Rect(0, 0, width, height))
		im.HasAlpha = true
		for i := range im.Pix {
			if i%4 != 3 {
				im.Pix[i] = random.Float32() * 1.5
			}
		}
		if edit != nil {
			edit(frame, im)
		}
		if err := picture.Write(s.path(fmt.Sprintf("plate.%04d.exr", frame)), im); err != nil {
			s.t.Fatal(err)
		}
	}
}

// command is impasto render of frames 1 to count.
func (s *shot) command(frames, out string, more ...string) *exec.Cmd {
	s.t.Helper()
	args := []string{"render", "--plugin", s.bundle, "--effect", effect,
		"--clip", "Source=" +
			s.path("plate.####.exr"), "--frames", frames, "--out", s.path(out + ".####.exr")}
	cmd := exec.Command(filepath.Join(built(s.t), "bin/impasto"), append(args, more...)...)
	cmd.Env = s.env
	return cmd
}

// render runs it to its end, and gives what it printed and its exit code.
func (s *shot) render(frames, out string, more ...string) (string, int) {
	s.t.Helper()
	return s.finish(s.command(frames, out, more...))
}

func (s *shot) finish(cmd *exec.Cmd) (string, int) {
	s.t.Helper()
	printed, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.t.Fatal(err)
	}
	return string(printed), cmd.ProcessState.ExitCode()
}

// must is render of frames that have to come out.
func (s *shot) must(frames, out string, more ...string) {
	s.t.Helper()
	if printed, code := s.render(frames, out, more...); code != 0 {
		s.t.Fatalf("impasto render ended with %d:\n%s", code, printed)
	}
}

func (s *shot) file(out string, frame int) string {
	return s.path(fmt.Sprintf("%s.%04d.exr", out, frame))
}

// picture is a rendered frame.
func (s *shot) picture(out string, frame int) *picture.Image {
	s.t.Helper()
	im, err := picture.Read(s.file(out, frame))
	if err != nil {
		s.t.Fatal(err)
	}
	return im
}

// same compares the files of two renders byte by byte.
func (s *shot) same(count int, a, b string) {
	s.t.Helper()
	for frame := 1; frame <= count; frame++ {
		if !s.equal(frame, a, b) {
			s.t.Errorf("frame %d differs between %s and %s", frame, a, b)
		}
	}
}

// equal compares the files of one frame.
func (s *shot) equal(frame int, a, b string) bool {
	s.t.Helper()
	x, err := os.ReadFile(s.file(a, frame))
	if err != nil {
		s.t.Fatal(err)
	}
	y, err := os.ReadFile(s.file(b, frame))
	if err != nil {
		s.t.Fatal(err)
	}
	return bytes.Equal(x, y)
}

// processes are the ids of those that run a program of this shot's bundle.
func (s *shot) processes(name string) []int {
	var ids []int
	links, _ := filepath.Glob("/proc/[0-9]*/exe")
	for _, link := range links {
		exe, err := os.Readlink(link)
		if err != nil || !strings.HasPrefix(exe, s.bundle) ||
			!strings.HasPrefix(filepath.Base(exe), name) {
			continue
		}
		if id, err := strconv.Atoi(strings.Split(link, "/")[2]); err == nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// until waits for something to happen, as long as a slow machine may take for it.
func until(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !happened(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited a minute in vain: %s", what)
		}
	}
}

func (s *shot) exists(name string) bool {
	_, err := os.Stat(s.path(name))
	return err == nil
}

func kill(t *testing.T, ids []int) {
	t.Helper()
	for _, id := range ids {
		if err := syscall.Kill(id, syscall.SIGKILL); err != nil && err != syscall.ESRCH {
			t.Fatal(err)
		}
	}
}
