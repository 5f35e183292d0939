package objective

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"impasto.net/plugin/onnx"
)

// pooled is what a pooling takes, and its window.
func pooled(w *walk, n *onnx.Node) (x string, v window, err error) {
	if x, err = w.tensor(n, 0); err == nil {
		v, err = windowOf(n, nil)
	}
	return x, v, err
}

func maxPool(w *walk, n *onnx.Node) (string, error) {
	x, v, err := pooled(w, n)
	if err != nil {
		return "", err
	}
	attributes := v.attributes()
	attributes["ceil_mode"] = n.Integer("ceil_mode", 0)
	channels := w.channels[x]
	if w.gpu {
		y := w.node("MaxPool", attributes, x)
		return w.made(y, channels, func(gradient string) {
			w.send(x,
				w.compared(&v, channels, x, y, gradient))
		}), nil
	}
	outputs := w.nodes("MaxPool", attributes, 2, x)
	y, where := outputs[0], outputs[1]
	return w.made(y, channels, func(gradient string) {
		shape, flat := w.node("Shape", nil, x), w.integers(-1)
		if v.apart() {
			w.send(x, w.node("MaxUnpool", onnx.Attributes{"kernel_shape": v.kernel,
				"strides": v.strides}, gradient, where, shape))
			return
		}
		zeros := w.node("ConstantOfShape", nil,
			w.node("Reshape", nil, w.node("Size", nil, x), flat))
		scattered := w.node("ScatterElements", onnx.Attributes{"reduction": "add"},
			zeros, w.node("Reshape", nil, where, flat), w.node("Reshape", nil, gradient, flat))
		w.send(x, w.node("Reshape", nil, scattered, shape))
	}), nil
}

// compared is the gradient of a max pool where the device does not say which value of a window
// was the greatest: the first that is as great as what came out. Every place of the window is
// looked at in turn, and what goes there is spread by a kernel that has a 1 there.
func (t *tape) compared(v *window, channels int64, x, y, gradient string) string {
	reach := []int64{v.reach(0), v.reach(1)}
	// Beyond the end there has to be enough for every window, also where the pool rounds up.
	around := t.node("Pad", nil, x,
		t.integers(0, 0, v.pads[0], v.pads[1], 0, 0, v.pads[2]+reach[0]+v.strides[0],
			v.pads[3]+reach[1]+v.strides[1]),
		t.number(-math.MaxFloat32))
	size := t.node("Shape", nil, y)
	left, sum := gradient, ""
	for i := range v.kernel[0] * v.kernel[1] {
		row, column := i/v.kernel[1], i%v.kernel[1]
		place := t.node("Slice", nil, around, t.integers(row*v.dilations[0], column*v.dilations[1]),
			t.integers(last, last), t.integers(2, 3), t.integers(v.strides...))
		place = t.node("Slice", nil, place, t.integers(0, 0, 0, 0), size)
		found := t.node("Cast", onnx.Attributes{"to": int64(onnx.TypeFloat)},
			t.node("Equal", nil, place, y))
		here := t.node("Mul", nil, left, found)
		left = t.node("Sub", nil, left, here)
		weights := make([]float32, channels*v.kernel[0]*v.kernel[1])
		for c := range channels {
			weights[c*v.kernel[0]*v.kernel[1]+i] = 1
		}
		part := transposed(t, v, channels, here,
			t.floats([]int64{channels, 1, v.kernel[0], v.kernel[1]}, weights...), x)
		if sum != "" {
			part = t.node("Add", nil, sum, part)
		}
		sum = part
	}
	return sum
}

func averagePool(w *walk, n *onnx.Node) (string, error) {
	x, v, err := pooled(w, n)
	if err != nil {
		return "", err
	}
	counted := n.Integer("count_include_pad", 0)
	if n.Integer("ceil_mode", 0) != 0 || counted == 0 && slices.Max(v.pads) > 0 ||
		v.dilations[0] > 1 || v.dilations[1] > 1 {
		return "", errors.New("windows that reach beyond the picture, or have gaps, have no " +
			"gradient here")
	}
	attributes := v.attributes()
	delete(attributes, "dilations")
	attributes["count_include_pad"] = counted
	channels := w.channels[x]
	if channels*v.kernel[0]*v.kernel[1] > maxWeights {
		return "", fmt.Errorf("its windows of %d × %d are too large for %d channels", v.kernel[1],
			v.kernel[0], channels)
	}
	y := w.node("AveragePool", attributes, x)
	return w.made(y, channels, func(gradient string) {
		weights := make([]float32, channels*v.kernel[0]*v.kernel[1])
		for i := range weights {
			weights[i] = float32(channels) / float32(len(weights))
		}
		w.send(x, transposed(w.tape, &v, channels, gradient,
			w.floats([]int64{channels, 1, v.kernel[0], v.kernel[1]}, weights...), x))
	}), nil
}
