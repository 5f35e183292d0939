package acceptance

import (
	"bytes"
	"encoding/json"
	"image"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"impasto.net/plugin/onnxtest"
	"impasto.net/plugin/style"
	"impasto.net/render/ofx"
	"impasto.net/render/picture"
)

// newOptimised is newOptimisation with so many frames, and the encoder where the node finds it.
func newOptimised(t *testing.T, frames, width, height int) *shot {
	s := newOptimisation(t, width, height)
	onnxtest.WriteEncoder(t, s.path("styles"), "filters", onnxtest.Slow(3, 12), style.Encoder{
		Input: style.Input{Name: "x", Channels: "RGB", Range: [2]float64{-1, 1}, Minimum: 8},
		Style: []string{"conv0r", "conv1r"}, Content: "conv1r"})
	s.plates(frames, width, height, func(frame int, im *picture.Image) {
		for i := range im.Pix { // half transparent
			x, y := float64(i/4%width)/float64(width), float64(i/4/width)/float64(height)
			im.Pix[i] = float32(0.25 + 0.2*math.Sin(7*x+float64(frame))*math.Cos(5*y))
			if i%4 == 3 {
				im.Pix[i] = 0.5
			}
		}
	})
	return s
}

// through are what the node takes to optimise.
func (s *shot) through(more ...string) []string {
	return append([]string{"--clip", "Style=" + s.path("painting.png"), "--param",
		"styleId=filters"}, more...)
}

// cached says of every frame that was rendered whether it was kept.
func (s *shot) cached(frames, out string, more ...string) (all []bool) {
	s.t.Helper()
	cmd := s.command(frames, out, more...)
	cmd.Env = append(cmd.Env, "IMPASTO_TRACE="+s.path(out+".trace"))
	if printed, code := s.finish(cmd); code != 0 {
		s.t.Fatalf("impasto render ended with %d:\n%s", code, printed)
	}
	file, err := os.ReadFile(s.path(out + ".trace"))
	if err != nil {
		s.t.Fatal(err)
	}
	for lines := json.NewDecoder(bytes.NewReader(file)); lines.More(); {
		var line struct{ Cached *bool }
		if err := lines.Decode(&line); err != nil || line.Cached == nil {
			s.t.Fatalf("%s: %v", file, err)
		}
		all = append(all, *line.Cached)
	}
	return all
}

// cache is impasto cache.
func (s *shot) cache(args ...string) string {
	s.t.Helper()
	cmd := exec.Command(filepath.Join(built(s.t), "bin/impasto"),
		append([]string{"cache"}, args...)...)
	cmd.Env = s.env
	printed, code := s.finish(cmd)
	if code != 0 {
		s.t.Errorf("impasto cache ended with %d:\n%s", code, printed)
	}
	return printed
}

// The node's picture is that of impasto optimise, but for what the curves of the two differ
// in the last digits.
func TestNodeOptimises(t *testing.T) {
	s := newOptimised(t, 1, 64, 48)
	for _, c := range []struct{ node, alone []string }{
		{nil, nil},
		{[]string{"--param", "textureCropFrom=0,0.5", "--param", "unrealness=3", "--param",
			"seed=5", "--param", "detail=0.75", "--param", "textureScale=1.5"},
			[]string{"--texture-crop", "0,0.5,1,1", "-u", "3", "--seed", "5", "--detail", "0.75",
				"--texture-scale", "1.5"}},
		{[]string{"--param", "keepColour=1"}, []string{"--keep-colour", "1"}},
	} {
		s.must("1", "node", s.through(append([]string{"--param", "iterations=8"}, c.node...)...)...)
		node := s.picture("node", 1)
		alone := s.optimised("alone.exr", append([]string{"--iterations", "8"}, c.alone...)...)
		plate := s.picture("plate", 1)
		off, moved := 0., 0.
		for i := range node.Pix {
			off = max(off, math.Abs(float64(node.Pix[i]-alone.Pix[i])))
			moved = max(moved, math.Abs(float64(node.Pix[i]-plate.Pix[i])))
		}
		if t.Logf("%v: up to %.2g from impasto optimise, %.2g from the plate", c.node, off,
			moved); off > 0.02 || moved < 0.05 {
			t.Errorf("%v: it is up to %g from impasto optimise, and %g from the plate", c.node,
				off, moved)
		}
	}
}

// What the mask shows is what the painting is compared with, where that is wanted: as in
// impasto optimise.
func TestNodeMatchesTheMask(t *testing.T) {
	s := newOptimised(t, 1, 64, 48)
	mask := picture.New(image.Rect(0, 0, 64, 48))
	for i := range mask.Pix {
		if x := i / 4 % 64; i%4 == 0 {
			mask.Pix[i] = float32(min(max(x-20, 0), 8)) / 8
		}
	}
	if err := picture.Write(s.path("mask.exr"), mask); err != nil {
		t.Fatal(err)
	}
	args := s.through("--param", "iterations=6", "--clip", "Mask="+s.path("mask.exr"))
	match := append(args, "--param", "matchMask=1")
	s.must("1", "masked", args...)
	s.must("1", "matched", match...)
	matched := s.picture("matched", 1)
	alone := s.optimised("alone.exr", "--iterations", "6", "--mask", s.path("mask.exr"),
		"--match-mask")
	off := 0.
	for i := range matched.Pix {
		off = max(off, math.Abs(float64(matched.Pix[i]-alone.Pix[i])))
	}
	if t.Logf("up to %.2g from impasto optimise", off); off > 0.005 {
		t.Errorf("it is up to %g from impasto optimise", off)
	}
	if s.equal(1, "masked", "matched") {
		t.Error("what the painting is compared with changes nothing")
	}
	// The descent is kept for another mask, unless it has to do with that.
	for i := range mask.Pix {
		mask.Pix[i] = min(mask.Pix[i]*2, 1)
	}
	if err := picture.Write(s.path("mask.exr"), mask); err != nil {
		t.Fatal(err)
	}
	if got := s.cached("1", "wider", args...); !slices.Equal(got, []bool{true}) {
		t.Error("another mask optimises anew where it only blends")
	}
	if got := s.cached("1", "guided", match...); !slices.Equal(got, []bool{false}) {
		t.Error("another mask is not what the painting is compared with")
	}
	if got := s.cached("1", "inverted",
		append(match, "--param", "maskInvert=1")...); !slices.Equal(got, []bool{false}) {
		t.Error("nor is an inverted one")
	}
}

// Alone, in chunks, on several threads of the host, and after the engine was killed in the
// middle: every frame is the same.
func TestOptimisedFramesStandAlone(t *testing.T) {
	const frames = 4
	s := newOptimised(t, frames, 160, 120)
	s.env = append(s.env, "IMPASTO_CACHE=0")
	args := s.through("--param", "iterations=15", "--param", "unrealness=3@1,5@4")
	s.must("1-4", "whole", args...)
	for _, frame := range []string{"3", "1", "4", "2"} {
		s.must(frame, "alone", args...)
	}
	s.same(frames, "whole", "alone")
	s.must("1-4", "threads", append(args, "--threads", "3")...)
	s.same(frames, "whole", "threads")
	if s.exists("cache/impasto") {
		t.Error("pictures are kept that were not to be")
	}

	cmd := s.command("1-4", "killed", args...)
	var printed strings.Builder
	cmd.Stdout, cmd.Stderr = &printed, &printed
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "the second frame", func() bool { return s.exists("killed.0001.exr") })
	before := busy(s.processes("impasto-engine"))
	until(t, "it to be under way",
		func() bool { return busy(s.processes("impasto-engine"))-before > 50*time.Millisecond })
	kill(t, s.processes("impasto-engine"))
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, &printed)
	}
	s.same(frames, "whole", "killed")
	log, err := os.ReadFile(s.path("impasto.log"))
	if err != nil || !bytes.Contains(log, []byte("the engine died")) &&
		bytes.Count(log, []byte("the engine runs")) < 2 {
		t.Errorf("nobody started it again, %v:\n%s", err, log)
	}
}

func TestOptimisedFramesAreKept(t *testing.T) {
	const frames = 3
	s := newOptimised(t, frames, 80, 60)
	args := s.through("--param", "iterations=5")
	wants := func(out string, want bool, more ...string) {
		t.Helper()
		if got := s.cached("1-3", out, append(args, more...)...); !slices.Equal(got,
			[]bool{want, want, want}) {
			t.Errorf("%s: kept were %v", out, got)
		}
	}
	wants("first", false)
	if said := s.cache(); !strings.Contains(said, "3 pictures, 0.2 MB") ||
		!strings.Contains(said, s.path("cache/impasto/pictures")) {
		t.Errorf("impasto cache says\n%s", said)
	}
	wants("again", true)
	s.same(frames, "first", "again")
	wants("mixed", true, "--param", "mix=0.5", "--param", "keepColour=1")
	if s.equal(1, "first", "mixed") {
		t.Error("the mix changes nothing")
	}
	wants("threads", false, "--param", "seed=2")

	files, err := filepath.Glob(s.path("cache/impasto/pictures/" + strings.Repeat("?", 64)))
	if err != nil || len(files) != 6 {
		t.Fatalf("there are %v, %v", files, err)
	}
	for _, file := range files {
		if err := os.Truncate(file, 5000); err != nil {
			t.Fatal(err)
		}
	}
	wants("cut", false)
	s.same(frames, "first", "cut")
	if log, err := os.ReadFile(s.path("impasto.log")); err != nil ||
		bytes.Count(log, []byte("is damaged, and removed")) != 3 {
		t.Errorf("of the cut files it says nothing, %v:\n%s", err, log)
	}
	if said := s.cache("--clear"); !strings.Contains(said, "Removed 6 pictures") {
		t.Errorf("impasto cache --clear says\n%s", said)
	}
	if said := s.cache(); !strings.Contains(said, "0 pictures") {
		t.Errorf("then impasto cache says\n%s", said)
	}
	wants("cleared", false)
	s.same(frames, "first", "cleared")
}

// Frames that start from the ones before come in their order, and out the same again, from
// whatever the cache has of them. Hosts that do not render in order are refused.
func TestOptimisedFramesStartFromThePrevious(t *testing.T) {
	const frames = 4
	s := newOptimised(t, frames, 80, 60)
	alone := s.through("--param", "iterations=10")
	chained := append(alone, "--param", "startFromPrevious=1")
	s.must("1-4", "alone", alone...)
	s.must("1-4", "chain", chained...)
	if !s.equal(1, "alone", "chain") || s.equal(2, "alone", "chain") {
		t.Error("the first frame is another, or the second is not")
	}
	if got := s.cached("1-4", "again", append(chained, "--threads", "3")...); !slices.Equal(got,
		[]bool{true, true, true, true}) {
		t.Errorf("kept were %v", got)
	}
	s.same(frames, "chain", "again")
	s.cache("--clear")
	s.env = append(s.env, "IMPASTO_CACHE=0")
	s.must("1-4", "anew", chained...)
	s.same(frames, "chain", "anew")
	s.must("3-4", "part", chained...)
	if !s.equal(3, "alone", "part") {
		t.Error("a part does not begin at its first frame")
	}
	// Where nothing is painted a chain ends.
	s.must("1-4", "faded",
		append(chained, "--param", "mix=1@2,0@3,1@4", "--interpolation", "constant")...)
	if !s.equal(2, "chain", "faded") || !s.equal(4, "alone", "faded") {
		t.Error("a frame after one that is the plate does not start from its plate")
	}
	for name, c := range map[string]struct {
		frames, want string
		args         []string
	}{
		"a gap": {"1,2,4", "Start from Previous starts frame 4 from the frame before it", nil},
		"no host": {"1-2", "Start from Previous wants frames in their order, and the host does " +
			"not render so now", []string{"--as", "resolve"}},
		"Natron": {"1-4", "Start from Previous has nothing to start frame 1 from",
			[]string{"--as", "natron"}},
		"alone": {"2", "Start from Previous has nothing to start frame 2 from", nil},
	} {
		if printed, code := s.render(c.frames, "out", append(chained, c.args...)...); code != 1 ||
			!strings.Contains(printed, c.want) {
			t.Errorf("%s: it ended with %d, and not %q:\n%s", name, code, c.want, printed)
		}
	}
}

func TestNodeSaysWhatOptimisingTakes(t *testing.T) {
	s := newOptimised(t, 1, 64, 48)
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"painting": {[]string{"--param", "styleId=filters"},
			"needs a painting: connect one to the Style input"},
		"crop": {s.through("--param", "textureCropTo=0,1"), "Nothing of the painting is " +
			"between Texture Crop From, 0, 0, and Texture Crop To, 0, 1"},
		"device": {s.through("--param", "device=GPU", "--param", "gpuIndex=1"),
			"cannot be optimised on a GPU"},
		"size": {s.through("--param", "detail=0.1"), "at detail 0.1 the plate is 6 × 5 pixels"},
	} {
		if printed, code := s.render("1", "out", c.args...); code == 0 ||
			!strings.Contains(printed, c.want) || s.exists("out.0001.exr") {
			t.Errorf("%s: it ended with %d, and not %q:\n%s", name, code, c.want, printed)
		}
	}
}

func TestAbortOfADescentReturnsAtOnce(t *testing.T) {
	s := newOptimised(t, 1, 64, 48)
	host, loaded := s.load(ofx.Profiles[0])
	context, err := loaded.ContextFor([]string{"Source", "Style"})
	if err != nil {
		t.Fatal(err)
	}
	todo := setup(context, "filters", image.Point{1920, 1080})
	todo.Clips["Style"] = todo.Clips["Source"]
	instance, err := loaded.NewInstance(todo)
	if err != nil {
		t.Fatal(err)
	}
	defer instance.Close()
	aborted := s.abort(host, instance, 2*time.Second)
	until(t, "the engine to rest", func() bool {
		before := busy(s.processes("impasto-engine"))
		time.Sleep(100 * time.Millisecond)
		return busy(s.processes("impasto-engine"))-before < 20*time.Millisecond
	})
	t.Logf("the engine rests %v after it", time.Since(aborted))
}
