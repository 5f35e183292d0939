// Package objective is what the film's own method minimises (Gatys, Ecker and Bethge, A
// Neural Algorithm of Artistic Style, 2015): how far a picture is from a plate in what an
// encoder sees, and from a painting in which features the encoder sees together. The
// objective and its gradient with respect to the picture are one ONNX graph, made here of
// any feed-forward encoder, so that ONNX Runtime computes both wherever it runs.
package objective

import (
	"errors"
	"fmt"

	"impasto.net/plugin/onnx"
	"impasto.net/plugin/style"
)

// encoder is a network that has been read, and what its manifest says of it.
type encoder struct {
	*onnx.Model
	*style.Encoder
	gpu bool // that is where it is to run
}

func readEncoder(m *style.Encoder, file []byte, gpu bool) (*encoder, error) {
	model, err := onnx.Read(file)
	if err != nil {
		return nil, err
	}
	if model.OperatorSet < 7 {
		return nil, fmt.Errorf("the encoder is of ONNX's operator set %d: export it with 7 or a "+
			"newer one", model.OperatorSet)
	}
	if len(model.Inputs) != 1 || model.Inputs[0].Name != m.Input.Name {
		return nil, fmt.Errorf("the encoder's inputs are not one called %q", m.Input.Name)
	}
	return &encoder{model, m, gpu}, nil
}

// see adds the encoder to a graph as far as the manifest's layers need it. It gives the
// layers' tensors.
func (e *encoder) see(t *tape, picture string) (map[string]string, error) {
	layers := append([]string{e.Content}, e.Style...)
	wanted := map[string]bool{}
	for _, layer := range layers {
		wanted[layer] = true
	}
	needed := make([]bool, len(e.Nodes))
	for i := len(e.Nodes) - 1; i >= 0; i-- {
		for _, output := range e.Nodes[i].Outputs {
			needed[i] = needed[i] || output != "" && wanted[output]
		}
		if needed[i] {
			for _, input := range e.Nodes[i].Inputs {
				wanted[input] = true
			}
		}
	}
	w := walk{tape: t, constants: e.Constants, tensors: map[string]string{}}
	w.tensors[e.Input.Name] = e.prepare(t, picture)
	for i := range e.Nodes {
		n := &e.Nodes[i]
		if !needed[i] || n.Op == "Constant" {
			continue
		}
		if err := w.add(n); err != nil {
			return nil, err
		}
	}
	found := map[string]string{}
	for _, layer := range layers {
		if found[layer] = w.tensors[layer]; found[layer] == "" {
			return nil, fmt.Errorf("the encoder has no layer %q", layer)
		}
	}
	return found, nil
}

// prepare takes a picture, RGB of 0 to 1, to the channels, range, mean and deviation that
// the encoder wants: a convolution with one weight for every channel.
func (e *encoder) prepare(t *tape, picture string) string {
	in := &e.Input
	weights, bias := make([]float32, 9), make([]float32, 3)
	for c := range 3 {
		from := c
		if in.Channels == "BGR" {
			from = 2 - c
		}
		mean, std := 0., 1.
		if in.Mean != nil {
			mean = in.Mean[c]
		}
		if in.Std != nil {
			std = in.Std[c]
		}
		weights[3*c+from] = float32((in.Range[1] - in.Range[0]) / std)
		bias[c] = float32((in.Range[0] - mean) / std)
	}
	k := &kernel{shape: []int64{3, 3, 1, 1}, values: weights,
		window: window{kernel: []int64{1, 1}, strides: []int64{1, 1}, dilations: []int64{1, 1},
			pads: make([]int64, 4)}, group: 1}
	return k.add(t, picture, t.floats([]int64{3}, bias...))
}

// walk adds the encoder's operators to a graph, in the file's order, which is that of
// their use.
type walk struct {
	*tape
	constants map[string]onnx.Constant
	tensors   map[string]string // the tape's for the encoder's
}

// Knows says whether an operator has a gradient here.
func Knows(operator string) bool { return rules[operator] != nil }

// add adds an operator.
func (w *walk) add(n *onnx.Node) error {
	rule := rules[n.Op]
	if rule == nil || n.Domain != "" && n.Domain != "ai.onnx" {
		return fmt.Errorf("the encoder has the operator %s, for which there is no gradient here",
			n.Op)
	}
	if len(n.Inputs) == 0 || len(n.Outputs) == 0 {
		return fmt.Errorf("the encoder has a %s without inputs or outputs", n.Op)
	}
	tensor, err := rule(w, n)
	if err != nil {
		return fmt.Errorf("the encoder's %s that makes %q: %w", n.Op, n.Outputs[0], err)
	}
	w.tensors[n.Outputs[0]] = tensor
	return nil
}

// tensor is an input of an operator that has to depend on the picture.
func (w *walk) tensor(n *onnx.Node, i int) (string, error) {
	if i < len(n.Inputs) && w.tensors[n.Inputs[i]] != "" {
		return w.tensors[n.Inputs[i]], nil
	}
	return "", fmt.Errorf("input %d is nothing that was made of the picture", i)
}

var errConstant = errors.New("an input is not a constant")

// constant is an input of an operator that has to be in the file.
func (w *walk) constant(n *onnx.Node, i int) (*onnx.Constant, error) {
	if i < len(n.Inputs) {
		if c, ok := w.constants[n.Inputs[i]]; ok {
			return &c, nil
		}
	}
	return nil, errConstant
}

func (w *walk) floatsOf(n *onnx.Node, i int) (*onnx.Constant, []float32, error) {
	c, err := w.constant(n, i)
	if err != nil {
		return nil, nil, err
	}
	values, err := c.Floats()
	return c, values, err
}
