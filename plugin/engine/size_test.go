package engine

import (
	"math"
	"strings"
	"testing"

	"impasto.net/bridge"
	"impasto.net/plugin/onnxtest"
	"impasto.net/plugin/style"
)

// The network of this bank fails on every frame, and the failure says at which size.
func failing(t *testing.T) *client {
	bank := t.TempDir()
	var g onnxtest.Graph
	g.Node("AveragePool", []string{"x"}, "y",
		map[string]any{"kernel_shape": []int64{2, 2}, "strides": []int64{2, 2}})
	onnxtest.WritePackage(t, bank, "half", g.Bytes(),
		func(m *style.Style) { m.Input.MultipleOf = 2 })
	return newClient(t, bank)
}

func TestWorkingSize(t *testing.T) {
	c := failing(t)
	for _, x := range []struct {
		what          string
		width, height int
		size          bridge.Size
		want          string
	}{
		{"as it is", 64, 48, fullSize, "64 × 48"},
		{"a proxy", 32, 24, bridge.Size{Scale: [2]float64{0.5, 0.5}, PixelAspect: 1, Detail: 1,
			TextureScale: 1}, "64 × 48"},
		{"a proxy of fields", 64, 24, bridge.Size{Scale: [2]float64{1, 0.5}, PixelAspect: 1,
			Detail: 1, TextureScale: 1}, "64 × 48"},
		{"wide pixels", 32, 48, bridge.Size{Scale: [2]float64{1, 1}, PixelAspect: 2, Detail: 1,
			TextureScale: 1}, "64 × 48"},
		{"narrow pixels", 72, 48, bridge.Size{Scale: [2]float64{1, 1}, PixelAspect: 0.9, Detail: 1,
			TextureScale: 1}, "65 × 48"},
		{"half the detail", 64, 48, bridge.Size{Scale: [2]float64{1, 1}, PixelAspect: 1,
			Detail: 0.5, TextureScale: 1}, "32 × 24"},
		{"large strokes", 64, 48, bridge.Size{Scale: [2]float64{1, 1}, PixelAspect: 1, Detail: 1,
			TextureScale: 4}, "16 × 12"},
		{"all at once", 16, 24, bridge.Size{Scale: [2]float64{0.5, 0.5}, PixelAspect: 2, Detail: 2,
			TextureScale: 0.5}, "256 × 192"},
		{"hardly anything", 3, 1, bridge.Size{Scale: [2]float64{1, 1}, PixelAspect: 1, Detail: 0.1,
			TextureScale: 10}, "1 × 1"},
	} {
		s := newShared(t, "half", x.width, x.height)
		s.request.Size = x.size
		if e := c.fails(bridge.KindRender, &s.request, s.file); !strings.Contains(e.Message,
			"frame 1, "+x.want+" pixels") {
			t.Errorf("%s: %q does not say %s", x.what, e.Message, x.want)
		}
	}
	s := newShared(t, "half", 1000, 800)
	s.request.Size.TextureScale = 0.1
	e := c.fails(bridge.KindRender, &s.request, s.file)
	if want := "10000 × 8000 pixels, which is too much: lower Detail, or raise Texture Scale."; e.Code != bridge.CodeMemory || !strings.Contains(e.Message, want) {
		t.Errorf("%v does not say %q", e, want)
	}
}

// A network of so many lines paints every frame at that height.
func TestLinesOfTheFrame(t *testing.T) {
	bank := t.TempDir()
	var g onnxtest.Graph
	g.Node("AveragePool", []string{"x"}, "y",
		map[string]any{"kernel_shape": []int64{2, 2}, "strides": []int64{2, 2}})
	onnxtest.WritePackage(t, bank, "half", g.Bytes(),
		func(m *style.Style) { m.Input.MultipleOf, m.Lines = 2, 96 })
	c := newClient(t, bank)
	sized := func(scale, aspect, detail, texture float64) bridge.Size {
		return bridge.Size{Scale: [2]float64{scale, scale}, PixelAspect: aspect, Detail: detail,
			TextureScale: texture}
	}
	format := sized(1, 1, 1, 1)
	format.Format = &[4]float64{0, 0, 64, 192}
	for _, x := range []struct {
		what          string
		width, height int
		size          bridge.Size
		want          string
	}{
		{"as high as that", 128, 96, sized(1, 1, 1, 1), "128 × 96"},
		{"lower", 64, 48, sized(1, 1, 1, 1), "128 × 96"},
		{"higher", 300, 960, sized(1, 1, 1, 1), "30 × 96"},
		{"a proxy", 32, 24, sized(0.5, 1, 1, 1), "128 × 96"},
		{"wide pixels", 64, 96, sized(1, 2, 1, 1), "128 × 96"},
		{"half the detail", 64, 48, sized(1, 1, 0.5, 1), "64 × 48"},
		{"large strokes", 64, 48, sized(1, 1, 1, 2), "64 × 48"},
		{"a thumbnail", 16, 12, sized(1, 1, 1, 1), "64 × 48"},
		{"a plate that is a part of the frame", 64, 48, format, "32 × 24"},
	} {
		s := newShared(t, "half", x.width, x.height)
		s.request.Size = x.size
		if e := c.fails(bridge.KindRender, &s.request, s.file); !strings.Contains(e.Message,
			"frame 1, "+x.want+" pixels") {
			t.Errorf("%s: %q does not say %s", x.what, e.Message, x.want)
		}
	}
}

// grey is what a plate of some width has at x, y from 0 to 1: smooth, nothing above 1.
func grey(x, y float64, c int) float32 {
	return float32(0.5 + 0.3*math.Sin(9*x+4*y+float64(c))*math.Cos(7*y-3*x))
}

// drawn is a plate of a size with the picture that grey is, and its pixels' values as the
// network sees them.
func drawn(t *testing.T, id string, width, height int) *shared {
	s := newShared(t, id, width, height)
	s.request.Space = bridge.SpaceSRGB
	for i := range len(s.plate) / 4 {
		if i%4 < 3 {
			put(s.plate, i, grey((float64(i/4%width)+0.5)/float64(width),
				(float64(i/4/width)+0.5)/float64(height), i%4))
		}
	}
	return s
}

// compare says how far two outputs of other sizes are apart at the most: the second is
// taken at the centres of the first one's pixels, in float64 and straight between its own.
// The pixels at the borders are left out.
func compare(a, b *shared) float64 {
	aw, ah := a.request.Plate.Window.Width(), a.request.Plate.Window.Height()
	bw, bh := b.request.Plate.Window.Width(), b.request.Plate.Window.Height()
	worst := 0.
	for y := ah / 8; y < ah-ah/8; y++ {
		for x := aw / 8; x < aw-aw/8; x++ {
			fx, fy := (float64(x)+0.5)*float64(bw)/float64(aw)-0.5,
				(float64(y)+0.5)*float64(bh)/float64(ah)-0.5
			ix, iy := int(fx), int(fy)
			for c := range 3 {
				v := func(x, y int) float64 { return float64(at(b.output, (y*bw+x)*4+c)) }
				rx, ry := fx-float64(ix), fy-float64(iy)
				want := (v(ix, iy)*(1-rx)+v(ix+1, iy)*rx)*(1-ry) +
					(v(ix, iy+1)*(1-rx)+v(ix+1, iy+1)*rx)*ry
				worst = max(worst, math.Abs(float64(at(a.output, (y*aw+x)*4+c))-want))
			}
		}
	}
	return worst
}

// A network whose picture depends on the size that it works at paints proxies, anamorphic
// plates and plates of other sizes as it paints the full one with square pixels.
func TestThePictureIsTheSameAtEverySize(t *testing.T) {
	bank := t.TempDir()
	onnxtest.WritePackage(t, bank, "sharp", onnxtest.Sharp(40))
	c := newClient(t, bank)
	full := drawn(t, "sharp", 200, 160)
	c.render(full)
	for _, x := range []struct {
		what          string
		width, height int
		size          bridge.Size
		same          bool
	}{
		{"a proxy of half the size", 100, 80,
			bridge.Size{Scale: [2]float64{0.5, 0.5}, PixelAspect: 1, Detail: 1,
				TextureScale: 1}, true},
		{"a proxy of a quarter", 50, 40, bridge.Size{Scale: [2]float64{0.25, 0.25}, PixelAspect: 1,
			Detail: 1, TextureScale: 1}, true},
		{"a fast proxy", 100, 80, fullSize, false},
		{"wide pixels", 100, 160,
			bridge.Size{Scale: [2]float64{1, 1}, PixelAspect: 2, Detail: 1, TextureScale: 1}, true},
		{"a proxy of wide pixels", 50, 80, bridge.Size{Scale: [2]float64{0.5, 0.5}, PixelAspect: 2,
			Detail: 1, TextureScale: 1}, true},
		{"wide pixels that nobody told of", 100, 160, fullSize, false},
		{"a larger plate with half the detail", 400, 320,
			bridge.Size{Scale: [2]float64{1, 1}, PixelAspect: 1, Detail: 0.5,
				TextureScale: 1}, true},
		{"a larger plate with larger strokes", 400, 320,
			bridge.Size{Scale: [2]float64{1, 1}, PixelAspect: 1, Detail: 1, TextureScale: 2}, true},
		{"a larger plate", 400, 320, fullSize, false},
	} {
		s := drawn(t, "sharp", x.width, x.height)
		s.request.Size = x.size
		c.render(s)
		off := compare(s, full)
		t.Logf("%s: off by %.4f at the most", x.what, off)
		if x.same != (off < 0.001) {
			t.Errorf("%s: off by %.4f at the most", x.what, off)
		}
	}
	// The picture that is kept is that of the size.
	for _, x := range []struct {
		detail, textureScale float64
		cached               bool
	}{{1, 1, true}, {0.5, 1, false}, {1, 2, true}, {0.5, 2, false}, {0.5, 1, true}} {
		full.request.Size.Detail, full.request.Size.TextureScale = x.detail, x.textureScale
		if d := c.render(full); d.Cached != x.cached {
			t.Errorf("%+v: %v", x, d)
		}
	}
}

// A painting is what is enlarged of a style that takes one.
func TestTextureScaleOfPaintings(t *testing.T) {
	bank := t.TempDir()
	vectors, paints := onnxtest.Vectors()
	onnxtest.WritePackage(t, bank, "vectors", paints,
		onnxtest.WithVectors(t, bank, "vectors", vectors))
	c := newClient(t, bank)
	r := inline("vectors", flat(0.5, 0.25, 0))
	c.ask(bridge.KindRender, r, nil, bridge.KindDone, &bridge.Done{})
	r.Size.TextureScale = 2
	var d bridge.Done
	if c.ask(bridge.KindRender, r, nil, bridge.KindDone, &d); d.Cached {
		t.Error("the picture of another texture scale was taken")
	}
	im := &r.Painting.Image
	im.Window, im.RowBytes = bridge.Window{0, 0, 600, 500}, 600*16
	im.Pixels = make([]byte, im.Size())
	r.Size.TextureScale = 10
	if e := c.fails(bridge.KindRender, r, nil); e.Code != bridge.CodeMemory ||
		!strings.Contains(e.Message, "Texture Scale 10 makes ") {
		t.Error(e)
	}
}
