package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// makeDPX writes a file of one line of two pixels, by the places that SMPTE 268M gives.
func makeDPX(t *testing.T, order binary.ByteOrder, orientation uint16, descriptor, transfer, bits byte, packing uint16, words []byte) string {
	t.Helper()
	b := make([]byte, 2048)
	order.PutUint32(b, 0x53445058)
	order.PutUint32(b[4:], 2048)
	order.PutUint16(b[768:], orientation)
	order.PutUint16(b[770:], 1)
	order.PutUint32(b[772:], 2)
	order.PutUint32(b[776:], 1)
	b[800], b[801], b[803] = descriptor, transfer, bits
	order.PutUint16(b[804:], packing)
	order.PutUint32(b[808:], 2048)
	order.PutUint32(b[812:], math.MaxUint32) // no padding said
	order.PutUint32(b[1628:], 2)
	order.PutUint32(b[1632:], 1)
	path := filepath.Join(t.TempDir(), "made.dpx")
	if err := os.WriteFile(path, append(b, words...), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func words[T uint16 | uint32](order binary.ByteOrder, list ...T) []byte {
	b := new(bytes.Buffer)
	for _, v := range list {
		binary.Write(b, order, v)
	}
	return b.Bytes()
}

// The ways to lay out the codes of two pixels, red first.
func TestDPXsOfOthers(t *testing.T) {
	le, be := binary.ByteOrder(binary.LittleEndian), binary.ByteOrder(binary.BigEndian)
	c := []uint32{1000, 500, 3, 0, 1023, 95}
	ten, twelve := [8]float64{}, [8]float64{}
	for i, at := range []int{0, 1, 2, 4, 5, 6} {
		ten[at], twelve[at] = float64(c[i])/1023, float64(4*c[i])/4095
	}
	ten[3], ten[7], twelve[3], twelve[7] = 1, 1, 1, 1
	for name, f := range map[string]struct {
		path string
		want [8]float64
	}{
		"10 bits, A": {makeDPX(t, be, 0, 50, 2, 10, 1,
			words(be, c[0]<<22|c[1]<<12|c[2]<<2, c[3]<<22|c[4]<<12|c[5]<<2)), ten},
		"10 bits, A, of the other order": {makeDPX(t, le, 0, 50, 2, 10, 1,
			words(le, c[0]<<22|c[1]<<12|c[2]<<2, c[3]<<22|c[4]<<12|c[5]<<2)), ten},
		"10 bits, B": {makeDPX(t, be, 0, 50, 2, 10, 2,
			words(be, c[0]<<20|c[1]<<10|c[2], c[3]<<20|c[4]<<10|c[5])), ten},
		"10 bits, packed": {makeDPX(t, be, 0, 50, 2, 10, 0,
			words(be, c[0]|c[1]<<10|c[2]<<20|c[3]<<30, c[3]>>2|c[4]<<8|c[5]<<18)), ten},
		"12 bits, A": {makeDPX(t, be, 0, 50, 2, 12, 1,
			words(be, uint16(c[0]<<6), uint16(c[1]<<6), uint16(c[2]<<6), uint16(c[3]<<6),
				uint16(c[4]<<6), uint16(c[5]<<6))), twelve},
		"12 bits, B": {makeDPX(t, be, 0, 50, 2, 12, 2,
			words(be, uint16(c[0]<<2), uint16(c[1]<<2), uint16(c[2]<<2), uint16(c[3]<<2),
				uint16(c[4]<<2), uint16(c[5]<<2))), twelve},
		"16 bits": {makeDPX(t, le, 0, 50, 2, 16, 0,
			words(le, uint16(65535), uint16(1), uint16(0), uint16(0), uint16(256), uint16(65535))),
			[8]float64{1, 1. / 65535, 0, 1, 0, 256. / 65535, 1, 1}},
		"8 bits": {makeDPX(t, be, 0, 50, 2, 8, 0, []byte{255, 1, 0, 0, 128, 255, 0, 0}),
			[8]float64{1, 1. / 255, 0, 1, 0, 128. / 255, 1, 1}},
		"floats": {makeDPX(t, be, 0, 50, 2, 32, 0,
			words(be, math.Float32bits(4), math.Float32bits(-1), 0, 0, 0, math.Float32bits(0.5))),
			[8]float64{4, -1, 0, 1, 0, 0, 0.5, 1}},
		"alpha": {makeDPX(t, be, 0, 51, 2, 8, 0, []byte{255, 51, 0, 51, 255, 255, 255, 0}),
			[8]float64{0.2, 0.04, 0, 0.2, 0, 0, 0, 0}},
		"alpha first": {makeDPX(t, be, 0, 52, 2, 8, 0, []byte{51, 0, 51, 255, 0, 255, 255, 255}),
			[8]float64{0.2, 0.04, 0, 0.2, 0, 0, 0, 0}},
		"luminance": {makeDPX(t, be, 0, 6, 2, 8, 0, []byte{255, 51, 0, 0}),
			[8]float64{1, 1, 1, 1, 0.2, 0.2, 0.2, 1}},
		"mirrored": {makeDPX(t, be, 1, 6, 2, 8, 0, []byte{255, 51, 0, 0}),
			[8]float64{0.2, 0.2, 0.2, 1, 1, 1, 1, 1}},
		"of film": {makeDPX(t, be, 0, 50, 1, 10, 1,
			words(be, uint32(685<<22|95<<12|985<<2), uint32(385<<22|385<<12|385<<2))),
			// White, black, a stop of density above and below by ΔD = 0.6: ten times the light.
			[8]float64{1, 0, (10 - math.Pow(10, -590./300)) / (1 - math.Pow(10, -590./300)), 1,
				(0.1 - math.Pow(10, -590./300)) / (1 - math.Pow(10,
					-590./300)), math.NaN(), math.NaN(), 1}},
		"of video": {makeDPX(t, be, 0, 6, 6, 8, 0, []byte{255, 188, 0, 0}),
			[8]float64{1, 1, 1, 1, Linear(188. / 255), math.NaN(), math.NaN(), 1}},
	} {
		im, err := Read(f.path)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for i, v := range im.Pix {
			if math.Abs(float64(v)-f.want[i]) > 1e-5 { // not of what is no number
				t.Errorf("%s: value %d is %g, want %g", name, i, v, f.want[i])
			}
		}
		if im.PixelAspect != 2 {
			t.Errorf("%s: pixels %g wide", name, im.PixelAspect)
		}
	}
	for says, path := range map[string]string{
		"only RGB, RGBA and luminance are read": makeDPX(t, be, 0, 100, 2, 10, 1, make([]byte, 8)),
		"samples of 14 bits":                    makeDPX(t, be, 0, 50, 2, 14, 1, make([]byte, 16)),
		"it is cut off at line 0 of 1":          makeDPX(t, be, 0, 50, 2, 10, 1, make([]byte, 7)),
	} {
		if _, err := Read(path); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want … %s", err, says)
		}
	}
}

// Light comes back to a code of film's logarithm, above white as well; codes of sRGB to the code.
func TestDPXIsWritten(t *testing.T) {
	for _, depth := range []Depth{Half, Short} {
		im := New(image.Rect(-2, 0, 37, 20))
		im.DisplayWindow, im.Depth, im.PixelAspect = image.Rect(0, 0, 37, 21), depth, 1.5
		for i := range im.Pix {
			if i%4 != 3 {
				im.Pix[i] = float32(i%997) / 1000
				if depth == Half {
					im.Pix[i] *= 12
				}
			}
		}
		back := roundTrip(t, "out.dpx", im)
		if back.DataWindow != im.DisplayWindow || back.HasAlpha || back.Log != (depth == Half) ||
			math.Abs(float64(back.PixelAspect)-1.5) > 1e-4 {
			t.Errorf("%v: %v, alpha %v, log %v, pixels %g wide", depth, back.DataWindow,
				back.HasAlpha, back.Log, back.PixelAspect)
		}
		im.eachStored(func(x, y int, p [4]float32) {
			for c, v := range back.Row(y)[4*x : 4*x+3] {
				most := 1e-4
				if depth == Half { // half a code of 1/300 decade
					most = 0.0045*float64(p[c]) + 1e-4
				}
				if math.Abs(float64(v-p[c])) > most {
					t.Fatalf("%v: channel %d at %d, %d is %g, want %g", depth, c, x, y, v, p[c])
				}
			}
		})
		again := roundTrip(t, "again.dpx", back)
		sameBits(t, back.Pix, again.Pix)
	}
}
