package engine

import (
	"testing"

	"impasto.net/bridge"
	"impasto.net/plugin/onnxtest"
)

// Unrealness leads from the network's plain vector to the style's, and beyond it.
func TestUnrealness(t *testing.T) {
	bank := t.TempDir()
	plain := onnxtest.WithPlain(t, bank, "calm", []float32{1, 1, 1, 0, 0, 0})
	onnxtest.WriteStyle(t, bank, "calm-night", onnxtest.WriteNetwork(t, bank, "calm", plain),
		[]float32{0.4, 0.4, 1, 0, 0, 0.4})
	onnxtest.WriteStyle(t, bank, "night", onnxtest.WriteNetwork(t, bank, "wild"),
		[]float32{0.4, 0.4, 1, 0, 0, 0.4})
	vectors, paints := onnxtest.Vectors()
	onnxtest.WritePackage(t, bank, "vectors", paints,
		onnxtest.WithVectors(t, bank, "vectors", vectors))
	c := newClient(t, bank)
	// Of a plate of 0.25 everywhere, whose mean makes gains and shifts 1.25 of what they
	// are; and of a painting of 0.5, 0.25, 0, of which the network adds alpha times that.
	for _, u := range []struct{ unrealness, red, blue, painting float32 }{
		{-2, 0.3125, 0.3125, 0.25}, {1, 0.21875, 0.5625, 0.5}, {4, 0.125, 0.8125, 0.75},
		{8, 0.03125, 1, 0.75},
	} {
		for _, f := range []struct {
			style     string
			red, blue float32
		}{
			{"calm-night", u.red, u.blue}, {"night", 0.125, 0.8125}, {"vectors", u.painting, 0.25},
		} {
			r := inline(f.style, flat(0.5, 0.25, 0))
			r.Unrealness = float64(u.unrealness)
			var d bridge.Done
			c.ask(bridge.KindRender, r, nil, bridge.KindDone, &d)
			for channel, want := range map[int]float32{0: f.red, 2: f.blue} {
				if got := at(d.Pixels, channel); got < want-1e-5 || got > want+1e-5 {
					t.Errorf("%s at %g: channel %d is %g, want %g", f.style, u.unrealness, channel,
						got, want)
				}
			}
		}
	}
}
