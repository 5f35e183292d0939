package engine

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"golang.org/x/sys/unix"

	"impasto.net/bridge"
	"impasto.net/plugin/cache"
	"impasto.net/plugin/lease"
	"impasto.net/plugin/network"
	"impasto.net/plugin/onnxtest"
	"impasto.net/plugin/optimise"
	"impasto.net/plugin/pixels"
	"impasto.net/plugin/style"
)

// stripes is a painting, in the message itself.
func stripes(width, height int) *bridge.Painting {
	p := &bridge.Painting{Space: bridge.SpaceSRGB, Image: bridge.Image{
		Window: bridge.Window{0, 0, width, height}, Channels: 4, RowBytes: width *
			16, Pixels: make([]byte, width*height*16),
	}}
	for i := range width * height {
		v := float32(i / 4 % 2)
		for c, v := range []float32{v, 0.5 * v, 0.2, 1} {
			put(p.Image.Pixels, 4*i+c, v)
		}
	}
	return p
}

// optimisation is a frame that is optimised in a few iterations.
func optimisation(name string) *bridge.Render {
	r := inline(name, stripes(30, 20))
	for i := range len(r.Plate.Pixels) / 16 { // not all grey
		put(r.Plate.Pixels, 4*i, float32(i%40)/50)
	}
	r.Descent = &bridge.Descent{Iterations: 6, TextureCrop: [4]float64{0, 0, 1, 1}, Seed: 1}
	return r
}

// kept is an engine that keeps pictures in a folder, and what it says.
func kept(t testing.TB, bank, folder string) (*client, *bytes.Buffer) {
	t.Helper()
	started(t, bank) // and so is the runtime
	said := &bytes.Buffer{}
	e := newEngine(style.Bank{bank}, 0,
		hclog.New(&hclog.LoggerOptions{Output: said, Level: hclog.Warn}))
	e.disk = &cache.Disk{Folder: folder, Limit: 1 << 30}
	c := greeted(t, e)
	return c, said
}

func (c *client) optimise(r *bridge.Render) *bridge.Done {
	c.t.Helper()
	var d bridge.Done
	c.ask(bridge.KindRender, r, nil, bridge.KindDone, &d)
	return &d
}

// tensorOf is an image of the message as a network's picture.
func tensorOf(im *bridge.Image) network.Tensor {
	width, height := im.Window.Width(), im.Window.Height()
	values := make([]float32, 3*width*height)
	for i := range values {
		c, y, x := i/(width*height), i/width%height, i%width
		values[i] = at(im.Pixels, 4*((height-1-y)*width+x)+c)
	}
	return network.NewPicture(values, width, height)
}

// A plate that is sRGB already is what the job sees.
func TestOptimisedIsTheJobs(t *testing.T) {
	bank := t.TempDir()
	e := onnxtest.Filters(t, bank)
	c := newClient(t, bank)
	r := optimisation("filters")
	r.Size.Detail, r.Size.TextureScale, r.Unrealness = 0.8, 1.5, 3.5
	r.Descent.TextureCrop, r.Descent.Seed = [4]float64{0, 0.5, 1, 1}, 7
	job := optimise.Job{
		Settings: optimise.Settings{Unrealness: 3.5, Iterations: 6, Detail: 0.8, TextureScale: 1.5,
			TextureCrop: [4]float64{0, 0.5, 1, 1}, Seed: 7},
		Encoder: e, Plate: tensorOf(&r.Plate), Painting: tensorOf(&r.Painting.Image), Threads: 2,
	}
	want, err := job.Run(context.Background(), func(*optimise.Iteration) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	d := c.optimise(r)
	im := r.Output
	im.Pixels = d.Pixels
	far := 0.
	for i, v := range tensorOf(&im).Values {
		far = max(far, math.Abs(float64(v-want.Values[i])))
	}
	if far > 1e-3 { // the tables of curves, and what six iterations make of that
		t.Errorf("it is up to %g from the job's", far)
	}
	if d.Cached || d.Timings.Run == 0 || !strings.HasPrefix(d.Device, "the CPU, ") {
		t.Errorf("done with %+v", d)
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	var before bridge.Progress
	said := false
	for _, p := range c.stages {
		if p.Fraction < before.Fraction {
			t.Errorf("%v after %v", p, before)
		}
		before = p
		said = said || strings.HasPrefix(p.Stage, "iteration 5 of 6, loss ")
	}
	if !said {
		t.Errorf("its progress is %v", c.stages)
	}
}

// What comes after the descent does not bring another one.
func TestOptimisedIsKept(t *testing.T) {
	bank := t.TempDir()
	onnxtest.Filters(t, bank)
	c := newClient(t, bank)
	first := c.optimise(optimisation("filters")).Pixels
	for name, change := range map[string]func(*bridge.Render){
		"nothing":     func(*bridge.Render) {},
		"mix":         func(r *bridge.Render) { r.Mix = 0.5 },
		"colour":      func(r *bridge.Render) { r.KeepColour = 1 },
		"exposure":    func(r *bridge.Render) { r.ExposureOut = 1 },
		"the version": func(r *bridge.Render) { r.Style = onnxtest.Filters(t, bank).ID },
	} {
		r := optimisation("filters")
		change(r)
		d := c.optimise(r)
		if !d.Cached {
			t.Errorf("%s: it was optimised again", name)
		}
		if same := bytes.Equal(d.Pixels, first); same != (name == "nothing" ||
			name == "the version") {
			t.Errorf("%s: the frame is the same: %t", name, same)
		}
	}
	for name, change := range map[string]func(*bridge.Render){
		"unrealness":    func(r *bridge.Render) { r.Unrealness = 3 },
		"iterations":    func(r *bridge.Render) { r.Descent.Iterations = 5 },
		"seed":          func(r *bridge.Render) { r.Descent.Seed = 2 },
		"crop":          func(r *bridge.Render) { r.Descent.TextureCrop[0] = 0.5 },
		"detail":        func(r *bridge.Render) { r.Size.Detail = 0.9 },
		"texture scale": func(r *bridge.Render) { r.Size.TextureScale = 1.2 },
		"exposure":      func(r *bridge.Render) { r.ExposureIn = 0.5 },
		"the painting":  func(r *bridge.Render) { r.Painting = flat(0.2, 0.3, 0.4) },
		"the plate":     func(r *bridge.Render) { put(r.Plate.Pixels, 0, 0.9) },
	} {
		r := optimisation("filters")
		change(r)
		if d := c.optimise(r); d.Cached || bytes.Equal(d.Pixels, first) {
			t.Errorf("%s: the kept picture was taken: %t", name, d.Cached)
		}
	}
}

func TestOptimisedIsKeptOnDisk(t *testing.T) {
	bank, folder := t.TempDir(), filepath.Join(t.TempDir(), "pictures")
	onnxtest.Filters(t, bank)
	once := func(cached bool) ([]byte, string) {
		t.Helper()
		c, said := kept(t, bank, folder)
		d := c.optimise(optimisation("filters"))
		if d.Cached != cached {
			t.Errorf("it was kept: %t", d.Cached)
		}
		return d.Pixels, said.String()
	}
	first, said := once(false)
	if again, more := once(true); !bytes.Equal(again, first) || said+more != "" {
		t.Errorf("the kept picture is another one; said was %q, %q", said, more)
	}
	files, err := filepath.Glob(filepath.Join(folder, strings.Repeat("?", 64)))
	if err != nil || len(files) != 1 {
		t.Fatalf("there are %v, %v", files, err)
	}
	st, err := os.Stat(files[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(files[0], st.Size()/2); err != nil {
		t.Fatal(err)
	}
	if again, said := once(false); !bytes.Equal(again, first) ||
		strings.Count(said, "is damaged, and removed") != 1 {
		t.Errorf("after the file was cut it is the same: %t; said was %q",
			bytes.Equal(again, first), said)
	}
	if again, _ := once(true); !bytes.Equal(again, first) {
		t.Error("the new file has another picture")
	}
}

func TestOptimisedOnAFullDisk(t *testing.T) {
	bank, folder := t.TempDir(), t.TempDir()
	if err := unix.Mount("tmpfs", folder, "tmpfs", 0, "mode=0700,size=8k"); err != nil {
		t.Skip("no file system to fill: ", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(folder, 0); err != nil {
			t.Error(err)
		}
	})
	onnxtest.Filters(t, bank)
	c, said := kept(t, bank, folder)
	for seed := range 3 {
		r := optimisation("filters")
		r.Descent.Seed = seed
		if d := c.optimise(r); d.Cached {
			t.Errorf("frame %d was kept", seed)
		}
	}
	if n := strings.Count(said.String(), "cannot be kept on disk"); n != 1 ||
		!strings.Contains(said.String(), "no space left") {
		t.Errorf("it said %d times that it cannot keep them: %s", n, said)
	}
}

// A proxy is painted at the size of the full frame: it shows what that shows.
func TestOptimisedProxies(t *testing.T) {
	bank := t.TempDir()
	onnxtest.Filters(t, bank)
	c := newClient(t, bank)
	double := func(im bridge.Image) bridge.Image {
		w := im.Window
		big := bridge.Image{Window: bridge.Window{0, 0, 2 * w.Width(), 2 * w.Height()}, Channels: 4,
			RowBytes: 2 * im.RowBytes, Pixels: make([]byte, 4*len(im.Pixels))}
		for y := range 2 * w.Height() {
			for x := range 2 * w.Width() {
				copy(big.Pixels[y*big.RowBytes+16*x:][:16], im.Pixels[y/2*im.RowBytes+16*(x/2):])
			}
		}
		return big
	}
	frame := func() *bridge.Render {
		r := optimisation("filters")
		r.Painting = stripes(40, 30) // as high as the frame
		return r
	}
	proxy := frame()
	proxy.Size.Scale = [2]float64{0.5, 0.5}
	proxy.Descent.Iterations = 20
	full := frame()
	full.Descent.Iterations = 20
	full.Plate, full.Painting.Image = double(full.Plate), double(full.Painting.Image)
	full.Output = full.Plate
	full.Output.Pixels = nil
	fast := frame()
	fast.Descent.Iterations = 20
	want := tensorOf(&bridge.Image{Window: full.Plate.Window, Pixels: c.optimise(full).Pixels})
	off := func(r *bridge.Render) (sum float64) {
		got := tensorOf(&bridge.Image{Window: r.Plate.Window, Pixels: c.optimise(r).Pixels})
		width, height := r.Plate.Window.Width(), r.Plate.Window.Height()
		for i, v := range got.Values {
			plane, y, x := i/(width*height), i/width%height, i%width
			at := plane*4*width*height + 2*y*2*width + 2*x
			mean := (want.Values[at] + want.Values[at+1] + want.Values[at+2*width] +
				want.Values[at+2*width+1]) / 4
			sum += math.Abs(float64(v - mean))
		}
		return sum / float64(len(got.Values))
	}
	asFinal, asFast := off(proxy), off(fast)
	t.Logf("from the full frame: a proxy %.4f, one painted at its own size %.4f", asFinal, asFast)
	if !(asFinal < 0.75*asFast) { // which has strokes as large a part of it, and no finer ones
		t.Errorf("a proxy is %g from the full frame, one painted at its own size %g", asFinal,
			asFast)
	}
}

// A frame that starts from the one before is calmer where the plate has grain, and the chain
// is the same when it is made again.
func TestOptimisedStartsFromTheFrameBefore(t *testing.T) {
	bank, folder := t.TempDir(), filepath.Join(t.TempDir(), "pictures")
	onnxtest.Filters(t, bank)
	random := rand.New(rand.NewPCG(1, 2))
	var plates [5][]byte
	for i := range plates {
		r := optimisation("filters")
		for j := range len(r.Plate.Pixels) / 4 {
			if j%4 != 3 {
				put(r.Plate.Pixels, j, at(r.Plate.Pixels, j)+0.04*(random.Float32()-0.5))
			}
		}
		plates[i] = r.Plate.Pixels
	}
	shot := func(c *client, chained bool) (all [][]byte, cached []bool, flicker float64) {
		var before []byte
		for i := range plates {
			r := optimisation("filters")
			r.Plate.Pixels, r.Descent.Iterations = plates[i], 20
			if chained {
				r.Descent.After = before
			}
			d := c.optimise(r)
			if before = d.Kept; len(before) != bridge.KeptBytes {
				t.Errorf("frame %d is called %x", i, before)
			}
			all, cached = append(all, d.Pixels), append(cached, d.Cached)
			for j := range len(d.Pixels) / 4 {
				if i > 0 {
					flicker += math.Abs(float64(at(d.Pixels, j)-at(all[i-1],
						j))) / float64(len(d.Pixels)/4*(len(plates)-1))
				}
			}
		}
		return all, cached, flicker
	}
	c, _ := kept(t, bank, folder)
	alone, _, restless := shot(c, false)
	chain, cached, calm := shot(c, true)
	t.Logf("from frame to frame a value changes by %.4f, in a chain by %.4f", restless, calm)
	if !(calm < restless) || !bytes.Equal(chain[0], alone[0]) || bytes.Equal(chain[1], alone[1]) {
		t.Errorf("from frame to frame a value changes by %g, in a chain by %g", restless, calm)
	}
	if !cached[0] || cached[1] {
		t.Errorf("kept were %v", cached)
	}
	c, _ = kept(t, bank, folder)
	again, cached, _ := shot(c, true)
	for i := range again {
		if !cached[i] || !bytes.Equal(again[i], chain[i]) {
			t.Errorf("frame %d was kept: %t, and is the same: %t", i, cached[i],
				bytes.Equal(again[i], chain[i]))
		}
	}
	anew, _ := kept(t, bank, filepath.Join(folder, "other"))
	again, cached, _ = shot(anew, true)
	for i := range again {
		if cached[i] || !bytes.Equal(again[i], chain[i]) {
			t.Errorf("frame %d painted anew: %t, and is the same: %t", i, !cached[i],
				bytes.Equal(again[i], chain[i]))
		}
	}
	for _, name := range [][]byte{bytes.Repeat([]byte{1}, bridge.KeptBytes),
		make([]byte, bridge.KeptBytes), pictureName{size: pixels.NewGeometry(1, 1, 1, 1)}.bytes()} {
		r := optimisation("filters")
		r.Descent.After = name
		c.fails(bridge.KindRender, r, nil)
	}
	r := optimisation("filters")
	r.Descent.After = pictureName{size: pixels.NewGeometry(30, 40, 1, 1)}.bytes()
	if e := c.fails(bridge.KindRender, r, nil); !strings.Contains(e.Message,
		"is not kept any more: render the shot again") {
		t.Errorf("without the frame before it says %q", e.Message)
	}
}

// A frame that fails once it has its memory leaves that to other engines.
func TestOptimisedLeavesMemoryWhereItFails(t *testing.T) {
	bank := t.TempDir()
	onnxtest.Filters(t, bank)
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	t.Setenv("IMPASTO_MEMORY", "300")
	folder, err := lease.Folder()
	if err != nil {
		t.Fatal(err)
	}
	_, c := another(t, bank)
	r := optimisation("filters")
	r.Descent.After = pictureName{size: pixels.NewGeometry(30, 40, 1, 1)}.bytes()
	c.fails(bridge.KindRender, r, nil)
	leave(t, &lease.Lease{Folder: folder}, 0)
}

func TestOptimisedSaysWhatIsWrong(t *testing.T) {
	bank := t.TempDir()
	id := onnxtest.Filters(t, bank).ID
	onnxtest.WriteEncoder(t, bank, "strange", onnxtest.Slow(3, 8), style.Encoder{
		Input: style.Input{Name: "x", Channels: "RGB",
			Range: [2]float64{-1, 1}}, Style: []string{"y"}, Content: "conv1r"})
	onnxtest.WritePackage(t, bank, "plain", onnxtest.Identity())
	c := newClient(t, bank)
	for name, x := range map[string]struct {
		change func(*bridge.Render)
		code   bridge.Code
		want   string
	}{
		"no painting": {func(r *bridge.Render) { r.Painting = nil }, bridge.CodeStyle,
			`"Encoder filters" needs a painting: connect one to the Style input`},
		"no descent": {func(r *bridge.Render) { r.Descent = nil }, bridge.CodeRequest,
			"how to optimise"},
		"nothing": {func(r *bridge.Render) { r.Descent.TextureCrop[2] = 0 },
			bridge.CodeStyle, "Nothing of the painting is between"},
		"a GPU": {func(r *bridge.Render) {
			r.Device = bridge.Device{Kind: bridge.DeviceGPU,
				Index: 1}
		}, bridge.CodeDevice,
			"cannot be optimised on a GPU: GPU 1 through WebGPU cannot be used"},
		"16 bits": {func(r *bridge.Render) { r.Device.Precision = 16 }, bridge.CodeDevice,
			"not done at 16 bits"},
		"a mix": {func(r *bridge.Render) { r.StyleB, r.StyleMix = "plain", 0.5 },
			bridge.CodeStyle, "cannot be mixed, because what is optimised has no network"},
		"another version": {func(r *bridge.Render) { r.Style = "filters@0123456789ab" },
			bridge.CodeStyle,
			fmt.Sprintf("what is installed in %s is %q", filepath.Join(bank, "filters"), id)},
		"an operator": {func(r *bridge.Render) { r.Style = "strange" }, bridge.CodeRender,
			"the operator Sigmoid, for which there is no gradient here"},
		"too small": {func(r *bridge.Render) { r.Size.Detail = 0.1 }, bridge.CodeRender,
			"at detail 0.1 the plate is 4 × 3 pixels"},
		"too large": {func(r *bridge.Render) { r.Size.TextureScale = 10 }, bridge.CodeRender,
			"at texture scale 10 the painting has"},
		"endless": {func(r *bridge.Render) { r.Size.Scale = [2]float64{1e-3, 1e-3} },
			bridge.CodeMemory, "which is too much"},
	} {
		t.Run(name, func(t *testing.T) {
			r := optimisation("filters")
			x.change(r)
			if e := c.fails(bridge.KindRender, r, nil); e.Code != x.code ||
				!strings.Contains(e.Message, x.want) {
				t.Errorf("%s: %q does not say %q", e.Code, e.Message, x.want)
			}
		})
	}
	var d bridge.Done
	c.ask(bridge.KindPrepare, &bridge.Prepare{Style: id, Device: onCPU}, nil, bridge.KindDone, &d)
	if !strings.HasPrefix(d.Device, "the CPU, ") {
		t.Errorf("prepared is %+v", d)
	}
	c.fails(bridge.KindPrepare,
		&bridge.Prepare{Style: id, Device: bridge.Device{Kind: bridge.DeviceGPU, Index: 1}}, nil)
	if d := c.optimise(optimisation("filters")); d.Cached {
		t.Error("after all that it was kept")
	}
}

// A request that no device could fulfil is no failure of the GPU.
func TestSixteenBitsDoNotFailTheGPU(t *testing.T) {
	bank := t.TempDir()
	onnxtest.Filters(t, bank)
	e := started(t, bank)
	e.devices.GPUs = func() []string { return []string{"/dev/dri/renderD128"} }
	c := greeted(t, e)
	r := optimisation("filters")
	r.Device = bridge.Device{Kind: bridge.DeviceAuto, Precision: 16}
	if f := c.fails(bridge.KindRender, r, nil); !strings.Contains(f.Message,
		"not done at 16 bits") {
		t.Errorf("%s: %s", f.Code, f.Message)
	}
	if p, why := e.devices.Place(bridge.Device{Kind: bridge.DeviceAuto}); !p.GPU {
		t.Errorf("the GPU is not used any more, because %s", why)
	}
}

// What was cancelled is answered at once, and lets go of the device.
func TestOptimisedIsCancelled(t *testing.T) {
	bank := t.TempDir()
	onnxtest.Filters(t, bank)
	c := newClient(t, bank)
	s := newShared(t, "filters", 640, 480)
	s.smooth(1)
	s.request.Painting = &bridge.Painting{Space: bridge.SpaceSRGB, Image: s.request.Plate}
	s.request.Descent = &bridge.Descent{Iterations: bridge.MaxIterations,
		TextureCrop: [4]float64{0, 0, 1, 1}}
	id, answer := c.send(bridge.KindRender, &s.request, s.file)
	for began := time.Now(); ; time.Sleep(time.Millisecond) {
		c.mutex.Lock()
		n := len(c.stages)
		c.mutex.Unlock()
		if n >= 5 {
			break
		}
		if time.Since(began) > time.Minute {
			t.Fatal("it does not begin")
		}
	}
	m, err := bridge.NewMessage(bridge.KindCancel, id, &bridge.Cancel{})
	if err == nil {
		err = c.conn.Send(m, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	var e bridge.Error
	c.read(answer, bridge.KindError, &e)
	took := time.Since(start)
	if t.Logf("cancelled after %v", took); e.Code != bridge.CodeCancelled ||
		took > 500*time.Millisecond {
		t.Errorf("after %v: %v", took, &e)
	}
	c.optimise(optimisation("filters"))
	t.Logf("the next frame is there after %v", time.Since(start))
}
