package pixels

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"impasto.net/bridge"
	"impasto.net/plugin/colour"
)

var (
	light  = colour.Named(bridge.SpaceLinear)
	codes  = colour.Named(bridge.SpaceSRGB)
	simple = map[bool]*colour.Space{true: light, false: codes}
)

// tolerance is a tenth of a step of 16 bits.
const tolerance = 1. / 65535 / 10

// Every float32 from 0 to 1 that a stride of its bits meets.
func eachUnit(f func(x float32)) {
	for bits := uint32(0); bits <= 0x3f800000; bits += 997 {
		f(math.Float32frombits(bits))
	}
	f(1)
}

func TestEncoderFollowsTheStandard(t *testing.T) {
	for _, r := range [][2]float64{{0, 1}, {0, 255}, {-1, 1}} {
		encoders := NewEncoders(r[0], r[1])
		reader := func(space *colour.Space, x float32) float64 {
			plate, g := onePixel(x), NewGeometry(1, 1, 1, 1)
			got := make([]float32, 3)
			if _, err := (&Reader{Space: space, Encoders: encoders}).Read(context.Background(), 1,
				&plate, &g, got); err != nil {
				t.Fatal(err)
			}
			return (float64(got[0]) - r[0]) / (r[1] - r[0])
		}
		worst := 0.
		n := 0
		eachUnit(func(x float32) {
			if n++; n%16 != 0 { // a frame for each is slow
				return
			}
			worst = max(worst, math.Abs(reader(light, x)-encode(float64(x))),
				math.Abs(reader(codes, x)-float64(x)))
		})
		if worst > 1e-6 {
			t.Errorf("range %v: off by %g", r, worst)
		}
		inf := float32(math.Inf(1))
		for x, want := range map[float32]float64{-1: 0, -inf: 0, float32(math.NaN()): 0, 1.5: 1,
			inf: 1, 0: 0, 1: 1} {
			if got := reader(light, x); math.Abs(got-want) > 1e-7 {
				t.Errorf("range %v: %g became %g, want %g", r, x, got, want)
			}
		}
	}
}

func TestDecoderFollowsTheStandard(t *testing.T) {
	for _, r := range [][2]float64{{0, 1}, {0, 255}, {-1, 1}} {
		decoders := NewDecoders(r[0], r[1])
		linear, srgb := decoders[true], decoders[false]
		worst := 0.
		eachUnit(func(x float32) {
			v := float32(r[0] + (r[1]-r[0])*float64(x))
			exact := min(max((float64(v)-r[0])/(r[1]-r[0]), 0), 1)
			worst = max(worst, math.Abs(float64(linear.value(v))-decode(exact)),
				math.Abs(float64(srgb.value(v))-exact))
		})
		if worst > 1e-6 {
			t.Errorf("range %v: off by %g", r, worst)
		}
		for _, beyond := range []float64{-0.5, -1e9} {
			if got := linear.value(float32(r[0] + beyond)); got != 0 {
				t.Errorf("below the range: %g", got)
			}
		}
		if got := linear.value(float32(r[1] + 1e5)); got != 1 {
			t.Errorf("above the range: %g", got)
		}
	}
}

func onePixel(v float32) Image {
	im := newImage(bridge.Window{0, 0, 1, 1}, 4)
	copy(im.values, []float32{v, v, v, 1})
	return im
}

// newImage makes an empty image with space between its rows.
func newImage(w bridge.Window, channels int) Image {
	stride := w.Width()*channels + 3
	return Image{Window: w, channels: channels, stride: stride,
		values: make([]float32, stride*w.Height())}
}

func TestPaddingReflects(t *testing.T) {
	for _, c := range []struct{ multipleOf, minimum int }{{1, 1}, {4, 1}, {4, 16}, {16, 8},
		{3, 32}} {
		for width := 1; width <= 7; width++ {
			for height := 1; height <= 5; height++ {
				plate := newImage(bridge.Window{-3, 10, -3 + width, 10 + height}, 4)
				for i := range plate.values {
					plate.values[i] = rand.Float32()
				}
				g := NewGeometry(width, height, c.multipleOf, c.minimum)
				if g.Width%c.multipleOf != 0 || g.Width < c.minimum || g.Width < width ||
					g.Height%c.multipleOf != 0 || g.Height < c.minimum || g.Height < height {
					t.Fatalf("%d × %d in %+v", width, height, g)
				}
				got := make([]float32, 3*g.Plane())
				r := Reader{Space: codes, Encoders: NewEncoders(0, 1)}
				if _, err := r.Read(context.Background(), 2, &plate, &g, got); err != nil {
					t.Fatal(err)
				}
				for ch := range 3 {
					for y := range g.Height {
						for x := range g.Width {
							px, py := mirror(x-g.Left, width), mirror(y-g.Top, height)
							want := plate.values[(height-1-py)*plate.stride+px*4+ch]
							if have := got[ch*g.Plane()+y*g.Width+x]; math.Abs(float64(have-want)) > 1e-7 {
								t.Fatalf("%d × %d, %+v: channel %d at %d, %d is %g, want %g", width,
									height, g, ch, x, y, have, want)
							}
						}
					}
				}
			}
		}
	}
}

// mirror walks to a coordinate step by step, turning at both ends.
func mirror(to, n int) int {
	if n == 1 {
		return 0
	}
	at, step := 0, 1
	if to < 0 {
		to = -to
	}
	for range to {
		if at+step < 0 || at+step >= n {
			step = -step
		}
		at += step
	}
	return at
}

func TestKeyIsOfWhatTheNetworkSees(t *testing.T) {
	plate := newImage(bridge.Window{0, 0, 40, 30}, 4)
	for i := range plate.values {
		plate.values[i] = rand.Float32()
	}
	read := func(workers, multipleOf int) Key {
		g := NewGeometry(40, 30, multipleOf, 1)
		r := Reader{Space: light, Encoders: NewEncoders(0, 1)}
		k, err := r.Read(context.Background(), workers, &plate, &g, make([]float32, 3*g.Plane()))
		if err != nil {
			t.Fatal(err)
		}
		return k.Key
	}
	first := read(1, 1)
	if read(5, 1) != first {
		t.Error("the key depends on the number of workers")
	}
	if read(1, 16) == first {
		t.Error("the key does not depend on the padding")
	}
	plate.values[3] = 0.25 // alpha
	if read(1, 1) != first {
		t.Error("the key depends on what the network does not see")
	}
	plate.values[4*37] += 0.125
	if read(1, 1) == first {
		t.Error("the key does not depend on the plate")
	}
}

// special are values that a careless blend gets wrong. The NaNs have payloads.
var special = []float32{
	0, float32(math.Copysign(0, -1)), 1, -1, 0.5, 2, 1e-40, -1e-40, 3e38, -3e38, 65504, 1e-8,
	float32(math.Inf(1)), float32(math.Inf(-1)),
	math.Float32frombits(0x7fc12345), math.Float32frombits(0xffc00001),
	math.Float32frombits(0x7f800001),
}

func value() float32 {
	switch rand.IntN(8) {
	case 0:
		return special[rand.IntN(len(special))]
	case 1:
		return rand.Float32()*8 - 4
	}
	return rand.Float32()
}

func TestBlendAgainstReference(t *testing.T) {
	windows := []struct{ plate, mask, output bridge.Window }{
		{bridge.Window{0, 0, 61, 47}, bridge.Window{0, 0, 61, 47}, bridge.Window{0, 0, 61, 47}},
		{bridge.Window{-5, 3, 56, 50}, bridge.Window{10, 10, 30, 30}, bridge.Window{4, 7, 40, 44}},
		{bridge.Window{0, 0, 20, 20}, bridge.Window{-9, -9, 9, 9}, bridge.Window{-7, -8, 26, 29}},
		{bridge.Window{0, 0, 20, 20}, bridge.Window{100, 0, 120, 20},
			bridge.Window{30, 30, 40, 40}},
		{bridge.Window{0, 0, 1300, 3}, bridge.Window{0, 0, 1200, 2}, bridge.Window{0, 0, 1300, 3}},
	}
	for trial := range 60 {
		c := windows[trial%len(windows)]
		plate, output := newImage(c.plate, 4), newImage(c.output, 4)
		for i := range plate.values {
			plate.values[i] = value()
		}
		for i := range output.values {
			output.values[i] = 77
		}
		var mask *Image
		if trial%4 != 0 {
			m := newImage(c.mask, 1)
			for i := range m.values {
				m.values[i] = value()
			}
			mask = &m
		}
		mix := []float64{1, 0.25, 0, 2, math.NaN()}[rand.IntN(5)]
		linear, premultiplied, invert, bgr := rand.IntN(2) == 0, rand.IntN(2) == 0,
			rand.IntN(2) == 0, rand.IntN(2) == 0
		g := NewGeometry(c.plate.Width(), c.plate.Height(), 4, 32)
		picture := make([]float32, 3*g.Plane())
		for i := range picture {
			picture[i] = rand.Float32()*1.2 - 0.1
		}
		w := Writer{Space: simple[linear], Decoders: NewDecoders(0, 1), BGR: bgr,
			Premultiplied: premultiplied, Mix: float32(mix), MaskInvert: invert}
		if err := w.Write(context.Background(), 1+trial%3, &plate, mask, &output, &g,
			picture); err != nil {
			t.Fatal(err)
		}
		for y := c.output[1]; y < c.output[3]; y++ {
			for x := c.output[0]; x < c.output[2]; x++ {
				got := output.row(y, x, x+1)
				if x < c.plate[0] || x >= c.plate[2] || y < c.plate[1] || y >= c.plate[3] {
					if !slices.Equal(got, make([]float32, 4)) {
						t.Fatalf("outside of the plate: %v", got)
					}
					continue
				}
				k := mix
				if mask != nil {
					m := 0.
					if x >= c.mask[0] && x < c.mask[2] && y >= c.mask[1] && y < c.mask[3] {
						m = float64(mask.row(y, x, x+1)[0])
					}
					if invert {
						m = 1 - m
					}
					k *= m
				}
				k = min(max(k, 0), 1)
				src := plate.row(y, x, x+1)
				at := (g.Top+c.plate[3]-1-y)*g.Width + g.Left + x - c.plate[0]
				want, exact := reference(src,
					[3]float32{picture[at], picture[g.Plane()+at],
						picture[2*g.Plane()+at]}, k, linear, premultiplied, bgr)
				if bits(got[3]) != bits(src[3]) {
					t.Fatalf("alpha %x became %x", bits(src[3]), bits(got[3]))
				}
				for ch := range 3 {
					if exact {
						if bits(got[ch]) != bits(src[ch]) {
							t.Fatalf("k %g: %x became %x", k, bits(src[ch]), bits(got[ch]))
						}
						continue
					}
					// A painted black next to which light is kept has twenty times the error of its
					// code.
					limit := tolerance
					if peak := max(src[0], src[1], src[2]); peak > 1 || premultiplied &&
						peak > src[3] {
						limit = 1e-5
					}
					limit = limit*float64(max(1, white((*[4]float32)(src), premultiplied))) +
						3e-7*math.Abs(float64(src[ch]))
					if off := math.Abs(float64(got[ch]) - want[ch]); !(off <= limit) {
						t.Fatalf("%v k %g linear %v premultiplied %v: channel %d is %g, want %g",
							src, k, linear, premultiplied, ch, got[ch], want[ch])
					}
				}
			}
		}
	}
}

func bits(x float32) uint32 { return math.Float32bits(x) }

// reference is the blend as its definition has it, in float64; exact says that the output
// has to be the source.
func reference(src []float32, net [3]float32, k float64, linear, premultiplied,
	bgr bool) (want [3]float64, exact bool) {
	a := float64(src[3])
	for _, v := range src {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return want, true
		}
	}
	if math.IsNaN(k) || k == 0 || a <= 0 {
		return want, true
	}
	if bgr {
		net[0], net[2] = net[2], net[0]
	}
	carried := 1.
	if premultiplied {
		carried = a
	}
	peak := 1.
	for _, c := range src[:3] {
		peak = max(peak, float64(c)/carried)
	}
	var painted [3]float64
	brightest := 0.
	for ch := range 3 {
		painted[ch] = min(max(float64(net[ch]), 0), 1)
		if linear {
			painted[ch] = decode(painted[ch])
		}
		brightest = max(brightest, painted[ch]+0.05*max(float64(src[ch])/carried/peak, 0))
	}
	smooth := func(t float64) float64 { t = min(max(t, 0), 1); return t * t * (3 - 2*t) }
	stops := math.Log2(peak)
	for ch := range 3 {
		p := float64(src[ch]) / carried
		s := painted[ch]
		if peak > 1 {
			seen := max(p/peak, 0)
			s += smooth(stops/3) * ((s+0.05*seen)/brightest - s)
			s += smooth((stops-3)/2) * (seen - s)
		}
		styled := (s*peak + min(p, 0)) * carried
		want[ch] = float64(src[ch])*(1-k) + styled*k
	}
	return want, false
}

func TestWhatTheNetworkLeavesAloneStays(t *testing.T) {
	plate := newImage(bridge.Window{0, 0, 64, 64}, 4)
	for i := range plate.values {
		plate.values[i] = rand.Float32()*3 - 1
		if i%4 == 3 {
			plate.values[i] = rand.Float32() + 0.01
		}
	}
	g := NewGeometry(64, 64, 1, 1)
	for _, linear := range []bool{true, false} {
		for _, premultiplied := range []bool{true, false} {
			picture := make([]float32, 3*g.Plane())
			r := Reader{Space: simple[linear], Encoders: NewEncoders(0, 255),
				Premultiplied: premultiplied}
			if _, err := r.Read(context.Background(), 2, &plate, &g, picture); err != nil {
				t.Fatal(err)
			}
			output := newImage(plate.Window, 4)
			w := Writer{Space: simple[linear], Decoders: NewDecoders(0, 255),
				Premultiplied: premultiplied, Mix: 1}
			if err := w.Write(context.Background(), 2, &plate, nil, &output, &g,
				picture); err != nil {
				t.Fatal(err)
			}
			for y := range 64 {
				for i, v := range output.row(y, 0, 64) {
					if off := math.Abs(float64(v - plate.row(y, 0, 64)[i])); off > 3e-6 {
						t.Fatalf("linear %v premultiplied %v: %g became %g", linear, premultiplied,
							plate.row(y, 0, 64)[i], v)
					}
				}
			}
		}
	}
}

func TestStrangePixelsAreCounted(t *testing.T) {
	plate := newImage(bridge.Window{0, 0, 5, 5}, 4)
	plate.values[0] = float32(math.NaN())
	plate.values[1] = float32(math.Inf(1))
	plate.values[4+3] = float32(math.Inf(-1))
	plate.values[8] = 3e38
	g := NewGeometry(5, 5, 1, 1)
	picture := make([]float32, 3*g.Plane())
	seen, err := (&Reader{Space: light, Encoders: NewEncoders(0, 1)}).Read(context.Background(), 1,
		&plate, &g, picture)
	if err != nil || seen.Strange != 2 || seen.Opaque {
		t.Errorf("found %+v, %v", seen, err)
	}
	if !Finite(1, picture) {
		t.Error("the network sees what is not finite")
	}
}

func TestFinite(t *testing.T) {
	for _, n := range []int{0, 1, 7, 8, 9, 1<<14 + 3, 100003} {
		values := make([]float32, n)
		for i := range values {
			values[i] = math.MaxFloat32
			if i%2 == 0 {
				values[i] = -1e-42
			}
		}
		if !Finite(2, values) {
			t.Errorf("%d finite values", n)
		}
		for _, bad := range []float32{float32(math.NaN()), math.Float32frombits(0xff800001),
			float32(math.Inf(1)), float32(math.Inf(-1))} {
			for range min(n, 5) {
				i := rand.IntN(n)
				old := values[i]
				values[i] = bad
				if Finite(2, values) {
					t.Errorf("%g at %d of %d was not found", bad, i, n)
				}
				values[i] = old
			}
		}
	}
}

func TestConversionStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	plate := newImage(bridge.Window{0, 0, 64, 64}, 4)
	g := NewGeometry(64, 64, 1, 1)
	picture := make([]float32, 3*g.Plane())
	if _, err := (&Reader{Space: light, Encoders: NewEncoders(0, 1)}).Read(ctx, 2, &plate, &g,
		picture); err != context.Canceled {
		t.Errorf("read: %v", err)
	}
	output := newImage(plate.Window, 4)
	if err := (&Writer{Space: light, Decoders: NewDecoders(0, 1)}).Write(ctx, 2, &plate, nil,
		&output, &g, picture); err != context.Canceled {
		t.Errorf("write: %v", err)
	}
}
