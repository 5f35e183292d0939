package ofx

import (
	"errors"
	"fmt"
	"image"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"impasto.net/render/picture"
)

// The plugins of testdata, compiled.
var faultyPlugin, carelessPlugin string

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "impasto-ofx-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	faultyPlugin = filepath.Join(folder, "Faulty.ofx.bundle")
	carelessPlugin = filepath.Join(folder, "careless.ofx")
	binaries := filepath.Join(faultyPlugin, "Contents", architectures()[0])
	err = os.MkdirAll(binaries, 0o700)
	for source, binary := range map[string]string{
		"testdata/faulty.c":   filepath.Join(binaries, "Faulty.ofx"),
		"testdata/careless.c": carelessPlugin,
	} {
		if err == nil {
			var out []byte
			if out, err = exec.Command("cc", "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra",
				"-Werror", "-O1", "-fPIC", "-shared",
				"-I../../c/ofx", source, "-o", binary).CombinedOutput(); err != nil {
				fmt.Fprintf(os.Stderr, "%s", out)
			}
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(folder)
	os.Exit(code)
}

// memoryPlate is a plate of pictures in memory.
type memoryPlate map[int]*picture.Image

func (p memoryPlate) At(t float64) (*picture.Image, error) { return p[int(t)], nil }
func (p memoryPlate) Example() (*picture.Image, error)     { return p[slices.Min(p.frames())], nil }
func (p memoryPlate) Range() (first, last float64) {
	return float64(slices.Min(p.frames())), float64(slices.Max(p.frames()))
}

func (p memoryPlate) frames() []int {
	var frames []int
	for f := range p {
		frames = append(frames, f)
	}
	return frames
}

// ramp is a picture whose data window is not its display window, and whose pixels all differ.
func ramp(frame int) *picture.Image {
	im := picture.New(image.Rect(-2, 3, 15, 12))
	im.DisplayWindow = image.Rect(0, 0, 16, 16)
	im.HasAlpha = true
	for i := range im.Pix {
		im.Pix[i] = float32(i)/1024 + float32(frame)
	}
	return im
}

// rig is a host with the effect loaded and, if wanted, an instance.
type rig struct {
	t        *testing.T
	host     *Host
	library  *Library
	effect   *Effect
	instance *Instance
	plate    memoryPlate

	mu   sync.Mutex
	said []Message
}

func newRig(t *testing.T, profile, id string) *rig {
	t.Helper()
	return newRigOf(t, faultyPlugin, profile, id, false)
}

func newRigOf(t *testing.T, plugin, profile, id string, strict bool) *rig {
	t.Helper()
	r := &rig{t: t, plate: memoryPlate{1: ramp(1), 2: ramp(2), 3: ramp(3)}}
	p, err := ProfileNamed(profile)
	if err != nil {
		t.Fatal(err)
	}
	r.host, err = NewHost(p, func(m Message) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.said = append(r.said, m)
	})
	if err != nil {
		t.Fatal(err)
	}
	r.host.Strict = strict
	if r.library, err = r.host.Open(plugin); err != nil {
		t.Fatal(err)
	}
	entry, err := r.library.Effect(id)
	if err != nil {
		t.Fatal(err)
	}
	if r.effect, err = r.library.Load(entry); err != nil {
		t.Fatal(err)
	}
	return r
}

// make makes an instance with parameters set as on the command line.
func (r *rig) make(setup Setup, settings ...string) error {
	r.t.Helper()
	if setup.Context == "" {
		setup.Context = r.effect.Contexts()[0]
	}
	if setup.Clips == nil {
		setup.Clips = map[string]Plate{"Source": r.plate}
	}
	if setup.Depth == "" {
		setup.Depth = DepthFloat
	}
	if setup.Scale == 0 {
		setup.Scale = 1
	}
	setup.First, setup.Last, setup.Step = 1, 3, 1
	setup.Params = func(find func(string) *Param) error {
		for _, s := range settings {
			name, value, _ := strings.Cut(s, "=")
			p := find(name)
			if p == nil {
				return fmt.Errorf("no parameter %s", name)
			}
			if err := p.Set(value, Linear); err != nil {
				return err
			}
		}
		return nil
	}
	var err error
	r.instance, err = r.effect.NewInstance(setup)
	return err
}

// close takes everything down, and returns what was found.
func (r *rig) close() []Finding {
	if r.instance != nil {
		r.instance.Close()
	}
	r.effect.Close()
	r.library.Close()
	r.host.Close()
	return r.host.Findings()
}

func TestRenderIsRight(t *testing.T) {
	for _, rows := range []Rows{Aligned, Packed, Negative} {
		for _, threaded := range []string{"on", "off"} {
			r := newRig(t, "impasto", "test.faulty")
			if err := r.make(Setup{Rows: rows}, "gain=1@1,3@3", "threaded="+threaded); err != nil {
				t.Fatal(err)
			}
			for frame := 1; frame <= 3; frame++ {
				out, err := r.instance.Render(frame)
				if err != nil {
					t.Fatal(err)
				}
				from := r.plate[frame]
				if out.Picture.DataWindow != from.DataWindow ||
					out.Picture.DisplayWindow != from.DisplayWindow {
					t.Errorf("windows %v in %v, want %v in %v", out.Picture.DataWindow,
						out.Picture.DisplayWindow, from.DataWindow, from.DisplayWindow)
				}
				for i, v := range from.Pix {
					want := (1 - v) * float32(frame)
					if i%4 == 3 {
						want = v
					}
					if got := out.Picture.Pix[i]; got != want {
						t.Fatalf("rows %v, frame %d, sample %d: %g, want %g", rows, frame, i,
							got, want)
					}
				}
			}
			if found := r.close(); len(found) > 0 {
				t.Errorf("a plugin in good order was found to do wrong: %v", found)
			}
		}
	}
}

func TestIdentityIsHonoured(t *testing.T) {
	r := newRig(t, "impasto", "test.faulty")
	if err := r.make(Setup{}, "gain=0"); err != nil {
		t.Fatal(err)
	}
	r.plate[2].Pix[0] = float32(math.NaN())
	out, err := r.instance.Render(2)
	if err != nil {
		t.Fatal(err)
	}
	if out.Identity != "Source" || &out.Picture.Pix[0] != &r.plate[2].Pix[0] {
		t.Errorf("identity %q, pixels %p, want Source and %p", out.Identity, out.Picture.Pix,
			r.plate[2].Pix)
	}
	r.close()
}

// Other depths come through the effect unchanged, so that this is the host's own conversion.
func TestDepthsComeBack(t *testing.T) {
	im := picture.New(image.Rect(0, 0, 256, 2))
	for x := range 256 {
		for c := range 3 {
			im.Row(0)[4*x+c] = picture.DecodeByte(uint8(x))
			im.Row(1)[4*x+c] = picture.DecodeByte(uint8(255 - x))
		}
	}
	for _, depth := range []Depth{DepthByte, DepthShort} {
		for _, rgb := range []bool{true, false} {
			r := newRig(t, "impasto", "test.faulty")
			r.plate = memoryPlate{1: im}
			if err := r.make(Setup{Depth: depth, RGB: rgb}); err != nil {
				t.Fatal(err)
			}
			out, err := r.instance.Render(1)
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range im.Pix {
				if got := out.Picture.Pix[i]; got != want {
					t.Fatalf("%s, RGB %v: sample %d is %g, want %g", depth, rgb, i, got, want)
				}
			}
			r.close()
		}
	}
}

func TestEveryHalfComesThroughBitForBit(t *testing.T) {
	codes := make([]uint16, 1<<16)
	for i := range codes {
		codes[i] = uint16(i)
	}
	im := picture.New(image.Rect(0, 0, 128, 128))
	picture.Floats(im.Pix, codes)
	im.HasAlpha = true
	for _, depth := range []Depth{DepthHalf, DepthFloat} {
		r := newRig(t, "impasto", "test.faulty")
		r.plate = memoryPlate{1: im}
		if err := r.make(Setup{Depth: depth}, "fault=copies"); err != nil {
			t.Fatal(err)
		}
		out, err := r.instance.Render(1)
		if err != nil {
			t.Fatal(err)
		}
		back := make([]uint16, len(codes))
		picture.Halves(back, out.Picture.Pix)
		if !slices.Equal(back, codes) {
			t.Errorf("%s: a half came back as another", depth)
		}
		r.close()
	}
}

func TestRenderScaleAverages(t *testing.T) {
	im := picture.New(image.Rect(0, 0, 8, 8))
	for i := range im.Pix {
		im.Pix[i] = float32(i / 4 % 8) // 0 to 7 across
	}
	r := newRig(t, "impasto", "test.faulty")
	r.plate = memoryPlate{1: im}
	if err := r.make(Setup{Scale: 0.5}, "gain=-1"); err != nil {
		t.Fatal(err)
	}
	out, err := r.instance.Render(1)
	if err != nil {
		t.Fatal(err)
	}
	if want := image.Rect(0, 0, 4, 4); out.Picture.DataWindow != want ||
		out.Picture.DisplayWindow != want {
		t.Fatalf("windows %v in %v, want %v", out.Picture.DataWindow,
			out.Picture.DisplayWindow, want)
	}
	for y := range 4 {
		for x := range 4 {
			want := float32(2*x) + 0.5 - 1 // the mean of two, minus 1
			if got := out.Picture.Row(y)[4*x]; got != want {
				t.Errorf("pixel %d,%d is %g, want %g", x, y, got, want)
			}
		}
	}
	r.close()
}

// Every fault of the test plugin is found, and what is found is that fault alone.
func TestFaultsAreFound(t *testing.T) {
	for fault, want := range map[string]string{
		"bad status": "Render answered status 77, which does not exist (in Render at " +
			"frame 2)",
		"illegal answer": "Render answered kOfxStatReplyNo (in Render at frame 2)",
		"not trapped":    "Render answered kOfxStatReplyDefault (in Render at frame 2)",
		"wrong type": "set property OfxPropLabel of the instance as int; it is string " +
			"(in Render at frame 2)",
		"wrong index": "set property OfxPropLabel of the instance at index 3; it has 1 " +
			"values (in Render at frame 2)",
		"unknown property": "set property OfxImageEffectPropNoSuchThing, which the instance " +
			"does not have (in Render at frame 2)",
		"foreign property": "",
		"warns":            "",
		"read only": "set property OfxImagePropRowBytes of an image of clip Output, " +
			"which is for the host to set (in Render at frame 2)",
		"reads wrong type": "read property OfxPropLabel of the instance as int; it is " +
			"string (in Render at frame 2)",
		"sets a parameter": "paramSetValue changed parameter gain, which is not allowed " +
			"here (in Render at frame 2)",
		"stranger's handle": "propGetInt was called with a handle that this host never gave " +
			"(in Render at frame 2)",
		"wrong kind of handle": "a parameter's getter or setter was called with the handle of a " +
			"thing of another kind (effect) (in Render at frame 2)",
		"no place": "clipGetImage was called with the handle of a thing of another " +
			"kind (effect) (in Render at frame 2)",
		"frees twice": "memoryFree was called with memory that memoryAlloc did not " +
			"give, or twice (in Render at frame 2)",
		"frees nothing": "2 blocks of memory were not freed (in Unload)",
		"unlocks twice": "image memory was unlocked without having been locked (in " +
			"Render at frame 2)",
		"foreign unlock": "a mutex was unlocked by a thread that had not locked it (in " +
			"Render at frame 2)",
		"wrong message": `message was called with type "OfxMessageNonsense", which does not exist (in Render at frame 2)`,
		"another time": "an image of clip Source was fetched at another time than the " +
			"frame's, without saying TemporalClipAccess (in Render at frame 2)",
		"unwritten": "Render left pixels of the output unwritten (in Render at frame 2)",
		"writes outside": "Render wrote outside of the output's pixels (in Render at " +
			"frame 2)",
		"leaks source": "an image of clip Source was not released (in Render at frame 2)",
		"leaks output": "an image of clip Output was not released (in Render at frame 2)",
		"releases twice": "clipReleaseImage was called with a handle that is gone (image) " +
			"(in Render at frame 2)",
		"identity of nothing": `IsIdentity names clip "Nothing", which is not an input (in IsIdentity)`,
	} {
		t.Run(fault, func(t *testing.T) {
			for _, rows := range []Rows{Aligned, Packed, Negative} {
				r := newRig(t, "impasto", "test.faulty")
				if err := r.make(Setup{Rows: rows}, "fault="+fault); err != nil {
					t.Fatal(err)
				}
				r.instance.Render(2)
				found := r.close()
				var texts []string
				for _, f := range found {
					texts = append(texts, f.String())
				}
				if got := strings.Join(texts, "\n"); got != want {
					t.Errorf("rows %v: found %q, want %q", rows, got, want)
				}
			}
		})
	}
}

func TestCallsAfterDestroyAreFound(t *testing.T) {
	r := newRig(t, "impasto", "test.faulty")
	if err := r.make(Setup{}, "fault=keeps an image"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.instance.Render(1); err != nil {
		t.Fatal(err)
	}
	found := r.close()
	want := []string{
		"getPropertySet was called with a handle that is gone (effect) (in Unload)",
		"propGetDimension was called with a handle that is gone (image) (in Unload)",
	}
	if len(found) != 2 || found[0].String() != want[0] || found[1].String() != want[1] {
		t.Errorf("found %q, want %q", found, want)
	}
}

func TestWrongDescriptionIsFound(t *testing.T) {
	r := newRig(t, "impasto", "test.wrong")
	found := r.close()
	want := []string{
		"clip Early was defined outside of DescribeInContext (in Describe)",
		"clip Output was defined twice (in DescribeInContext; 2 times)",
		"parameter twice was defined twice (in DescribeInContext; 2 times)",
	}
	for i, w := range want {
		if i >= len(found) || found[i].String() != w {
			t.Errorf("found %q, want %q", found, want)
			break
		}
	}
}

func TestFailedFramesSayWhy(t *testing.T) {
	for fault, want := range map[string]string{
		"says why":      "no paint left, 100% used",
		"bad status":    "Render answered status 77, which does not exist, without a message",
		"out of memory": "Render answered kOfxStatErrMemory, without a message",
		"not trapped":   "the effect does not render",
	} {
		r := newRig(t, "impasto", "test.faulty")
		if err := r.make(Setup{}, "fault="+fault); err != nil {
			t.Fatal(err)
		}
		if _, err := r.instance.Render(1); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", fault, err, want)
		}
		r.close()
	}
}

// brokenPlate has a picture that cannot be read at frame 2.
type brokenPlate struct{ memoryPlate }

var errBroken = errors.New("plate.0002.exr is broken")

func (p brokenPlate) At(t float64) (*picture.Image, error) {
	if t == 2 {
		return nil, errBroken
	}
	return p.memoryPlate.At(t)
}

func TestUnreadablePlateFailsTheFrame(t *testing.T) {
	r := newRig(t, "impasto", "test.faulty")
	err := r.make(Setup{Clips: map[string]Plate{"Source": brokenPlate{r.plate}}},
		"fault=ignores a missing image")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.instance.Render(2); !errors.Is(err, errBroken) {
		t.Errorf("%v, want %v", err, errBroken)
	}
	r.close()
}

func TestAbortEndsARender(t *testing.T) {
	r := newRig(t, "impasto", "test.faulty")
	if err := r.make(Setup{}, "fault=waits"); err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	for frame := range 2 {
		go func() {
			_, err := r.instance.Render(frame + 1)
			done <- err
		}()
	}
	time.Sleep(50 * time.Millisecond)
	r.host.Abort()
	start := time.Now()
	for range 2 {
		if err := <-done; !errors.Is(err, ErrAborted) {
			t.Errorf("%v, want %v", err, ErrAborted)
		}
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("it took %v", took)
	}
	if found := r.close(); len(found) > 0 {
		t.Errorf("found %v", found)
	}
}

// One instance renders many frames at once, and none disturbs another.
func TestFramesAtOnce(t *testing.T) {
	r := newRig(t, "impasto", "test.faulty")
	r.plate = memoryPlate{}
	for f := 1; f <= 32; f++ {
		r.plate[f] = ramp(f)
	}
	if err := r.make(Setup{}, "threaded=on"); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for f := 1; f <= 32; f++ {
		all.Go(func() {
			out, err := r.instance.Render(f)
			if err != nil {
				t.Error(err)
				return
			}
			for i, v := range r.plate[f].Pix {
				if i%4 != 3 && out.Picture.Pix[i] != 1-v {
					t.Errorf("frame %d, sample %d: %g, want %g", f, i, out.Picture.Pix[i], 1-v)
					return
				}
			}
		})
	}
	all.Wait()
	if found := r.close(); len(found) > 0 {
		t.Errorf("found %v", found)
	}
}

// What a failed action had to say is said once: by its error.
func TestMessages(t *testing.T) {
	r := newRig(t, "impasto", "test.faulty")
	if err := r.make(Setup{}, "fault=says why"); err != nil {
		t.Fatal(err)
	}
	_, err := r.instance.Render(3)
	r.close()
	if want := "no paint left, 100% used"; err == nil || err.Error() != want {
		t.Errorf("the render failed with %v, want %s", err, want)
	}
	if len(r.said) != 0 {
		t.Errorf("said %+v beside that", r.said)
	}
}

func TestEveryHostRenders(t *testing.T) {
	for _, p := range Profiles {
		r := newRig(t, p.Name, "test.faulty")
		if err := r.make(Setup{}); err != nil {
			t.Fatalf("%s: %v", p.Name, err)
		}
		out, err := r.instance.Render(1)
		if err != nil {
			t.Fatalf("%s: %v", p.Name, err)
		}
		want := r.plate[1].DataWindow
		if !p.multiResolution {
			want = r.plate[1].DisplayWindow
		}
		if out.Picture.DataWindow != want {
			t.Errorf("%s: data window %v, want %v", p.Name, out.Picture.DataWindow, want)
		}
		if found := r.close(); len(found) > 0 {
			t.Errorf("%s: found %v", p.Name, found)
		}
	}
}

func TestNormalisedDefaults(t *testing.T) {
	r := newRig(t, "impasto", "test.faulty")
	if err := r.make(Setup{}); err != nil { // the plugin copies place to triple when it is made
		t.Fatal(err)
	}
	got := r.instance.params.find("triple").numbers(func(c *Curve, d int) float64 { return c.Value(1, d) })
	if want := []float64{8, 4, -7}; !slices.Equal(got, want) {
		t.Errorf("half of 16 and a quarter of 16 are %v, want %v", got, want)
	}
	r.close()
}

// As Resolve, numbers whose range the plugin does not give have a small one.
func TestNarrowRanges(t *testing.T) {
	r := newRig(t, "resolve", "test.faulty")
	for setting, want := range map[string]string{
		"place=2,0": "it goes from -1 to 1",
		"place=1,0": "",
		"gain=4":    "",
	} {
		if err := r.make(Setup{}, setting); (err == nil) != (want == "") ||
			(err != nil && !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want … %s", setting, err, want)
		}
		if r.instance != nil {
			r.instance.Close()
		}
		r.instance = nil
	}
	r.close()
}

func TestSettings(t *testing.T) {
	r := newRig(t, "impasto", "test.faulty")
	for setting, want := range map[string]string{
		"gain=5":                    "it goes from -4 to 4",
		"gain=x":                    `"x" is not a number`,
		"gain=nan":                  `"nan" is not a number`,
		"gain=1,2":                  "it has 1 values",
		"gain=1@a":                  `"a" is not a frame`,
		"gain=1@1,2":                "2 has no frame",
		"triple=1,2,3.5":            "3.5 is not a whole number",
		"threaded=1@3":              "it cannot be animated",
		"threaded=maybe":            "it is on or off",
		"pick=third":                "it is one of first, second, with a comma",
		"push=1":                    "it has no value",
		"pick=second, with a comma": "",
		"pick=1":                    "",
		"place=1,2@1,3,4@5":         "",
		"gain=-4":                   "",
		"fault=a,b@c":               "",
	} {
		err := r.make(Setup{}, setting)
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", setting, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: %v, want … %s", setting, err, want)
		}
		if err == nil {
			r.instance.Close()
		}
		r.instance = nil
	}
	r.close()
}

func TestInfo(t *testing.T) {
	r := newRig(t, "impasto", "test.faulty")
	info := r.effect.Info()
	if info.ID != "test.faulty" || info.Label != "Faulty" || info.ThreadSafety != "FullySafe" ||
		len(info.Contexts) != 2 {
		t.Errorf("%+v", info)
	}
	general := info.Contexts[0]
	if general.Name != "General" || len(general.Clips) != 3 || !general.Clips[2].Mask ||
		!general.Clips[2].Optional {
		t.Errorf("%+v", general)
	}
	if p := general.Params[1]; p.Name != "gain" || p.Default != "1" || p.Min[0] != "-4" ||
		!p.Animates {
		t.Errorf("%+v", p)
	}
	r.close()
}

func TestLoadingSaysWhatIsWrong(t *testing.T) {
	p, _ := ProfileNamed("impasto")
	h, err := NewHost(p, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	empty := filepath.Join(t.TempDir(), "Empty.ofx.bundle")
	if err := os.Mkdir(empty, 0o700); err != nil {
		t.Fatal(err)
	}
	text := filepath.Join(t.TempDir(), "text.ofx")
	if err := os.WriteFile(text, []byte("not a library"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/nowhere/X.ofx.bundle": "plugin /nowhere/X.ofx.bundle cannot be found: no such file or " +
			"directory",
		empty: "has no Contents/",
		text:  "cannot be loaded",
	} {
		if _, err := h.Open(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want … %s", path, err, want)
		}
	}
	library, err := h.Open(faultyPlugin)
	if err != nil {
		t.Fatal(err)
	}
	defer library.Close()
	for id, want := range map[string]string{
		"":          "holds 3 effects; name one with --effect: test.faulty, test.wrong, test.else",
		"test.none": "has no effect test.none",
		"test.else": `it is not an image effect, but a plugin of "OfxSomethingElse"`,
	} {
		if _, err := library.Effect(id); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want … %s", id, err, want)
		}
	}
}
