package engine

import (
	"bytes"
	"strings"
	"testing"

	"impasto.net/bridge"
	"impasto.net/plugin/onnxtest"
	"impasto.net/plugin/style"
)

// flat is a painting of one colour, in the message itself. Its pixels carry alpha.
func flat(r, g, b float32) *bridge.Painting {
	const width, height = 30, 20
	p := &bridge.Painting{Space: bridge.SpaceSRGB, Premultiplied: true, Image: bridge.Image{
		Window: bridge.Window{5, 5, 5 + width, 5 + height}, Channels: 4, RowBytes: width *
			16, Pixels: make([]byte, width*height*16),
	}}
	for i := range width * height {
		for c, v := range []float32{r / 2, g / 2, b / 2, 0.5} {
			put(p.Image.Pixels, 4*i+c, v)
		}
	}
	return p
}

// inline is a frame of one grey with a painting, all in the message.
func inline(name string, p *bridge.Painting) *bridge.Render {
	const width, height = 40, 30
	im := bridge.Image{Window: bridge.Window{0, 0, width, height}, Channels: 4,
		RowBytes: width * 16}
	r := &bridge.Render{Style: name, Frame: 3, Space: bridge.SpaceSRGB, Mix: 1,
		Unrealness: bridge.DefaultUnrealness, Size: fullSize, Device: onCPU, Plate: im, Output: im,
		Painting: p}
	r.Plate.Pixels = make([]byte, im.Size())
	for i := range width * height {
		for c, v := range []float32{0.25, 0.25, 0.25, 1} {
			put(r.Plate.Pixels, 4*i+c, v)
		}
	}
	return r
}

func TestStylesOfPaintings(t *testing.T) {
	bank := t.TempDir()
	onnxtest.WritePackage(t, bank, "tinted", onnxtest.Tinted(), func(m *style.Style) {
		m.Input.Name = "content"
		painting := m.Input
		painting.Name = "style"
		m.Painting = &painting
	})
	vectors, paints := onnxtest.Vectors()
	onnxtest.WritePackage(t, bank, "vectors", paints,
		onnxtest.WithVectors(t, bank, "vectors", vectors))
	onnxtest.WritePackage(t, bank, "plain", onnxtest.Identity())
	c := newClient(t, bank)
	paint := func(name string, p *bridge.Painting) ([]byte, bool) {
		var d bridge.Done
		c.ask(bridge.KindRender, inline(name, p), nil, bridge.KindDone, &d)
		return d.Pixels, d.Cached
	}
	colour := func(pixels []byte, want ...float32) {
		t.Helper()
		all := make([]byte, len(pixels))
		for i := range len(pixels) / 4 {
			put(all, i, want[i%4])
		}
		near(t, pixels, all, 1e-5)
	}
	for range 2 { // the second time from what is kept
		out, _ := paint("tinted", flat(0.75, 0.5, 0.25))
		colour(out, 0.5, 0.375, 0.25, 1)
		out, _ = paint("vectors", flat(0.5, 0.25, 0))
		colour(out, 0.75, 0.5, 0.25, 1)
	}
	// Another painting paints another picture, whatever is kept of the plate.
	out, cached := paint("vectors", flat(0, 0, 0.5))
	if colour(out, 0.25, 0.25, 0.75, 1); cached {
		t.Error("the picture of another painting was taken")
	}
	if _, cached = paint("vectors", flat(0.5, 0.25, 0)); !cached {
		t.Error("the picture was not kept")
	}
	// A painting means nothing to a style that takes none.
	out, _ = paint("plain", flat(1, 0, 0))
	colour(out, 0.25, 0.25, 0.25, 1)
	e := c.fails(bridge.KindRender, inline("vectors", nil), nil)
	if want := `The style "Test vectors" needs a painting: connect one to the Style input.`; e.Code != bridge.CodeStyle || e.Message != want {
		t.Errorf("failed with %v, want %q", e, want)
	}
	for _, edit := range []func(p *bridge.Painting){
		func(p *bridge.Painting) { p.Space = "log" },
		func(p *bridge.Painting) { p.Image.Pixels = p.Image.Pixels[4:] },
		func(p *bridge.Painting) { p.Image.Channels = 1 },
	} {
		p := flat(1, 1, 1)
		edit(p)
		if e := c.fails(bridge.KindRender, inline("plain", p), nil); e.Code != bridge.CodeRequest ||
			!strings.Contains(e.Cause, "painting") {
			t.Error(e)
		}
	}
}

func TestPaintingsFitTheNetwork(t *testing.T) {
	for _, x := range []struct {
		in            style.Input
		width, height int
		textureScale  float64
		want          [2]int
	}{
		{style.Input{MultipleOf: 1, Minimum: 1}, 300, 200, 1, [2]int{300, 200}},
		{style.Input{MultipleOf: 8, Minimum: 1}, 4000, 1000, 1, [2]int{1024, 256}},
		{style.Input{MultipleOf: 8, Minimum: 100}, 4000, 50, 1, [2]int{4000, 104}},
		{style.Input{MultipleOf: 8, Minimum: 1}, 4000, 1000, 2, [2]int{2048, 512}},
		{style.Input{MultipleOf: 1, Minimum: 1}, 300, 200, 0.5, [2]int{150, 100}},
		{style.Input{Size: &[2]int{256, 224}}, 4000, 50, 2, [2]int{256, 224}},
	} {
		if w, h := paintingSize(&x.in, x.width, x.height, x.textureScale); w != x.want[0] ||
			h != x.want[1] {
			t.Errorf("%d × %d becomes %d × %d, want %v", x.width, x.height, w, h, x.want)
		}
	}
}

// A network of one size gives a plate of any size back; a mean and a deviation are taken
// before it, and what it gives is in its own range.
func TestFixedSizeAndMean(t *testing.T) {
	bank := t.TempDir()
	g := onnxtest.Graph{Shape: []int64{1, 3, 48, 64}}
	g.Node("Identity", []string{"x"}, "y", nil)
	onnxtest.WritePackage(t, bank, "fixed", g.Bytes(), func(m *style.Style) {
		m.Input.Size = &[2]int{64, 48}
		m.Input.Channels, m.Output.Channels = "BGR", "BGR"
		m.Input.Range, m.Output.Range = [2]float64{0, 255}, [2]float64{-1, 1}
		m.Input.Mean, m.Input.Std = &[3]float64{127.5, 127.5, 127.5},
			&[3]float64{127.5, 127.5, 127.5}
	})
	c := newClient(t, bank)
	for _, size := range [][2]int{{64, 48}, {90, 90}, {20, 30}, {1, 1}} {
		s := newShared(t, "fixed", size[0], size[1])
		s.smooth(0)
		for i := range len(s.plate) / 4 { // a colour of its own, and nothing above 1
			if i%4 < 3 {
				put(s.plate, i, min(at(s.plate, i)*[]float32{0.8, 0.5, 0.3}[i%4], 1))
			}
		}
		before := bytes.Clone(s.plate)
		c.render(s)
		near(t, s.output, before, 0.02)
	}
}
