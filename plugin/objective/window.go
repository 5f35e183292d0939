package objective

import (
	"errors"
	"fmt"

	"impasto.net/plugin/onnx"
)

// window is how a convolution or a pool goes over a picture.
type window struct {
	kernel, strides, dilations []int64 // down and across
	pads                       []int64 // top, left, bottom, right
}

// maxWindow bounds a window's numbers.
const maxWindow = 1 << 10

func windowOf(n *onnx.Node, kernel []int64) (window, error) {
	w := window{kernel, []int64{1, 1}, []int64{1, 1}, make([]int64, 4)}
	for name, to := range map[string]*[]int64{"kernel_shape": &w.kernel, "strides": &w.strides,
		"dilations": &w.dilations, "pads": &w.pads} {
		if v := n.Integers(name); v != nil {
			*to = v
		}
	}
	if pad := n.Text("auto_pad"); pad != "" && pad != "NOTSET" {
		return w, fmt.Errorf("auto_pad %s has no gradient here: export it with explicit pads", pad)
	}
	if len(w.kernel) != 2 || len(w.strides) != 2 || len(w.dilations) != 2 || len(w.pads) != 4 {
		return w, errors.New("it is not over two dimensions")
	}
	for i := range 2 {
		for _, v := range []int64{w.kernel[i], w.strides[i], w.dilations[i]} {
			if v < 1 || v > maxWindow {
				return w, fmt.Errorf("its window is %v", w)
			}
		}
		if reach := w.reach(i); w.pads[i] < 0 || w.pads[i] > reach || w.pads[i+2] < 0 ||
			w.pads[i+2] > reach {
			return w, fmt.Errorf("its pads are %v, wider than its kernel", w.pads)
		}
	}
	return w, nil
}

// reach is how far the window's last weight is from its first.
func (w *window) reach(i int) int64 { return (w.kernel[i] - 1) * w.dilations[i] }

// plain says whether the window takes every position in turn.
func (w *window) plain() bool { return w.strides[0] == 1 && w.strides[1] == 1 }

// apart says whether no value is seen twice.
func (w *window) apart() bool { return w.strides[0] > w.reach(0) && w.strides[1] > w.reach(1) }

func (w *window) attributes() onnx.Attributes {
	return onnx.Attributes{"kernel_shape": w.kernel, "strides": w.strides, "dilations": w.dilations,
		"pads": w.pads}
}

// kernel is a convolution with its weights.
type kernel struct {
	window
	shape  []int64 // outputs, inputs of each group, height, width
	values []float32
	group  int64
}

// add adds the convolution.
func (k *kernel) add(t *tape, x string, bias ...string) string {
	attributes := k.attributes()
	attributes["group"] = k.group
	weights := t.floats(k.shape, k.values...)
	y := t.node("Conv", attributes, append([]string{x, weights}, bias...)...)
	return t.made(y, k.shape[0], func(gradient string) {
		if k.plain() {
			t.send(x, k.turned(t, gradient))
			return
		}
		t.send(x, transposed(t, &k.window, k.group, gradient, weights, x))
	})
}

// turned is the convolution's gradient as a convolution, by the weights turned round:
// ONNX Runtime is twice as fast at that as at a ConvTranspose.
func (k *kernel) turned(t *tape, gradient string) string {
	outputs, inputs, size := k.shape[0]/k.group, k.shape[1], k.shape[2]*k.shape[3]
	values := make([]float32, len(k.values))
	for i := range values {
		at := int64(i)
		position, at := at%size, at/size
		input, output := at%inputs, at/inputs
		to := (output/outputs*inputs+input)*outputs + output%outputs
		values[to*size+size-1-position] = k.values[i]
	}
	back := k.window
	back.pads = make([]int64, 4)
	for i := range 4 {
		back.pads[i] = k.reach(i%2) - k.pads[i]
	}
	attributes := back.attributes()
	attributes["group"] = k.group
	return t.node("Conv", attributes, gradient,
		t.floats([]int64{inputs * k.group, outputs, k.shape[2], k.shape[3]}, values...))
}

// transposed is the gradient of a convolution of x. What the last stride left over of x
// depends on x's size, so there is always enough, which is cut to it.
func transposed(t *tape, w *window, group int64, gradient, weights, x string) string {
	attributes := w.attributes()
	attributes["group"] = group
	attributes["output_padding"] = []int64{w.strides[0] - 1, w.strides[1] - 1}
	whole := t.node("ConvTranspose", attributes, gradient, weights)
	return t.node("Slice", nil, whole, t.integers(0, 0, 0, 0), t.node("Shape", nil, x))
}
