package picture

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
)

// OpenEXR's library believes the sizes that a header names, and asks for memory accordingly. So
// headers are read here first, and what they ask for is held against the size of the file.

// Attribute is something that the header of an OpenEXR file says, as it stands there.
type Attribute struct {
	Name, Type string
	Value      []byte
}

// header is the attributes of a part of a file.
type header map[string]Attribute

// channel is an entry of a part's list of channels.
type channel struct {
	name                 string
	kind                 pixelType
	xSampling, ySampling int32
}

// pixelType is the type of a channel's samples, by the format's number.
type pixelType int32

const (
	typeUint pixelType = iota
	typeHalf
	typeFloat
)

const (
	maxHeaderBytes = 64 << 20
	maxParts       = 1 << 12
	// maxName is the length of names, with the zero after them.
	maxName = 256
	// maxChunkBytes bounds a chunk once it is unpacked: 256 lines of 64k RGBA floats.
	maxChunkBytes = 256 << 20
)

// The flags in a file's version.
const (
	flagTiled     = 0x200
	flagDeep      = 0x800
	flagMultipart = 0x1000
)

var errCutOff = errors.New("it ends too early")

// readHeaders reads the headers of a file of that size, one for every part, and says where they
// end.
func readHeaders(f io.ReaderAt, size int64) (parts []header, end int64, err error) {
	section := io.NewSectionReader(f, 0, min(size, maxHeaderBytes))
	r := bufio.NewReader(section)
	var start struct{ Magic, Version uint32 }
	if err := binary.Read(r, binary.LittleEndian, &start); err != nil {
		return nil, 0, errCutOff
	}
	if version := start.Version & 0xff; version != 2 {
		return nil, 0, fmt.Errorf("version %d of the format is not known", version)
	}
	for {
		h, err := readHeader(r, min(size, maxHeaderBytes))
		if err != nil {
			return nil, 0, err
		}
		if len(h) == 0 && start.Version&flagMultipart != 0 {
			break
		}
		if parts = append(parts, h); len(parts) > maxParts {
			return nil, 0, fmt.Errorf("it has more than %d parts", maxParts)
		}
		if start.Version&flagMultipart == 0 {
			h.inferType(start.Version)
			break
		}
	}
	if len(parts) == 0 {
		return nil, 0, errors.New("it has no parts")
	}
	left := size / 8
	for i, h := range parts {
		l, err := h.layout()
		if err != nil {
			return nil, 0, err
		}
		if left -= l.chunks(); left < 0 {
			return nil, 0,
				fmt.Errorf("part %d asks for %d pieces, more than the file can hold", i, l.chunks())
		}
	}
	end, err = section.Seek(0, io.SeekCurrent)
	return parts, end - int64(r.Buffered()), err
}

// inferType gives a file of one part the type that the flags say.
func (h header) inferType(version uint32) {
	if version&flagDeep == 0 {
		kind := "scanlineimage"
		if version&flagTiled != 0 {
			kind = "tiledimage"
		}
		h["type"] = Attribute{"type", "string", []byte(kind)}
	}
}

func readHeader(r *bufio.Reader, left int64) (header, error) {
	h := header{}
	for {
		name, err := readName(r)
		if name == "" || err != nil {
			return h, err
		}
		kind, err := readName(r)
		if err != nil {
			return nil, err
		}
		var size int32
		if err := binary.Read(r, binary.LittleEndian, &size); err != nil {
			return nil, errCutOff
		}
		if size < 0 || int64(size) > left {
			return nil, fmt.Errorf("its attribute %.20q claims %d bytes", name, uint32(size))
		}
		value := make([]byte, size)
		if _, err := io.ReadFull(r, value); err != nil {
			return nil, errCutOff
		}
		left -= int64(size)
		h[name] = Attribute{name, kind, value}
	}
}

// readName reads a text that ends with a zero.
func readName(r *bufio.Reader) (string, error) {
	name := make([]byte, 0, 32)
	for {
		b, err := r.ReadByte()
		if err != nil {
			return "", errCutOff
		}
		if b == 0 {
			return string(name), nil
		}
		if name = append(name, b); len(name) >= maxName {
			return "", fmt.Errorf("the name %.20q… has no end", name)
		}
	}
}

// decode reads the value of an attribute that must be there.
func (h header) decode(name, kind string, to any) error {
	a, ok := h[name]
	if !ok {
		return fmt.Errorf("it has no attribute %s", name)
	}
	if n := binary.Size(to); a.Type != kind || len(a.Value) != n {
		return fmt.Errorf("its attribute %s is a %s of %d bytes", name, a.Type, len(a.Value))
	}
	_, err := binary.Decode(a.Value, binary.LittleEndian, to)
	return err
}

// text is the value of an attribute that is a string, or nothing.
func (h header) text(name string) string {
	if a := h[name]; a.Type == "string" {
		return string(a.Value)
	}
	return ""
}

// views are those that the part's channels are of, the one without a name first.
func (h header) views() (names []string) {
	a := h["multiView"]
	if a.Type != "stringvector" {
		return nil
	}
	for left := a.Value; len(left) > 4; {
		n := binary.LittleEndian.Uint32(left)
		if left = left[4:]; uint64(n) > uint64(len(left)) {
			return nil
		}
		names = append(names, string(left[:n]))
		left = left[n:]
	}
	return names
}

func (h header) deep() bool { return strings.HasPrefix(h.text("type"), "deep") }

// window is a rectangle that the header has.
func (h header) window(name string) (image.Rectangle, error) {
	var corners [4]int32 // the first and the last pixel
	if err := h.decode(name, "box2i", &corners); err != nil {
		return image.Rectangle{}, err
	}
	return image.Rectangle{
		Min: image.Pt(int(corners[0]), int(corners[1])),
		Max: image.Pt(int(corners[2])+1, int(corners[3])+1),
	}, nil
}

func (h header) compression() (Compression, error) {
	var code byte
	if err := h.decode("compression", "compression", &code); err != nil {
		return 0, err
	}
	if code == 10 || code == 11 {
		return 0, refusal("its compression is HTJ2K, of OpenEXR 3.4, which cannot be read here; " +
			"convert it to ZIP or DWAA")
	}
	i := slices.IndexFunc(compressions, func(c compressionInfo) bool { return c.code == code })
	if i < 0 {
		return 0, refusal(fmt.Sprintf("its compression, number %d, is not known here; convert "+
			"it to ZIP or PIZ", code))
	}
	return Compression(i), nil
}

// tile is the size of a part's tiles, or zero where it has none.
func (h header) tile() (image.Point, error) {
	if kind := h.text("type"); kind != "tiledimage" && kind != "deeptile" {
		return image.Point{}, nil
	}
	var t struct {
		Width, Height uint32
		Mode          uint8
	}
	if err := h.decode("tiles", "tiledesc", &t); err != nil {
		return image.Point{}, err
	}
	if t.Width == 0 || t.Height == 0 || t.Width > math.MaxInt32 || t.Height > math.MaxInt32 {
		return image.Point{}, fmt.Errorf("its tiles are %d×%d", t.Width, t.Height)
	}
	return image.Pt(int(t.Width), int(t.Height)), nil
}

// layout is how a part's pixels lie.
type layout struct {
	data        image.Rectangle
	compression Compression
	tile        image.Point
}

func (h header) layout() (l layout, err error) {
	var errs [3]error
	l.data, errs[0] = h.window("dataWindow")
	l.compression, errs[1] = h.compression()
	l.tile, errs[2] = h.tile()
	if err := errors.Join(errs[:]...); err != nil {
		return l, err
	}
	if err := checkSides(l.data); err != nil {
		return l, refusal(err.Error())
	}
	return l, nil
}

// chunk is the size of a piece of the pixels. Deep lines may be in smaller ones.
func (l layout) chunk() image.Point {
	if l.tile != (image.Point{}) {
		return l.tile
	}
	return image.Pt(l.data.Dx(), compressions[l.compression].lines)
}

// chunks is how many pieces there are, apart from those of smaller levels.
func (l layout) chunks() int64 {
	size := l.chunk()
	return int64((l.data.Dx()+size.X-1)/size.X) * int64((l.data.Dy()+size.Y-1)/size.Y)
}

// chunkBytes is how many bytes the larger of a piece and a row of tiles takes once it is unpacked.
// One that takes too many is refused.
func (l layout) chunkBytes(channels []channel) (int64, error) {
	size := l.chunk()
	pixel := int64(0)
	for _, c := range channels {
		pixel += 4
		if c.kind == typeHalf {
			pixel -= 2
		}
	}
	bytes := pixel * int64(max(size.X, l.data.Dx()))
	if bytes > maxChunkBytes/int64(size.Y) {
		return 0, fmt.Errorf("it asks for pieces of %d lines of %d bytes", size.Y, bytes)
	}
	return bytes * int64(size.Y), nil
}

// channels is the part's list of channels, in the alphabet's order.
func (h header) channels() ([]channel, error) {
	a := h["channels"]
	if a.Type != "chlist" {
		return nil, errors.New("it has no list of channels")
	}
	var list []channel
	for r := bufio.NewReader(bytes.NewReader(a.Value)); ; {
		name, err := readName(r)
		if err != nil {
			return nil, fmt.Errorf("its list of channels is broken (%w)", err)
		}
		if name == "" {
			return list, nil
		}
		var entry struct {
			Kind                 pixelType
			Linear               [4]byte
			XSampling, YSampling int32
		}
		if err := binary.Read(r, binary.LittleEndian, &entry); err != nil {
			return nil, fmt.Errorf("its list of channels is broken (%w)", errCutOff)
		}
		if entry.Kind < typeUint || entry.Kind > typeFloat || entry.XSampling < 1 ||
			entry.YSampling < 1 {
			return nil, fmt.Errorf("its channel %.20q makes no sense", name)
		}
		list = append(list, channel{name, entry.Kind, entry.XSampling, entry.YSampling})
	}
}

// ofStorage are the attributes that say how a file stores its pixels, and those that are true of
// the file that they were in only.
var ofStorage = map[string]bool{
	"channels": true, "compression": true, "dataWindow": true, "displayWindow": true, "lineOrder": true,
	"pixelAspectRatio": true, "tiles": true, "type": true, "version": true, "chunkCount": true,
	"multiView": true, "preview": true,
}

// metadata is what the header says beyond storage, in the alphabet's order.
func (h header) metadata() []Attribute {
	var list []Attribute
	for _, name := range slices.Sorted(maps.Keys(h)) {
		if !ofStorage[name] {
			list = append(list, h[name])
		}
	}
	return list
}

// set gives the header an attribute of a value that binary.Append can take.
func (h header) set(name, kind string, value any) {
	bytes, err := binary.Append(nil, binary.LittleEndian, value)
	if err != nil {
		panic(err) // a type that has no size
	}
	h[name] = Attribute{name, kind, bytes}
}

// encode is the header as it stands in a file.
func (h header) encode() []byte {
	var b []byte
	for _, name := range slices.Sorted(maps.Keys(h)) {
		a := h[name]
		b = append(b, a.Name+"\x00"+a.Type+"\x00"...)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(a.Value)))
		b = append(b, a.Value...)
	}
	return append(b, 0)
}

// newHeader is the header of a picture's file.
func newHeader(im *Image) header {
	h := header{}
	h.set("screenWindowCenter", "v2f", [2]float32{})
	h.set("screenWindowWidth", "float", float32(1))
	for _, a := range im.Metadata {
		h[a.Name] = a
	}
	h.setSpace(im.Colourspace)
	h["writer"] = Attribute{"writer", "string", []byte(markValue)}
	kind := typeFloat
	if im.Depth == Half || im.Depth == Byte {
		kind = typeHalf
	}
	var channels []byte
	for _, name := range []string{"A", "B", "G", "R"} {
		if name != "A" || im.HasAlpha {
			channels = append(channels, name+"\x00"...)
			for _, v := range []uint32{uint32(kind), 0, 1, 1} {
				channels = binary.LittleEndian.AppendUint32(channels, v)
			}
		}
	}
	h.set("channels", "chlist", append(channels, 0))
	h.set("compression", "compression", compressions[im.Compression].code)
	h.set("dataWindow", "box2i", corners(im.DataWindow))
	h.set("displayWindow", "box2i", corners(im.DisplayWindow))
	h.set("lineOrder", "lineOrder", uint8(0))
	h.set("pixelAspectRatio", "float", im.PixelAspect)
	if im.Tile != (image.Point{}) {
		h.set("tiles", "tiledesc", struct {
			X, Y uint32
			Mode uint8
		}{uint32(im.Tile.X), uint32(im.Tile.Y), 0})
	}
	return h
}

func corners(r image.Rectangle) [4]int32 {
	return [4]int32{int32(r.Min.X), int32(r.Min.Y), int32(r.Max.X - 1), int32(r.Max.Y - 1)}
}
