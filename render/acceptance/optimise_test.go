package acceptance

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"impasto.net/plugin/onnxtest"
	"impasto.net/plugin/style"
	"impasto.net/render/picture"
)

// optimise is impasto optimise of the plate's first frame.
func (s *shot) optimise(out string, more ...string) *exec.Cmd {
	s.t.Helper()
	args := []string{"optimise", s.path("plate.0001.exr"), "--painting", s.path("painting.png"),
		"--encoder", s.path("filters"), "-o", s.path(out)}
	cmd := exec.Command(filepath.Join(built(s.t), "bin/impasto"), append(args, more...)...)
	cmd.Env = s.env
	return cmd
}

// newOptimisation has a plate, a painting and an encoder of random filters.
func newOptimisation(t *testing.T, width, height int) *shot {
	s := newShot(t)
	s.plates(1, width, height, func(_ int, im *picture.Image) {
		for i := range im.Pix { // a disc, half transparent
			x, y := float64(i/4%width)/float64(width), float64(i/4/width)/float64(height)
			v := float32(0.4)
			if math.Hypot(x-0.5, y-0.5) > 0.3 {
				v = 0.1
			}
			im.Pix[i] = v / 2
			if i%4 == 3 {
				im.Pix[i] = 0.5
			}
		}
	})
	painting := picture.New(image.Rect(0, 0, 60, 50))
	for i := range painting.Pix {
		if x := i / 4 % 60; i%4 == 0 {
			painting.Pix[i] = float32(x/4%2) * 0.8
		}
	}
	if err := picture.Write(s.path("painting.png"), painting); err != nil {
		t.Fatal(err)
	}
	onnxtest.WriteEncoder(t, s.folder, "filters", onnxtest.Slow(3, 12), style.Encoder{
		Input: style.Input{Name: "x", Channels: "RGB", Range: [2]float64{-1, 1}, Minimum: 8},
		Style: []string{"conv0r", "conv1r"}, Content: "conv1r"})
	return s
}

type iteration struct {
	Iteration                               int
	Detail, Loss, Style, Content, Variation float64
}

// losses reads a log.
func (s *shot) losses(name string) (all []iteration) {
	s.t.Helper()
	file, err := os.ReadFile(s.path(name))
	if err != nil {
		s.t.Fatal(err)
	}
	for lines := json.NewDecoder(bytes.NewReader(file)); lines.More(); {
		var i iteration
		if err := lines.Decode(&i); err != nil {
			s.t.Fatal(err)
		}
		all = append(all, i)
	}
	return all
}

// optimised is the picture of an optimise that has to come out.
func (s *shot) optimised(out string, more ...string) *picture.Image {
	s.t.Helper()
	if printed, code := s.finish(s.optimise(out, more...)); code != 0 {
		s.t.Fatalf("it ended with %d:\n%s", code, printed)
	}
	im, err := picture.Read(s.path(out))
	if err != nil {
		s.t.Fatal(err)
	}
	return im
}

func TestOptimise(t *testing.T) {
	s := newOptimisation(t, 64, 48)
	run := func(out string, more ...string) *picture.Image {
		t.Helper()
		return s.optimised(out, append([]string{"--iterations", "30"}, more...)...)
	}
	first := run("first.exr", "--log", s.path("log"), "--plot", s.path("plot.png"))
	all := s.losses("log")
	if len(all) != 31 || all[30].Iteration != 30 || !(all[30].Loss < 0.8*all[0].Loss) ||
		!(all[30].Style < all[0].Style/2) {
		t.Errorf("the losses are %+v", all)
	}
	file, err := os.ReadFile(s.path("plot.png"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := png.Decode(bytes.NewReader(file)); err != nil {
		t.Errorf("the plot: %v", err)
	}
	if first.DataWindow != image.Rect(0, 0, 64, 48) {
		t.Errorf("it became %v", first.DataWindow)
	}
	for i := 3; i < len(first.Pix); i += 4 {
		if first.Pix[i] != 0.5 || !(first.Pix[i-1] >= 0 && first.Pix[i-1] <= 0.5) {
			t.Fatalf("a pixel is %v", first.Pix[i-3:i+1])
		}
	}
	if again := run("again.exr"); !slices.Equal(again.Pix, first.Pix) {
		t.Error("a second time it is another picture")
	}
	if other := run("other.exr", "--seed", "2"); slices.Equal(other.Pix, first.Pix) {
		t.Error("another seed makes the same picture")
	}

	run("adam.exr", "--optimiser", "adam", "--log", s.path("log"))
	if adam := s.losses("log"); len(adam) != 31 || !(adam[30].Loss < 0.8*adam[0].Loss) ||
		adam[30] == all[30] {
		t.Errorf("by Adam the losses are %+v", adam)
	}

	// The higher u is, the nearer the style and the farther the content.
	style, content := math.Inf(1), 0.
	for _, u := range []string{"2", "3", "4", "5"} {
		run("u.exr", "-u", u, "--log", s.path("log"))
		all := s.losses("log")
		end := all[len(all)-1]
		if of := end.Style / all[0].Style; !(of < style) || !(end.Content > content) {
			t.Errorf("at u = %s the style is %g of what it was and the content %g, before %g "+
				"and %g", u, of, end.Content, style, content)
		} else {
			style, content = of, end.Content
		}
	}
}

// The first iteration takes no pixel farther than a hundredth, so that after one a picture
// is what it started from: that, and the grain.
func TestOptimiseStartsFromAStyle(t *testing.T) {
	s := newOptimisation(t, 96, 80)
	const id = "starry-night"
	s.must("1", "styled", "--param", "styleId="+id)
	styled := s.picture("styled", 1)
	first := s.optimised("first.exr", "--start", id, "--iterations", "1")
	straight := func(v, alpha float32) float64 { return picture.Encoded(float64(v / alpha)) }
	for i, v := range styled.Pix {
		if off := straight(first.Pix[i], first.Pix[i|3]) - straight(v,
			styled.Pix[i|3]); math.Abs(off) > 0.01+2./255+1e-4 {
			t.Fatalf("value %d is %g off the style's picture", i, off)
		}
	}
	if second := s.optimised("second.exr", "--start", id, "--iterations",
		"1"); !slices.Equal(second.Pix, first.Pix) {
		t.Error("a second time it is another picture")
	}
}

func TestOptimiseGoesFromCoarseToFine(t *testing.T) {
	s := newOptimisation(t, 240, 200)
	for detail, sizes := range map[string][]float64{"1": {0.25, 0.5, 1}, "0.5": {0.25, 0.5}} {
		if im := s.optimised("out.exr", "--detail", detail, "--iterations", "2", "--log",
			s.path("log")); im.DataWindow != image.Rect(0, 0, 240, 200) {
			t.Errorf("at detail %s it became %v", detail, im.DataWindow)
		}
		var seen []float64
		all := s.losses("log")
		for i := range all {
			if all[i].Iteration == 0 {
				seen = append(seen, all[i].Detail)
			}
		}
		begun := all[len(all)-3] // at the last size
		if !slices.Equal(seen, sizes) || begun.Iteration != 0 || !(begun.Style < all[0].Style/2) {
			t.Errorf("at detail %s it goes through %v, and begins the last with %+v after %+v",
				detail, seen, begun, all[0])
		}
	}
}

// The upper half of a painting is a painting of its own. It is half as high, so that as a file of
// its own it is taken for twice as large.
func TestOptimiseTakesAPartOfThePainting(t *testing.T) {
	s := newOptimisation(t, 64, 48)
	upper, whole := picture.New(image.Rect(0, 0, 50, 20)), picture.New(image.Rect(0, 0, 50, 40))
	for i := range upper.Pix {
		upper.Pix[i] = float32(i/4*7919%256) / 255
	}
	copy(whole.Pix, upper.Pix)
	for name, im := range map[string]*picture.Image{"upper.png": upper, "whole.png": whole} {
		if err := picture.Write(s.path(name), im); err != nil {
			t.Fatal(err)
		}
	}
	part := s.optimised("part.exr", "--iterations", "5", "--painting", s.path("whole.png"),
		"--texture-crop", "0,0.5,1,1")
	if all := s.optimised("all.exr", "--iterations", "5", "--painting", s.path("upper.png"),
		"--texture-scale", "0.5"); !slices.Equal(part.Pix, all.Pix) {
		t.Error("a part is another painting than that part alone")
	}
	if larger := s.optimised("larger.exr", "--iterations", "5", "--texture-scale",
		"1.5"); slices.Equal(part.Pix, larger.Pix) {
		t.Error("the texture scale changes nothing")
	}
}

// The plate is grey and the painting red.
func TestOptimiseKeepsColour(t *testing.T) {
	s := newOptimisation(t, 64, 48)
	for _, c := range []struct {
		keep string
		grey bool
	}{{"0", false}, {"1", true}} {
		im := s.optimised("out.exr", "-u", "5", "--iterations", "20", "--keep-colour", c.keep)
		farthest := 0.
		for i := 0; i < len(im.Pix); i += 4 {
			farthest = max(farthest, math.Abs(float64(im.Pix[i]-im.Pix[i+1])),
				math.Abs(float64(im.Pix[i]-im.Pix[i+2])))
		}
		if grey := farthest < 1e-5; grey != c.grey {
			t.Errorf("with --keep-colour %s red, green and blue are up to %g apart", c.keep,
				farthest)
		}
	}
}

// Where the mask is 0 the plate's bits stay. What it is compared with is another choice.
func TestOptimiseKeepsToTheMask(t *testing.T) {
	s := newOptimisation(t, 64, 48)
	s.plates(1, 64, 48, nil)
	mask := picture.New(image.Rect(0, 0, 64, 48))
	for i := range mask.Pix {
		if x := i / 4 % 64; i%4 < 3 {
			mask.Pix[i] = float32(min(max(x-20, 0), 8)) / 8
		}
	}
	mask.Pix[4*60] = float32(math.NaN())
	if err := picture.Write(s.path("mask.exr"), mask); err != nil {
		t.Fatal(err)
	}
	plate, err := picture.Read(s.path("plate.0001.exr"))
	if err != nil {
		t.Fatal(err)
	}
	painted := map[bool]*picture.Image{}
	whole := s.optimised("whole.exr", "-u", "5", "--iterations", "10")
	for _, match := range []bool{false, true} {
		args := []string{"-u", "5", "--iterations", "10", "--mask", s.path("mask.exr")}
		if match {
			args = append(args, "--match-mask")
		}
		im := s.optimised("out.exr", args...)
		painted[match] = im
		for i, v := range im.Pix {
			was, k := plate.Pix[i], mask.Pix[i&^3]
			switch {
			case k != k || k == 0:
				if v != was {
					t.Fatalf("value %d is %g, and was %g outside of the mask", i, v, was)
				}
			case !match:
				if want := was*(1-k) + whole.Pix[i]*k; math.Abs(float64(v-want)) > 1e-5 {
					t.Fatalf("value %d is %g where the mask is %g, wanted is %g", i, v, k, want)
				}
			}
		}
	}
	if slices.Equal(painted[false].Pix, painted[true].Pix) {
		t.Error("--match-mask changes nothing")
	}
}

func TestOptimiseSaysWhatIsWrong(t *testing.T) {
	s := newOptimisation(t, 64, 48)
	s.plates(1, 64, 48, nil)
	onnxtest.WriteEncoder(t, s.folder, "strange", onnxtest.Slow(3, 12), style.Encoder{
		Input: style.Input{Name: "x", Channels: "RGB", Range: [2]float64{-1, 1}},
		Style: []string{"y"}, Content: "conv1r"})
	onnxtest.WriteEncoder(t, s.folder, "wide", onnxtest.Slow(3, 12), style.Encoder{
		Input: style.Input{Name: "x", Channels: "RGB", Range: [2]float64{-1, 1}, Minimum: 100},
		Style: []string{"conv0r"}, Content: "conv1r"})
	dot := picture.New(image.Rect(0, 0, 1, 1))
	if err := picture.Write(s.path("dot.png"), dot); err != nil {
		t.Fatal(err)
	}
	for name, im := range map[string]*picture.Image{"none.png": picture.New(image.Rect(0, 0, 64,
		48)), "other.png": picture.New(image.Rect(0, 0, 60, 48))} {
		if err := picture.Write(s.path(name), im); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name, want string
		args       []string
	}{
		{"empty mask", "none.png is empty: there is nothing to paint",
			[]string{"--mask", s.path("none.png")}},
		{"mask of other proportions", "it is a matte of 60 × 48 pixels and the plate is of 64 × 48",
			[]string{"--mask", s.path("other.png")}},
		{"no mask", "--match-mask needs a --mask", []string{"--match-mask"}},
		{"operator", "the operator Sigmoid, for which there is no gradient",
			[]string{"--encoder", s.path("strange")}},
		{"size", "the plate is 64 × 48 pixels, and the encoder wide takes pictures from 100 × " +
			"100 on", []string{"--encoder", s.path("wide")}},
		{"encoder", "encoder.json: no such file", []string{"--encoder", s.folder}},
		{"start", `The style "nobody" is not in`, []string{"--start", "nobody"}},
		{"painting", "no such file", []string{"--painting", s.path("nothing.png")}},
		{"u", "--unrealness is -2 to 8, not 9", []string{"-u", "9"}},
		{"optimiser", `--optimiser is lbfgs or adam, not "sgd"`, []string{"--optimiser", "sgd"}},
		{"iterations", "--iterations is 1 to 1000, not 0", []string{"--iterations", "0"}},
		{"detail", "--detail is 0.1 to 2, not 3", []string{"--detail", "3"}},
		{"small", "at detail 0.1 the plate is 6 × 5 pixels, and the encoder",
			[]string{"--detail", "0.1"}},
		{"texture scale", "--texture-scale is 0.1 to 10, not 0", []string{"--texture-scale", "0"}},
		{"large", "at texture scale 8 the painting has 58 times the pixels of the frame",
			[]string{"--texture-scale", "8"}},
		{"crop", "--texture-crop is x1,y1,x2,y2", []string{"--texture-crop", "0.5,0,0.5,1"}},
		{"crop of three", "--texture-crop has 3 numbers", []string{"--texture-crop", "0,0,1"}},
		{"colour", "--keep-colour is 0 to 1, not -1", []string{"--keep-colour", "-1"}},
		{"start and picture", "--start and --continue both say",
			[]string{"--start", "scream", "--continue", s.path("dot.png")}},
		{"other picture", "dot.png is a frame of 1 × 1 pixels, and the plate one of 64 × 48",
			[]string{"--continue", s.path("dot.png")}},
		{"seed", "--seed is 0 to 1000000, not -1", []string{"--seed", "-1"}},
		{"clip of a layer", "--layer Sauce=Z: write [PART:][LAYER]",
			[]string{"--layer", "Sauce=Z"}},
		{"layer of no mask", "--layer Mask=Z needs a --mask", []string{"--layer", "Mask=Z"}},
		{"space", "--plate-space is auto, linear, ", []string{"--plate-space", "film"}},
		{"folder", "the folder of /dev/null/out.exr cannot be made",
			[]string{"-o", "/dev/null/out.exr"}},
		{"log", "--log: the folder of /dev/null/log cannot be made",
			[]string{"--log", "/dev/null/log"}},
		{"format", "pictures are written as .exr, .png", []string{"-o", s.path("out.gif")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			printed, code := s.finish(s.optimise("out.exr", c.args...))
			if code == 0 || !strings.Contains(printed, c.want) || s.exists("out.exr") {
				t.Errorf("it ended with %d, and not %q:\n%s", code, c.want, printed)
			}
		})
	}
	if printed, code := s.finish(s.optimise("dot.exr", "--painting", s.path("dot.png"),
		"--iterations", "3")); code != 0 {
		t.Errorf("after a painting of one pixel it ended with %d:\n%s", code, printed)
	}
}

// What was reached is written, into a folder that was not there, and can be gone on from.
func TestOptimiseIsInterrupted(t *testing.T) {
	s := newOptimisation(t, 400, 300)
	cmd := s.optimise("new/out.exr", "--iterations", "1000", "--log", s.path("log"))
	var printed strings.Builder
	cmd.Stdout, cmd.Stderr = &printed, &printed
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "iterations at the last size", func() bool {
		log, err := os.ReadFile(s.path("log"))
		return err == nil && bytes.Count(log, []byte(`"detail":1,`)) > 10
	})
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case <-ended:
	case <-time.After(time.Minute):
		t.Fatal("it does not end")
	}
	const goOn = "new/out.exr is what was reached, and --continue "
	if code := cmd.ProcessState.ExitCode(); code != 130 ||
		!strings.Contains(printed.String(), goOn) {
		t.Errorf("it ended with %d, and not %q:\n%s", code, goOn, &printed)
	}
	before := s.losses("log")
	s.optimised("end.exr", "--iterations", "2", "--continue", s.path("new/out.exr"), "--log",
		s.path("log"))
	reached := before[len(before)-1]
	if after := s.losses("log"); len(after) != 3 || after[0].Detail != 1 ||
		!(after[0].Loss < 1.1*reached.Loss) {
		t.Errorf("it goes on with %+v after %+v", after, reached)
	}
	children, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, child := range children {
		if stat, err := os.ReadFile(child); err == nil &&
			strings.Contains(string(stat), "(impasto-engine) ") {
			if environ, err := os.ReadFile(filepath.Join(filepath.Dir(child),
				"environ")); err == nil &&
				strings.Contains(string(environ), s.path("impasto.log")) {
				t.Errorf("the engine lives on: %s", stat)
			}
		}
	}
}
