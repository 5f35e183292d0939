package picture

import (
	"encoding/binary"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// madePart is a part of a file that a test makes: the value of each channel, the same everywhere,
// and what the header says beside that.
type madePart struct {
	channels map[string]float32
	extra    []Attribute
}

const madeWidth, madeHeight = 6, 4

// makeEXR writes a file of uncompressed floats by the format's description alone.
func makeEXR(t *testing.T, parts ...madePart) string {
	t.Helper()
	version := uint32(2)
	if len(parts) > 1 {
		version |= flagMultipart
	}
	file := binary.LittleEndian.AppendUint32([]byte("v/1\x01"), version)
	for _, p := range parts {
		file = append(file, p.header().encode()...)
	}
	if len(parts) > 1 {
		file = append(file, 0)
	}
	table := len(file)
	file = append(file, make([]byte, 8*madeHeight*len(parts))...)
	for i, p := range parts {
		for y := range madeHeight {
			binary.LittleEndian.PutUint64(file[table+8*(i*madeHeight+y):], uint64(len(file)))
			if len(parts) > 1 {
				file = binary.LittleEndian.AppendUint32(file, uint32(i))
			}
			file = binary.LittleEndian.AppendUint32(file, uint32(y))
			file = binary.LittleEndian.AppendUint32(file, uint32(4*madeWidth*len(p.channels)))
			for _, name := range slices.Sorted(maps.Keys(p.channels)) {
				for range madeWidth {
					file = binary.LittleEndian.AppendUint32(file,
						math.Float32bits(p.channels[name]))
				}
			}
		}
	}
	path := filepath.Join(t.TempDir(), "made.exr")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (p madePart) header() header {
	h := header{}
	var list []byte
	for _, name := range slices.Sorted(maps.Keys(p.channels)) {
		list = append(list, name+"\x00"...)
		for _, v := range []uint32{uint32(typeFloat), 0, 1, 1} {
			list = binary.LittleEndian.AppendUint32(list, v)
		}
	}
	h.set("channels", "chlist", append(list, 0))
	h.set("compression", "compression", uint8(0))
	h.set("dataWindow", "box2i", [4]int32{0, 0, madeWidth - 1, madeHeight - 1})
	h.set("displayWindow", "box2i", [4]int32{0, 0, madeWidth - 1, madeHeight - 1})
	h.set("lineOrder", "lineOrder", uint8(0))
	h.set("pixelAspectRatio", "float", float32(1))
	h.set("screenWindowCenter", "v2f", [2]float32{})
	h.set("screenWindowWidth", "float", float32(1))
	for _, a := range p.extra {
		h[a.Name] = a
	}
	return h
}

// said is an attribute that is a text.
func said(name, value string) Attribute { return Attribute{name, "string", []byte(value)} }

// listed is an attribute that is several.
func listed(name string, values ...string) Attribute {
	a := Attribute{Name: name, Type: "stringvector"}
	for _, v := range values {
		a.Value = binary.LittleEndian.AppendUint32(a.Value, uint32(len(v)))
		a.Value = append(a.Value, v...)
	}
	return a
}
