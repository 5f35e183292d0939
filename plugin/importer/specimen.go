package importer

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"impasto.net/plugin/network"
	"impasto.net/plugin/onnx"
)

// specimen is a network on trial, with the graph for its vectors.
type specimen struct {
	roles
	inputs     int
	mean, std  *[3]float64 // of what goes in, where the user says so
	alphaShape []int64
	main       *trial
	maker      *trial // of the vectors; nil where there is none

	// Of the painting: its size, and the vectors of what was tried last.
	styleWidth, styleHeight int
	made                    []network.Tensor
	madeOf                  Span
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
			return fmt.Errorf("not every input of the graph is used, or one that is used is not there; it takes %s", describeAll(m.Inputs))
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
func (s *specimen) paint(width, height int, values Span) (network.Tensor, error) {
	return s.give(s.known(width, height, values), values)
}

// give gives what the network makes of a picture.
func (s *specimen) give(picture network.Tensor, values Span) (network.Tensor, error) {
	inputs, err := s.feed(picture, values)
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
func (s *specimen) feed(picture network.Tensor, values Span) ([]network.Tensor, error) {
	inputs := make([]network.Tensor, s.inputs)
	inputs[s.content] = picture
	if s.style >= 0 {
		inputs[s.style] = s.known(s.styleWidth, s.styleHeight, values)
	}
	if s.alpha >= 0 {
		inputs[s.alpha] = network.Tensor{Shape: s.alphaShape, Values: []float32{1}}
	}
	if s.maker != nil {
		if s.made == nil || s.madeOf != values {
			made, err := s.maker.run([]network.Tensor{s.known(s.styleWidth, s.styleHeight, values)})
			if err != nil {
				return nil, fmt.Errorf("the style graph: %w", err)
			}
			s.made, s.madeOf = made, values
		}
		for i, input := range s.vectors {
			inputs[input] = s.made[i]
		}
	}
	return inputs, nil
}

// checkPicture says what is wrong with what a network gives.
func checkPicture(o network.Tensor) error {
	if len(o.Shape) != 4 || o.Shape[0] != 1 || o.Shape[1] != 3 {
		return fmt.Errorf("it gives a tensor of %v where a picture is 1 × 3 × height × width", o.Shape)
	}
	if !finite(o) {
		return errNotFinite
	}
	return nil
}

func finite(t network.Tensor) bool {
	return !slices.ContainsFunc(t.Values, func(v float32) bool { return v-v != 0 })
}

var errNotFinite = errors.New("it gives values that are no numbers: its weights are broken, or it wants other values than it was tried with, which --range says")

// known is a picture for trials: coloured slopes, a disc and a weave, the same in all
// sizes.
func (s *specimen) known(width, height int, values Span) network.Tensor {
	mean, std := [3]float64{}, [3]float64{1, 1, 1}
	if s.mean != nil {
		mean = *s.mean
	}
	if s.std != nil {
		std = *s.std
	}
	picture := make([]float32, 3*width*height)
	for y := range height {
		for x := range width {
			u, v := (float64(x)+0.5)/float64(width), (float64(y)+0.5)/float64(height)
			r, g, b := u, v, 1-0.5*u-0.4*v
			if math.Hypot(u-0.6, v-0.4) < 0.25 {
				r, g, b = 0.95, 0.35, 0.1
			}
			weave := 0.08 * math.Sin(float64(x)/2) * math.Sin(float64(y)/3)
			for c, value := range [3]float64{r, g, b} {
				value = min(max(value+weave, 0), 1)
				picture[c*width*height+y*width+x] = float32((values[0] + (values[1]-values[0])*value - mean[c]) / std[c])
			}
		}
	}
	return network.NewPicture(picture, width, height)
}

// summary is what the values of a picture are like: the first and the last hundredth do
// not count, because networks overshoot.
type summary struct{ low, mean, high float64 }

func summarise(values []float32) summary {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	sum := 0.
	for _, v := range values {
		sum += float64(v)
	}
	n := len(sorted)
	return summary{float64(sorted[n/100]), sum / float64(n), float64(sorted[n-1-n/100])}
}
