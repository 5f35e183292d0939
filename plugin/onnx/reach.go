package onnx

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// pointwise makes every value of those at its place.
type pointwise struct{}

func (pointwise) reach(in reach, _ int, _ edges) (reach, error) { return in, nil }
func (pointwise) scale(int) (times, by int)                     { return 1, 1 }

// window makes a value of those under a window that moves on by the stride: a convolution
// or a pooling.
type window struct {
	extent, stride, before, after [2]int
	ceil                          bool // windows that are not whole count
	work                          float64
}

func (w *window) multiplications() float64 { return max(w.work, 8) }

func (w *window) reach(in reach, axis int, e edges) (reach, error) {
	extent, stride, before := w.extent[axis], w.stride[axis], w.before[axis]
	room := in.size + before + w.after[axis] - extent
	if room < 0 {
		return reach{}, errSmall
	}
	out := reach{size: room/stride + 1}
	if w.ceil && room%stride > 0 && out.size*stride < in.size+before {
		out.size++
	}
	if !in.first(e) {
		out.from = ceil(in.from+before, stride)
	}
	out.to = out.size
	if !in.last(e) {
		out.to = floor(in.to+before-extent, stride) + 1
	}
	return out, nil
}

func (w *window) scale(axis int) (times, by int) { return 1, w.stride[axis] }

// spread spreads every value over a window that moves on by the stride: a transposed
// convolution.
type spread struct {
	extent, stride, before, after, more [2]int
	work                                float64
}

func (s *spread) multiplications() float64 { return s.work }

func (s *spread) reach(in reach, axis int, e edges) (reach, error) {
	extent, stride, before := s.extent[axis], s.stride[axis], s.before[axis]
	out := reach{size: stride*(in.size-1) + extent + s.more[axis] - before - s.after[axis]}
	if out.size < 1 {
		return reach{}, errSmall
	}
	if !in.first(e) {
		out.from = (in.from-1)*stride + extent - before
	}
	out.to = out.size
	if !in.last(e) {
		out.to = in.to*stride - before
	}
	return out, nil
}

func (s *spread) scale(axis int) (times, by int) { return s.stride[axis], 1 }

// enlarged makes several of every value, which may depend on so many to both sides.
type enlarged struct {
	factor [2]int
	around int
}

func (l *enlarged) reach(in reach, axis int, e edges) (reach, error) {
	f := l.factor[axis]
	out := reach{size: in.size * f, to: in.size * f}
	if !in.first(e) {
		out.from = (in.from + l.around) * f
	}
	if !in.last(e) {
		out.to = (in.to - l.around) * f
	}
	return out, nil
}

func (l *enlarged) scale(axis int) (times, by int) { return l.factor[axis], 1 }

// folded makes one place of several: their values become channels.
type folded struct{ by int }

func (s *folded) reach(in reach, _ int, _ edges) (reach, error) {
	if in.size%s.by != 0 {
		return reach{}, fmt.Errorf("%d rows or columns are no multiple of %d", in.size, s.by)
	}
	return reach{in.size / s.by, ceil(in.from, s.by), in.to / s.by}, nil
}

func (s *folded) scale(int) (times, by int) { return 1, s.by }

// margin puts values around the planes, or takes some away where it is below 0.
type margin struct {
	before, after [2]int
	reflects      bool
}

func (m *margin) reach(in reach, axis int, e edges) (reach, error) {
	before, after := m.before[axis], m.after[axis]
	out := reach{in.size + before + after, in.from + before, in.to + before}
	if out.size < 1 || m.reflects && max(before, after) >= in.size {
		return reach{}, errSmall
	}
	// What is reflected lies within so many of the border, and has to be right.
	if in.first(e) && (!m.reflects || before < in.to) {
		out.from = 0
	}
	if in.last(e) && (!m.reflects || in.size-1-after >= in.from) {
		out.to = out.size
	}
	return out, nil
}

func (m *margin) scale(int) (times, by int) { return 1, 1 }

func floor(n, by int) int { return int(math.Floor(float64(n) / float64(by))) }
func ceil(n, by int) int  { return int(math.Ceil(float64(n) / float64(by))) }

// pointwiseOperators have one result, of the size and the channels of what they take.
var pointwiseOperators = []string{
	"Abs", "Add", "Affine", "BatchNormalization", "Cast", "Ceil", "Clip", "Div", "Dropout", "Elu",
	"Erf", "Exp", "Floor", "Gelu",
	"HardSigmoid", "HardSwish", "Identity", "ImageScaler", "LeakyRelu", "Log", "Max", "Min", "Mish",
	"Mul", "Neg", "PRelu", "Pow",
	"Reciprocal", "Relu", "Round", "Selu", "Sigmoid", "Softplus", "Softsign", "Sqrt", "Sub", "Sum",
	"Tanh", "ThresholdedRelu",
}

var errUnknown = errors.New("it is not known what it does to a piece of a picture")

// operator is a node that takes planes, and how many channels its results have.
func (r *reader) operator(n *Node, in []int) (operator, []int, error) {
	f := r.field
	if n.Domain != "" && n.Domain != "ai.onnx" || len(n.Inputs) == 0 || len(n.Outputs) == 0 ||
		f.planes[in[0]].name != n.Inputs[0] &&
			!slices.Contains([]string{"Add", "Sub", "Mul", "Div", "Max", "Min", "Sum"}, n.Op) {
		return nil, nil, errUnknown
	}
	channels := 0
	for _, p := range in {
		channels = max(channels, f.planes[p].channels)
	}
	same := []int{channels}
	if len(in) > 1 && n.Op != "Concat" && !slices.Contains(pointwiseOperators, n.Op) {
		return nil, nil, errUnknown
	}
	switch {
	case slices.Contains(pointwiseOperators, n.Op) || n.Op == "InstanceNormalization":
		return pointwise{}, same, nil
	case n.Op == "Conv" || n.Op == "ConvTranspose":
		return r.convolution(n)
	case n.Op == "MaxPool" || n.Op == "AveragePool":
		w, err := r.window(n, n.Integers("kernel_shape"))
		if err != nil {
			return nil, nil, err
		}
		w.ceil = n.Integer("ceil_mode", 0) != 0
		return w, same, nil
	case n.Op == "Concat":
		if a := n.Integer("axis", 1); a != 1 && a != -3 || len(in) != len(n.Inputs) {
			return nil, nil, errUnknown
		}
		sum := 0
		for _, p := range in {
			sum += f.planes[p].channels
		}
		return pointwise{}, []int{sum}, nil
	case n.Op == "Split":
		if a := n.Integer("axis", 0); a != 1 && a != -3 {
			return nil, nil, errUnknown
		}
		return pointwise{}, same, nil // fewer, which is not needed exactly
	case n.Op == "DepthToSpace" || n.Op == "SpaceToDepth":
		b := int(n.Integer("blocksize", 0))
		if b < 1 || b > maxGrid {
			return nil, nil, errUnknown
		}
		if n.Op == "SpaceToDepth" {
			return &folded{b}, []int{channels * b * b}, nil
		}
		return &enlarged{factor: [2]int{b, b}}, []int{max(channels/(b*b), 1)}, nil
	case n.Op == "Resize" || n.Op == "Upsample":
		op, err := r.resize(n)
		return op, same, err
	case n.Op == "Pad":
		op, err := r.pad(n)
		return op, same, err
	case n.Op == "Crop":
		b := n.Integers("border")
		if len(b) != 4 || n.Integers("scale") != nil {
			return nil, nil, errUnknown
		}
		return &margin{before: [2]int{-int(b[1]), -int(b[0])},
			after: [2]int{-int(b[3]), -int(b[2])}}, same, nil
	case n.Op == "Slice":
		op, err := r.slice(n)
		return op, same, err
	}
	return nil, nil, errUnknown
}

// maxWindow bounds kernels, strides and paddings.
const maxWindow = 4096

// pair gives the two numbers of an attribute, or of something else that has them.
func pair(values []int64, otherwise int) ([2]int, error) {
	if values == nil {
		return [2]int{otherwise, otherwise}, nil
	}
	if len(values) != 2 || max(values[0], values[1]) > maxWindow || min(values[0], values[1]) < 0 {
		return [2]int{}, errUnknown
	}
	return [2]int{int(values[0]), int(values[1])}, nil
}

// window reads what convolutions and poolings have in common.
func (r *reader) window(n *Node, kernel []int64) (*window, error) {
	size, err1 := pair(kernel, 0)
	strides, err2 := pair(n.Integers("strides"), 1)
	dilations, err3 := pair(n.Integers("dilations"), 1)
	w := &window{stride: strides}
	for axis := range 2 {
		w.extent[axis] = (size[axis]-1)*dilations[axis] + 1
	}
	switch pads, auto := n.Integers("pads"), n.Text("auto_pad"); {
	case min(size[0], size[1], strides[0], strides[1], dilations[0], dilations[1]) < 1 ||
		max(strides[0], strides[1]) > maxGrid:
		return nil, errors.Join(errUnknown, err1, err2, err3)
	case auto == "SAME_UPPER" && strides == [2]int{1, 1}:
		for axis := range 2 {
			w.before[axis] = (w.extent[axis] - 1) / 2
			w.after[axis] = w.extent[axis] - 1 - w.before[axis]
		}
	case auto != "" && auto != "NOTSET" && auto != "VALID":
		return nil, errUnknown // what is padded follows from the size
	case auto != "VALID" && pads != nil:
		if len(pads) != 4 || slices.Max(pads) > maxWindow || slices.Min(pads) < 0 {
			return nil, errUnknown
		}
		w.before, w.after = [2]int{int(pads[0]), int(pads[1])}, [2]int{int(pads[2]), int(pads[3])}
	}
	return w, nil
}

func (r *reader) convolution(n *Node) (operator, []int, error) {
	var weights []int64
	if len(n.Inputs) > 1 {
		weights = r.shape(n.Inputs[1])
	}
	group := n.Integer("group", 1)
	if len(weights) != 4 || slices.Min(weights) < 1 || slices.Max(weights) > 1<<20 || group < 1 ||
		group > 1<<20 {
		return nil, nil, errUnknown
	}
	kernel := n.Integers("kernel_shape")
	if kernel == nil {
		kernel = weights[2:]
	}
	w, err := r.window(n, kernel)
	if err != nil || n.Op == "Conv" {
		if w != nil {
			w.work = float64(weights[1] * weights[2] * weights[3])
		}
		return w, []int{int(weights[0])}, err
	}
	more, err := pair(n.Integers("output_padding"), 0)
	if err != nil || n.Integers("output_shape") != nil || n.Text("auto_pad") == "SAME_UPPER" {
		return nil, nil, errUnknown
	}
	work := float64(weights[0]*weights[2]*weights[3]) / float64(w.stride[0]*w.stride[1])
	return &spread{w.extent, w.stride, w.before, w.after, more,
		work}, []int{int(weights[1] * group)}, nil
}

// resize is one that makes planes larger by whole numbers.
func (r *reader) resize(n *Node) (operator, error) {
	var scales []float32
	if n.Op == "Upsample" && len(n.Inputs) == 1 {
		scales = n.Floats("scales")
	} else if i := len(n.Inputs) - 1; i == 2 || i == 1 {
		scales = r.Constants[n.Inputs[i]].Values
	}
	mode := n.Text("mode")
	around, ok := map[string]int{"": 0, "nearest": 0, "linear": 1, "bilinear": 1, "cubic": 2}[mode]
	if len(scales) != 4 || !ok || n.attributes["axes"] != nil ||
		n.Text("coordinate_transformation_mode") == "align_corners" ||
		n.Text("coordinate_transformation_mode") == "tf_crop_and_resize" {
		return nil, errUnknown
	}
	if t := n.Text("nearest_mode"); around == 0 && t == "ceil" {
		around = 1
	}
	l := &enlarged{around: around}
	for axis := range 2 {
		s := scales[2+axis]
		if s != float32(int(s)) || s < 1 || s > maxGrid {
			return nil, errUnknown
		}
		l.factor[axis] = int(s)
	}
	if scales[0] != 1 || scales[1] != 1 {
		return nil, errUnknown
	}
	return l, nil
}

func (r *reader) pad(n *Node) (operator, error) {
	pads := n.Integers("pads")
	if len(n.Inputs) > 1 {
		pads = r.Constants[n.Inputs[1]].Integers
	}
	if len(n.Inputs) > 3 || len(pads) != 8 || slices.Max(pads) > maxWindow ||
		slices.Min(pads) < -maxWindow || pads[0] != 0 || pads[1] != 0 || pads[4] != 0 ||
		pads[5] != 0 {
		return nil, errUnknown
	}
	m := &margin{before: [2]int{int(pads[2]), int(pads[3])},
		after: [2]int{int(pads[6]), int(pads[7])}}
	switch n.Text("mode") {
	case "", "constant", "edge":
	case "reflect":
		m.reflects = true
	default:
		return nil, errUnknown
	}
	return m, nil
}

// slice is one that cuts off as many at the ends whatever the length.
func (r *reader) slice(n *Node) (operator, error) {
	starts, ends, axes := n.Integers("starts"), n.Integers("ends"), n.Integers("axes")
	if len(n.Inputs) > 2 {
		starts, ends = r.Constants[n.Inputs[1]].Integers, r.Constants[n.Inputs[2]].Integers
	}
	if len(n.Inputs) > 3 && n.Inputs[3] != "" {
		axes = r.Constants[n.Inputs[3]].Integers
	} else if axes == nil {
		axes = []int64{0, 1, 2, 3}[:min(len(starts), 4)]
	}
	if len(n.Inputs) > 4 {
		steps := r.Constants[n.Inputs[4]].Integers
		if len(steps) != len(starts) ||
			slices.ContainsFunc(steps, func(s int64) bool { return s != 1 }) {
			return nil, errUnknown
		}
	}
	if len(starts) == 0 || len(starts) != len(ends) || len(starts) != len(axes) {
		return nil, errUnknown
	}
	m := &margin{}
	for i, axis := range axes {
		if axis < 0 {
			axis += 4
		}
		switch {
		case axis == 0 || axis == 1:
			continue
		case axis > 3 || starts[i] < 0 || starts[i] > maxWindow || ends[i] >= 0 &&
			ends[i] < math.MaxInt32 || ends[i] < -maxWindow:
			return nil, errUnknown
		}
		m.before[axis-2] = -int(starts[i])
		if ends[i] < 0 {
			m.after[axis-2] = int(ends[i])
		}
	}
	return m, nil
}

// Floats are those of an attribute.
func (n *Node) Floats(name string) (values []float32) {
	_ = each(n.attributes[name], func(field protowire.Number, value []byte, number uint64) error {
		if field != attributeFloats {
			return nil
		}
		if value == nil {
			values = append(values, math.Float32frombits(uint32(number)))
		}
		for ; len(value) >= 4; value = value[4:] {
			values = append(values,
				math.Float32frombits(uint32(value[0])|uint32(value[1])<<8|uint32(value[2])<<16|uint32(value[3])<<24))
		}
		return nil
	})
	return values
}
