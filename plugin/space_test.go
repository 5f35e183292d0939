package main

import (
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
	{bridge.SpaceSRGB, false, displayValue},
	{bridge.SpaceRec709Display, false, displayValue},
	{bridge.SpaceACEScct, true, func(r *rand.Rand) float32 { return 1.468 * r.Float32() }},
	{bridge.SpaceLogC3, true, displayValue},
	{bridge.SpaceLogC4, true, displayValue},
	{bridge.SpaceSLog3, true, displayValue},
	{bridge.SpaceRaw, false, displayValue},
}

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
					t.Fatalf("%s, premultiplied %v: value %d is %g, was %g", space.name, premultiplied, i, out, in)
				}
			}
		}
	}
}
