package importer

import (
	"errors"
	"fmt"
	"math"
	"os"
	"slices"

	"impasto.net/plugin/network"
	"impasto.net/plugin/onnx"
)

// specimen is a network on trial, with the graph for its vectors.
type specimen struct {
	roles
	inputs     int
	alphaShape []int64
	main       *trial
	maker      *trial // of the vectors; nil where there is none

	// Of the painting: its size, and the vectors of what was tried last.
	styleWidth, styleHeight int
	made                    []network.Tensor
	madeOf                  values
}

// complete checks that every input has something to go into it, and takes the shape of
// alpha.
func (s *specimen) complete(m *onnx.Model) error {
	fed := append([]int{s.content}, s.vectors...)
	if s.style >= 0 {
		fed = append(fed, s.style)
	}
	if s.alpha >= 0 {
		fed = append(fed, s.alpha)
		s.alphaShape = make([]int64, len(m.Inputs[s.alpha].Shape))
		for i := range s.alphaShape {
			s.alphaShape[i] = 1
		}
	}
	slices.Sort(fed)
	for i := range m.Inputs {
		if i >= len(fed) || fed[i] != i {
			return fmt.Errorf("not every input of the graph is used, or one that is used is not "+
				"there; it takes %s", describeAll(m.Inputs))
		}
	}
	return nil
}

// paintingSize is the size that a port has, which the known painting then has too.
func (s *specimen) paintingSize(p onnx.Port) (*[2]int, error) {
	size, err := fixedSize(p)
	if size != nil {
		s.styleWidth, s.styleHeight = size[0], size[1]
	}
	return size, err
}

// paint gives what the network makes of the known picture in a size.
func (s *specimen) paint(width, height int, v values) (network.Tensor, error) {
	return s.give(s.known(width, height, v), v)
}

// give gives what the network makes of a picture.
func (s *specimen) give(picture network.Tensor, v values) (network.Tensor, error) {
	inputs, err := s.feed(picture, v)
	if err != nil {
		return network.Tensor{}, err
	}
	out, err := s.main.run(inputs)
	if err != nil {
		return network.Tensor{}, err
	}
	return out[0], checkPicture(out[0])
}

// feed is all that goes into the network, with a picture for the plate.
func (s *specimen) feed(picture network.Tensor, v values) ([]network.Tensor, error) {
	inputs := make([]network.Tensor, s.inputs)
	inputs[s.content] = picture
	if s.style >= 0 {
		inputs[s.style] = s.known(s.styleWidth, s.styleHeight, v)
	}
	if s.alpha >= 0 {
		inputs[s.alpha] = network.Tensor{Shape: s.alphaShape, Values: []float32{1}}
	}
	if s.maker != nil {
		if s.made == nil || s.madeOf != v {
			made, err := s.maker.run([]network.Tensor{s.known(s.styleWidth, s.styleHeight, v)})
			if err != nil {
				return nil, fmt.Errorf("the style graph: %w", err)
			}
			s.made, s.madeOf = made, v
		}
	}
	for i, input := range s.vectors {
		inputs[input] = s.made[i]
	}
	return inputs, nil
}

// plainOutput has the network give values without a mean and a deviation, which a manifest
// does not know of outputs.
func (s *specimen) plainOutput(v values) error {
	if v.mean == nil && v.std == nil {
		return nil
	}
	gain, offset := [3]float32{1, 1, 1}, [3]float32{}
	for c := range 3 {
		if v.std != nil {
			gain[c] = float32(v.std[c])
		}
		if v.mean != nil {
			offset[c] = float32(v.mean[c])
		}
	}
	return s.rewrite(func(file []byte) ([]byte, string,
		error) {
		return onnx.Affine(file, s.output, gain, offset)
	})
}

// rewrite changes the graph that is tried, and with it what its picture is called.
func (s *specimen) rewrite(change func(file []byte) ([]byte, string, error)) error {
	file, err := os.ReadFile(s.main.graph)
	if err == nil {
		file, s.output, err = change(file)
	}
	if err != nil {
		return err
	}
	s.main.outputs = []string{s.output}
	return s.use(file)
}

// checkPicture says what is wrong with what a network gives.
func checkPicture(o network.Tensor) error {
	if len(o.Shape) != 4 || o.Shape[0] != 1 || o.Shape[1] != 3 {
		return fmt.Errorf("it gives a tensor of %v where a picture is 1 × 3 × height × width",
			o.Shape)
	}
	if !finite(o) {
		return errNotFinite
	}
	return nil
}

func finite(t network.Tensor) bool {
	return !slices.ContainsFunc(t.Values, func(v float32) bool { return v-v != 0 })
}

var errNotFinite = errors.New("it gives values that are no numbers: its weights are broken, or " +
	"it wants other values than it was tried with, which --range says")

// known is a picture for trials: coloured slopes, a disc and a weave, the same in all
// sizes.
func (s *specimen) known(width, height int, v values) network.Tensor {
	e := v.ends()
	picture := make([]float32, 3*width*height)
	for y := range height {
		for x := range width {
			across, down := (float64(x)+0.5)/float64(width), (float64(y)+0.5)/float64(height)
			r, g, b := across, down, 1-0.5*across-0.4*down
			if math.Hypot(across-0.6, down-0.4) < 0.25 {
				r, g, b = 0.95, 0.35, 0.1
			}
			weave := 0.08 * math.Sin(float64(x)/2) * math.Sin(float64(y)/3)
			for c, value := range [3]float64{r, g, b} {
				value = min(max(value+weave, 0), 1)
				picture[c*width*height+y*width+x] = float32(e[c][0] + (e[c][1]-e[c][0])*value)
			}
		}
	}
	return network.NewPicture(picture, width, height)
}
