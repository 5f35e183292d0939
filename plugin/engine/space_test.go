package engine

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"

	"impasto.net/bridge"
	"impasto.net/plugin/onnxtest"
)

// The spaces, and the values that plates in them have.
var spaceRanges = []struct {
	name   string
	log    bool
	values func(r *rand.Rand) float32
}{
	{bridge.SpaceLinear, false, sceneValue},
	{bridge.SpaceRec2020, false, sceneValue},
	{bridge.SpaceACEScg, false, sceneValue},
	{bridge.SpaceACES2065, false, sceneValue},
	{statedXYZ, false, sceneValue},
	{bridge.SpaceSRGB, false, displayValue},
	{bridge.SpaceRec709Display, false, displayValue},
	{bridge.SpaceACEScct, true, func(r *rand.Rand) float32 { return 1.468 * r.Float32() }},
	{bridge.SpaceLogC3, true, displayValue},
	{bridge.SpaceLogC4, true, displayValue},
	{bridge.SpaceSLog3, true, displayValue},
	{bridge.SpaceRaw, false, displayValue},
}

// statedXYZ is a space that a file's header states: CIE XYZ with the white E.
const statedXYZ = "primaries:1,0,0,1,0,0,0.33333334,0.33333334"

// sceneValue lies between 1e-4 and 1e4, as often in one decade as in another.
func sceneValue(r *rand.Rand) float32 { return float32(math.Pow(10, 8*r.Float64()-4)) }

func displayValue(r *rand.Rand) float32 { return r.Float32() }

func TestIdentityInEverySpace(t *testing.T) {
	bank := t.TempDir()
	onnxtest.WritePackage(t, bank, "plain", onnxtest.Identity())
	c := newClient(t, bank)
	random := rand.New(rand.NewPCG(1, 2))
	for _, space := range spaceRanges {
		for _, premultiplied := range []bool{false, true} {
			s := newShared(t, "plain", 120, 90)
			s.request.Space, s.request.Premultiplied = space.name, premultiplied
			for i := 0; i < len(s.plate)/4; i += 4 {
				alpha := float32(1)
				if premultiplied && i%3 == 0 {
					alpha = 0.05 + 0.95*random.Float32()
				}
				grey := space.values(random)
				for ch := range 3 {
					v := grey
					if i%8 == 0 { // all three, out of one gamut or another
						v = space.values(random)
					}
					put(s.plate, i+ch, v*alpha)
				}
				put(s.plate, i+3, alpha)
			}
			c.render(s)
			for i := range len(s.plate) / 4 {
				in, out := float64(at(s.plate, i)), float64(at(s.output, i))
				tolerance := 1e-4 * math.Abs(in)
				if space.log {
					tolerance += 1e-6 // of the code range: black is no code of 0 there
				}
				if off := math.Abs(out - in); !(off <= tolerance) {
					t.Fatalf("%s, premultiplied %v: value %d is %g, was %g", space.name,
						premultiplied, i, out, in)
				}
			}
		}
	}
}

// The curves as their makers write them, to light, without the straight parts of logarithms.
var curves = map[string]func(y float64) float64{
	bridge.SpaceLinear:        func(y float64) float64 { return y },
	bridge.SpaceRec2020:       func(y float64) float64 { return y },
	bridge.SpaceACEScg:        func(y float64) float64 { return y },
	bridge.SpaceACES2065:      func(y float64) float64 { return y },
	statedXYZ:                 func(y float64) float64 { return y },
	bridge.SpaceSRGB:          fromSRGB,
	bridge.SpaceRaw:           fromSRGB, // a guess as good as any
	bridge.SpaceRec709Display: func(y float64) float64 { return math.Pow(y, 2.4) },
	bridge.SpaceACEScct:       func(y float64) float64 { return math.Pow(2, y*17.52-9.72) },
	bridge.SpaceLogC3: func(y float64) float64 {
		return (math.Pow(10,
			(y-0.385537)/0.247190) - 0.052272) / 5.555556
	},
	bridge.SpaceLogC4: func(y float64) float64 {
		return (math.Pow(2, 14*(y-95./1023)/((1023.-95)/1023)+6) - 64) / ((262144. - 16) / 117.45)
	},
	bridge.SpaceSLog3: func(y float64) float64 {
		return math.Pow(10, (y*1023-420)/261.5)*0.19 -
			0.01
	},
}

func fromSRGB(y float64) float64 {
	if y <= 0.04045 {
		return y / 12.92
	}
	return math.Pow((y+0.055)/1.055, 2.4)
}

// A network that halves what it sees makes of a grey the one whose sRGB value is half of
// what it was, of a brighter one than white the same part of it. The primaries have no say.
func TestGreysInEverySpace(t *testing.T) {
	bank := t.TempDir()
	onnxtest.WritePackage(t, bank, "dark", onnxtest.Gain(0.5))
	c := newClient(t, bank)
	for _, space := range spaceRanges {
		s := newShared(t, "dark", 64, 1)
		s.request.Space = space.name
		light := curves[space.name]
		for x := range 64 {
			for ch := range 3 {
				put(s.plate, 4*x+ch, 0.4+0.6*float32(x)/64) // above the curves' straight parts
			}
			put(s.plate, 4*x+3, 1)
		}
		c.render(s)
		for x := range 64 {
			was, is := light(float64(at(s.plate, 4*x))), light(float64(at(s.output, 4*x)))
			peak := max(1, was)
			want := peak * keptGrey(fromSRGB(toSRGB(was/peak)/2), peak)
			if space.name == bridge.SpaceSRGB || space.name == bridge.SpaceRaw {
				want = light(float64(at(s.plate, 4*x)) / 2)
			}
			if math.Abs(is-want) > 1e-4*want+1e-6 {
				t.Errorf("%s: light of %g became %g, want %g", space.name, was, is, want)
			}
		}
	}
}

// Where the mask is 0 the plate comes through bit for bit, and nowhere is a NaN made.
func TestMaskInEverySpace(t *testing.T) {
	bank := t.TempDir()
	onnxtest.WritePackage(t, bank, "dark", onnxtest.Gain(0.5))
	c := newClient(t, bank)
	special := []float32{
		0, float32(math.Copysign(0, -1)), 1, -1, 0.5, 65504, -65504, 1e-40, -1e-40, 3e38, -3e38,
		float32(math.Inf(1)), float32(math.Inf(-1)), math.Float32frombits(0x7fc12345),
		math.Float32frombits(0x7f800001),
	}
	random := rand.New(rand.NewPCG(3, 4))
	for _, space := range spaceRanges {
		for _, premultiplied := range []bool{false, true} {
			s := newShared(t, "dark", 100, 60)
			s.request.Space, s.request.Premultiplied = space.name, premultiplied
			for i := range len(s.plate) / 4 {
				v := space.values(random)
				if random.IntN(4) == 0 {
					v = special[random.IntN(len(special))]
				}
				put(s.plate, i, v)
			}
			s.masked()
			for i := range len(s.mask) / 4 {
				put(s.mask, i, []float32{0, 0.5, 1}[i%3])
			}
			c.render(s)
			for i := range len(s.mask) / 4 {
				in, out := s.plate[16*i:16*i+16], s.output[16*i:16*i+16]
				if at(s.mask, i) == 0 && !bytes.Equal(in, out) {
					t.Fatalf("%s: pixel %d: % x became % x", space.name, i, in, out)
				}
				finite := true
				for ch := range 4 {
					finite = finite && math.Abs(float64(at(in, ch))) <= math.MaxFloat32
				}
				for ch := range 4 {
					if finite && !(math.Abs(float64(at(out, ch))) <= math.MaxFloat32) {
						t.Fatalf("%s: pixel %d: %v became %v", space.name, i, in, out)
					}
				}
				if !finite && !bytes.Equal(in, out) {
					t.Fatalf("%s: pixel %d, which is not finite, changed", space.name, i)
				}
			}
		}
	}
}

// A light of one primary of a wide gamut lies outside of Rec. 709. No channel turns over. Within
// white it is painted as all is; one that is far above it keeps its light, even in black.
func TestLightsOutOfGamut(t *testing.T) {
	bank := t.TempDir()
	onnxtest.WritePackage(t, bank, "dark", onnxtest.Gain(0.5))
	onnxtest.WritePackage(t, bank, "black", onnxtest.Gain(0))
	c := newClient(t, bank)
	lights := [][3]float32{{0, 0, 40}, {0, 40, 0}, {40, 0, 0}, {0, 0, 0.1}, {0.01, 0.02, 12}}
	for _, space := range []string{bridge.SpaceACEScg, bridge.SpaceRec2020} {
		for _, name := range []string{"dark", "black"} {
			s := newShared(t, name, len(lights), 1)
			s.request.Space = space
			for x, l := range lights {
				for ch, v := range l {
					put(s.plate, 4*x+ch, v)
				}
				put(s.plate, 4*x+3, 1)
			}
			c.render(s)
			for x, l := range lights {
				peak := float64(max(l[0], l[1], l[2]))
				for ch, v := range l {
					got := float64(at(s.output, 4*x+ch))
					if got < -1e-5*peak || got > float64(v)+1e-5*peak {
						t.Errorf("%s: %s: channel %d of %v is %g", space, name, ch, l, got)
					}
					if peak == 40 && math.Abs(got-float64(v)) > 1e-5*peak {
						t.Errorf("%s: %s: channel %d of %v is %g", space, name, ch, l, got)
					}
					if peak == 0.1 && name == "black" && got > 1e-6 {
						t.Errorf("%s: in black channel %d of %v is %g", space, ch, l, got)
					}
				}
			}
		}
	}
}

// Exposure is a gain on light, before the network and after it, in every space that has
// light; raw values are taken for it.
func TestExposure(t *testing.T) {
	bank := t.TempDir()
	onnxtest.WritePackage(t, bank, "dark", onnxtest.Gain(0.5))
	c := newClient(t, bank)
	for _, space := range spaceRanges {
		s := newShared(t, "dark", 64, 1)
		s.request.Space, s.request.ExposureIn, s.request.ExposureOut = space.name, 1, -0.5
		light := curves[space.name]
		if space.name == bridge.SpaceRaw {
			light = curves[bridge.SpaceLinear]
		}
		for x := range 64 {
			for ch := range 3 {
				put(s.plate, 4*x+ch, 0.4+0.6*float32(x)/64)
			}
			put(s.plate, 4*x+3, 1)
		}
		c.render(s)
		for x := range 64 {
			was, is := light(float64(at(s.plate, 4*x))), light(float64(at(s.output, 4*x)))
			was *= 2
			peak := max(1, was)
			want := peak * keptGrey(fromSRGB(toSRGB(was/peak)/2), peak)
			if space.name == bridge.SpaceRaw {
				want = peak * keptGrey(was/peak/2, peak)
			}
			want *= math.Sqrt(0.5)
			if math.Abs(is-want) > 2e-5*want {
				t.Fatalf("%s: light of %g became %g, want %g", space.name, was, is, want)
			}
		}
	}
}

// A network that turns colours around shows whose they are.
func TestKeepColour(t *testing.T) {
	bank := t.TempDir()
	var turn onnxtest.Graph
	turn.Constant("weights", []int64{3, 3, 1, 1}, 0, 0, 1, 1, 0, 0, 0, 1, 0)
	turn.Node("Conv", []string{"x", "weights"}, "y", nil)
	onnxtest.WritePackage(t, bank, "turned", turn.Bytes())
	c := newClient(t, bank)
	luma := func(v [3]float64) float64 { return 0.2126*v[0] + 0.7152*v[1] + 0.0722*v[2] }
	random := rand.New(rand.NewPCG(3, 4))
	for _, keep := range []float64{0, 0.25, 1} {
		for _, space := range []string{bridge.SpaceLinear, bridge.SpaceSRGB} {
			s := newShared(t, "turned", 64, 4)
			s.request.Space, s.request.KeepColour = space, keep
			for i := range len(s.plate) / 4 {
				put(s.plate, i, random.Float32())
				if i%4 == 3 {
					put(s.plate, i, 1)
				}
			}
			c.render(s)
			for i := 0; i < len(s.plate)/4; i += 4 {
				var plate, got [3]float64
				for ch := range 3 {
					plate[ch], got[ch] = float64(at(s.plate, i+ch)), float64(at(s.output, i+ch))
					if space == bridge.SpaceLinear {
						plate[ch], got[ch] = toSRGB(plate[ch]), toSRGB(got[ch])
					}
				}
				paint := [3]float64{plate[2], plate[0], plate[1]}
				// The plate's colour at the painting's luma, as far from grey as it goes.
				to, from, fits := luma(paint), luma(plate), 1.
				for fits > 0 {
					in := true
					for _, v := range plate {
						in = in && to+(v-from)*fits > -1e-9 && to+(v-from)*fits < 1+1e-9
					}
					if in {
						break
					}
					fits -= 1e-4
				}
				for ch := range 3 {
					want := paint[ch] + keep*(to+(plate[ch]-from)*fits-paint[ch])
					if math.Abs(got[ch]-want) > 1e-3 {
						t.Fatalf("%s, keep %g: %v painted %v became %v, want %g in channel %d",
							space, keep, plate, paint, got, want, ch)
					}
				}
			}
		}
	}
}

// keptGrey is what becomes of a painted grey of a pixel with that peak above white: three
// stops up all of its peak is kept.
func keptGrey(painted, peak float64) float64 {
	t := min(max(math.Log2(peak)/3, 0), 1)
	return painted + (1-painted)*t*t*(3-2*t)
}

func toSRGB(y float64) float64 {
	if y <= 0.0031308 {
		return 12.92 * y
	}
	return 1.055*math.Pow(y, 1/2.4) - 0.055
}
