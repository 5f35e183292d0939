package picture

import (
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"os"
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

func readPNG(f *os.File, linearise bool) (*Image, error) {
	config, err := png.DecodeConfig(f)
	if err != nil {
		return nil, cutOff(err)
	}
	return decode(f, config, png.Decode, linearise)
}

func readJPEG(f *os.File, linearise bool) (*Image, error) {
	config, err := jpeg.DecodeConfig(f)
	if err != nil {
		return nil, cutOff(err)
	}
	return decode(f, config, jpeg.Decode, linearise)
}

func decode(f *os.File, config image.Config, decoder func(io.Reader) (image.Image, error), linearise bool) (*Image, error) {
	if err := checkSize(image.Rect(0, 0, config.Width, config.Height)); err != nil {
		return nil, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, cause(err)
	}
	from, err := decoder(f)
	if err != nil {
		return nil, cutOff(err)
	}
	return fromDisplay(from, linearise), nil
}

// fromDisplay converts a picture as Go's decoders have it.
func fromDisplay(from image.Image, linearise bool) *Image {
	bounds := from.Bounds()
	im := blank(bounds.Sub(bounds.Min))
	im.Depth = Byte
	switch from.ColorModel() {
	case color.NRGBA64Model, color.RGBA64Model, color.Gray16Model:
		im.Depth = Short
	}
	opaque, knows := from.(interface{ Opaque() bool })
	im.HasAlpha = !knows || !opaque.Opaque()
	value := func(code uint16) float32 { return float32(code) / 65535 }
	if linearise {
		value = DecodeShort
	}
	i := 0
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			c := straight(from.At(x, y))
			a := float32(c.A) / 65535
			im.Pix[i+0] = value(c.R) * a
			im.Pix[i+1] = value(c.G) * a
			im.Pix[i+2] = value(c.B) * a
			im.Pix[i+3] = a
			i += 4
		}
	}
	return im
}

// straight is a colour that is not premultiplied, exact where it was stored so.
func straight(c color.Color) color.NRGBA64 {
	switch c := c.(type) {
	case color.NRGBA:
		return color.NRGBA64{uint16(c.R) * 257, uint16(c.G) * 257, uint16(c.B) * 257, uint16(c.A) * 257}
	case color.NRGBA64:
		return c
	}
	return color.NRGBA64Model.Convert(c).(color.NRGBA64)
}

// writePNG writes the display window; what the data window lacks of it is black and transparent.
func writePNG(f *os.File, im *Image) error {
	size := im.DisplayWindow.Sub(im.DisplayWindow.Min)
	if im.Depth == Byte {
		to := image.NewNRGBA(size)
		im.eachDisplayed(func(x, y int, r, g, b, a float32) {
			to.SetNRGBA(x, y, color.NRGBA{EncodeByte(r), EncodeByte(g), EncodeByte(b), uint8(quantise(float64(a), 255))})
		})
		return png.Encode(f, to)
	}
	to := image.NewNRGBA64(size)
	im.eachDisplayed(func(x, y int, r, g, b, a float32) {
		to.SetNRGBA64(x, y, color.NRGBA64{EncodeShort(r), EncodeShort(g), EncodeShort(b), quantise(float64(a), 65535)})
	})
	return png.Encode(f, to)
}

// eachDisplayed hands over the display window's pixels, not premultiplied.
func (im *Image) eachDisplayed(set func(x, y int, r, g, b, a float32)) {
	origin := im.DisplayWindow.Min
	outside := float32(1)
	if im.HasAlpha {
		outside = 0
	}
	for y := im.DisplayWindow.Min.Y; y < im.DisplayWindow.Max.Y; y++ {
		for x := im.DisplayWindow.Min.X; x < im.DisplayWindow.Max.X; x++ {
			if !image.Pt(x, y).In(im.DataWindow) {
				set(x-origin.X, y-origin.Y, 0, 0, 0, outside)
				continue
			}
			p := im.Row(y)[4*(x-im.DataWindow.Min.X):]
			r, g, b, a := p[0], p[1], p[2], p[3]
			if !im.HasAlpha {
				a = 1
			} else if a > 0 {
				r, g, b = r/a, g/a, b/a
			}
			set(x-origin.X, y-origin.Y, r, g, b, a)
		}
	}
}
