package objective_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"impasto.net/plugin/network"
	"impasto.net/plugin/objective"
	"impasto.net/plugin/onnxtest"
)

// Tiles of whatever size come to what the whole does.
func TestTilesAreTheWhole(t *testing.T) {
	check := func(t *testing.T, f *fixture) {
		wanted, want := f.evaluate(t, f.load(t, whole))
		most := 0
		for memory := whole / 8; most < 9; memory /= 2 {
			o, err := f.aimed(t, memory)
			if errors.Is(err, network.ErrMemory) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if tiles := o.Tiles(); tiles == most || tiles == 1 {
				continue
			} else {
				most = tiles
			}
			loss, gradient := f.evaluate(t, o)
			for i, part := range []float64{loss.Style, loss.Content, loss.Variation} {
				if want := []float64{wanted.Style, wanted.Content,
					wanted.Variation}[i]; !(math.Abs(part-want) <= 1e-4*want) {
					t.Errorf("in %d tiles the loss is %v, in one %v", most, loss, wanted)
				}
			}
			off := apart(gradient, want)
			t.Logf("in %d tiles the gradient is off by %.2g", most, off)
			if !(off <= 1e-4) {
				t.Errorf("in %d tiles the gradient is off by %.2g", most, off)
			}
			if second, again := f.evaluate(t, o); second != loss || !slices.Equal(again, gradient) {
				t.Errorf("a second time it is %v, not %v, or another gradient", second, loss)
			}
		}
		if most < 4 {
			t.Errorf("there were %d tiles at the most", most)
		}
	}
	for name, middle := range middles {
		t.Run(name, func(t *testing.T) {
			f := small(t, middle)
			f.plate, f.painting, f.start = noise(1, 61, 47), noise(2, 33, 52), noise(3, 61, 47)
			check(t, f)
		})
	}
	for name, e := range onnxtest.Encoders {
		t.Run(name, func(t *testing.T) { check(t, known(t, e, 211, 163)) })
		t.Run(name+" in a region", func(t *testing.T) {
			f := known(t, e, 211, 163)
			f.region = disc(f.plate)
			check(t, f)
		})
	}
}

func (f *fixture) evaluate(t *testing.T, o *objective.Objective) (objective.Loss, []float32) {
	t.Helper()
	gradient := make([]float32, len(f.start.Values))
	loss, err := o.Evaluate(t.Context(), f.start, gradient)
	if err != nil {
		t.Fatal(err)
	}
	return loss, gradient
}
