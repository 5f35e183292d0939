package style

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"strings"
)

// Bounds on what a network may ask of us.
const (
	MaxSide    = 4096  // of size, multipleOf and minimum, in pixels
	maxField   = 65536 // of receptiveField, in pixels
	minLines   = 64    // of lines, in pixels
	maxCells   = 8     // sizes of noise.cells
	maxCell    = 1024
	maxRange   = 1e4
	maxVectors = 256
	maxSmall   = 1024    // of norms.size, in pixels
	maxLength  = 1 << 16 // of norms.length
)

// Network is network.json: a network that many styles share. What is painted in a style
// with a network to itself is a Network, too: that style's package.
type Network struct {
	Package
	Graphs
}

// Graphs say what a network's graphs take and give.
type Graphs struct {
	Graph string `json:"graph"` // an ONNX file of the package
	// the same in half precision, for devices that are good at it
	Half  string `json:"half,omitempty"`
	Input Input  `json:"input"`
	// what the style is taken from, where the artist brings it
	Painting *Input   `json:"painting,omitempty"`
	Vectors  *Vectors `json:"vectors,omitempty"` // between the painting and the graph
	// the graph's input for how much of the style: one number
	Alpha  string `json:"alpha,omitempty"`
	Norms  *Norms `json:"norms,omitempty"` // of networks that styles share
	Output Output `json:"output"`
	// how high a frame is painted, in pixels: strokes are a part of it then; 0 is as high as it is
	Lines int    `json:"lines,omitempty"`
	Noise *Noise `json:"noise,omitempty"` // over what the graph sees
	// pixels that one output pixel depends on, across; 0 is not known
	ReceptiveField int `json:"receptiveField"`
}

// Input is a picture that a graph takes: float32, 1 × 3 × height × width, row 0 at the top.
type Input struct {
	Name     string     `json:"name"`
	Channels string     `json:"channels"` // "RGB" or "BGR"
	Range    [2]float64 `json:"range"`    // the values of sRGB 0 and 1
	// taken from the channels after that, in their order,
	Mean       *[3]float64 `json:"mean,omitempty"`
	Std        *[3]float64 `json:"std,omitempty"` // and what the rest is divided by
	MultipleOf int         `json:"multipleOf"`    // width and height are multiples of it
	Minimum    int         `json:"minimum"`       // the least width and height, in pixels
	// the only width and height; pictures are scaled to it and back
	Size *[2]int `json:"size,omitempty"`
}

// Noise lies over what a graph sees: an even part of a plate has nothing that strokes could
// begin from.
type Noise struct {
	// the most that it is, of the input's range; each size of cells has that
	Amount float64 `json:"amount"`
	Cells  []int   `json:"cells"` // how large they are, in pixels
}

// Vectors are what a second graph makes of the painting, once for every painting.
type Vectors struct {
	Graph   string   `json:"graph"`   // an ONNX file of the package; takes the painting
	Outputs []string `json:"outputs"` // what it gives,
	Inputs  []string `json:"inputs"`  // and where that goes into the package's graph
}

// Norms are what a second graph makes of a style's vector and of a small picture of the
// frame, once for every frame: what the network's instance norms are to do to it.
type Norms struct {
	Graph   string `json:"graph"`   // an ONNX file of the package
	Picture string `json:"picture"` // its input for the frame, averaged by area to a square
	// of so many pixels across, in the values and channels of the plate
	Size   int    `json:"size"`
	Style  string `json:"style"`  // its input for the vector
	Length int    `json:"length"` // of the vector and of the norms
	// a file of the package: the vector that paints the least
	Plain  string `json:"plain,omitempty"`
	Output string `json:"output"` // what it gives,
	Input  string `json:"input"`  // and where that goes into the package's graph
}

// Output is what the graph gives, of the input's shape. Values beyond the range are clamped.
type Output struct {
	Name     string     `json:"name"`
	Channels string     `json:"channels"`
	Range    [2]float64 `json:"range"`
}

// OpenNetwork reads and checks the manifest of a network in a folder.
func OpenNetwork(folder string) (*Network, error) {
	n := &Network{}
	if err := open(folder, NetworkFile, n); err != nil {
		return nil, err
	}
	return n, nil
}

// LoadPlain checks the files of a network and gives the vector that paints the least, or nil
// where it has none.
func (n *Network) LoadPlain() ([]float32, error) {
	if n.Norms.Plain == "" {
		return nil, nil
	}
	return n.loadVector(n.Norms.Plain, n.ID, n.Norms.Length)
}

func (n *Network) check() error {
	switch {
	case n.Norms == nil:
		return errors.New("norms are missing, which say what the network does with a style's vector")
	case n.Painting != nil || n.Vectors != nil || n.Alpha != "":
		return fmt.Errorf("painting, vectors and alpha are for %s", ManifestFile)
	case n.Input.Size != nil:
		return errors.New("input.size: a network that styles share takes frames of all sizes")
	case n.Half != "" && n.Files[n.Half] == "":
		return fmt.Errorf("the graph %q of half is not one of the files", n.Half)
	}
	return cmp.Or(n.Norms.check(n.Files), n.Graphs.check(n.Files))
}

func (g *Graphs) check(files map[string]string) error {
	switch {
	case files[g.Graph] == "":
		return fmt.Errorf("the graph %q is not one of the files", g.Graph)
	case g.ReceptiveField < 0 || g.ReceptiveField > maxField:
		return fmt.Errorf("receptiveField %d is not 0 to %d", g.ReceptiveField, maxField)
	case g.Lines != 0 && (g.Lines < minLines || g.Lines > MaxSide):
		return fmt.Errorf("lines %d is not %d to %d", g.Lines, minLines, MaxSide)
	case g.Lines != 0 && g.Input.Size != nil:
		return errors.New("lines and input.size: frames can have one size only")
	}
	if g.Noise != nil {
		if err := g.Noise.check(); err != nil {
			return err
		}
	}
	if err := g.Input.check("input"); err != nil {
		return err
	}
	if err := checkPort("output", g.Output.Name, g.Output.Channels, g.Output.Range); err != nil {
		return err
	}
	if g.Painting != nil {
		if err := g.Painting.check("painting"); err != nil {
			return err
		}
	}
	if g.Vectors != nil {
		if g.Painting == nil {
			return errors.New("vectors without a painting that they are made of")
		}
		if err := g.Vectors.check(files); err != nil {
			return err
		}
	}
	if g.Alpha != "" {
		return checkName("alpha", g.Alpha)
	}
	return nil
}

func (n *Noise) check() error {
	if !(n.Amount >= 0 && n.Amount <= 1) {
		return fmt.Errorf("noise.amount %g is not 0 to 1", n.Amount)
	}
	if len(n.Cells) == 0 || len(n.Cells) > maxCells {
		return fmt.Errorf("noise.cells has %d sizes, not 1 to %d", len(n.Cells), maxCells)
	}
	for _, c := range n.Cells {
		if c < 1 || c > maxCell {
			return fmt.Errorf("noise.cells %v are not 1 to %d", n.Cells, maxCell)
		}
	}
	return nil
}

func (in *Input) check(port string) error {
	switch {
	case in.MultipleOf < 1 || in.MultipleOf > MaxSide:
		return fmt.Errorf("%s.multipleOf %d is not 1 to %d", port, in.MultipleOf, MaxSide)
	case in.Minimum < 1 || in.Minimum > MaxSide:
		return fmt.Errorf("%s.minimum %d is not 1 to %d", port, in.Minimum, MaxSide)
	case in.Size != nil && (in.Size[0] < 1 || in.Size[1] < 1 || in.Size[0] > MaxSide ||
		in.Size[1] > MaxSide):
		return fmt.Errorf("%s.size %v is not a width and a height of 1 to %d", port, *in.Size,
			MaxSide)
	}
	for c := range 3 {
		if in.Mean != nil && !(math.Abs(in.Mean[c]) <= maxRange) {
			return fmt.Errorf("%s.mean %v is not within ±%g", port, *in.Mean, float64(maxRange))
		}
		if in.Std != nil && !(in.Std[c] >= 1e-3 && in.Std[c] <= maxRange) {
			return fmt.Errorf("%s.std %v is not 0.001 to %g", port, *in.Std, float64(maxRange))
		}
	}
	return checkPort(port, in.Name, in.Channels, in.Range)
}

func (v *Vectors) check(files map[string]string) error {
	switch {
	case files[v.Graph] == "":
		return fmt.Errorf("the graph %q of the vectors is not one of the files", v.Graph)
	case len(v.Outputs) == 0 || len(v.Outputs) > maxVectors || len(v.Outputs) != len(v.Inputs):
		return fmt.Errorf("vectors: %d outputs for %d inputs, wanted are as many of each, 1 to %d",
			len(v.Outputs), len(v.Inputs), maxVectors)
	}
	for i := range v.Outputs {
		if err := errors.Join(checkName("vectors.outputs", v.Outputs[i]),
			checkName("vectors.inputs", v.Inputs[i])); err != nil {
			return err
		}
	}
	return nil
}

func (n *Norms) check(files map[string]string) error {
	switch {
	case files[n.Graph] == "":
		return fmt.Errorf("the graph %q of the norms is not one of the files", n.Graph)
	case n.Plain != "" && files[n.Plain] == "":
		return fmt.Errorf("the vector %q of norms.plain is not one of the files", n.Plain)
	case n.Size < 1 || n.Size > maxSmall:
		return fmt.Errorf("norms.size %d is not 1 to %d", n.Size, maxSmall)
	case n.Length < 1 || n.Length > maxLength:
		return fmt.Errorf("norms.length %d is not 1 to %d", n.Length, maxLength)
	}
	return cmp.Or(checkName("norms.picture", n.Picture), checkName("norms.style", n.Style),
		checkName("norms.output", n.Output), checkName("norms.input", n.Input))
}

func checkName(what, name string) error {
	if name == "" || len(name) > 256 || strings.ContainsRune(name, 0) {
		return fmt.Errorf("%s %q cannot be a tensor's", what, name)
	}
	return nil
}

func checkPort(port, name, channels string, r [2]float64) error {
	if err := checkName(port+".name", name); err != nil {
		return err
	}
	switch {
	case channels != "RGB" && channels != "BGR":
		return fmt.Errorf("%s.channels %q is neither RGB nor BGR", port, channels)
	// A NaN fails every comparison, so each condition says what is good.
	case !(r[0] >= -maxRange && r[1] <= maxRange && r[1]-r[0] >= 1e-3):
		return fmt.Errorf("%s.range %v is not two rising numbers within ±%g", port, r,
			float64(maxRange))
	}
	return nil
}
