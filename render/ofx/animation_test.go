package ofx

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func curve(interpolation Interpolation, keys ...float64) *Curve {
	c := &Curve{Interpolation: interpolation}
	for i := 0; i < len(keys); i += 2 {
		c.put(Key{Time: keys[i], Value: []float64{keys[i+1]}})
	}
	return c
}

// Values, slopes and areas that were worked out by hand.
func TestCurvesByHand(t *testing.T) {
	for _, k := range []struct {
		name                    string
		curve                   *Curve
		t, value, slope, toHere float64 // toHere: the integral from 0
	}{
		{"linear", curve(Linear, 0, 0, 10, 1), 2.5, 0.25, 0.1, 0.3125},
		{"linear, at the second of three keys", curve(Linear, 0, 0, 10, 1, 20, -1), 10, 1, -0.2, 5},
		{"linear, before", curve(Linear, 5, 3, 10, 1), 2, 3, 0, 6},
		{"linear, after", curve(Linear, 0, 2, 10, 4), 13, 4, 0, 30 + 12},
		{"constant", curve(Constant, 0, 1, 4, 5, 8, 2), 6, 5, 0, 4 + 10},
		{"constant, at a key", curve(Constant, 0, 1, 4, 5, 8, 2), 8, 2, 0, 4 + 20},
		// A cubic that is level at both ends: 3u² − 2u³, slope 6u − 6u², area u³ − u⁴/2.
		{"smooth, a quarter", curve(Smooth, 0, 0, 10, 1), 2.5, 0.15625, 0.1125,
			10 * (0.015625 - 0.001953125)},
		{"smooth, the middle", curve(Smooth, 0, 0, 10, 1), 5, 0.5, 0.15, 10 * (0.125 - 0.03125)},
		{"smooth, a peak is level", curve(Smooth, 0, 0, 10, 1, 20, 0), 10, 1, 0, 5},
		// Slopes of 0.1 and 0.3 on equal sides: their harmonic mean is 2/(1/0.1 + 1/0.3) = 0.15.
		{"smooth, through a key", curve(Smooth, 0, 0, 10, 1, 20, 4), 10, 1, 0.15,
			10 * (0.5 - 1.5/12)},
		{"one key", curve(Linear, 7, 3), 0, 3, 0, 0},
	} {
		for what, pair := range map[string][2]float64{
			"value":    {k.curve.Value(k.t, 0), k.value},
			"slope":    {k.curve.Derivative(k.t, 0), k.slope},
			"integral": {k.curve.Integral(0, k.t, 0), k.toHere},
		} {
			if math.Abs(pair[0]-pair[1]) > 1e-12 {
				t.Errorf("%s: %s %g, want %g", k.name, what, pair[0], pair[1])
			}
		}
	}
}

// Whatever the keys: the curve passes them, smooth ones never leave the values on either side, the
// slope is the limit of differences, and the integral is the sum of thin slices.
func TestCurvesByNumbers(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		c := &Curve{Interpolation: Interpolation(random.IntN(3))}
		for range 1 + random.IntN(6) {
			c.put(Key{Time: float64(random.IntN(40)), Value: []float64{random.Float64()*10 - 5}})
		}
		times := make([]float64, len(c.Keys))
		for i, k := range c.Keys {
			times[i] = k.Time
			if got := c.Value(k.Time, 0); math.Abs(got-k.Value[0]) > 1e-12 {
				t.Fatalf("%+v at key %g: %g", c, k.Time, got)
			}
		}
		if !slices.IsSorted(times) {
			t.Fatalf("keys at %v", times)
		}
		sum, step := 0.0, 1.0/512
		for at := -3.0; at < 43; at += step {
			middle := at + step/2
			v := c.Value(middle, 0)
			sum += v * step
			i, _ := slices.BinarySearch(times, middle)
			low, high := c.Keys[max(i-1, 0)].Value[0], c.Keys[min(i, len(c.Keys)-1)].Value[0]
			if v < math.Min(low, high)-1e-12 || v > math.Max(low, high)+1e-12 {
				t.Fatalf("%+v at %g: %g is not between %g and %g", c, middle, v, low, high)
			}
			slope := (c.Value(middle+1e-5, 0) - c.Value(middle-1e-5, 0)) / 2e-5
			if got := c.Derivative(middle, 0); math.Abs(got-slope) > 1e-4 {
				t.Fatalf("%+v at %g: slope %g, want %g", c, middle, got, slope)
			}
		}
		if got := c.Integral(-3, 43, 0); math.Abs(got-sum) > 1e-3 {
			t.Fatalf("%+v: integral %g, want %g", c, got, sum)
		}
		if there, back := c.Integral(-3, 43, 0), c.Integral(43, -3, 0); there != -back {
			t.Fatalf("%+v: %g there, %g back", c, there, back)
		}
	}
}

func TestKeyIndex(t *testing.T) {
	times := []float64{1, 5, 9}
	for _, k := range []struct {
		time            float64
		direction, want int
	}{
		{5, 0, 1}, {4, 0, -1}, {5, -1, 0}, {5, 1, 2}, {1, -1, -1}, {9, 1, -1}, {0, 1, 0},
		{10, -1, 2}, {6, 1, 2}, {6, -1, 1},
	} {
		if got := keyIndex(times, k.time, k.direction); got != k.want {
			t.Errorf("key %+d of %g is %d, want %d", k.direction, k.time, got, k.want)
		}
	}
}
