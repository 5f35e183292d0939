package engine

import (
	"bytes"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"impasto.net/bridge"
	"impasto.net/plugin/onnxtest"
	"impasto.net/plugin/style"
)

func TestIdentityStyle(t *testing.T) {
	bank := t.TempDir()
	onnxtest.WritePackage(t, bank, "plain", onnxtest.Identity())
	onnxtest.WritePackage(t, bank, "odd", onnxtest.Identity(), func(m *style.Style) {
		m.Input.MultipleOf, m.Input.Minimum = 8, 64
		m.Input.Channels, m.Output.Channels = "BGR", "BGR"
		m.Input.Range, m.Output.Range = [2]float64{-1, 255}, [2]float64{-1, 255}
	})
	c := newClient(t, bank)
	for _, name := range []string{"plain", "odd"} {
		for _, size := range [][2]int{{1, 1}, {2, 1}, {7, 5}, {33, 70}, {200, 100}} {
			for _, space := range []string{bridge.SpaceLinear, bridge.SpaceSRGB} {
				s := newShared(t, name, size[0], size[1])
				s.request.Space = space
				for i := range len(s.plate) / 4 {
					if i%4 < 3 {
						put(s.plate, i, at(s.plate, i)*4-1) // -1 to 3
					}
				}
				c.render(s)
				near(t, s.output, s.plate, 3e-6)
			}
		}
	}
}

func TestChannelsThatDiffer(t *testing.T) {
	bank := t.TempDir()
	onnxtest.WritePackage(t, bank, "swap", onnxtest.Identity(),
		func(m *style.Style) { m.Output.Channels = "BGR" })
	c := newClient(t, bank)
	s := newShared(t, "swap", 20, 10)
	want := bytes.Clone(s.plate)
	for i := 0; i < len(want)/4; i += 4 {
		r, b := at(want, i), at(want, i+2)
		put(want, i, b)
		put(want, i+2, r)
	}
	c.render(s)
	near(t, s.output, want, 3e-6)
}

func TestMixIsExactAtItsEnds(t *testing.T) {
	bank := t.TempDir()
	onnxtest.WritePackage(t, bank, "dark", onnxtest.Gain(0.5))
	c := newClient(t, bank)
	s := newShared(t, "dark", 64, 48)
	put(s.plate, 0, math.Float32frombits(0x7fc12345)) // a NaN with a payload
	put(s.plate, 41, float32(math.Inf(-1)))
	s.masked()
	for i := range len(s.mask) / 4 {
		put(s.mask, i, float32(i%2))
	}
	if d := c.render(s); d.Cached || d.Timings.Run == 0 || d.Timings.Total < d.Timings.Run {
		t.Errorf("done with %+v", d)
	}
	for i := range len(s.mask) / 4 {
		in, out := s.plate[16*i:16*i+16], s.output[16*i:16*i+16]
		if i%2 == 0 || i == 0 || i == 10 {
			if !bytes.Equal(in, out) {
				t.Fatalf("pixel %d: % x became % x", i, in, out)
			}
		} else if bytes.Equal(in, out) {
			t.Fatalf("pixel %d was not painted", i)
		}
	}
	s.request.Mix = 0
	c.render(s)
	if !bytes.Equal(s.plate, s.output) {
		t.Error("a mix of 0 is not the plate")
	}
}

func TestCachedPicturesAreKept(t *testing.T) {
	bank := t.TempDir()
	onnxtest.WritePackage(t, bank, "slow", onnxtest.Slow(3, 8))
	c := newClient(t, bank)
	s := newShared(t, "slow", 120, 80)
	if d := c.render(s); d.Cached {
		t.Error("the first frame was kept already")
	}
	first := bytes.Clone(s.output)
	clear(s.output)
	if d := c.render(s); !d.Cached || d.Timings.Run != 0 {
		t.Errorf("the network ran again: %+v", d)
	}
	if !bytes.Equal(s.output, first) {
		t.Error("the kept picture differs")
	}
	s.request.Mix = 0.5
	if d := c.render(s); !d.Cached {
		t.Error("another mix ran the network")
	}
	s.paint(5)
	if d := c.render(s); d.Cached {
		t.Error("another plate did not run the network")
	}
	// A part of the output is the same as that part of the whole.
	s.paint(0)
	s.request.Mix = 1
	part := bridge.Window{30, 20, 90, 70}
	s.request.Output.Window = part
	s.request.Output.RowBytes = part.Width() * 16
	if d := c.render(s); !d.Cached {
		t.Error("a part of the output ran the network")
	}
	for y := range part.Height() {
		row := part.Width() * 16
		whole := first[((y+20)*120+30)*16:]
		if !bytes.Equal(s.output[y*row:(y+1)*row], whole[:row]) {
			t.Fatalf("row %d of the part differs", y)
		}
	}
}

func TestInlineIsTheSameAsShared(t *testing.T) {
	bank := t.TempDir()
	onnxtest.WritePackage(t, bank, "dark", onnxtest.Gain(0.5))
	c := newClient(t, bank)
	s := newShared(t, "dark", 17, 9)
	s.masked()
	for i := range len(s.mask) / 4 {
		put(s.mask, i, float32(i)/153)
	}
	c.render(s)
	r := s.request
	r.Plate.Pixels, r.Output.Offset = s.plate, 0
	r.Mask = &bridge.Image{Window: r.Mask.Window, Channels: 1, RowBytes: r.Mask.RowBytes,
		Pixels: s.mask}
	var d bridge.Done
	c.ask(bridge.KindRender, &r, nil, bridge.KindDone, &d)
	if !bytes.Equal(d.Pixels, s.output) {
		t.Error("inline pixels came out differently")
	}
}

// Many frames at once, from several connections' worth of requests, are what they are
// alone.
func TestConcurrentFramesAreTheSame(t *testing.T) {
	bank := t.TempDir()
	onnxtest.WritePackage(t, bank, "slow", onnxtest.Slow(4, 8))
	onnxtest.WritePackage(t, bank, "dark", onnxtest.Gain(0.5))
	const n = 12
	frames := make([]*shared, n)
	alone := make([][]byte, n)
	first := newClient(t, bank)
	for i := range frames {
		frames[i] = newShared(t, []string{"slow", "dark"}[i%2], 60+i, 50)
		frames[i].paint(i)
		first.render(frames[i])
		alone[i] = bytes.Clone(frames[i].output)
		clear(frames[i].output)
	}
	second := newClient(t, bank)
	var group sync.WaitGroup
	for i := range frames {
		f := frames[n-1-i]
		_, answer := second.send(bridge.KindRender, &f.request, f.file)
		group.Go(func() {
			var d bridge.Done
			second.read(answer, bridge.KindDone, &d)
		})
	}
	group.Wait()
	for i, f := range frames {
		if !bytes.Equal(f.output, alone[i]) {
			t.Errorf("frame %d differs", i)
		}
	}
}

func TestCancelIsAnsweredAtOnce(t *testing.T) {
	bank := t.TempDir()
	// One convolution is most of a run, and ONNX Runtime stops between operators only.
	onnxtest.WritePackage(t, bank, "slow", onnxtest.Slow(40, 24))
	c := newClient(t, bank)
	s := newShared(t, "slow", 480, 270)
	id, answer := c.send(bridge.KindRender, &s.request, s.file)
	painting := func() bool {
		c.mutex.Lock()
		defer c.mutex.Unlock()
		return slices.ContainsFunc(c.stages,
			func(p bridge.Progress) bool { return p.Stage == "painting Test slow" })
	}
	for !painting() {
		time.Sleep(time.Millisecond)
	}
	// A ping is answered meanwhile, and a second frame waits.
	start := time.Now()
	c.ask(bridge.KindPing, &bridge.Ping{}, nil, bridge.KindPong, &bridge.Pong{})
	waits := newShared(t, "slow", 40, 40)
	_, waiting := c.send(bridge.KindRender, &waits.request, waits.file)
	m, err := bridge.NewMessage(bridge.KindCancel, id, &bridge.Cancel{})
	if err == nil {
		err = c.conn.Send(m, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	var e bridge.Error
	c.read(answer, bridge.KindError, &e)
	if took := time.Since(start); e.Code != bridge.CodeCancelled || took > 500*time.Millisecond {
		t.Errorf("%v after %v", &e, took)
	}
	c.read(waiting, bridge.KindDone, &bridge.Done{})
	c.render(s) // the style is as good as before
}

func TestProgressNeverFalls(t *testing.T) {
	bank := t.TempDir()
	onnxtest.WritePackage(t, bank, "plain", onnxtest.Identity())
	c := newClient(t, bank)
	c.render(newShared(t, "plain", 30, 20))
	c.mutex.Lock()
	defer c.mutex.Unlock()
	last := 0.
	var stages []string
	for _, p := range c.stages {
		if p.Fraction < last || p.Fraction > 1 {
			t.Errorf("%v after %g", p, last)
		}
		last = p.Fraction
		stages = append(stages, p.Stage)
	}
	if want := []string{"loading Test plain", "reading the plate", "painting Test plain",
		"blending"}; !slices.Equal(stages, want) {
		t.Errorf("the stages are %q, want %q", stages, want)
	}
}

func TestStylesArePrepared(t *testing.T) {
	bank := t.TempDir()
	id := onnxtest.WritePackage(t, bank, "plain", onnxtest.Identity())
	c := newClient(t, bank)
	var d bridge.Done
	c.ask(bridge.KindPrepare, &bridge.Prepare{Style: id, Device: onCPU}, nil, bridge.KindDone, &d)
	if d.Timings.Load == 0 {
		t.Errorf("nothing was loaded: %+v", d)
	}
	s := newShared(t, "plain", 4, 4)
	if d := c.render(s); d.Timings.Load > 50_000 {
		t.Errorf("loaded again: %+v", d)
	}
}

func TestStylesThatFail(t *testing.T) {
	bank := t.TempDir()
	nan := func() []byte {
		var g onnxtest.Graph
		g.Node("Sub", []string{"x", "x"}, "zero", nil)
		g.Node("Div", []string{"zero", "zero"}, "y", nil)
		return g.Bytes()
	}
	half := func() []byte {
		var g onnxtest.Graph
		g.Node("AveragePool", []string{"x"}, "y",
			map[string]any{"kernel_shape": []int64{2, 2}, "strides": []int64{2, 2}})
		return g.Bytes()
	}
	onnxtest.WritePackage(t, bank, "nan", nan())
	onnxtest.WritePackage(t, bank, "half", half())
	onnxtest.WritePackage(t, bank, "lies", onnxtest.Identity(),
		func(m *style.Style) { m.Input.Name = "image" })
	onnxtest.WritePackage(t, bank, "cut", onnxtest.Slow(3, 8)[:300])
	onnxtest.WritePackage(t, bank, "gone", onnxtest.Identity())
	onnxtest.WritePackage(t, bank, "changed", onnxtest.Identity())
	plain := onnxtest.WritePackage(t, bank, "plain", onnxtest.Identity())
	os.Remove(bank + "/gone/net.onnx")
	writeFile(t, bank+"/changed/net.onnx", onnxtest.Gain(3))
	c := newClient(t, bank)
	for _, f := range []struct {
		style string
		code  bridge.Code
		wants []string
	}{
		{"nan", bridge.CodeRender, []string{"Test nan", "no numbers", "frame 1"}},
		{"half", bridge.CodeRender, []string{"Test half", "8 × 8"}},
		{"lies", bridge.CodeStyle, []string{bank, `"image"`}},
		{"cut", bridge.CodeStyle, []string{bank, "cut short"}},
		{"gone", bridge.CodeStyle, []string{bank, "no such file"}},
		{"changed", bridge.CodeStyle, []string{bank, "sha256"}},
		{"none", bridge.CodeStyle, []string{bank, `"none"`, "plain"}},
		{"plain@000000000000", bridge.CodeStyle, []string{"plain@000000000000", plain}},
	} {
		t.Run(f.style, func(t *testing.T) {
			s := newShared(t, f.style, 8, 8)
			e := c.fails(bridge.KindRender, &s.request, s.file)
			if e.Code != f.code {
				t.Errorf("code %s: %v", e.Code, e)
			}
			for _, w := range f.wants {
				if !strings.Contains(e.Message, w) {
					t.Errorf("%q does not say %q", e.Message, w)
				}
			}
		})
	}
	// A style that failed is looked at again, and the others are none the worse.
	writeFile(t, bank+"/gone/net.onnx", onnxtest.Identity())
	for _, name := range []string{"gone", "plain"} {
		s := newShared(t, name, 8, 8)
		c.render(s)
		near(t, s.output, s.plate, 3e-6)
	}
}

func TestRequestsThatMakeNoSense(t *testing.T) {
	bank := t.TempDir()
	onnxtest.WritePackage(t, bank, "plain", onnxtest.Identity())
	c := newClient(t, bank)
	for _, f := range []struct {
		name string
		edit func(r *bridge.Render)
	}{
		{"space", func(r *bridge.Render) { r.Space = "log" }},
		{"style mix that is no number", func(r *bridge.Render) { r.StyleMix = math.NaN() }},
		{"more unreal than there is", func(r *bridge.Render) { r.Unrealness = 9 }},
		{"more than all of a style", func(r *bridge.Render) { r.StyleMix = 1.5 }},
		{"empty plate", func(r *bridge.Render) { r.Plate.Window = bridge.Window{} }},
		{"plate outside of the memory", func(r *bridge.Render) { r.Plate.Offset = 8 * 8 * 36 }},
		{"output past the memory", func(r *bridge.Render) { r.Output.Window[3] = 1000 }},
		{"negative offset", func(r *bridge.Render) { r.Output.Offset = -16 }},
		{"three channels", func(r *bridge.Render) { r.Plate.Channels = 3 }},
		{"mask of four", func(r *bridge.Render) { r.Mask = &r.Plate }},
		{"both", func(r *bridge.Render) { r.Plate.Pixels = make([]byte, r.Plate.Size()) }},
	} {
		t.Run(f.name, func(t *testing.T) {
			s := newShared(t, "plain", 8, 8)
			f.edit(&s.request)
			if e := c.fails(bridge.KindRender, &s.request, s.file); e.Code != bridge.CodeRequest {
				t.Error(e)
			}
		})
	}
	t.Run("no memory", func(t *testing.T) {
		s := newShared(t, "plain", 8, 8)
		if e := c.fails(bridge.KindRender, &s.request, nil); e.Code != bridge.CodeRequest {
			t.Error(e)
		}
		s.request.Output.Offset = 0
		if e := c.fails(bridge.KindRender, &s.request, nil); e.Code != bridge.CodeRequest ||
			!strings.Contains(e.Cause, "no pixels") {
			t.Error(e)
		}
		s.request.Plate.Pixels = s.plate
		s.request.Output = bridge.Image{Window: bridge.Window{0, 0, 16000, 16000}, Channels: 4,
			RowBytes: 16000 * 16}
		if e := c.fails(bridge.KindRender, &s.request, nil); e.Code != bridge.CodeRequest ||
			!strings.Contains(e.Message, "fit into a message") {
			t.Error(e)
		}
	})
	t.Run("not a memory", func(t *testing.T) {
		s := newShared(t, "plain", 8, 8)
		null, err := os.Open("/dev/null")
		if err != nil {
			t.Fatal(err)
		}
		defer null.Close()
		if e := c.fails(bridge.KindRender, &s.request, null); e.Code != bridge.CodeRequest {
			t.Error(e)
		}
	})
	if e := c.fails(bridge.KindPrepare, &bridge.Hello{}, nil); e.Code != bridge.CodeRequest {
		t.Error(e)
	}
	c.render(newShared(t, "plain", 8, 8))
	if e := c.fails("dance", &bridge.Ping{}, nil); e.Code != bridge.CodeRequest ||
		!strings.Contains(e.Cause, "dance") {
		t.Error(e)
	}
}

func TestGreetingComesFirst(t *testing.T) {
	for _, first := range []struct {
		kind   bridge.Kind
		fields any
	}{
		{bridge.KindPing, &bridge.Ping{}},
		{bridge.KindHello, &bridge.Hello{Protocol: 99, Program: "test", Version: "9"}},
		{bridge.KindHello, &bridge.Ping{}},
	} {
		c := connect(t, newEngine(nil, 1, nil))
		if e := c.fails(first.kind, first.fields, nil); e.Code != bridge.CodeRequest {
			t.Error(e)
		}
		select {
		case <-c.closed:
		case <-time.After(time.Minute):
			t.Error("the connection lives on")
		}
	}
}
