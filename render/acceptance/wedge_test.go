package acceptance

import (
	"image"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"impasto.net/render/picture"
)

// wedge is impasto wedge of the plate's first frame.
func (s *shot) wedge(out string, more ...string) *exec.Cmd {
	s.t.Helper()
	args := []string{"wedge", s.path("plate.0001.exr"), "--painting", s.path("painting.png"),
		"--encoder", s.path("filters"), "-o", s.path(out)}
	cmd := exec.Command(filepath.Join(built(s.t), "bin/impasto"), append(args, more...)...)
	cmd.Env = s.env
	return cmd
}

// Every picture on the sheet is the one that impasto optimise makes, and has a label below.
func TestWedge(t *testing.T) {
	const width, height = 128, 112 // there is a smaller size before the last
	s := newOptimisation(t, width, height)
	printed, code := s.finish(s.wedge("sheet.png", "--seed", "3", "--param", "unrealness=3,5",
		"--param", "iterations=6,2"))
	if code != 0 || strings.Count(printed, "descent ") != 2 {
		t.Fatalf("it ended with %d, wanted are two descents:\n%s", code, printed)
	}
	sheet, err := picture.Read(s.path("sheet.png"))
	if err != nil {
		t.Fatal(err)
	}
	at := func(x, y int) int { return 4 * (y*sheet.DataWindow.Dx() + x) }
	gap := (sheet.DataWindow.Dx() - 2*width) / 3
	below := (sheet.DataWindow.Dy() - gap) / 2 // a picture, its label and the gap
	for row, u := range []string{"3", "5"} {
		for column, iterations := range []string{"6", "2"} {
			im := s.optimised("out.exr", "--seed", "3", "-u", u, "--iterations", iterations)
			corner := image.Pt(gap+column*(width+gap), gap+row*below)
			for i, v := range im.Pix {
				x, y := i/4%width, i/4/width
				if on := sheet.Pix[at(corner.X+x, corner.Y+y)+i%4]; i%4 != 3 &&
					picture.EncodeByte(on) != picture.EncodeByte(v) {
					t.Fatalf("at u = %s, iteration %s, pixel %d, %d is %g, wanted is %g", u,
						iterations, x, y, on, v)
				}
			}
			lit := false
			for y := corner.Y + height; y < corner.Y+below-gap; y++ {
				for x := range width {
					lit = lit || sheet.Pix[at(corner.X+x, y)] > 0.3
				}
			}
			if !lit {
				t.Errorf("there is no label below the picture at u = %s, iteration %s", u,
					iterations)
			}
		}
	}
}

// Of an effect they are the frames that impasto render makes.
func TestWedgeOfAnEffect(t *testing.T) {
	const width, height = 64, 48
	s := newOptimisation(t, width, height)
	cmd := exec.Command(filepath.Join(built(t), "bin/impasto"), "wedge", s.path("plate.0001.exr"),
		"--plugin", s.bundle,
		"--param", "styleId=scream,ink", "--param", "unrealness=2", "-o", s.path("sheet.exr"))
	cmd.Env = s.env
	if printed, code := s.finish(cmd); code != 0 {
		t.Fatalf("it ended with %d:\n%s", code, printed)
	}
	sheet, err := picture.Read(s.path("sheet.exr"))
	if err != nil {
		t.Fatal(err)
	}
	gap := (sheet.DataWindow.Dx() - width) / 2
	for row, id := range []string{"scream", "ink"} {
		s.must("1", "frame", "--param", "styleId="+id, "--param", "unrealness=2")
		frame := s.picture("frame", 1)
		top := gap + row*(sheet.DataWindow.Dy()-gap)/2
		for i, v := range frame.Pix {
			x, y := i/4%width, i/4/width
			// The sheet has halves.
			if on := sheet.Pix[4*((top+y)*sheet.DataWindow.Dx()+gap+x)+i%4]; i%4 != 3 &&
				math.Abs(float64(on-v)) > 1e-3 {
				t.Fatalf("in %s pixel %d, %d is %g, wanted is %g", id, x, y, on, v)
			}
		}
	}
}

func TestWedgeSaysWhatIsWrong(t *testing.T) {
	s := newOptimisation(t, 64, 48)
	for _, c := range []struct{ name, param, want string }{
		{"parameter", "plot=1,2", "there is no parameter plot; there are unrealness, iterations, "},
		{"values", "unrealness", "write NAME=VALUE,…"},
		{"number", "unrealness=2,much", `"much"`},
		{"range", "unrealness=2,9", "--unrealness is -2 to 8, not 9"},
		{"many", "seed=1" + strings.Repeat(",1", 300), "more than 256 pictures"},
	} {
		t.Run(c.name, func(t *testing.T) {
			printed, code := s.finish(s.wedge("sheet.png", "--param", c.param))
			if code == 0 || !strings.Contains(printed, c.want) || s.exists("sheet.png") {
				t.Errorf("it ended with %d, and not %q:\n%s", code, c.want, printed)
			}
		})
	}
}

// Values of an effect that are wrong are said before anything is painted; descent's own flags are
// none.
func TestWedgeOfAnEffectSaysWhatIsWrong(t *testing.T) {
	s := newOptimisation(t, 64, 48)
	for _, c := range []struct {
		want string
		args []string
	}{
		{`styleId nobody: `, []string{"--param", "styleId=scream,nobody"}},
		{`unrealness 9: parameter unrealness cannot be set to "9"`,
			[]string{"--param", "unrealness=2,9"}},
		{"--iterations is of no use without --painting",
			[]string{"--param", "unrealness=2", "--iterations", "5"}},
	} {
		cmd := exec.Command(filepath.Join(built(t), "bin/impasto"), append([]string{"wedge",
			s.path("plate.0001.exr"), "-o", s.path("sheet.png")}, c.args...)...)
		cmd.Env = s.env
		printed, code := s.finish(cmd)
		if code == 0 || !strings.Contains(printed, c.want) ||
			strings.Contains(printed, "picture 1") || s.exists("sheet.png") {
			t.Errorf("%v ended with %d, and not %q:\n%s", c.args, code, c.want, printed)
		}
	}
}

// What fails leaves its place empty, and is named.
func TestWedgeOfWhichOneFails(t *testing.T) {
	s := newOptimisation(t, 64, 48)
	printed, code := s.finish(s.wedge("sheet.png", "--param", "detail=1,0.1", "--iterations", "2"))
	if code != 1 || !strings.Contains(printed, "detail 0.1 failed: ") ||
		!strings.Contains(printed, "has 1 of 2 pictures") || !s.exists("sheet.png") {
		t.Errorf("it ended with %d:\n%s", code, printed)
	}
}

// A plate in other primaries is shown as the same picture in sRGB's is.
func TestWedgeOfStatedPrimaries(t *testing.T) {
	s := newOptimisation(t, 64, 48)
	sheets := map[string]*picture.Image{}
	for _, space := range []string{"", "ACES2065-1"} {
		s.plates(1, 64, 48, func(frame int, im *picture.Image) {
			if wave(frame, im); space != "" {
				multiply(im, fromAP0)
				im.Metadata = []picture.Attribute{interopID("lin_ap0_scene")}
			}
		})
		for _, kind := range [][]string{{"--param", "unrealness=2"}, {"--painting",
			s.path("painting.png"), "--encoder", s.path("filters"), "--param", "iterations=2"}} {
			cmd := exec.Command(filepath.Join(built(t), "bin/impasto"), append([]string{"wedge",
				s.path("plate.0001.exr"), "-o", s.path("sheet.exr")}, kind...)...)
			cmd.Env = s.env
			if printed, code := s.finish(cmd); code != 0 {
				t.Fatalf("it ended with %d:\n%s", code, printed)
			}
			im, err := picture.Read(s.path("sheet.exr"))
			if err != nil {
				t.Fatal(err)
			}
			sheets[space+kind[0]] = im
		}
	}
	for _, kind := range []string{"--param", "--painting"} {
		if db := decibels(sheets[kind], sheets["ACES2065-1"+kind]); db < 45 {
			t.Errorf("with %s the sheets are %.1f dB from each other", kind, db)
		}
	}
}

// An interrupt leaves the pictures that there are.
func TestWedgeIsInterrupted(t *testing.T) {
	s := newOptimisation(t, 128, 112)
	said, err := os.Create(s.path("said"))
	if err != nil {
		t.Fatal(err)
	}
	defer said.Close()
	cmd := s.wedge("sheet.png", "--param", "unrealness=2,3", "--iterations", "200")
	cmd.Stderr = said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	printed := func() string {
		text, err := os.ReadFile(s.path("said"))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	until(t, "the second descent",
		func() bool { return strings.Contains(printed(), "descent 2 of 2") })
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // the exit code says how it went
	if code := cmd.ProcessState.ExitCode(); code != 130 ||
		!strings.Contains(printed(), "has 1 of 2 pictures") || !s.exists("sheet.png") {
		t.Errorf("it ended with %d:\n%s", code, printed())
	}
}
