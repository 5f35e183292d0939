package picture

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"os"
)

// DPX is SMPTE 268M. No library that Debian has reads it alone; FFmpeg's and OpenImageIO's are
// parts of much more. Read are red, green and blue, with alpha or without, and luminance, of 8 to
// 16 bits and floats, without run lengths; written are 10 bits of film's logarithm, or 16 of sRGB.

// dpxHeader is what matters of the generic headers; all numbers have the byte order of the magic.
type dpxHeader struct {
	Magic, Offset      uint32
	Version            [8]byte
	FileSize, Ditto    uint32
	Generic, Industry  uint32
	User               uint32
	Name               [100]byte
	Time               [24]byte
	Creator            [100]byte
	Project, Copyright [200]byte
	Key                uint32
	_                  [104]byte
	Orientation        uint16
	Elements           uint16
	Width, Height      uint32
	Element            [8]dpxElement
	_                  [52]byte
	_                  [220]byte // where the picture lies on a larger one, and where it comes from
	PixelAspect        [2]uint32
	_                  [28]byte
	_                  [384]byte // of film and television
}

type dpxElement struct {
	Sign                  uint32
	Low                   uint32
	LowQuantity           float32
	High                  uint32
	HighQuantity          float32
	Descriptor            uint8
	Transfer, Colorimetry uint8
	Bits                  uint8
	Packing, Encoding     uint16
	Offset, LinePadding   uint32
	EndPadding            uint32
	Description           [32]byte
}

const (
	dpxMagic     = 0x53445058 // SDPX
	dpxUndefined = math.MaxUint32
	dpxStart     = 2048 // of what is written

	dpxLuminance, dpxRGB, dpxRGBA, dpxABGR                 = 6, 50, 51, 52
	dpxPrintingDensity, dpxLinear, dpxLogarithm, dpxRec709 = 1, 2, 3, 6
	dpxPacked, dpxMethodA, dpxMethodB                      = 0, 1, 2
)

// dpxPlaces are where a pixel's samples go, by the descriptor.
var dpxPlaces = map[uint8][]int{dpxLuminance: {0}, dpxRGB: {0, 1, 2}, dpxRGBA: {0, 1, 2, 3},
	dpxABGR: {3, 2, 1, 0}}

// dpxTurns are the orders of lines and pixels, as EXIF numbers them.
var dpxTurns = [8]orientation{1, 2, 4, 3, 5, 6, 8, 7}

// headDPX reads a file's headers, and checks them.
func headDPX(f *os.File) (h dpxHeader, order binary.ByteOrder, err error) {
	info, err := f.Stat()
	if err != nil {
		return h, nil, cause(err)
	}
	order = binary.BigEndian
	if startsWith(f, 0, "XPDS") {
		order = binary.LittleEndian
	}
	if err := binary.Read(io.NewSectionReader(f, 0, info.Size()), order, &h); err != nil {
		return h, nil, errors.New("it is cut off")
	}
	if h.Width > maxSide || h.Height > maxSide {
		return h, nil, fmt.Errorf("%d×%d pixels are too many", h.Width, h.Height)
	}
	if err := checkFile(int(h.Width), int(h.Height), info.Size()); err != nil {
		return h, nil, err
	}
	if h.Orientation >= 8 {
		h.Orientation = 0
	}
	return h, order, h.Element[0].check()
}

// check refuses what is not read here.
func (e *dpxElement) check() error {
	_, known := dpxPlaces[e.Descriptor]
	switch {
	case !known:
		return fmt.Errorf("its element is number %d, and only RGB, RGBA and luminance are read; "+
			"convert it to RGB", e.Descriptor)
	case e.Encoding != 0:
		return errors.New("its lines are run lengths; convert it to a DPX without compression")
	case e.Sign != 0 || e.Packing > dpxMethodB || e.Bits != 8 && e.Bits != 10 && e.Bits != 12 &&
		e.Bits != 16 && e.Bits != 32:
		return fmt.Errorf("samples of %d bits, packed by method %d, are not read; convert it to "+
			"10 or 16 bits", e.Bits, e.Packing)
	}
	return nil
}

func displayDPX(f *os.File, _ Source) (image.Rectangle, error) {
	h, _, err := headDPX(f)
	if err != nil {
		return image.Rectangle{}, err
	}
	return image.Rectangle{Max: dpxTurns[h.Orientation].size(image.Pt(int(h.Width),
		int(h.Height)))}, nil
}

func readDPX(f *os.File, s Source) (*Image, error) {
	h, order, err := headDPX(f)
	if err != nil {
		return nil, err
	}
	e := &h.Element[0]
	im := blank(image.Rect(0, 0, int(h.Width), int(h.Height)))
	places := dpxPlaces[e.Descriptor]
	im.HasAlpha, im.Depth = len(places) == 4, Short
	im.Log = e.Transfer == dpxPrintingDensity || e.Transfer == dpxLogarithm
	switch e.Bits {
	case 8:
		im.Depth = Byte
	case 32:
		im.Depth = Float
	}
	if a := float32(h.PixelAspect[0]) / float32(h.PixelAspect[1]); h.PixelAspect[0] != dpxUndefined && h.PixelAspect[1] != dpxUndefined {
		im.PixelAspect = sane(a)
	}
	offset := int64(e.Offset)
	if e.Offset == dpxUndefined || e.Offset == 0 {
		offset = int64(h.Offset)
	}
	r := bufio.NewReaderSize(io.NewSectionReader(f, offset, math.MaxInt64-offset), 1<<16)
	line := newDPXLine(e, order, len(places)*int(h.Width))
	decode := e.decoder(s.Data)
	for y := range int(h.Height) {
		if err := line.read(r); err != nil {
			return nil, fmt.Errorf("it is cut off at line %d of %d", y, h.Height)
		}
		row := im.Row(y)
		for x := 0; x < len(row); x += 4 {
			p := row[x : x+4 : x+4]
			p[3] = 1
			for i, place := range places {
				p[place] = line.samples[x/4*len(places)+i]
			}
			if e.Descriptor == dpxLuminance {
				p[1], p[2] = p[0], p[0]
			}
			for c := range 3 {
				p[c] = decode(p[c]) * p[3] // alpha of DPX is straight
			}
		}
	}
	return im.turned(dpxTurns[h.Orientation]), nil
}

// decoder takes a sample of 0 to 1 to light.
func (e *dpxElement) decoder(data bool) func(float32) float32 {
	switch {
	case data || e.Bits == 32 || e.Transfer == dpxLinear:
		return func(v float32) float32 { return v }
	case e.Transfer == dpxPrintingDensity || e.Transfer == dpxLogarithm:
		return fromLog
	}
	return func(v float32) float32 { return DecodeShort(quantise(float64(v), 65535)) }
}

// dpxLine reads the samples of lines.
type dpxLine struct {
	element *dpxElement
	order   binary.ByteOrder
	bytes   []byte
	samples []float32
}

// newDPXLine is for so many samples. A line ends with a whole word of 32 bits.
func newDPXLine(e *dpxElement, order binary.ByteOrder, samples int) *dpxLine {
	bits := samples * int(e.Bits)
	switch filled := e.Packing != dpxPacked; {
	case e.Bits == 10 && filled:
		bits = (samples + 2) / 3 * 32
	case e.Bits == 12 && filled:
		bits = samples * 16
	}
	size := (bits + 31) / 32 * 4
	if e.LinePadding != dpxUndefined && e.LinePadding < 1<<16 {
		size += int(e.LinePadding)
	}
	return &dpxLine{e, order, make([]byte, size), make([]float32, samples)}
}

func (l *dpxLine) read(r io.Reader) error {
	if _, err := io.ReadFull(r, l.bytes); err != nil {
		return err
	}
	e := l.element
	most := float32(uint64(1)<<e.Bits - 1)
	for i := range l.samples {
		switch {
		case e.Bits == 8:
			l.samples[i] = float32(l.bytes[i]) / most
		case e.Bits == 16:
			l.samples[i] = float32(l.order.Uint16(l.bytes[2*i:])) / most
		case e.Bits == 32:
			l.samples[i] = math.Float32frombits(l.order.Uint32(l.bytes[4*i:]))
		case e.Packing == dpxPacked:
			l.samples[i] = float32(l.packed(i*int(e.Bits))) / most
		case e.Bits == 12:
			l.samples[i] = float32(l.order.Uint16(l.bytes[2*i:])>>l.spare(4)&0xfff) / most
		default:
			l.samples[i] = float32(l.order.Uint32(l.bytes[i/3*4:])>>(l.spare(2)+10*l.place(i%3))&0x3ff) / most
		}
	}
	return nil
}

// spare is how many bits are left free below a sample.
func (l *dpxLine) spare(bits int) int {
	if l.element.Packing == dpxMethodA {
		return bits
	}
	return 0
}

// place is where in a word the first, second and third sample are: of colours red is the highest.
func (l *dpxLine) place(i int) int {
	if l.element.Descriptor == dpxLuminance {
		return i
	}
	return 2 - i
}

// packed is the sample that begins at a bit; words are filled from the lowest on.
func (l *dpxLine) packed(bit int) uint32 {
	word, shift := bit/32*4, bit%32
	bits := uint64(l.order.Uint32(l.bytes[word:]))
	if word+8 <= len(l.bytes) {
		bits |= uint64(l.order.Uint32(l.bytes[word+4:])) << 32
	}
	return uint32(bits>>shift) & (1<<l.element.Bits - 1)
}

// Film's logarithm as Cineon has it: Kodak, Conversion of 10-bit Log Film Data To 8-bit Linear or
// Video Data, 1995. White is code 685, black 95, and a code is 0.002 of density, of a gamma of 0.6.
const (
	logWhite, logBlack = 685., 95.
	logStep            = 0.002 / 0.6
)

var logOffset = math.Pow(10, (logBlack-logWhite)*logStep)

func fromLog(v float32) float32 {
	return float32((math.Pow(10, (float64(v)*1023-logWhite)*logStep) - logOffset) / (1 - logOffset))
}

func toLog(v float32) float64 {
	x := float64(v)*(1-logOffset) + logOffset
	if !(x > 0) {
		return 0
	}
	return (logWhite + math.Log10(x)/logStep) / 1023
}

// writeDPX writes the display window without alpha, over black.
func writeDPX(f *os.File, im *Image) error {
	h := newDPX(im)
	w := bufio.NewWriter(f)
	if err := binary.Write(w, binary.BigEndian, &h); err != nil {
		return err
	}
	log := h.Element[0].Bits == 10
	var line []byte
	im.eachStored(func(x, y int, p [4]float32) {
		if log {
			code := func(v float32) uint32 { return uint32(quantise(toLog(v), 1023)) }
			line = binary.BigEndian.AppendUint32(line, code(p[0])<<22|code(p[1])<<12|code(p[2])<<2)
		} else {
			for _, v := range p[:3] {
				line = binary.BigEndian.AppendUint16(line, EncodeShort(v))
			}
		}
		if x == im.DisplayWindow.Dx()-1 {
			line = append(line, make([]byte, -len(line)&3)...)
			w.Write(line) // Flush says what is wrong
			line = line[:0]
		}
	})
	return w.Flush()
}

// newDPX is the header of a picture's file.
func newDPX(im *Image) dpxHeader {
	size := im.DisplayWindow.Size()
	e := dpxElement{Descriptor: dpxRGB, Bits: 16, Transfer: dpxRec709, Colorimetry: dpxRec709,
		Offset: dpxStart}
	line := (6*size.X + 3) / 4 * 4
	if im.Log || im.Depth == Float || im.Depth == Half { // there is light above white
		e.Bits, e.Packing, e.Transfer, e.Colorimetry = 10, dpxMethodA, dpxPrintingDensity, dpxPrintingDensity
		line = 4 * size.X
	}
	e.High = 1<<e.Bits - 1
	h := dpxHeader{
		Magic: dpxMagic, Offset: dpxStart, FileSize: uint32(dpxStart + line*size.Y), Ditto: 1,
		Generic: 1664, Industry: 384,
		Key: dpxUndefined, Elements: 1, Width: uint32(size.X), Height: uint32(size.Y),
		Element:     [8]dpxElement{e},
		PixelAspect: [2]uint32{uint32(math.Round(float64(im.PixelAspect) * 10000)), 10000},
	}
	copy(h.Version[:], "V2.0")
	copy(h.Creator[:], markValue)
	return h
}

// wholeDPX goes by the size that the header says.
func wholeDPX(f *os.File, size int64) (window image.Rectangle, err error) {
	if !startsWith(f, 0, "SDPX") || !startsWith(f, 160, markValue+"\x00") {
		return window, errForeign
	}
	h, _, err := headDPX(f)
	if err != nil || int64(h.FileSize) != size {
		return window, errors.New("is cut off")
	}
	return image.Rect(0, 0, int(h.Width), int(h.Height)), nil
}
