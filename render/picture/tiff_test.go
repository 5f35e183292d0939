package picture

import (
	"encoding/binary"
	"image"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tiffTag is an entry of a directory, of 32-bit values.
type tiffTag struct {
	tag    uint16
	values []uint32
}

// makeTIFF writes a file by the format's description alone: data, then the directory.
func makeTIFF(t *testing.T, order binary.AppendByteOrder, data []byte, tags ...tiffTag) string {
	t.Helper()
	file := order.AppendUint32(order.AppendUint16([]byte{'I', 'I'}, 42), uint32(8+len(data)))
	if order == binary.AppendByteOrder(binary.BigEndian) {
		copy(file, "MM")
	}
	file = append(file, data...)
	directory := order.AppendUint16(nil, uint16(len(tags)))
	lists := len(file) + 2 + 12*len(tags) + 4
	var extra []byte
	for _, tag := range tags {
		directory = order.AppendUint16(order.AppendUint16(directory, tag.tag), 4)
		directory = order.AppendUint32(directory, uint32(len(tag.values)))
		if len(tag.values) == 1 {
			directory = order.AppendUint32(directory, tag.values[0])
			continue
		}
		directory = order.AppendUint32(directory, uint32(lists+len(extra)))
		for _, v := range tag.values {
			extra = order.AppendUint32(extra, v)
		}
	}
	file = append(append(order.AppendUint32(append(file, directory...), 0), 0)[:lists], extra...)
	path := filepath.Join(t.TempDir(), "made.tif")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// The baseline's and the extensions' ways to store the same two pixels, red a half and a quarter.
func TestTIFFsOfOthers(t *testing.T) {
	const one, two = 0.5, 0.25
	le, be := binary.AppendByteOrder(binary.LittleEndian), binary.AppendByteOrder(binary.BigEndian)
	floats := func(order binary.AppendByteOrder, v ...float32) (b []byte) {
		for _, v := range v {
			b = order.AppendUint32(b, math.Float32bits(v))
		}
		return b
	}
	shorts := func(order binary.AppendByteOrder, v ...uint16) (b []byte) {
		for _, v := range v {
			b = order.AppendUint16(b, v)
		}
		return b
	}
	tags := func(bits, photometric, samples uint32, more ...tiffTag) []tiffTag {
		all := []tiffTag{{256, []uint32{2}}, {257, []uint32{1}}, {258, bytes32(bits, samples)},
			{259, []uint32{1}}, {262, []uint32{photometric}},
			{273, []uint32{8}}, {277, []uint32{samples}}, {278, []uint32{1}},
			{279, []uint32{2 * samples * bits / 8}}}
		for _, m := range more {
			i := 0
			for i < len(all) && all[i].tag < m.tag {
				i++
			}
			if i < len(all) && all[i].tag == m.tag {
				all[i] = m
				continue
			}
			all = append(all[:i], append([]tiffTag{m}, all[i:]...)...)
		}
		return all
	}
	isFloat := tiffTag{339, []uint32{3, 3, 3}}
	code := func(c uint16) float32 { return DecodeShort(c) }
	for name, c := range map[string]struct {
		path  string
		want  [8]float32
		alpha bool
		depth Depth
	}{
		"floats": {makeTIFF(t, le, floats(le, one, 0, -1, two, 8, 0), tags(32, 2, 3, isFloat)...),
			[8]float32{one, 0, -1, 1, two, 8, 0, 1}, false, Float},
		"floats of the other order": {makeTIFF(t, be, floats(be, one, 0, -1, two, 8, 0),
			tags(32, 2, 3, isFloat)...),
			[8]float32{one, 0, -1, 1, two, 8, 0, 1}, false, Float},
		"halves": {makeTIFF(t, le, shorts(le, 0x3800, 0, 0xbc00, 0x3400, 0x4800, 0),
			tags(16, 2, 3, isFloat)...),
			[8]float32{one, 0, -1, 1, two, 8, 0, 1}, false, Half},
		"planes": {makeTIFF(t, le, floats(le, one, two, 0, 8, -1, 0),
			tags(32, 2, 3, isFloat, tiffTag{284, []uint32{2}},
				tiffTag{273, []uint32{8, 16, 24}}, tiffTag{279, []uint32{8, 8, 8}})...), [8]float32{one,
			0, -1, 1, two, 8, 0, 1}, false, Float},
		"shorts": {makeTIFF(t, be, shorts(be, 40000, 0, 65535, 10000, 1, 2), tags(16, 2, 3)...),
			[8]float32{code(40000), 0, 1, 1, code(10000), code(1), code(2), 1}, false, Short},
		"straight alpha": {makeTIFF(t, le, shorts(le, 65535, 0, 65535, 32768, 65535, 65535, 0, 0),
			tags(16, 2, 4, tiffTag{338, []uint32{2}})...),
			[8]float32{32768. / 65535, 0, 32768. / 65535, 32768. / 65535, 0, 0, 0, 0}, true, Short},
		"premultiplied floats": {makeTIFF(t, le, floats(le, one, 0, 0, 0.5, two, 0, 0, 2),
			tags(32, 2, 4, tiffTag{338, []uint32{1}},
				tiffTag{339, []uint32{3, 3, 3, 3}})...), [8]float32{one, 0, 0, 0.5, two, 0, 0,
			2}, true, Float},
		"white is zero": {makeTIFF(t, le, []byte{255 - 128, 255}, tags(8, 0, 1)...),
			[8]float32{code(128 * 257), code(128 * 257), code(128 * 257), 1, 0, 0, 0,
				1}, false, Byte},
		"bits": {makeTIFF(t, le, []byte{0x80}, tags(1, 1, 1,
			tiffTag{279, []uint32{1}})...), [8]float32{1, 1, 1, 1, 0, 0, 0, 1}, false, Byte},
	} {
		im, err := Read(c.path)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for i, v := range im.Pix {
			if math.Abs(float64(v-c.want[i])) > 2e-6 {
				t.Errorf("%s: value %d is %g, want %g", name, i, v, c.want[i])
			}
		}
		if im.HasAlpha != c.alpha || im.Depth != c.depth {
			t.Errorf("%s: alpha %v, %v", name, im.HasAlpha, im.Depth)
		}
	}
	on := makeTIFF(t, le, floats(le, one, 0, -1, two, 8, 0),
		tags(32, 2, 3, isFloat, tiffTag{274, []uint32{6}})...)
	if im, err := Read(on); err != nil || im.DataWindow != image.Rect(0, 0, 1, 2) ||
		im.Pix[0] != one {
		t.Errorf("on its side: %v, %v", im, err)
	}
}

// bytes32 is the value as often as there are samples.
func bytes32(v, samples uint32) (all []uint32) {
	for range samples {
		all = append(all, v)
	}
	return all
}

// What is written comes back: floats bit for bit, codes to the code; the display window alone.
func TestTIFFIsWritten(t *testing.T) {
	for _, depth := range []Depth{Float, Half, Byte, Short} {
		for _, alpha := range []bool{false, true} {
			im := New(image.Rect(-2, 1, 40, 33))
			im.DisplayWindow, im.Depth, im.HasAlpha = image.Rect(0, 0, 40, 30), depth, alpha
			for i := range im.Pix {
				if i%4 != 3 || alpha {
					im.Pix[i] = 0.05 + float32(i*7919%1000)/1100
				}
				if i%4 != 3 && alpha {
					im.Pix[i] *= 0.04 // below every alpha
				}
			}
			back := roundTrip(t, "out.tif", im)
			wantDepth := map[Depth]Depth{Float: Float, Half: Float, Byte: Byte, Short: Short}[depth]
			if back.DataWindow != image.Rect(0, 0, 40, 30) || back.HasAlpha != alpha ||
				back.Depth != wantDepth {
				t.Errorf("%v: %v, alpha %v, %v", depth, back.DataWindow, back.HasAlpha, back.Depth)
			}
			most := map[Depth]float64{Float: 0, Half: 0, Byte: 0.01, Short: 5e-5}[depth]
			im.eachStored(func(x, y int, p [4]float32) {
				for c, v := range back.Row(y)[4*x : 4*x+4] {
					if math.Abs(float64(v-p[c])) > most {
						t.Fatalf("%v, alpha %v: channel %d at %d, %d is %g, want %g", depth, alpha,
							c, x, y, v, p[c])
					}
				}
			})
		}
	}
}

// A directory that lies is refused in a sentence.
func TestTIFFsThatLie(t *testing.T) {
	le := binary.AppendByteOrder(binary.LittleEndian)
	for name, tags := range map[string][]tiffTag{
		"no size": {{258, []uint32{8}}},
		"huge": {{256, []uint32{1 << 17}}, {257, []uint32{1 << 17}}, {258, []uint32{8}},
			{262, []uint32{1}}, {273, []uint32{8}}, {277, []uint32{1}}, {279, []uint32{4}}},
		"tiles": {{256, []uint32{64}}, {257, []uint32{64}}, {258, []uint32{8}}, {262, []uint32{1}},
			{277, []uint32{1}},
			{322, []uint32{1 << 20}}, {323, []uint32{1 << 20}}, {324, []uint32{8}},
			{325, []uint32{4}}},
		"missing": {{256, []uint32{64}}, {257, []uint32{64}}, {258, []uint32{8}},
			{262, []uint32{1}}, {273, []uint32{8}}, {277, []uint32{1}}, {279, []uint32{4}}},
		"12 bits": {{256, []uint32{2}}, {257, []uint32{1}}, {258, []uint32{12}}, {262, []uint32{1}},
			{273, []uint32{8}}, {277, []uint32{1}}, {279, []uint32{3}}},
	} {
		path := makeTIFF(t, le, []byte{1, 2, 3, 4}, tags...)
		if _, err := Read(path); err == nil ||
			!strings.HasPrefix(err.Error(), path+" cannot be read: ") {
			t.Errorf("%s: %v", name, err)
		} else {
			t.Log(strings.TrimPrefix(err.Error(), path+" "))
		}
	}
}
