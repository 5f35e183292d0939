package picture

import (
	"fmt"
	"image"
	"math"
)

// asMatte makes a picture's alpha the matte that it is: the luminance of one that has no alpha, or
// that is opaque everywhere.
func (im *Image) asMatte() {
	if im.HasAlpha && !im.opaque() {
		return
	}
	for i := 0; i < len(im.Pix); i += 4 {
		r, g, b := im.Pix[i], im.Pix[i+1], im.Pix[i+2]
		if im.Pix[i+3] = r; r != g || g != b {
			im.Pix[i+3] = 0.2126*r + 0.7152*g + 0.0722*b
		}
	}
	im.HasAlpha = true
}

func (im *Image) opaque() bool {
	for i := 3; i < len(im.Pix); i += 4 {
		if im.Pix[i] != 1 {
			return false
		}
	}
	return true
}

// Fit lays a matte over a plate: its display window over the plate's, in pixels of the plate's
// size and shape. One of a format that knows no windows may have the size of all that the plate
// has. A matte of other proportions is refused: nobody knows where it belongs.
func (im *Image) Fit(plate *Image) (*Image, error) {
	over, fits := im.placeOver(plate)
	if !fits {
		return nil, fmt.Errorf("it is a matte of %s and the plate is of %s; make it of the "+
			"plate's format, or of its proportions",
			im.format(), plate.format())
	}
	if over.Size() == im.DisplayWindow.Size() {
		moved := *im
		moved.DataWindow = im.DataWindow.Add(over.Min.Sub(im.DisplayWindow.Min))
		moved.DisplayWindow, moved.PixelAspect = plate.DisplayWindow, plate.PixelAspect
		return &moved, nil
	}
	return im.resampled(over, plate), nil
}

// placeOver is where on a plate a matte's display window lies.
func (im *Image) placeOver(plate *Image) (over image.Rectangle, fits bool) {
	size := im.DisplayWindow.Size()
	if !im.Windowed { // nor has it a shape of pixels
		for _, window := range []image.Rectangle{plate.DisplayWindow, plate.DataWindow} {
			if size == window.Size() {
				return window, true
			}
		}
	}
	shaped := func(aspect float32) bool { // but for the rounding of a side
		high := float64(im.DisplayWindow.Dx()) * float64(aspect) / float64(plate.PixelAspect) *
			float64(plate.DisplayWindow.Dy()) / float64(plate.DisplayWindow.Dx())
		wide := float64(im.DisplayWindow.Dx()) * float64(im.DisplayWindow.Dy()) / high
		return math.Abs(high-float64(size.Y)) <= 1 || math.Abs(wide-float64(size.X)) <= 1
	}
	return plate.DisplayWindow, shaped(im.PixelAspect) || !im.Windowed && shaped(plate.PixelAspect)
}

func (im *Image) format() string {
	text := fmt.Sprintf("%d × %d pixels", im.DisplayWindow.Dx(), im.DisplayWindow.Dy())
	if im.PixelAspect != 1 {
		text += fmt.Sprintf(" %g wide", im.PixelAspect)
	}
	return text
}

// resampled is a matte whose display window becomes that rectangle of a plate: what is smaller is
// averaged, what is larger interpolated. Package draw scales no floats.
func (im *Image) resampled(over image.Rectangle, plate *Image) *Image {
	from, data := im.DisplayWindow, im.DataWindow
	across := stretch{from.Min.X, over.Min.X, float64(over.Dx()) / float64(from.Dx())}
	down := stretch{from.Min.Y, over.Min.Y, float64(over.Dy()) / float64(from.Dy())}
	to := image.Rect(across.to(data.Min.X), down.to(data.Min.Y), across.to(data.Max.X),
		down.to(data.Max.Y))
	to.Max.X, to.Max.Y = max(to.Max.X, to.Min.X+1), max(to.Max.Y, to.Min.Y+1)

	columns, rows := across.shares(to.Min.X, to.Max.X, data.Min.X,
		data.Max.X), down.shares(to.Min.Y, to.Max.Y, data.Min.Y, data.Max.Y)
	narrow := make([]float32, to.Dx()*data.Dy())
	for y := range data.Dy() {
		row := im.Row(data.Min.Y + y)
		for x, s := range columns {
			for i, w := range s.weights {
				if v := row[4*(s.first+i)+3]; v == v { // what is no number is 0
					narrow[y*to.Dx()+x] += w * v
				}
			}
		}
	}
	result := blank(to)
	result.DisplayWindow, result.PixelAspect, result.Depth = plate.DisplayWindow, plate.PixelAspect, Float
	result.HasAlpha, result.Windowed = true, true
	for y, s := range rows {
		row := result.Row(to.Min.Y + y)
		for i, w := range s.weights {
			for x, v := range narrow[(s.first+i)*to.Dx():][:to.Dx()] {
				for c := range 4 {
					row[4*x+c] += w * v
				}
			}
		}
	}
	return result
}

// stretch takes a coordinate from one raster to another.
type stretch struct {
	from, origin int
	scale        float64
}

func (s stretch) to(edge int) int {
	return s.origin + int(math.Round(float64(edge-s.from)*s.scale))
}

// share is the pixels that one is made of, the first counted from the data window's, and how much
// of each.
type share struct {
	first   int
	weights []float32
}

// shares weighs pixels by a tent over their centres, as wide as a pixel of the coarser raster. Past
// the data window the pixels at its edge go on.
func (s stretch) shares(to1, to2, from1, from2 int) []share {
	shares := make([]share, to2-to1)
	reach := math.Max(1, 1/s.scale)
	for i := range shares {
		centre := float64(s.from) + (float64(to1+i-s.origin)+0.5)/s.scale - 0.5
		first, last := int(math.Floor(centre-reach))+1, int(math.Ceil(centre+reach))-1
		begin, end := min(max(first, from1), from2-1), min(max(last, from1), from2-1)
		weights := make([]float32, end-begin+1)
		sum := 0.
		for p := first; p <= last; p++ {
			sum += math.Max(0, 1-math.Abs(float64(p)-centre)/reach)
		}
		for p := first; p <= last; p++ {
			w := math.Max(0, 1-math.Abs(float64(p)-centre)/reach) / sum
			weights[min(max(p, begin), end)-begin] += float32(w)
		}
		shares[i] = share{begin - from1, weights}
	}
	return shares
}
