package engine

import (
	"bytes"
	"testing"

	"impasto.net/bridge"
	"impasto.net/plugin/onnxtest"
)

// toned is a frame of noise in the message itself, of a brightness, that lies somewhere.
func toned(w bridge.Window, seed int, brightness float32) *bridge.Render {
	im := bridge.Image{Window: w, Channels: 4, RowBytes: w.Width() * 16}
	r := &bridge.Render{Style: "night", Frame: float64(seed), Space: bridge.SpaceSRGB, Mix: 1,
		Unrealness: bridge.DefaultUnrealness, Size: fullSize, Device: onCPU, Plate: im, Output: im}
	s := &shared{plate: make([]byte, im.Size())}
	s.tinge(seed, brightness)
	r.Plate.Pixels = s.plate
	for i := 3; i < len(s.plate)/4; i += 4 {
		put(s.plate, i, 1)
	}
	return r
}

// statistics is a client with the style night, whose network has its statistics from the
// mean of the frame.
func statisticsClient(t *testing.T) *client {
	bank := t.TempDir()
	onnxtest.WriteStyle(t, bank, "night", onnxtest.WriteNetwork(t, bank, "painter"), night)
	return newClient(t, bank)
}

// part is the pixels of a frame in a window, as if they were one.
func part(im *bridge.Image, w bridge.Window) []byte {
	var all []byte
	for y := w[1]; y < w[3]; y++ {
		row := im.Pixels[(y-im.Window[1])*im.RowBytes:]
		all = append(all, row[16*(w[0]-im.Window[0]):16*(w[2]-im.Window[0])]...)
	}
	return all
}

// painted is what the network makes of a plate with the statistics of other pixels.
func painted(plate, of []byte) []byte {
	both := conditional(append(bytes.Clone(of), plate...), night, len(of)/16)
	return both[len(of):]
}

func TestStatisticsOfAPart(t *testing.T) {
	c := statisticsClient(t)
	plate := bridge.Window{-16, -8, 48, 40}
	for _, x := range []struct {
		name         string
		window, want bridge.Window
	}{
		{"the format, with overscan around it", bridge.Window{0, 0, 32, 32},
			bridge.Window{0, 0, 32, 32}},
		{"a larger format", bridge.Window{-100, -100, 1000, 1000}, plate},
		{"a format that the plate leaves at two sides", bridge.Window{16, 8, 112, 72},
			bridge.Window{16, 8, 48, 40}},
		{"a format elsewhere", bridge.Window{1000, 0, 1100, 100}, plate},
	} {
		r := toned(plate, 3, 0.4)
		for i := range len(r.Plate.Pixels) / 4 { // the right side is brighter
			if i%4 < 3 && i/4%64 > 30 {
				put(r.Plate.Pixels, i, at(r.Plate.Pixels, i)*2)
			}
		}
		r.Statistics.Window = &x.window
		var d bridge.Done
		c.ask(bridge.KindRender, r, nil, bridge.KindDone, &d)
		near(t, d.Pixels, painted(r.Plate.Pixels, part(&r.Plate, x.want)), 1e-5)
	}
}

// Two frames of a shot whose bounding boxes differ are painted with the statistics of a
// third one, and no picture is taken for one with other statistics.
func TestHeldStatistics(t *testing.T) {
	c := statisticsClient(t)
	for _, seed := range []int{1, 2} {
		held := toned(bridge.Window{5, 5, 45 + seed, 35}, 7+seed, 0.3*float32(seed)).Plate
		for i, w := range []bridge.Window{{0, 0, 64, 48}, {-7, 3, 20, 90}} {
			r := toned(w, i, 0.5)
			r.Statistics.Held = &held
			var d bridge.Done
			c.ask(bridge.KindRender, r, nil, bridge.KindDone, &d)
			if d.Cached {
				t.Error("the picture with the statistics of another frame was taken")
			}
			near(t, d.Pixels, painted(r.Plate.Pixels, held.Pixels), 1e-5)
			if c.ask(bridge.KindRender, r, nil, bridge.KindDone, &d); !d.Cached {
				t.Error("the picture was not kept")
			}
		}
	}
	// Held from itself, a frame is what it is.
	r := toned(bridge.Window{0, 0, 64, 48}, 5, 0.5)
	var alone, held bridge.Done
	c.ask(bridge.KindRender, r, nil, bridge.KindDone, &alone)
	r.Statistics.Held = &r.Plate
	if c.ask(bridge.KindRender, r, nil, bridge.KindDone, &held); !bytes.Equal(alone.Pixels,
		held.Pixels) {
		t.Error("a frame with its own statistics held is another one")
	}
	r.Statistics.Held = &bridge.Image{Window: bridge.Window{0, 0, 4, 4}, Channels: 4, RowBytes: 64}
	if e := c.fails(bridge.KindRender, r, nil); e.Code != bridge.CodeRequest {
		t.Error(e)
	}
}

// Where there is nothing it does not count, wherever the object is that there is.
func TestStatisticsOfWhatIsSolid(t *testing.T) {
	c := statisticsClient(t)
	object := toned(bridge.Window{0, 0, 32, 16}, 4, 0.6).Plate
	for _, premultiplied := range []bool{true, false} {
		for _, at := range [][2]int{{8, 8}, {30, 20}} {
			r := toned(bridge.Window{0, 0, 64, 48}, 1, 1)
			r.Premultiplied = premultiplied
			for i := range len(r.Plate.Pixels) / 16 {
				p := r.Plate.Pixels[16*i : 16*i+16]
				if x, y := i%64-at[0], i/64-at[1]; x >= 0 && x < 32 && y >= 0 && y < 16 {
					copy(p, object.Pixels[16*(32*y+x):])
				} else {
					put(p, 3, 0)
				}
			}
			var d bridge.Done
			c.ask(bridge.KindRender, r, nil, bridge.KindDone, &d)
			w := bridge.Window{at[0], at[1], at[0] + 32, at[1] + 16}
			out := bridge.Image{Window: r.Plate.Window, RowBytes: r.Plate.RowBytes,
				Pixels: d.Pixels}
			near(t, part(&out, w), painted(object.Pixels, object.Pixels), 1e-5)
		}
	}
}
