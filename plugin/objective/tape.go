package objective

import (
	"fmt"

	"impasto.net/plugin/onnx"
)

// tape is a graph under construction that remembers how gradients go back through it
// (reverse-mode differentiation). All tensors get names of its own.
type tape struct {
	onnx.Graph
	gpu      bool // its pools do not say where their greatest values are
	count    int
	channels map[string]int64 // of every tensor that depends on the picture
	steps    []step
	arrived  map[string]string // the gradients that came to a tensor so far, added up
}

// step is what made a tensor, and sends the tensor's gradient on to what it was made of.
type step struct {
	tensor string
	back   func(gradient string)
}

func newTape(gpu bool) *tape {
	return &tape{gpu: gpu, channels: map[string]int64{}, arrived: map[string]string{}}
}

func (t *tape) name() string {
	t.count++
	return fmt.Sprint("t", t.count)
}

// node adds an operator with one output.
func (t *tape) node(op string, attributes onnx.Attributes, inputs ...string) string {
	return t.nodes(op, attributes, 1, inputs...)[0]
}

// nodes adds an operator with n outputs.
func (t *tape) nodes(op string, attributes onnx.Attributes, n int, inputs ...string) []string {
	outputs := make([]string, n)
	for i := range outputs {
		outputs[i] = t.name()
	}
	t.Node(op, inputs, outputs, attributes)
	return outputs
}

func (t *tape) floats(shape []int64, values ...float32) string {
	name := t.name()
	t.Floats(name, shape, values)
	return name
}

func (t *tape) number(v float32) string { return t.floats(nil, v) }

func (t *tape) integers(values ...int64) string {
	name := t.name()
	t.Integers(name, values...)
	return name
}

// slice cuts one axis. An end of 0 is that of the tensor.
func (t *tape) slice(x string, axis, start, end int64) string {
	if end == 0 {
		end = last
	}
	return t.node("Slice", nil, x, t.integers(start), t.integers(end), t.integers(axis))
}

// last is beyond the end of any tensor.
const last = 1 << 62

// made notes how a tensor was made.
func (t *tape) made(tensor string, channels int64, back func(gradient string)) string {
	t.channels[tensor] = channels
	t.steps = append(t.steps, step{tensor, back})
	return tensor
}

// send brings a gradient to a tensor; constants have no use for one.
func (t *tape) send(tensor, gradient string) {
	if t.channels[tensor] == 0 {
		return
	}
	if sum := t.arrived[tensor]; sum != "" {
		gradient = t.node("Add", nil, sum, gradient)
	}
	t.arrived[tensor] = gradient
}

// backward sends all gradients as far back as they go.
func (t *tape) backward() {
	for i := len(t.steps) - 1; i >= 0; i-- {
		if gradient := t.arrived[t.steps[i].tensor]; gradient != "" {
			t.steps[i].back(gradient)
		}
	}
}
