package colour

import (
	"math"
	"testing"

	"impasto.net/bridge"
	"impasto.net/bridge/primaries"
)

func values(s *Space, f func(*Space, []Pixel), x float64) float64 {
	row := []Pixel{{float32(x), float32(x), float32(x), 1}}
	f(s, row)
	return float64(row[0][1])
}

func encoded(name string, x float64) float64 { return values(Named(name), (*Space).Encode, x) }
func decoded(name string, x float64) float64 { return values(Named(name), (*Space).Decode, x) }

// What the makers of the curves publish for them.
func TestPublishedValues(t *testing.T) {
	for _, c := range []struct {
		space           string
		light, encoded  float64
		toleranceOfCode float64
	}{
		{bridge.SpaceACEScct, 0.18, 0.4135884, 1e-6},
		{bridge.SpaceACEScct, 0, 0.0729055341958355, 1e-7},
		{bridge.SpaceACEScct, 65504, 1.467996, 1e-6},
		{bridge.SpaceACEScct, 0.0078125, 0.155251141552511, 1e-7},
		{bridge.SpaceLogC3, 0.18, 0.391007, 1e-6},
		{bridge.SpaceLogC3, 0, 0.092809, 1e-6},
		{bridge.SpaceLogC4, 0.18, 0.278396, 1e-6},
		{bridge.SpaceLogC4, 0, 95. / 1023, 1e-6},
		{bridge.SpaceLogC4, 469.8, 1, 1e-6},
		{bridge.SpaceSLog3, 0.18, 420. / 1023, 1e-6},
		{bridge.SpaceSLog3, 0, 95. / 1023, 1e-6},
		{bridge.SpaceSLog3, 0.9, 598. / 1023, 0.5 / 1023}, // whole codes
		{bridge.SpaceRec709Display, 0.18, math.Pow(0.18, 1/2.4), 1e-6},
		{bridge.SpaceACEScg, 0.18, 0.18, 0},
		{bridge.SpaceRec2020, 0.18, 0.18, 0},
	} {
		if got := encoded(c.space, c.light); math.Abs(got-c.encoded) > c.toleranceOfCode+3e-8 {
			t.Errorf("%s: %g is %.8g, want %.8g", c.space, c.light, got, c.encoded)
		}
	}
}

// The matrices that their makers publish, to as many digits as they do.
func TestPublishedMatrices(t *testing.T) {
	for _, c := range []struct {
		space     string
		want      primaries.Matrix
		tolerance float64
	}{
		// ACES 1.0.3, AP1 to Rec. 709 with the Bradford adaptation of D60 to D65.
		{bridge.SpaceACEScg, primaries.Matrix{
			{1.7050509927, -0.6217921207, -0.0832588720},
			{-0.1302564175, 1.1408047366, -0.0105483191},
			{-0.0240033568, -0.1289689761, 1.1529723329},
		}, 1e-5},
		// ITU-R BT.2407, table 1.
		{bridge.SpaceRec2020, primaries.Matrix{{1.6605, -0.5876, -0.0728},
			{-0.1246, 1.1329, -0.0083}, {-0.0182, -0.1006, 1.1187}}, 1e-4},
		// ARRI, ALEXA Log C Curve: Usage in VFX.
		{bridge.SpaceLogC3, primaries.Matrix{
			{1.617523, -0.537287, -0.080237},
			{-0.070573, 1.334613, -0.264040},
			{-0.021102, -0.226954, 1.248056},
		}, 1e-5},
	} {
		for i := range 3 {
			for j := range 3 {
				if got := Named(c.space).To[i][j]; math.Abs(float64(got-c.want[i][j])) > c.tolerance {
					t.Errorf("%s: %d, %d is %g, want %g", c.space, i, j, got, c.want[i][j])
				}
			}
		}
	}
}

// White is the same in all primaries, and there and back is where it was.
func TestPrimariesKeepWhite(t *testing.T) {
	for name, s := range spaces {
		for _, m := range []primaries.Matrix{s.To, s.From} {
			if r, g, b := m.Times(1, 1, 1); max(math.Abs(float64(r-1)), math.Abs(float64(g-1)),
				math.Abs(float64(b-1))) > 1e-6 {
				t.Errorf("%s: white is %g, %g, %g", name, r, g, b)
			}
		}
		for i, p := range [][3]float32{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}} {
			r, g, b := s.From.Times(s.To.Times(p[0], p[1], p[2]))
			for j, v := range []float32{r, g, b} {
				if math.Abs(float64(v-p[j])) > 1e-6 {
					t.Errorf("%s: channel %d of primary %d is %g", name, j, i, v)
				}
			}
		}
	}
}

// The curves have inverses, also below 0 and above 1, and grow everywhere.
func TestCurvesAndBack(t *testing.T) {
	for name := range spaces {
		last := math.Inf(-1)
		for x := -0.25; x < 1.5; x += 1. / 4099 {
			light := decoded(name, x)
			if light < last {
				t.Fatalf("%s: %g is %g, less than before", name, x, light)
			}
			last = light
			if got := encoded(name, light); math.Abs(got-x) > 1e-6 {
				t.Fatalf("%s: %g became %g by way of %g", name, x, got, light)
			}
		}
	}
}

func TestWhatIsNotFiniteStaysSo(t *testing.T) {
	for name := range spaces {
		for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
			for _, got := range []float64{encoded(name, x), decoded(name, x)} {
				if math.Abs(got) <= math.MaxFloat32 {
					t.Errorf("%s: %g became %g", name, x, got)
				}
			}
		}
	}
}

// The tables against the functions, over all of float32.
func TestLogarithmAndPower(t *testing.T) {
	for bits := uint32(1); bits < 0x7f800000; bits += 4099 {
		x := math.Float32frombits(bits)
		want := math.Log2(float64(x))
		if got := Log2(x); math.Abs(float64(got)-want) > 3e-7+1e-7*math.Abs(want) {
			t.Fatalf("Log2(%g) is %g, want %g", x, got, want)
		}
	}
	for x := -150.; x < 128; x += 1. / 1031 {
		y := float32(x)
		want := math.Exp2(float64(y))
		if got := float64(exp2(y)); math.Abs(got-want) > 3e-7*want+1e-45 {
			t.Fatalf("exp2(%g) is %g, want %g", y, got, want)
		}
	}
	for _, y := range []float32{-1e-9, -1e-30, 1e-30, 0, -126, -125.99999, 127.999, 1, -1} {
		if got, want := float64(exp2(y)), math.Exp2(float64(y)); math.Abs(got-want) > 3e-7*want {
			t.Errorf("exp2(%g) is %g, want %g", y, got, want)
		}
	}
}
