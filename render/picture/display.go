package picture

import (
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"os"

	"golang.org/x/image/bmp"
	"golang.org/x/image/webp"
)

func isEOF(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// cutOff words the end of a file that comes too early.
func cutOff(err error) error {
	if isEOF(err) {
		return errors.New("it is cut off")
	}
	return err
}

// decoder is a format that package image has a decoder of.
type decoder struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
	exif   func(io.Reader) []byte // what the camera said, or nothing
	icc    func(io.Reader) []byte // and of its colours
}

var (
	pngDecoder  = decoder{png.DecodeConfig, png.Decode, pngExif, pngICC}
	jpegDecoder = decoder{jpeg.DecodeConfig, jpeg.Decode, jpegExif, jpegICC}
	bmpDecoder  = decoder{bmp.DecodeConfig, bmp.Decode, nil, nil}
	webpDecoder = decoder{webp.DecodeConfig, webp.Decode, webpExif, webpICC}
)

// open checks a file's size, and how the camera was held.
func (d *decoder) open(f *os.File) (size image.Point, turn orientation, err error) {
	config, err := d.config(f)
	if err != nil {
		return size, 0, cutOff(err)
	}
	info, err := f.Stat()
	if err != nil {
		return size, 0, cause(err)
	}
	turn = upright
	if d.exif != nil {
		turn = orientationOf(d.exif(io.NewSectionReader(f, 0, info.Size())))
	}
	return image.Pt(config.Width, config.Height), turn,
		checkFile(config.Width, config.Height, info.Size())
}

func (d *decoder) display(f *os.File, _ Source) (image.Rectangle, error) {
	size, turn, err := d.open(f)
	return image.Rectangle{Max: turn.size(size)}, err
}

// read decodes a file, and turns it upright.
func (d *decoder) read(f *os.File, s Source) (*Image, error) {
	_, turn, err := d.open(f)
	if err != nil {
		return nil, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, cause(err)
	}
	from, err := d.decode(f)
	if err != nil {
		return nil, cutOff(err)
	}
	var icc []byte
	if d.icc != nil {
		icc = d.icc(io.NewSectionReader(f, 0, math.MaxInt64))
	}
	return fromDisplay(from, turn, icc, s.Data), nil
}

// fromDisplay converts a picture as Go's decoders have it.
func fromDisplay(from image.Image, turn orientation, icc []byte, data bool) *Image {
	bounds := from.Bounds()
	im := blank(image.Rectangle{Max: turn.size(bounds.Size())})
	im.Depth = Byte
	switch from.ColorModel() {
	case color.NRGBA64Model, color.RGBA64Model, color.Gray16Model:
		im.Depth = Short
	}
	opaque, knows := from.(interface{ Opaque() bool })
	im.HasAlpha = !knows || !opaque.Opaque()
	value, at := im.describe(icc, data), straight(from)
	for y := range bounds.Dy() {
		for x := range bounds.Dx() {
			c := at(bounds.Min.X+x, bounds.Min.Y+y)
			to := turn.place(image.Pt(x, y), bounds.Size())
			p := im.Row(to.Y)[4*to.X:][:4]
			a := float32(c.A) / 65535
			p[0], p[1], p[2], p[3] = value(c.R)*a, value(c.G)*a, value(c.B)*a, a
		}
	}
	return im
}

// straight looks up colours that are not premultiplied, exact where they were stored so. Nothing is
// allocated for a pixel.
func straight(from image.Image) func(x, y int) color.NRGBA64 {
	switch m := from.(type) {
	case *image.NRGBA64:
		return m.NRGBA64At
	case *image.NRGBA:
		return func(x, y int) color.NRGBA64 { return widened(m.NRGBAAt(x, y)) }
	case image.RGBA64Image:
		if _, paletted := from.(*image.Paletted); paletted {
			break
		}
		return func(x, y int) color.NRGBA64 {
			c := m.RGBA64At(x, y)
			if c.A == 0xffff {
				return color.NRGBA64(c)
			}
			return color.NRGBA64Model.Convert(c).(color.NRGBA64)
		}
	}
	return func(x, y int) color.NRGBA64 {
		if c, ok := from.At(x, y).(color.NRGBA); ok {
			return widened(c)
		}
		return color.NRGBA64Model.Convert(from.At(x, y)).(color.NRGBA64)
	}
}

func widened(c color.NRGBA) color.NRGBA64 {
	return color.NRGBA64{R: uint16(c.R) * 257, G: uint16(c.G) * 257, B: uint16(c.B) * 257,
		A: uint16(c.A) * 257}
}

// writePNG writes the display window; what the data window lacks of it is black and transparent.
func writePNG(f *os.File, im *Image) error {
	return png.Encode(&inserting{to: f, at: len(pngStart), what: pngMark()}, im.display())
}

// writeJPEG writes it over black: the format has no alpha.
func writeJPEG(f *os.File, im *Image) error {
	over := image.NewRGBA(image.Rectangle{Max: im.DisplayWindow.Size()})
	im.eachDisplayed(func(x, y int, r, g, b, a float32) {
		over.SetRGBA(x, y, color.RGBA{EncodeByte(r * a), EncodeByte(g * a), EncodeByte(b * a), 255})
	})
	return jpeg.Encode(&inserting{to: f, at: len(jpegStart), what: jpegMark()}, over,
		&jpeg.Options{Quality: 95})
}

// display is the display window as codes of sRGB, not premultiplied.
func (im *Image) display() image.Image {
	size := im.DisplayWindow.Sub(im.DisplayWindow.Min)
	if im.Depth == Byte {
		to := image.NewNRGBA(size)
		im.eachDisplayed(func(x, y int, r, g, b, a float32) {
			to.SetNRGBA(x, y, color.NRGBA{EncodeByte(r), EncodeByte(g), EncodeByte(b),
				uint8(quantise(float64(a), 255))})
		})
		return to
	}
	to := image.NewNRGBA64(size)
	im.eachDisplayed(func(x, y int, r, g, b, a float32) {
		to.SetNRGBA64(x, y, color.NRGBA64{R: EncodeShort(r), G: EncodeShort(g), B: EncodeShort(b),
			A: quantise(float64(a), 65535)})
	})
	return to
}

// eachDisplayed hands over the display window's pixels, not premultiplied.
func (im *Image) eachDisplayed(set func(x, y int, r, g, b, a float32)) {
	im.eachStored(func(x, y int, p [4]float32) {
		r, g, b, a := p[0], p[1], p[2], p[3]
		if a > 0 && im.HasAlpha {
			r, g, b = r/a, g/a, b/a
		}
		set(x, y, r, g, b, a)
	})
}

// eachStored hands over the display window's pixels as they are, and black outside of the data
// window.
func (im *Image) eachStored(set func(x, y int, p [4]float32)) {
	origin := im.DisplayWindow.Min
	var outside [4]float32
	if !im.HasAlpha {
		outside[3] = 1
	}
	for y := im.DisplayWindow.Min.Y; y < im.DisplayWindow.Max.Y; y++ {
		for x := im.DisplayWindow.Min.X; x < im.DisplayWindow.Max.X; x++ {
			p := outside
			if image.Pt(x, y).In(im.DataWindow) {
				copy(p[:], im.Row(y)[4*(x-im.DataWindow.Min.X):])
			}
			if !im.HasAlpha {
				p[3] = 1
			}
			set(x-origin.X, y-origin.Y, p)
		}
	}
}
