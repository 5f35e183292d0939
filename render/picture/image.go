// Package picture reads and writes the pictures of a sequence: OpenEXR, PNG and, for reading, JPEG.
//
// Whatever the file, an Image holds premultiplied floats, scene-linear light of the primaries of
// Rec. 709 unless an OpenEXR file's header says otherwise; In converts. PNG and JPEG are taken to
// be sRGB. Samples of an OpenEXR file are moved and never computed with, so that NaN, infinities,
// negative and denormal values come through bit for bit, as floats and as halves.
package picture

import "image"

// Image is a picture in memory.
//
// Windows are in the file's pixels, y down, with Max one past the last pixel, as in package image.
// (OpenEXR's own windows name the last pixel itself.)
type Image struct {
	DataWindow    image.Rectangle // the pixels that Pix holds
	DisplayWindow image.Rectangle // the frame that they belong to
	PixelAspect   float32         // width of a pixel over its height
	Windowed      bool            // the file knows of windows and of pixels' shape, as OpenEXR does
	Pix           []float32       // R, G, B, A of every pixel of DataWindow, top row first
	HasAlpha      bool            // false: A is 1 everywhere, and is not written
	Depth         Depth           // what the file holds, or is to hold
	Log           bool            // a DPX file has film's logarithm
	Compression   Compression     // of an OpenEXR file
	Tile          image.Point     // the size of an OpenEXR file's tiles; zero: it has scan lines
	Metadata      []Attribute     // what an OpenEXR file says beyond that: timecode, camera, primaries
	Remark        string          // what may not be expected of the picture that the file has
	Colourspace   string          // what the file says of its values; "" is scene-linear Rec. 709, also of files that say nothing
}

// Depth is what a file stores for a sample.
type Depth int

// Float and Half belong to OpenEXR, Byte and Short to PNG and JPEG. Write takes the nearest that
// the format has: Half for Byte, Float for Short, Short for Half and Float.
const (
	Float Depth = iota
	Half
	Byte
	Short
)

func (d Depth) String() string {
	return [...]string{"float", "half", "byte", "short"}[d]
}

// Compression of an OpenEXR file.
type Compression int

// A picture that was read from a file with a lossy compression says ZIP, so that writing it loses
// nothing a second time.
const (
	ZIP  Compression = iota // 16 lines at a time
	ZIPS                    // one line at a time
	PIZ
	RLE
	Uncompressed
	// The lossy ones.
	PXR24 // 24 bits of a float; halves are kept
	B44
	B44A
	DWAA // 32 lines at a time
	DWAB // 256 lines at a time
)

func (c Compression) String() string { return compressions[c].name }

// Compressions are all there are, in the order of their constants.
func Compressions() []Compression {
	all := make([]Compression, len(compressions))
	for i := range all {
		all[i] = Compression(i)
	}
	return all
}

// New returns a black, opaque picture of that data window, with the same display window.
func New(window image.Rectangle) *Image {
	im := blank(window)
	for i := 3; i < len(im.Pix); i += 4 {
		im.Pix[i] = 1
	}
	return im
}

func blank(window image.Rectangle) *Image {
	return &Image{
		DataWindow:    window,
		DisplayWindow: window,
		PixelAspect:   1,
		Pix:           make([]float32, 4*window.Dx()*window.Dy()),
	}
}

// Row returns the pixels of the row at y, in DataWindow's coordinates.
func (im *Image) Row(y int) []float32 {
	n := 4 * im.DataWindow.Dx()
	i := (y - im.DataWindow.Min.Y) * n
	return im.Pix[i : i+n : i+n]
}
