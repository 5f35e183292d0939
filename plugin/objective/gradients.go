package objective

import (
	"errors"
	"fmt"
	"slices"

	"impasto.net/plugin/onnx"
)

// rules add an operator to the graph, and note how its gradient goes back.
var rules map[string]func(w *walk, n *onnx.Node) (string, error)

func init() {
	rules = map[string]func(w *walk, n *onnx.Node) (string, error){
		"Conv": conv, "Relu": relu, "MaxPool": maxPool, "AveragePool": averagePool, "Pad": pad,
		"Concat": concat,
		"Add":    arithmetic, "Sub": arithmetic, "Mul": arithmetic, "Div": arithmetic,
		"Identity": identity, "Dropout": identity, // which does nothing but in training
		"Cast": cast,
	}
}

func identity(w *walk, n *onnx.Node) (string, error) { return w.tensor(n, 0) }

// cast is from one width of floats to another: here all are computed as float32.
func cast(w *walk, n *onnx.Node) (string, error) {
	if to := n.Integer("to", 0); !onnx.IsFloat(to) {
		return "", fmt.Errorf("it makes %s of the picture", onnx.TypeName(to))
	}
	return w.tensor(n, 0)
}

func conv(w *walk, n *onnx.Node) (string, error) {
	x, err := w.tensor(n, 0)
	if err != nil {
		return "", err
	}
	c, values, err := w.floatsOf(n, 1)
	if err != nil {
		return "", err
	}
	if len(c.Shape) != 4 {
		return "", fmt.Errorf("its weights have the shape %v", c.Shape)
	}
	k := &kernel{shape: c.Shape, values: values, group: n.Integer("group", 1)}
	if k.window, err = windowOf(n, c.Shape[2:]); err != nil {
		return "", err
	}
	if k.group < 1 || k.group > c.Shape[0] || c.Shape[0]%k.group != 0 ||
		c.Shape[1]*k.group != w.channels[x] || !slices.Equal(k.kernel, c.Shape[2:]) {
		return "", fmt.Errorf("its weights have the shape %v, for %d channels", c.Shape,
			w.channels[x])
	}
	if len(n.Inputs) < 3 || n.Inputs[2] == "" {
		return k.add(w.tape, x), nil
	}
	b, bias, err := w.floatsOf(n, 2)
	if err != nil {
		return "", err
	}
	return k.add(w.tape, x, w.floats(b.Shape, bias...)), nil
}

func relu(w *walk, n *onnx.Node) (string, error) {
	x, err := w.tensor(n, 0)
	if err != nil {
		return "", err
	}
	y := w.node("Relu", nil, x)
	return w.made(y, w.channels[x], func(gradient string) {
		lit := w.node("Cast", onnx.Attributes{"to": int64(onnx.TypeFloat)},
			w.node("Greater", nil, y, w.number(0)))
		w.send(x, w.node("Mul", nil, gradient, lit))
	}), nil
}

// Bounds on what a stranger's file can make of a few bytes: a tensor put beside itself again
// and again, and the weights that a pooling comes to.
const (
	maxChannels = 1 << 16
	maxWeights  = 1 << 24
)

func concat(w *walk, n *onnx.Node) (string, error) {
	if axis := n.Integer("axis", 1); axis != 1 && axis != -3 {
		return "", errors.New("only channels can be put side by side here")
	}
	parts, sizes, sum := make([]string, len(n.Inputs)), make([]int64, len(n.Inputs)), int64(0)
	for i := range parts {
		var err error
		if parts[i], err = w.tensor(n, i); err != nil {
			return "", err
		}
		sizes[i] = w.channels[parts[i]]
		if sum += sizes[i]; sum > maxChannels {
			return "", fmt.Errorf("more than %d channels come together", maxChannels)
		}
	}
	return w.made(w.node("Concat", onnx.Attributes{"axis": int64(1)}, parts...), sum,
		func(gradient string) {
			gradients := w.nodes("Split", onnx.Attributes{"axis": int64(1)}, len(parts), gradient,
				w.integers(sizes...))
			for i, part := range parts {
				w.send(part, gradients[i])
			}
		}), nil
}

// arithmetic is of two tensors that depend on the picture, or of one and of a constant
// that has one value or one for every channel.
func arithmetic(w *walk, n *onnx.Node) (string, error) {
	if len(n.Inputs) != 2 {
		return "", errors.New("it does not have two inputs")
	}
	var sides [2]string
	channels := int64(0)
	for i := range sides {
		if sides[i] = w.tensors[n.Inputs[i]]; sides[i] != "" {
			if have := w.channels[sides[i]]; channels != 0 && channels != have {
				return "", fmt.Errorf("it is of %d and of %d channels", channels, have)
			} else {
				channels = have
			}
		}
	}
	for i := range sides {
		if sides[i] != "" {
			continue
		}
		c, values, err := w.floatsOf(n, i)
		if err != nil {
			return "", err
		}
		if len(values) != 1 && (int64(len(values)) != channels || len(c.Shape) < 3 ||
			c.Shape[len(c.Shape)-3] != channels) || len(c.Shape) > 4 {
			return "", fmt.Errorf("a constant has the shape %v, wanted is one value for every "+
				"channel or for all", c.Shape)
		}
		sides[i] = w.floats(c.Shape, values...)
	}
	a, b := sides[0], sides[1]
	varies := [2]bool{w.channels[a] > 0, w.channels[b] > 0}
	if channels == 0 || n.Op == "Mul" && varies[0] && varies[1] || n.Op == "Div" && varies[1] {
		return "", errors.New("what depends on the picture can be multiplied with constants " +
			"only, and divided by them")
	}
	return w.made(w.node(n.Op, nil, a, b), channels, func(gradient string) {
		for i, side := range sides {
			switch {
			case !varies[i]:
			case n.Op == "Sub" && i == 1:
				w.send(side, w.node("Neg", nil, gradient))
			case n.Op == "Mul" || n.Op == "Div":
				w.send(side, w.node(n.Op, nil, gradient, sides[1-i]))
			default:
				w.send(side, gradient)
			}
		}
	}), nil
}
