package picture

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"math"

	"impasto.net/bridge/primaries"
)

// profile is what an ICC profile says of a picture's values: by a curve and three colours, as
// cameras, telephones and screens have it (ICC.1:2022, 8.3.3).
type profile struct {
	space string                // of the light
	curve func(float64) float64 // from values to light; nil is that of sRGB
}

// strangeProfile is said of a picture whose profile is something else.
const strangeProfile = "has an ICC profile that is more than a curve and three colours, and is " +
	"taken for sRGB"

// describe takes over what a profile says; without one a picture is sRGB. It gives the light of
// codes, or the codes themselves of data.
func (im *Image) describe(icc []byte, data bool) func(code uint16) float32 {
	switch {
	case data:
		return func(code uint16) float32 { return float32(code) / 65535 }
	case icc == nil:
		return DecodeShort
	}
	p, known := profileOf(icc)
	if im.Colourspace = p.space; !known {
		im.Remark = strangeProfile
	}
	if p.curve == nil {
		return DecodeShort
	}
	light := make([]float32, 1<<16)
	for i := range light {
		light[i] = float32(p.curve(float64(i) / 65535))
	}
	return func(code uint16) float32 { return light[code] }
}

// d50 is the white of profiles' colours.
var d50 = [2]float64{0.3457, 0.3585}

// profileOf reads a profile. One that is no such is not known.
func profileOf(icc []byte) (p profile, known bool) {
	if len(icc) < 132 || string(icc[16:20]) != "RGB " {
		return profile{}, false
	}
	var xy [8]float64
	for i, name := range []string{"rXYZ", "gXYZ", "bXYZ"} {
		tag := iccTag(icc, name)
		if len(tag) < 20 {
			return profile{}, false
		}
		x, y, z := fixed(tag[8:]), fixed(tag[12:]), fixed(tag[16:])
		xy[2*i], xy[2*i+1] = x/(x+y+z), y/(x+y+z)
	}
	xy[6], xy[7] = d50[0], d50[1]
	of, err := primaries.Of(xy)
	p.curve = toneCurve(iccTag(icc, "rTRC"))
	if err != nil || p.curve == nil {
		return profile{}, false
	}
	p.space = nameOfLight(of, func(known *primaries.Primaries) bool {
		return same(primaries.Conversion(&of, known))
	})
	if likeSRGB(p.curve) {
		p.curve = nil
	}
	return p, true
}

// same says whether a conversion is none, to the digits of profiles.
func same(m primaries.Matrix) bool {
	for i := range 3 {
		for j := range 3 {
			if math.Abs(float64(m[i][j]-primaries.One[i][j])) > 3e-3 {
				return false
			}
		}
	}
	return true
}

func likeSRGB(curve func(float64) float64) bool {
	for v := 0.; v <= 1; v += 1. / 64 {
		if math.Abs(curve(v)-Linear(v)) > 1e-3 {
			return false
		}
	}
	return true
}

// iccTag finds what a profile's table has under a name.
func iccTag(icc []byte, name string) []byte {
	count := binary.BigEndian.Uint32(icc[128:])
	for i := uint64(0); i < uint64(count) && 132+12*i+12 <= uint64(len(icc)); i++ {
		entry := icc[132+12*i:]
		from, size := uint64(binary.BigEndian.Uint32(entry[4:])), uint64(binary.BigEndian.Uint32(entry[8:]))
		if string(entry[:4]) == name && from+size <= uint64(len(icc)) {
			return icc[from : from+size]
		}
	}
	return nil
}

// fixed is a number with 16 bits behind the point.
func fixed(b []byte) float64 { return float64(int32(binary.BigEndian.Uint32(b))) / 65536 }

// toneCurve is a curve by a table, a power or a formula (10.6 and 10.18); nil: none that is known.
func toneCurve(tag []byte) func(float64) float64 {
	switch {
	case len(tag) >= 12 && bytes.HasPrefix(tag, []byte("curv")):
		return tabled(tag[12:], int(binary.BigEndian.Uint32(tag[8:])))
	case len(tag) >= 12 && bytes.HasPrefix(tag, []byte("para")):
		return formula(binary.BigEndian.Uint16(tag[8:]), tag[12:])
	}
	return nil
}

func tabled(values []byte, count int) func(float64) float64 {
	at := func(i int) float64 { return float64(binary.BigEndian.Uint16(values[2*i:])) }
	switch {
	case count == 0:
		return func(v float64) float64 { return v }
	case count < 0 || 2*count > len(values):
		return nil
	case count == 1:
		return func(v float64) float64 { return math.Pow(v, at(0)/256) }
	}
	return func(v float64) float64 {
		place := min(max(v, 0), 1) * float64(count-1)
		i := min(int(place), count-2)
		return (at(i) + (at(i+1)-at(i))*(place-float64(i))) / 65535
	}
}

// formula is (a·v + b)^g + e from d on, and c·v + f below it.
func formula(kind uint16, values []byte) func(float64) float64 {
	counts := []int{1, 3, 4, 5, 7}
	if int(kind) >= len(counts) || len(values) < 4*counts[kind] {
		return nil
	}
	var p [7]float64 // g a b c d e f
	for i := range counts[kind] {
		p[i] = fixed(values[4*i:])
	}
	g, a, b, c, d, e, f := p[0], p[1], p[2], p[3], p[4], p[5], p[6]
	switch kind {
	case 0:
		a, d = 1, math.Inf(-1)
	case 1:
		c, d = 0, -b/a
	case 2:
		c, d, e, f = 0, -b/a, p[3], p[3]
	}
	return func(v float64) float64 {
		if v >= d {
			return math.Pow(max(a*v+b, 0), g) + e
		}
		return c*v + f
	}
}

// mostICC is how long a profile may be.
const mostICC = 16 << 20

// jpegICC puts it together of segments APP2, which are numbered.
func jpegICC(f io.Reader) []byte {
	var icc []byte
	eachSegment(f, func(kind byte, content []byte) bool {
		if part, ok := bytes.CutPrefix(content, []byte("ICC_PROFILE\x00")); ok && kind == 0xe2 &&
			len(part) > 2 {
			icc = append(icc, part[2:]...)
		}
		return len(icc) < mostICC
	})
	return icc
}

// pngICC finds it in a chunk iCCP, behind a name and the kind of compression.
func pngICC(f io.Reader) []byte {
	_, packed, ok := bytes.Cut(pngChunk(f, "iCCP"), []byte{0})
	if !ok || len(packed) == 0 {
		return nil
	}
	r, err := zlib.NewReader(bytes.NewReader(packed[1:]))
	if err != nil {
		return nil
	}
	icc, _ := io.ReadAll(io.LimitReader(r, mostICC))
	return icc
}

// webpICC finds it in a chunk ICCP.
func webpICC(f io.Reader) []byte { return webpChunk(f, "ICCP") }
