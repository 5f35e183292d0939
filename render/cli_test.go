package main

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"impasto.net/render/exit"
	"impasto.net/render/picture"
)

// The program itself and effects that do wrong, built for the tests.
var program, faulty, careless string

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "impasto-render-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	program, faulty = filepath.Join(folder, "impasto"), filepath.Join(folder, "faulty.ofx")
	careless = filepath.Join(folder, "careless.ofx")
	for _, command := range [][]string{
		{"go", "build", "-o", program, "."},
		{"cc", "-std=c11", "-D_GNU_SOURCE", "-O1", "-fPIC", "-shared", "-I../c/ofx",
			"ofx/testdata/faulty.c", "-o", faulty},
		{"cc", "-std=c11", "-D_GNU_SOURCE", "-O1", "-fPIC", "-shared", "-I../c/ofx",
			"ofx/testdata/careless.c", "-o", careless},
	} {
		if out, err := exec.Command(command[0], command[1:]...).CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "%v: %v\n%s", command, err, out)
			os.Exit(1)
		}
	}
	code := m.Run()
	os.RemoveAll(folder)
	os.Exit(code)
}

// shot is a folder with a plate of frames 1 to 5, of which 4 is missing.
func shot(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	for _, f := range []int{1, 2, 3, 5} {
		im := picture.New(image.Rect(0, 0, 8, 4))
		for i := range im.Pix {
			if i%4 != 3 {
				im.Pix[i] = float32(f)
			}
		}
		if err := picture.Write(filepath.Join(folder, fmt.Sprintf("plate.%04d.exr", f)),
			im); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// command is impasto render on a shot.
func command(folder string, args ...string) *exec.Cmd {
	c := exec.Command(program,
		append([]string{"render", "--plugin", faulty, "--effect", "test.faulty",
			"--clip", "Source=plate.%04d.exr"}, args...)...)
	c.Dir = folder
	return c
}

// run runs a command and returns what it printed and answered.
func run(t *testing.T, c *exec.Cmd) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), errs.String(), c.ProcessState.ExitCode()
}

// value is the red of a frame's first pixel.
func value(t *testing.T, folder, name string) float32 {
	t.Helper()
	im, err := picture.Read(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return im.Pix[0]
}

func files(t *testing.T, folder, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, pattern))
	if err != nil {
		t.Fatal(err)
	}
	for i := range paths {
		paths[i] = filepath.Base(paths[i])
	}
	slices.Sort(paths)
	return paths
}

func TestRender(t *testing.T) {
	folder := shot(t)
	stdout, stderr, code := run(t, command(folder, "--frames", "1-3,5", "--out", "out.####.exr",
		"--param", "gain=1@1,3@5", "--threads", "3"))
	if code != 0 || stderr != "" {
		t.Fatalf("exit %d, said %s", code, stderr)
	}
	if lines := strings.Split(strings.TrimSpace(stdout), "\n"); len(lines) != 5 ||
		!strings.Contains(stdout, "out.0005.exr") {
		t.Errorf("printed %s", stdout)
	}
	for frame, gain := range map[int]float32{1: 1, 2: 1.5, 3: 2, 5: 3} {
		want := (1 - float32(frame)) * gain
		if got := value(t, folder, fmt.Sprintf("out.%04d.exr", frame)); got != want {
			t.Errorf("frame %d is %g, want %g", frame, got, want)
		}
	}
	if left := files(t, folder, ".*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestInterpolation(t *testing.T) {
	for interpolation, want := range map[string]float32{"linear": -1.5, "smooth": -1.3125,
		"constant": -1} {
		folder := shot(t)
		_, stderr, code := run(t, command(folder, "--frames", "2", "--out", "out.exr",
			"--param", "gain=1@1,3@5", "--interpolation", interpolation))
		if code != 0 {
			t.Fatal(stderr)
		}
		if got := value(t, folder, "out.exr"); got != want {
			t.Errorf("%s: %g, want %g", interpolation, got, want)
		}
	}
}

func TestMissingFrames(t *testing.T) {
	for policy, want := range map[string]struct {
		code   int
		files  int
		value4 float32
		says   string
	}{
		"error": {1, 4, 0, "frame 4  failed: clip Source: plate.0004.exr is missing"},
		"skip":  {0, 4, 0, "frame 4  skipped: plate.0004.exr is missing"},
		"hold":  {0, 5, -2, "frame 4"},
		"black": {0, 5, 1, "frame 4"},
	} {
		folder := shot(t)
		stdout, stderr, code := run(t, command(folder, "--frames", "1-5", "--out", "out.%04d.exr",
			"--missing", policy, "--continue-on-error"))
		if code != want.code || len(files(t, folder, "out.*")) != want.files ||
			!strings.Contains(stdout+stderr, want.says) {
			t.Errorf("%s: exit %d, %v, said %s", policy, code, files(t, folder, "out.*"),
				stdout+stderr)
		}
		if want.files == 5 {
			if got := value(t, folder, "out.0004.exr"); got != want.value4 {
				t.Errorf("%s: frame 4 is %g, want %g", policy, got, want.value4)
			}
		}
	}
}

// What failed is named at the end so that it can be rendered again.
func TestFailedFramesAreSummedUp(t *testing.T) {
	folder := shot(t)
	for _, f := range []int{2, 3} {
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("plate.%04d.exr", f)),
			[]byte("no picture"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	stdout, stderr, code := run(t, command(folder, "--frames", "1-5", "--out", "out.%04d.exr",
		"--continue-on-error", "--threads", "2"))
	if code != exit.Failed || !strings.Contains(stdout, "2 frames rendered, 3 failed: 2-4, in ") ||
		!slices.Equal(files(t, folder, "out.*"), []string{"out.0001.exr", "out.0005.exr"}) {
		t.Errorf("exit %d, printed %s, said %s", code, stdout, stderr)
	}
}

func TestStopsAtTheFirstFailure(t *testing.T) {
	folder := shot(t)
	_, stderr, code := run(t, command(folder, "--frames", "3-5", "--out", "out.%04d.exr"))
	if got := files(t, folder, "out.*"); code != exit.Failed ||
		!slices.Equal(got, []string{"out.0003.exr"}) {
		t.Errorf("exit %d, %v, said %s", code, got, stderr)
	}
}

func TestBrokenPlateFailsItsFrameAlone(t *testing.T) {
	for _, broken := range []int{1, 2} {
		folder := shot(t)
		name := fmt.Sprintf("plate.%04d.exr", broken)
		content, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), content[:len(content)-20],
			0o600); err != nil {
			t.Fatal(err)
		}
		_, stderr, code := run(t,
			command(folder, "--frames", "1-3", "--out", "out.%04d.exr", "--continue-on-error"))
		want := fmt.Sprintf("frame %d  failed: clip Source: %s cannot be read: it is broken or "+
			"cut off at scan line 0", broken, name)
		if got := files(t, folder, "out.*"); code != exit.Failed || len(got) != 2 ||
			!strings.Contains(stderr, want) {
			t.Errorf("exit %d, %v, said %s", code, got, stderr)
		}
	}
}

// A layer of another part than the first, whether the effect does something or not. What the file
// says besides goes with it.
func TestLayerAndMetadata(t *testing.T) {
	parts, err := filepath.Abs("picture/testdata/parts.exr")
	if err != nil {
		t.Fatal(err)
	}
	for gain, want := range map[string][4]float32{"0": {0.125, 0.5, -1, 1},
		"1": {0.875, 0.5, 2, 1}} {
		folder := t.TempDir()
		c := exec.Command(program, "render", "--plugin", faulty, "--effect", "test.faulty",
			"--clip", "Source="+parts,
			"--layer", "Source=extra:diffuse", "--param", "gain="+gain, "--frames", "1", "--out",
			"out.exr", "--compression", "piz")
		c.Dir = folder
		if _, stderr, code := run(t, c); code != 0 {
			t.Fatalf("exit %d, said %s", code, stderr)
		}
		im, err := picture.Read(filepath.Join(folder, "out.exr"))
		if err != nil {
			t.Fatal(err)
		}
		if [4]float32(im.Pix[:4]) != want || im.DataWindow != image.Rect(-3, 2, 21, 18) ||
			im.PixelAspect != 2 || im.Depth != picture.Float {
			t.Errorf("gain %s: %v, window %v, aspect %g, %v", gain, im.Pix[:4], im.DataWindow,
				im.PixelAspect, im.Depth)
		}
		if im.Compression != picture.PIZ ||
			!slices.ContainsFunc(im.Metadata, func(a picture.Attribute) bool {
				return a.Name == "timeCode" && bytes.Equal(a.Value, []byte{4, 3, 2, 1, 0, 0, 0, 0})
			}) {
			t.Errorf("gain %s: %v, %v", gain, im.Compression, im.Metadata)
		}
	}
}

func TestMask(t *testing.T) {
	folder := shot(t)
	stdout, stderr, code := run(t,
		command(folder, "--frames", "1", "--out", "out.exr", "--clip", "Mask=plate.0001.exr"))
	if code != 0 || stderr != "" {
		t.Errorf("exit %d: %s%s", code, stdout, stderr)
	}
}

// What the command says and answers when it is given nonsense, or the plugin does.
func TestExitCodes(t *testing.T) {
	folder := shot(t)
	if err := os.Mkdir(filepath.Join(folder, "taken.0001.exr"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, k := range []struct {
		args string
		code int
		says string
	}{
		{"--frames 1 --out plate.0001.exr/out.exr", exit.Usage,
			"the folder of plate.0001.exr/out.exr cannot be made: "},
		{"--frames 1-2 --out out.exr", exit.Usage, "has no place for the number of 2 frames"},
		{"--frames 1 --out out.gif", exit.Usage, "pictures are written as .exr, .png"},
		{"--frames 1 --out plate.%04d.exr", exit.Usage, "would overwrite the files of clip Source"},
		{"--frames 9-x --out out.exr", exit.Usage, "is not a list of frames"},
		{"--frames 1 --out out.exr --depth 12", exit.Usage,
			`--depth is float, half, short, byte, not "12"`},
		{"--frames 1 --out out.exr --render-scale 0", exit.Usage, "--render-scale is more than 0"},
		{"--frames 1 --out out.exr --threads 0", exit.Usage, "--threads is 1 or more"},
		{"--frames 1 --out out.exr --as shake", exit.Usage, `no host is called "shake"`},
		{"--frames 1 --out out.exr --clip Msk=plate.0001.exr", exit.Usage,
			"has no input clip Msk; it has Source, Mask"},
		{"--frames 1 --out out.exr --clip Mask=none.exr", exit.Usage,
			"none.exr cannot be opened: no such file"},
		{"--frames 1 --out out.exr --clip Mask=none.%04d.exr", exit.Usage,
			"clip Mask: there is no file none.%04d.exr"},
		{"--frames 1 --out out.exr --layer Sauce=Z", exit.Usage, "with the NAME of a --clip"},
		{"--frames 1 --out out.exr --layer Source=Z", exit.Usage,
			`it has no layer or channel "Z", only B, G, R`},
		{"--frames 1 --out out.exr --layer Source=left:", exit.Usage,
			`it has no part "left", only 0`},
		{"--frames 1 --out out.exr --compression lzw", exit.Usage,
			"--compression is zip, zips, piz"},
		{"--frames 1 --out out.exr --param gian=1", exit.Usage,
			"has no parameter gian; it has fault, gain"},
		{"--frames 1 --out out.exr --param gain=7", exit.Usage, "it goes from -4 to 4"},
		{"--frames 1 --out out.exr --nonsense", exit.Usage, "unknown flag: --nonsense"},
		{"--frames 1 --out out.exr --effect test.none", exit.Plugin, "has no effect test.none"},
		{"--frames 1 --out out.exr --plugin none.ofx.bundle", exit.Plugin,
			"plugin none.ofx.bundle cannot be found"},
		{"--frames 1 --out out.exr --plugin plate.0001.exr", exit.Plugin, "cannot be loaded"},
		{"--frames 1 --out taken.%04d.exr", exit.Usage, "--out: taken.0001.exr is a folder"},
		{"--frames 8 --out out.exr", exit.Failed,
			"clip Source: plate.0008.exr is missing; there are 1-3,5"},
		{"--frames 1 --out out.exr --param fault=warns", exit.OK,
			"frame 1  the plugin's warning: running low"},
		{"--frames 1 --out out.exr --strict --param fault=unwritten", exit.Strict,
			"Render left pixels of the output unwritten"},
		{"--frames 1 --out out.exr --param fault=crash", exit.Crash,
			"the plugin crashed (SIGSEGV) in Render at frame 1"},
	} {
		_, stderr, code := run(t, command(folder, strings.Fields(k.args)...))
		if code != k.code || !strings.Contains(stderr, k.says) {
			t.Errorf("%s\nexit %d, want %d; said %s\nwant … %s", k.args, code, k.code, stderr,
				k.says)
		}
	}
}

func TestCommandLine(t *testing.T) {
	for _, k := range []struct {
		args string
		code int
		says string
	}{
		{"rendr", exit.Usage, "Did you mean this?\n\trender"},
		{"--version", exit.OK, "impasto version "},
		{"render", exit.Usage, "impasto render needs --clip and --out; see impasto render --help"},
		{"render --frames 1", exit.Usage, "impasto render needs --out;"},
		{"render --frames 1 --out out.exr", exit.Plugin, "Impasto's node is neither at"},
		{"optimise", exit.Usage, "impasto optimise needs PLATE, --painting and --out;"},
		{"optimise a.exr b.exr --painting c.png --out d.png", exit.Usage,
			"does not know what to do with b.exr;"},
		{"wedge", exit.Usage, "impasto wedge needs PLATE, --param and --out;"},
		{"describe", exit.Plugin, "Impasto's node is neither at"},
	} {
		c := exec.Command(program, strings.Fields(k.args)...)
		c.Dir = t.TempDir()
		if stdout, stderr, code := run(t, c); code != k.code ||
			!strings.Contains(stdout+stderr, k.says) {
			t.Errorf("%s\nexit %d, want %d; said %s\nwant … %s", k.args, code, k.code,
				stdout+stderr, k.says)
		}
	}
}

// What is not there is made, also where the number is in the folder's name.
func TestFoldersOfTheOutputAreMade(t *testing.T) {
	folder := shot(t)
	if _, stderr, code := run(t,
		command(folder, "--frames", "1-3", "--out", "new/%02d/out.exr")); code != 0 {
		t.Fatalf("exit %d, said %s", code, stderr)
	}
	if got := files(t, folder, "new/*/out.exr"); len(got) != 3 {
		t.Errorf("there is %v", got)
	}
}

// photos are pictures of different sizes, each of one colour, as cameras call them.
func photos(t *testing.T, names ...string) (folder string, sizes []image.Rectangle) {
	t.Helper()
	folder = t.TempDir()
	for i, name := range names {
		size := image.Rect(0, 0, 8+4*i, 16-4*i)
		im := picture.New(size)
		im.Depth = picture.Byte
		for p := range im.Pix {
			if p%4 != 3 {
				im.Pix[p] = picture.DecodeByte(uint8(50 * i))
			}
		}
		if err := picture.Write(filepath.Join(folder, name), im); err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, size)
	}
	return folder, sizes
}

// A folder's pictures are rendered each at its own size, whatever they are called, and whether
// they come by a folder, a glob or a pattern.
func TestPhotographs(t *testing.T) {
	for _, k := range []struct{ names, source, frames, out, made string }{
		{"IMG_1233.PNG IMG_1234.PNG IMG_1240.PNG", "", "", "styled/",
			"IMG_1233.PNG IMG_1234.PNG IMG_1240.PNG"},
		{"IMG_1233.PNG IMG_1234.PNG IMG_1240.PNG", "", "", "styled/#####.png",
			"01233.png 01234.png 01240.png"},
		{"IMG_9.PNG IMG_10.PNG IMG_100.PNG", "*.PNG", "9,10,100", "styled/%d.png",
			"9.png 10.png 100.png"},
		{"IMG_0009.PNG IMG_0010.PNG IMG_0011.PNG", "IMG_####.PNG", "", "styled/",
			"IMG_0009.PNG IMG_0010.PNG IMG_0011.PNG"},
		{"beach.png dunes 2.png sea.PNG", "", "", "styled", "beach.png dunes 2.png sea.PNG"},
		{"beach.png dunes 2.png sea.PNG", "[a-z]*", "1-3", "styled/%d.png", "1.png 2.png 3.png"},
	} {
		for _, threads := range []string{"1", "3"} {
			split := func(list string) []string {
				return regexp.MustCompile(`(?i)[^ ].*?\.png`).FindAllString(list, -1)
			}
			folder, sizes := photos(t, split(k.names)...)
			if err := os.WriteFile(filepath.Join(folder, "IMG_1234.XMP"), []byte("of the camera"),
				0o600); err != nil {
				t.Fatal(err)
			}
			args := []string{"render", "--plugin", faulty, "--effect", "test.faulty", "--clip",
				"Source=" + filepath.Join(folder, k.source),
				"--out", k.out, "--threads", threads}
			if k.frames != "" {
				args = append(args, "--frames", k.frames)
			}
			c := exec.Command(program, args...)
			c.Dir = t.TempDir()
			if _, stderr, code := run(t, c); code != 0 {
				t.Fatalf("%+v: exit %d, said %s", k, code, stderr)
			}
			for i, name := range split(k.made) {
				im, err := picture.Read(filepath.Join(c.Dir, "styled", name))
				if err != nil {
					t.Fatalf("%+v: %v", k, err)
				}
				want := picture.EncodeByte(1 - picture.DecodeByte(uint8(50*i)))
				if last := len(im.Pix) - 4; im.DataWindow != sizes[i] ||
					picture.EncodeByte(im.Pix[0]) != want ||
					picture.EncodeByte(im.Pix[last]) != want {
					t.Errorf("%+v: %s is %v of %d and %d, wanted is %v of %d", k, name,
						im.DataWindow,
						picture.EncodeByte(im.Pix[0]), picture.EncodeByte(im.Pix[last]),
						sizes[i], want)
				}
			}
		}
	}
}

// A frame that is held keeps the size that it has.
func TestHeldPhotograph(t *testing.T) {
	folder, sizes := photos(t, "IMG_1.PNG", "IMG_3.PNG")
	c := exec.Command(program, "render", "--plugin", faulty, "--effect", "test.faulty", "--clip",
		"Source=.", "--missing", "hold",
		"--frames", "1-4", "--out", "out.#.png")
	c.Dir = folder
	if _, stderr, code := run(t, c); code != 0 {
		t.Fatalf("exit %d, said %s", code, stderr)
	}
	for frame, of := range map[int]int{1: 0, 2: 0, 3: 1, 4: 1} {
		im, err := picture.Read(filepath.Join(folder, fmt.Sprintf("out.%d.png", frame)))
		if err != nil || im.DataWindow != sizes[of] {
			t.Errorf("frame %d: %v, %v", frame, im, err)
		}
	}
}

// Of one that is given as a still the sequence is named.
func TestAPictureOfASequence(t *testing.T) {
	folder, _ := photos(t, "IMG_1233.PNG", "IMG_1234.PNG")
	c := exec.Command(program, "render", "--plugin", faulty, "--effect", "test.faulty", "--clip",
		"Source=IMG_1233.PNG",
		"--frames", "1233-1234", "--out", "out.####.png")
	c.Dir = folder
	if _, stderr, code := run(t, c); code != 0 || !strings.Contains(stderr,
		"every frame is the one picture IMG_1233.PNG; the sequence is IMG_####.PNG") {
		t.Errorf("exit %d, said %s", code, stderr)
	}
}

// start starts a command whose plugin waits for its end, and returns when it is rendering.
func start(t *testing.T, folder string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	c := command(folder, "--frames", "1-3,5", "--out", "out.%04d.exr", "--param", "fault=waits",
		"--threads", "2")
	var said bytes.Buffer
	c.Stdout, c.Stderr = io.Discard, &said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond)
	return c, &said
}

func TestInterruptEndsTidily(t *testing.T) {
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		folder := shot(t)
		c, said := start(t, folder)
		begin := time.Now()
		c.Process.Signal(signal)
		c.Wait()
		if took := time.Since(begin); took > 2*time.Second {
			t.Errorf("it took %v", took)
		}
		if code := c.ProcessState.ExitCode(); code != exit.Interrupted ||
			!strings.Contains(said.String(), "frames that were finished are kept") {
			t.Errorf("exit %d, said %s", code, said)
		}
		if left := append(files(t, folder, "out.*"), files(t, folder, ".*")...); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
}

func TestDescribe(t *testing.T) {
	stdout, stderr, code := run(t,
		exec.Command(program, "describe", "--plugin", faulty, "--effect", "test.faulty"))
	if code != 0 || stderr != "" {
		t.Fatalf("exit %d, said %s", code, stderr)
	}
	for _, want := range []string{"Faulty  (test.faulty, version 1.0)", "Context General",
		"clip Mask         Alpha; optional; mask",
		"gain               Double     default 1; from -4 to 4; " +
			"animates", "one of first, second, with a comma"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("%s\nlacks %q", stdout, want)
		}
	}
	if strings.Count(stdout, "    gain ") != 1 ||
		!strings.Contains(stdout, "the parameters of context ") {
		t.Errorf("%s\nhas parameters of contexts that have the same twice", stdout)
	}
	stdout, stderr, code = run(t, exec.Command(program, "describe", "--plugin", faulty, "--json"))
	if code != 0 || !strings.Contains(stdout, `"id": "test.wrong"`) ||
		!strings.Contains(stderr, "test.else is left out: it is not an image effect") {
		t.Errorf("exit %d, %s, said %s", code, stdout, stderr)
	}
}

// What the interface allows and hosts punish is said, and answered with 4, with --strict only.
func TestStrict(t *testing.T) {
	folder := shot(t)
	for _, strict := range []bool{false, true} {
		c := exec.Command(program, "render", "--plugin", careless, "--clip",
			"Source=plate.%04d.exr",
			"--frames", "1", "--out", "out.exr", fmt.Sprintf("--strict=%v", strict))
		c.Dir = folder
		_, stderr, code := run(t, c)
		switch found := strings.Count(stderr, "does what hosts punish: "); {
		case !strict && (code != exit.OK || stderr != ""):
			t.Errorf("exit %d, said %s", code, stderr)
		case strict && (code != exit.Strict || found != 10):
			t.Errorf("exit %d, %d things found, said %s", code, found, stderr)
		}
	}
}
