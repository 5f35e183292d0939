package engine

import (
	"math"
	"path/filepath"
	"testing"

	"impasto.net/bridge"
	"impasto.net/plugin/onnxtest"
)

// landscape is a plate like a photograph, in the message itself: soft areas, edges that no grid
// has, and some grain, by where a pixel lies in a frame of a size.
func landscape(w bridge.Window, width, height int) bridge.Image {
	im := bridge.Image{Window: w, Channels: 4, RowBytes: w.Width() * 16}
	im.Pixels = make([]byte, im.Size())
	for i := range im.Size() / 4 {
		x, y, c := float64(w[0]+i/4%w.Width())/float64(width),
			float64(w[1]+i/4/w.Width())/float64(height), i%4
		v := 0.3 + 0.4*y + 0.06*float64(c)*math.Sin(5*x+3*y)
		if ridge := 0.45 + 0.2*math.Sin(9*x) + 0.05*math.Sin(41*x); y < ridge {
			v = 0.15 + 0.1*float64(c)*y + 0.1*math.Sin(60*x+90*y)*math.Sin(70*y-35*x)
		}
		if math.Hypot(x-0.62, y-0.7) < 0.1 {
			v = 0.9 - 0.2*float64(c)
		}
		grain := math.Mod(math.Abs(math.Sin(x*9871.3+y*5413.7+float64(c))*43758.5), 1)
		put(im.Pixels, i, float32(v+0.02*(grain-0.5)))
		if c == 3 {
			put(im.Pixels, i, 1)
		}
	}
	return im
}

// cropped is what lies in a window of an image.
func cropped(im *bridge.Image, w bridge.Window) bridge.Image {
	return bridge.Image{Window: w, Channels: 4, RowBytes: w.Width() * 16, Pixels: part(im, w)}
}

// apart says how many decibels two pictures are apart, in what both have but for a margin.
func apart(a, b *bridge.Image, margin int) float64 {
	v, w := a.Window, b.Window
	in := bridge.Window{max(v[0], w[0]) + margin, max(v[1], w[1]) + margin,
		min(v[2], w[2]) - margin, min(v[3], w[3]) - margin}
	p, q := part(a, in), part(b, in)
	sum := 0.
	for i := range len(p) / 4 {
		off := float64(at(p, i) - at(q, i))
		sum += off * off
	}
	return -10 * math.Log10(sum/float64(len(p)/4*3/4))
}

// framed is a request for a plate in a frame that goes from 0, 0.
func framed(style string, plate bridge.Image, width, height int, size bridge.Size) *bridge.Render {
	size.Format = &[4]float64{0, 0, float64(width), float64(height)}
	r := &bridge.Render{
		Style: style, Frame: 1, Space: bridge.SpaceSRGB, Mix: 1,
		Unrealness: bridge.DefaultUnrealness, Size: size, Device: onCPU,
		Plate: plate, Output: plate,
		Statistics: bridge.Statistics{Window: &bridge.Window{0, 0, width, height}},
	}
	r.Output.Pixels = nil
	return r
}

func (c *client) painted(r *bridge.Render) bridge.Image {
	var d bridge.Done
	c.ask(bridge.KindRender, r, nil, bridge.KindDone, &d)
	im := r.Output
	im.Pixels = d.Pixels
	return im
}

// crops are the windows that a frame becomes where some pixels of a side are gone, and of all.
func crops(width, height int) (all []bridge.Window) {
	whole := bridge.Window{0, 0, width, height}
	for _, by := range []int{1, 2, 3, 4, 7, 64} {
		for side := range 4 {
			w := whole
			if w[side] += by; side > 1 {
				w[side] -= 2 * by
			}
			all = append(all, w)
		}
	}
	return append(all, bridge.Window{5, 3, width - 9, height - 1},
		bridge.Window{-3, -6, width + 2, height + 9})
}

// half is how far the shipped network sees, in pixels that it works on, and the step of its grid.
const half = 113 + 8

// With the statistics of one frame held, there is one painting of the shot, whatever the data
// window: of a proxy, an anamorphic plate, at half the size, in tiles.
func TestACropIsPaintedAsTheWhole(t *testing.T) {
	bank := onnxtest.Shipped()
	c := newClient(t, bank)
	for _, x := range []struct {
		name          string
		width, height int
		scale         [2]float64
		aspect        float64
		detail        float64
		margin        int
		client        *client
	}{
		{"as it is", 401, 363, [2]float64{1, 1}, 1, 1, half, c},
		{"in tiles", 401, 363, [2]float64{1, 1}, 1, 1, half,
			tilingClient(t, bank, "starry-night", 300*300)},
		{"a proxy", 203, 202, [2]float64{0.5, 0.5}, 1, 1, half / 2, c},
		{"half the size", 669, 651, [2]float64{1, 1}, 1, 0.5, 2*half + 8, c},
		{"wide pixels", 345, 363, [2]float64{1, 1}, 2, 1, half, c},
	} {
		size := asHigh(x.height)
		size.Scale, size.PixelAspect = x.scale, x.aspect
		size.Detail *= x.detail / x.scale[1]
		over := bridge.Window{-3, -6, x.width + 2, x.height + 9}
		all := landscape(over, x.width, x.height)
		plate := cropped(&all, bridge.Window{0, 0, x.width, x.height})
		paint := func(w bridge.Window) bridge.Image {
			r := framed("starry-night", cropped(&all, w), x.width, x.height, size)
			r.Statistics.Held = &plate
			return x.client.painted(r)
		}
		want, least := paint(plate.Window), math.Inf(1)
		for _, w := range crops(x.width, x.height) {
			got := paint(w)
			dB := apart(&got, &want, x.margin)
			if least = min(least, dB); !(dB >= 60) {
				t.Errorf("%s: %v is %.1f dB from the whole", x.name, w, dB)
			}
		}
		t.Logf("%s: %.1f dB from the whole at the least", x.name, least)
	}
}

// What a descent starts from is the frame's as well: its grain, its sizes, that of the strokes and
// the encoder's grid. After few iterations a crop is near the whole; after many it is not, because
// each looks for its own way down.
func TestADescentOfACropStartsAsThatOfTheWhole(t *testing.T) {
	c := newClient(t, onnxtest.Shipped())
	const width, height = 94, 93
	all := landscape(bridge.Window{-2, -3, width, height + 1}, width, height)
	paint := func(w bridge.Window, detail float64) bridge.Image {
		size := fullSize
		size.Detail = detail
		r := framed("sight", cropped(&all, w), width, height, size)
		r.Painting = stripes(200, 150)
		r.Descent = &bridge.Descent{Iterations: 2, TextureCrop: [4]float64{0, 0, 1, 1}, Seed: 1}
		return c.painted(r)
	}
	for _, detail := range []float64{1, 0.7} {
		want := paint(bridge.Window{0, 0, width, height}, detail)
		for _, w := range []bridge.Window{{1, 0, width, height}, {0, 0, width - 4, height},
			{0, 0, width, height - 3}, {-2, -3, width, height + 1}} {
			got := paint(w, detail)
			dB := apart(&got, &want, 24)
			t.Logf("detail %g: %v is %.1f dB from the whole", detail, w, dB)
			if !(dB >= 40) {
				t.Errorf("detail %g: %v is %.1f dB from the whole", detail, w, dB)
			}
		}
	}
}

// The picture of the frame before lies where it lay, and where there was none the plate is what a
// frame starts from: the next frame of a still shot is the same where its bounding box moved.
func TestTheFrameBeforeLiesWhereItLay(t *testing.T) {
	bank := t.TempDir()
	onnxtest.Filters(t, bank)
	c, _ := kept(t, bank, filepath.Join(t.TempDir(), "pictures"))
	const width, height = 60, 50
	plate := landscape(bridge.Window{0, 0, width, height}, width, height)
	paint := func(w bridge.Window, after []byte) (bridge.Image, []byte) {
		r := framed("filters", cropped(&plate, w), width, height, fullSize)
		r.Painting = stripes(50, 40)
		r.Descent = &bridge.Descent{Iterations: 1, TextureCrop: [4]float64{0, 0, 1, 1}, Seed: 1,
			After: after}
		d := c.optimise(r)
		im := r.Output
		im.Pixels = d.Pixels
		return im, d.Kept
	}
	first, before := paint(bridge.Window{0, 0, width, height}, nil)
	for _, w := range []bridge.Window{{9, 0, width, height}, {0, 0, width, height - 12}} {
		moved, other := paint(w, before)
		if dB := apart(&moved, &first, 16); !(dB >= 30) {
			t.Errorf("the frame before the crop %v is %.1f dB from it", w, dB)
		}
		again, _ := paint(bridge.Window{0, 0, width, height}, other)
		if dB := apart(&again, &first, 4); !(dB >= 25) {
			t.Errorf("what comes after the crop %v is %.1f dB from the whole", w, dB)
		}
		t.Logf("%v: %.1f dB, %.1f dB", w, apart(&moved, &first, 16), apart(&again, &first, 4))
	}
}
