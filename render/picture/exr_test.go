package picture

import (
	"image"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// halfValue is the number that a half's bits stand for, worked out from the format's definition.
func halfValue(bits uint16) float64 {
	sign, exponent, mantissa := 1.0, int(bits>>10&31), float64(bits&0x3ff)
	if bits&0x8000 != 0 {
		sign = -1
	}
	switch exponent {
	case 0:
		return math.Copysign(math.Ldexp(mantissa, -24), sign)
	case 31:
		if mantissa != 0 {
			return math.NaN()
		}
		return math.Inf(int(sign))
	}
	return sign * math.Ldexp(1024+mantissa, exponent-25)
}

// lossless are the compressions that lose nothing.
func lossless() []Compression {
	return slices.DeleteFunc(Compressions(),
		func(c Compression) bool { return !compressions[c].lossless })
}

// roundTrip writes a picture and reads it again.
func roundTrip(t *testing.T, name string, im *Image) *Image {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := Write(path, im); err != nil {
		t.Fatal(err)
	}
	back, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	return back
}

func sameBits(t *testing.T, want, got []float32) {
	t.Helper()
	if len(want) != len(got) {
		t.Fatalf("%d samples, want %d", len(got), len(want))
	}
	for i := range want {
		if w, g := math.Float32bits(want[i]), math.Float32bits(got[i]); w != g {
			t.Fatalf("sample %d is %08x, want %08x", i, g, w)
		}
	}
}

// allHalves has every half bit pattern in every channel, as floats made from the pattern.
func allHalves() *Image {
	im := New(image.Rect(0, 0, 256, 256))
	im.HasAlpha, im.Depth = true, Half
	for i := range im.Pix {
		bits := uint16(i/4 + i%4*0x1234)
		value := float32(halfValue(bits))
		if value != value { // NaN keeps its sign and payload, which no arithmetic promises
			value = math.Float32frombits(uint32(bits&0x8000)<<16 | 0x7f800000 | uint32(bits&0x3ff)<<13)
		}
		im.Pix[i] = value
	}
	return im
}

func TestEveryHalfComesBackBitForBit(t *testing.T) {
	im := allHalves()
	for _, c := range lossless() {
		im.Compression = c
		back := roundTrip(t, "halves.exr", im)
		if back.Depth != Half || back.Compression != c || !back.HasAlpha {
			t.Errorf("compression %v came back as %v, %v, alpha %v", c, back.Compression,
				back.Depth, back.HasAlpha)
		}
		sameBits(t, im.Pix, back.Pix)
	}
}

func TestEveryKindOfFloatComesBackBitForBit(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	special := []uint32{0, 0x80000000, 1, 0x80000001, 0x7f7fffff, 0xff7fffff, 0x7f800000,
		0xff800000,
		0x7fc00000, 0x7f800001, 0xffffffff, 0x477fe000}
	for _, alpha := range []bool{true, false} {
		for _, c := range lossless() {
			im := New(image.Rect(-3, -7, 98, 60))
			im.DisplayWindow = image.Rect(0, 0, 64, 48)
			im.PixelAspect, im.HasAlpha, im.Compression = 2, alpha, c
			for i := range im.Pix {
				if i%4 == 3 && !alpha {
					continue
				}
				bits := random.Uint32()
				if i%3 == 0 {
					bits = special[i/3%len(special)]
				}
				im.Pix[i] = math.Float32frombits(bits)
			}
			back := roundTrip(t, "floats.exr", im)
			if back.DataWindow != im.DataWindow || back.DisplayWindow != im.DisplayWindow ||
				back.PixelAspect != 2 {
				t.Errorf("windows came back as %v in %v, aspect %v", back.DataWindow,
					back.DisplayWindow, back.PixelAspect)
			}
			if back.HasAlpha != alpha || back.Depth != Float || back.Compression != c {
				t.Errorf("came back with alpha %v, %v, compression %v", back.HasAlpha, back.Depth,
					back.Compression)
			}
			sameBits(t, im.Pix, back.Pix)
		}
	}
}

// Noise that compresses to just its own length must not be taken for compressed when read.
func TestNoiseComesBackBitForBit(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 12))
	im := New(image.Rect(0, 0, 101, 3000))
	for _, c := range lossless() {
		im.Compression = c
		for i := range im.Pix {
			if i%4 != 3 {
				im.Pix[i] = math.Float32frombits(random.Uint32() &^ (uint32(i%3/2) * 0xffff))
			}
		}
		sameBits(t, im.Pix, roundTrip(t, "noise.exr", im).Pix)
	}
}

func TestFloatsRoundToTheNearestHalf(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	im := New(image.Rect(0, 0, 200, 200))
	im.HasAlpha, im.Depth = true, Half
	for i := range im.Pix {
		switch i % 3 {
		case 0: // any finite float up to past the largest half
			im.Pix[i] = float32(math.Ldexp(random.Float64()*2-1, random.IntN(46)-28))
		case 1: // exactly between two halves
			bits := uint16(random.IntN(0x7bff))
			im.Pix[i] = float32((halfValue(bits) + halfValue(bits+1)) / 2)
		case 2: // and beside that
			bits := uint16(random.IntN(0x7bff))
			between := float32((halfValue(bits) + halfValue(bits+1)) / 2)
			im.Pix[i] = math.Nextafter32(between, float32(random.IntN(2)*2-1)*math.MaxFloat32)
		}
	}
	back := roundTrip(t, "rounded.exr", im)
	for i, v := range im.Pix {
		if got, want := float64(back.Pix[i]), nearestHalf(float64(v)); got != want {
			t.Fatalf("%g became %g, want %g", v, got, want)
		}
	}
}

// nearestHalf searches the halves, ties to the even pattern; past half a step above 65504 is
// infinite.
func nearestHalf(v float64) float64 {
	magnitude := math.Abs(v)
	if magnitude >= 65520 {
		return math.Inf(int(math.Copysign(1, v)))
	}
	low, high := 0, 0x7bff
	for low < high {
		if middle := (low + high + 1) / 2; halfValue(uint16(middle)) <= magnitude {
			low = middle
		} else {
			high = middle - 1
		}
	}
	below, above := halfValue(uint16(low)), 65536.0
	if low < 0x7bff {
		above = halfValue(uint16(low + 1))
	}
	if d, u := magnitude-below, above-magnitude; u < d || (u == d && low&1 == 1) {
		below = above
	}
	return math.Copysign(below, v)
}

func TestRealFiles(t *testing.T) {
	root := dataFolder(t, "exr")
	im, err := Read(filepath.Join(root, "DisplayWindow/t08.exr"))
	if err != nil {
		t.Fatal(err)
	}
	if im.DataWindow != image.Rect(30, 40, 430, 340) ||
		im.DisplayWindow != image.Rect(0, 0, 501, 401) {
		t.Errorf("t08 has data window %v in %v", im.DataWindow, im.DisplayWindow)
	}
	im, err = Read(filepath.Join(root, "TestImages/AllHalfValues.exr"))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[uint32]bool{}
	for i := 0; i < len(im.Pix); i += 4 {
		seen[math.Float32bits(im.Pix[i])] = true
	}
	if len(seen) != 1<<16 {
		t.Errorf("AllHalfValues has %d different values, want %d", len(seen), 1<<16)
	}
}

// dataFolder is a folder of the test data, or a reason to skip.
func dataFolder(t *testing.T, name string) string {
	t.Helper()
	root := os.Getenv("IMPASTO_DATA")
	if root == "" {
		root = "../../../shared/data"
	}
	path := filepath.Join(root, name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no test data: %v", err)
	}
	return path
}
