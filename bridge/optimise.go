package bridge

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
)

// Optimise is what impasto optimise has an engine do that it starts for that, in msgpack
// on the engine's standard input: the frame as the node asks for it, and what the node cannot ask
// for. A byte after it is the order to end with what is reached by then, the input's end the order
// to stop at once. A folder that it names is an argument of the engine's, too, which else could not
// read it.
type Optimise struct {
	// Render has its images inline, and a Descent. Style is the encoder: its name, with its version
	// or without, or with a / the folder of its package.
	Render Render `msgpack:"render"`
	// Start is a style, as in Prepare: the descent starts from its picture of the plate.
	Start string `msgpack:"start"`
	// Continued is RGBA, of the plate's window and in its space: the descent starts from it, at the
	// last size alone. Without it and Start it starts from the plate.
	Continued *Image `msgpack:"continued,omitempty"`
	Optimiser string `msgpack:"optimiser"` // lbfgs or adam
	Stills    []int  `msgpack:"stills"`    // iterations that bring a picture, beside the last
}

// NewFrame asks for a plate as it is painted where nothing else is said.
func NewFrame(plate Image, space string) Render {
	output := plate
	output.Pixels = nil
	return Render{
		Space: space, Unrealness: DefaultUnrealness, Noise: 1, Mix: 1, Plate: plate, Output: output,
		Size:    Size{Scale: [2]float64{1, 1}, PixelAspect: 1, Detail: 1, TextureScale: 1},
		Descent: &Descent{Iterations: 1, TextureCrop: [4]float64{0, 0, 1, 1}, Seed: 1},
		Device:  Device{Kind: DeviceCPU},
	}
}

// Folders are those that it names.
func (o *Optimise) Folders() []string {
	if filepath.Base(o.Render.Style) == o.Render.Style {
		return nil
	}
	return []string{o.Render.Style}
}

// How Optimise goes down.
const (
	OptimiserLBFGS = "lbfgs"
	OptimiserAdam  = "adam"
)

// Check says whether the values make sense, by the names of impasto's flags. The images have a
// Check of their own.
func (o *Optimise) Check() error {
	r, d := &o.Render, o.Render.Descent
	if d == nil {
		return errors.New("a frame that is not to be optimised")
	}
	for _, v := range []struct {
		flag            string
		value, min, max float64
	}{
		{"unrealness", r.Unrealness, MinUnrealness, MaxUnrealness},
		{"iterations", float64(d.Iterations), 1, MaxIterations},
		{"seed", float64(d.Seed), 0, MaxSeed},
		{"detail", r.Size.Detail, 0.1, 2},
		{"texture-scale", r.Size.TextureScale, 0.1, 10},
		{"keep-colour", r.KeepColour, 0, 1},
	} {
		if !(v.value >= v.min && v.value <= v.max) { // NaN neither
			number := func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
			return fmt.Errorf("--%s is %s to %s, not %s",
				v.flag, number(v.min), number(v.max), number(v.value))
		}
	}
	if o.Optimiser != OptimiserLBFGS && o.Optimiser != OptimiserAdam {
		return fmt.Errorf("--optimiser is %s or %s, not %q", OptimiserLBFGS, OptimiserAdam,
			o.Optimiser)
	}
	for _, n := range o.Stills {
		if n < 1 || n > d.Iterations {
			return fmt.Errorf("iteration %d of 1 to %d", n, d.Iterations)
		}
	}
	if c := d.TextureCrop; !(c[0] >= 0 && c[0] < c[2] && c[2] <= 1 && c[1] >= 0 && c[1] < c[3] &&
		c[3] <= 1) {
		return fmt.Errorf("--texture-crop is x1,y1,x2,y2 from 0,0 at the lower left to 1,1 at "+
			"the upper right, not %v", c)
	}
	return nil
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
	// Render's, of stills and the last, where none is left
	Output []byte `msgpack:"output,omitempty"`
}
