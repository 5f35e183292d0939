package bridge

import "fmt"

// Optimise is what impasto optimise has an engine do that it starts for that, in msgpack
// on the engine's standard input. The input's end is the order to stop.
type Optimise struct {
	Encoder      string     `msgpack:"encoder"` // its name, with its version or without, or with a / the folder of its package
	Start        string     `msgpack:"start"`   // a style, as in Prepare: the descent starts from its picture of the plate; none is from the plate
	Unrealness   float64    `msgpack:"unrealness"`
	Iterations   int        `msgpack:"iterations"`   // at the working size; at smaller ones there are some before
	Optimiser    string     `msgpack:"optimiser"`    // lbfgs or adam
	Stills       []int      `msgpack:"stills"`       // iterations that bring a picture, beside the last
	Detail       float64    `msgpack:"detail"`       // the working size, of the plate's
	TextureScale float64    `msgpack:"textureScale"` // how much larger the painting's strokes are
	TextureCrop  [4]float64 `msgpack:"textureCrop"`  // the part of the painting, of its width and height, y up: x1, y1, x2, y2
	KeepColour   float64    `msgpack:"keepColour"`   // 0 is the colour of the painting, 1 that of the plate
	Mask         []byte     `msgpack:"mask"`         // how much each pixel of the plate is to be of the painting's style, as Planes have one; none is all of them
	Seed         uint64     `msgpack:"seed"`
	Plate        Planes     `msgpack:"plate"`
	Painting     Planes     `msgpack:"painting"`
}

// How Optimise goes down.
const (
	OptimiserLBFGS = "lbfgs"
	OptimiserAdam  = "adam"
)

// Check says whether the values make sense, by the names of impasto's flags.
func (o *Optimise) Check() error {
	for _, v := range []struct {
		flag            string
		value, min, max float64
	}{
		{"unrealness", o.Unrealness, MinUnrealness, MaxUnrealness}, {"iterations", float64(o.Iterations), 1, MaxIterations},
		{"detail", o.Detail, 0.1, 2}, {"texture-scale", o.TextureScale, 0.1, 10}, {"keep-colour", o.KeepColour, 0, 1},
	} {
		if !(v.value >= v.min && v.value <= v.max) { // NaN neither
			return fmt.Errorf("--%s is %g to %g, not %g", v.flag, v.min, v.max, v.value)
		}
	}
	if o.Optimiser != OptimiserLBFGS && o.Optimiser != OptimiserAdam {
		return fmt.Errorf("--optimiser is %s or %s, not %q", OptimiserLBFGS, OptimiserAdam, o.Optimiser)
	}
	for _, n := range o.Stills {
		if n < 1 || n > o.Iterations {
			return fmt.Errorf("iteration %d of 1 to %d", n, o.Iterations)
		}
	}
	if c := o.TextureCrop; !(c[0] >= 0 && c[0] < c[2] && c[2] <= 1 && c[1] >= 0 && c[1] < c[3] && c[3] <= 1) {
		return fmt.Errorf("--texture-crop is x1,y1,x2,y2 from 0,0 at the lower left to 1,1 at the upper right, not %v", c)
	}
	return nil
}

// Planes are a picture's red, green and blue, one after the other: sRGB of 0 to 1 in
// float32, little-endian.
type Planes struct {
	Width  int    `msgpack:"width"`
	Height int    `msgpack:"height"`
	Values []byte `msgpack:"values"`
}

// Iteration is what the engine says on its standard output of the start of every size,
// which is number 0, and of every iteration: the parts of the loss.
type Iteration struct {
	Number    int     `msgpack:"number"`
	Left      int     `msgpack:"left"`   // how many are to come, at all sizes
	Detail    float64 `msgpack:"detail"` // the size, of the plate's
	Style     float64 `msgpack:"style"`
	Content   float64 `msgpack:"content"`
	Variation float64 `msgpack:"variation"`
	Picture   *Planes `msgpack:"picture,omitempty"` // of stills and the last, where none is left
}
