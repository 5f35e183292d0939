// Package synthetic makes plates for trials and measurements.
package synthetic

import (
	"image"
	"math"
	"math/rand/v2"

	"impasto.net/render/picture"
)

// Noise is a plate of soft shapes with grain, a tenth of it above 1, another one for every
// frame. Frames are asked for in order, and only the last one is kept.
type Noise struct {
	width, height int
	time          float64
	im            *picture.Image
}

// NewNoise makes one of a size.
func NewNoise(width, height int) *Noise { return &Noise{width: width, height: height} }

func (n *Noise) At(time float64) (*picture.Image, error) {
	if n.im != nil && n.time == time {
		return n.im, nil
	}
	im := picture.New(image.Rect(0, 0, n.width, n.height))
	im.HasAlpha = true
	random := rand.New(rand.NewPCG(1, uint64(time)))
	for y := range n.height {
		row := im.Row(y)
		for x := range n.width {
			shape := 1.1 * math.Pow(math.Sin(float64(x)/90+time)*math.Cos(float64(y)/70), 2)
			for c := range 3 {
				row[4*x+c] = float32(shape*(1-0.2*float64(c)) + 0.05*random.Float64())
			}
		}
	}
	n.time, n.im = time, im
	return im, nil
}

func (n *Noise) Example() (*picture.Image, error) { return n.At(0) }
func (n *Noise) Range() (first, last float64)     { return 0, math.MaxInt32 }

// Still is one picture at all times.
type Still struct{ im *picture.Image }

func (s Still) At(float64) (*picture.Image, error) { return s.im, nil }
func (s Still) Example() (*picture.Image, error)   { return s.im, nil }
func (s Still) Range() (first, last float64)       { return 0, math.MaxInt32 }

// Ramp is a mask that rises from left to right.
func Ramp(width, height int) Still {
	im := picture.New(image.Rect(0, 0, width, height))
	im.HasAlpha = true
	for p := 0; p < len(im.Pix); p += 4 {
		v := float32(p/4%width) / float32(width)
		copy(im.Pix[p:], []float32{v, v, v, v})
	}
	return Still{im}
}

// Brightened is a plate that costs next to nothing to make: a picture, brighter from frame to
// frame.
type Brightened struct{ first *picture.Image }

// NewBrightened makes one of a size.
func NewBrightened(width, height int) *Brightened {
	im := picture.New(image.Rect(0, 0, width, height))
	im.HasAlpha = true
	random := rand.New(rand.NewPCG(1, 1))
	for y := range height {
		row := im.Row(y)
		for i := range row {
			shape := 0.3 + 0.2*math.Sin(float64(i/4)/90)*math.Cos(float64(y)/70)
			row[i] = float32(shape + 0.05*random.Float64())
			if i%4 == 3 {
				row[i] = 1
			}
		}
	}
	return &Brightened{im}
}

func (b *Brightened) At(time float64) (*picture.Image, error) {
	im := picture.New(b.first.DataWindow)
	im.HasAlpha = true
	for i, v := range b.first.Pix {
		if i%4 < 3 {
			v *= 1 + float32(time)/1000
		}
		im.Pix[i] = v
	}
	return im, nil
}

func (b *Brightened) Example() (*picture.Image, error) { return b.first, nil }
func (b *Brightened) Range() (first, last float64)     { return 0, math.MaxInt32 }
