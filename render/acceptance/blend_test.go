package acceptance

import (
	"fmt"
	"math"
	"testing"

	"impasto.net/plugin/onnxtest"
	"impasto.net/render/picture"
)

// encode gives the sRGB code (IEC 61966-2-1) of a linear value, in float64 and from the
// formula.
func encode(v float64) float64 {
	if v <= 0.0031308 {
		return 12.92 * v
	}
	return 1.055*math.Pow(v, 1/2.4) - 0.055
}

// decode is the inverse of encode.
func decode(code float64) float64 {
	if code <= 0.04045 {
		return code / 12.92
	}
	return math.Pow((code+0.055)/1.055, 2.4)
}

// gained is what the style Gain(0.5) makes of a linear value of a pixel whose highest one
// is peak: half of its sRGB code. A pixel above 1 is painted at its peak, of which the more is
// kept the higher it is: all three stops above 1, by a smooth step.
func gained(v, peak float64) float64 {
	white := max(peak, 1)
	painted := decode(encode(v/white) / 2)
	t := min(math.Log2(white)/3, 1)
	held := (painted + 0.05*v/white) / (decode(0.5) + 0.05)
	return (painted + (held-painted)*t*t*(3-2*t)) * white
}

// The mix is keyed from 0 to 1 and the mask has a soft edge. Every pixel is the plate, the
// painting or the sum of both that the formula says; bit for bit the plate where mask or
// mix is 0.
func TestMaskAndAnimatedMix(t *testing.T) {
	const frames, width, height = 5, 67, 41
	s := newShot(t)
	id := onnxtest.WritePackage(t, s.path("styles"), "gain", onnxtest.Gain(0.5))
	s.plates(frames, width, height, nil)
	mask := func(frame, x int) float64 { return min(max((float64(x)-10*float64(frame))/16, 0), 1) }
	for frame := 1; frame <= frames; frame++ {
		im := s.picture("plate", frame)
		for p := 0; p < len(im.Pix); p += 4 {
			m := float32(mask(frame, p/4%width))
			copy(im.Pix[p:], []float32{m, m, m, m})
		}
		if err := picture.Write(s.path(fmt.Sprintf("mask.%04d.exr", frame)), im); err != nil {
			t.Fatal(err)
		}
	}
	for _, invert := range []bool{false, true} {
		s.must("1-5", "out", "--clip", "Mask="+s.path("mask.####.exr"), "--param", "styleId="+id,
			"--param", "mix=0@1,1@5", "--interpolation", "linear", "--param",
			fmt.Sprintf("maskInvert=%v", invert))
		for frame := 1; frame <= frames; frame++ {
			in, out := s.picture("plate", frame), s.picture("out", frame)
			mix := float64(frame-1) / (frames - 1)
			for p := 0; p < len(in.Pix); p += 4 {
				m := float64(float32(mask(frame, p/4%width)))
				if invert {
					m = 1 - m
				}
				k := m * mix
				peak := float64(max(in.Pix[p], in.Pix[p+1], in.Pix[p+2]))
				for c := range 4 {
					got, source := out.Pix[p+c], in.Pix[p+c]
					if k == 0 || c == 3 {
						if math.Float32bits(got) != math.Float32bits(source) {
							t.Fatalf("frame %d pixel %d: the plate's %v became %v", frame, p/4,
								source, got)
						}
						continue
					}
					want := float64(source)*(1-k) + gained(float64(source), peak)*k
					if math.Abs(float64(got)-want) > 2e-5 {
						t.Fatalf("frame %d pixel %d: %v at %v became %v, want %v", frame, p/4,
							source, k, got, want)
					}
				}
			}
		}
	}
}

// Frames come out the same alone, in any order and beside others.
func TestChunksMakeNoDifference(t *testing.T) {
	const frames = 6
	s := newShot(t)
	s.plates(frames, 160, 90, nil)
	s.must("1-6", "whole")
	s.must("6,3,1", "parts", "--threads", "2")
	s.must("2,4-5", "parts")
	s.same(frames, "whole", "parts")
}
