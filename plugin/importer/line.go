package importer

import (
	"math"
	"slices"

	"impasto.net/plugin/onnx"
)

// line is what operators do to the three channels of a picture: times a gain, plus an offset.
type line struct{ gain, offset [3]float64 }

var straight = line{gain: [3]float64{1, 1, 1}}

// after is the line of an operator that comes after others.
func (l line) after(first line) line {
	for c := range 3 {
		l.offset[c] += l.gain[c] * first.offset[c]
		l.gain[c] *= first.gain[c]
	}
	return l
}

// of gives what becomes of values.
func (l line) of(v ends) (to ends) {
	for c := range 3 {
		a, b := l.gain[c]*v[c][0]+l.offset[c], l.gain[c]*v[c][1]+l.offset[c]
		to[c] = Span{min(a, b), max(a, b)}
	}
	return to
}

// back undoes a line.
func (l line) back() (to line) {
	for c := range 3 {
		to.gain[c], to.offset[c] = 1/l.gain[c], -l.offset[c]/l.gain[c]
	}
	return to
}

// keepers leave the range of values as it is, if not the values.
var keepers = []string{
	"Identity", "Pad", "Cast", "Transpose", "Unsqueeze", "Squeeze", "Gather", "Slice", "Reshape",
	"Flatten", "Crop",
	"Resize", "Upsample", "AveragePool", "MaxPool", "SpaceToDepth", "DepthToSpace",
	"DequantizeLinear",
}

// lineOf is that of an operator, and the input that it is of; what is no line is none.
func lineOf(m *onnx.Model, n *onnx.Node) (input string, l line, ok bool) {
	switch {
	case len(n.Inputs) == 0 || len(n.Outputs) == 0:
		return "", l, false
	case slices.Contains(keepers, n.Op), n.Op == "Concat" &&
		len(slices.Compact(slices.Clone(n.Inputs))) == 1:
		return n.Inputs[0], straight, true
	case n.Op == "BatchNormalization" && len(n.Inputs) == 5:
		l, ok = normal(m, n)
		return n.Inputs[0], l, ok
	case n.Op == "Conv" && len(n.Inputs) > 1:
		l, ok = mixing(m, n)
		return n.Inputs[0], l, ok
	case n.Op == "ImageScaler" || n.Op == "Affine":
		l = early(n)
		return n.Inputs[0], l, l.gain[0] != 0
	case len(n.Inputs) == 2:
		return arithmetic(m, n)
	}
	return "", l, false
}

// early is the line of an operator of Windows' and of ONNX's first days.
func early(n *onnx.Node) (l line) {
	bias := n.Floats("bias")
	for c := range 3 {
		l.gain[c], l.offset[c] = float64(n.Float("scale")), float64(n.Float("beta"))
		if n.Op == "Affine" {
			l.gain[c] = float64(n.Float("alpha"))
		} else if len(bias) == 3 {
			l.offset[c] = float64(bias[c])
		}
	}
	return l
}

// arithmetic is the line of an operator with one constant among its two inputs.
func arithmetic(m *onnx.Model, n *onnx.Node) (input string, l line, ok bool) {
	input, first := n.Inputs[1], true
	by, ok := three(m, n.Inputs[0])
	if other, yes := three(m, n.Inputs[1]); yes == ok {
		return "", l, false
	} else if yes {
		input, by, first = n.Inputs[0], other, false
	}
	for c, v := range by {
		switch {
		case n.Op == "Add":
			l.gain[c], l.offset[c] = 1, v
		case n.Op == "Sub" && first:
			l.gain[c], l.offset[c] = -1, v
		case n.Op == "Sub":
			l.gain[c], l.offset[c] = 1, -v
		case n.Op == "Mul":
			l.gain[c] = v
		case n.Op == "Div" && !first:
			l.gain[c] = 1 / v
		}
		if l.gain[c] == 0 || math.IsInf(l.gain[c], 0) {
			return "", l, false
		}
	}
	return input, l, true
}

// three are the values of a constant, one for all channels or one for each.
func three(m *onnx.Model, name string) (v [3]float64, ok bool) {
	c := m.Constants[name]
	for i := range 3 {
		switch len(c.Values) {
		case 1:
			v[i] = float64(c.Values[0])
		case 3:
			v[i] = float64(c.Values[i])
		default:
			return v, false
		}
	}
	return v, true
}

// normal is the line of a norm by constants.
func normal(m *onnx.Model, n *onnx.Node) (l line, ok bool) {
	var of [5][3]float64
	for i := 1; i < 5; i++ {
		if of[i], ok = three(m, n.Inputs[i]); !ok {
			return l, false
		}
	}
	for c := range 3 {
		l.gain[c] = of[1][c] / math.Sqrt(of[4][c]+float64(n.Float("epsilon")))
		l.offset[c] = of[2][c] - l.gain[c]*of[3][c]
		if l.gain[c] == 0 || math.IsInf(l.gain[c], 0) {
			return l, false
		}
	}
	return l, true
}

// mixing is the line of a convolution that makes every channel of one channel of one pixel, or
// one channel of all, in grey.
func mixing(m *onnx.Model, n *onnx.Node) (l line, ok bool) {
	weights := m.Constants[n.Inputs[1]]
	if slices.Equal(weights.Shape, []int64{1, 3, 1, 1}) && len(weights.Values) == 3 &&
		len(n.Inputs) == 2 {
		sum := float64(weights.Values[0]) + float64(weights.Values[1]) + float64(weights.Values[2])
		if math.Abs(sum-1) < 1e-6 {
			return straight, true
		}
		return line{gain: [3]float64{sum, sum, sum}}, sum > 0
	}
	if !slices.Equal(weights.Shape, []int64{3, 3, 1, 1}) || len(weights.Values) != 9 {
		return l, false
	}
	if len(n.Inputs) > 2 {
		if l.offset, ok = three(m, n.Inputs[2]); !ok {
			return l, false
		}
	}
	for c := range 3 {
		for _, w := range weights.Values[3*c:][:3] {
			switch {
			case w == 0:
			case l.gain[c] != 0:
				return l, false
			default:
				l.gain[c] = float64(w)
			}
		}
		if l.gain[c] == 0 {
			return l, false
		}
	}
	return l, true
}
