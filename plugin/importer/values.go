package importer

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"impasto.net/plugin/network"
	"impasto.net/plugin/onnx"
)

var (
	unit   = Span{0, 1}
	octets = Span{0, 255}
	signed = Span{-1, 1}
)

// findRanges finds what values a network takes and gives. What it gives shows in a run;
// what it takes need not, because a norm may hide it: the range is taken that comes out
// as it went in, unless the graph's first operators say what they expect. A network for
// which several do so works alike with each.
func findRanges(m *onnx.Model, content string, o *Options, paint func(Span) (network.Tensor, error)) (in, out Span, err error) {
	candidates := candidates(m, content, o)
	measured := make([]*Span, len(candidates))
	var first error
	for i, c := range candidates {
		picture, err := paint(c)
		if err != nil {
			if first == nil {
				first = err
			}
			continue
		}
		measured[i] = rangeOf(summarise(picture.Values))
	}
	if i := slices.IndexFunc(measured, func(s *Span) bool { return s != nil }); i < 0 && first != nil {
		return in, out, first
	}
	found := -1
	for i, s := range measured {
		if s != nil && *s == candidates[i] {
			found = i
			break
		}
	}
	if found < 0 && len(candidates) == 1 {
		found = 0
	}
	if found < 0 || measured[found] == nil && o.OutputRange == nil {
		return in, out, fmt.Errorf("what values it takes and gives cannot be told from its graph nor from a run: say so with --range, and with --output-range where that differs, such as --range 0-255")
	}
	in = candidates[found]
	switch {
	case o.OutputRange != nil:
		out = *o.OutputRange
	case o.Range != nil:
		out = *o.Range
		if s := measured[found]; s != nil {
			out = *s
		}
	default:
		out = *measured[found]
	}
	return in, out, nil
}

// candidates are the ranges that a network may take.
func candidates(m *onnx.Model, content string, o *Options) []Span {
	if o.Range != nil {
		return []Span{*o.Range}
	}
	if o.Mean != nil {
		if max(o.Mean[0], o.Mean[1], o.Mean[2]) > 2 {
			return []Span{octets}
		}
		return []Span{unit}
	}
	if s := expects(m, content); s != nil {
		return []Span{*s}
	}
	return []Span{unit, octets, signed}
}

// rangeOf tells which range values are of; nil is none that is known. Networks overshoot,
// to −44 and 273 for one.
func rangeOf(s summary) *Span {
	switch {
	case s.high-s.low < 0.02 || s.low < -120 || s.high > 450:
		return nil
	case s.high > 8:
		return &octets
	case s.high > 2.5 || s.low < -2.5:
		return nil
	case s.low < -0.35 && s.mean < 0.35:
		return &signed
	}
	return &unit
}

// expects is the range that the first operators after an input take for granted: they
// subtract a mean or scale. nil is unknown.
func expects(m *onnx.Model, input string) *Span {
	for range 8 {
		n := consumer(m, input)
		if n == nil || len(n.Outputs) == 0 {
			return nil
		}
		var largest float64
		for _, name := range n.Inputs {
			for _, v := range m.Constants[name].Values {
				largest = max(largest, math.Abs(float64(v)))
			}
		}
		switch n.Op {
		case "QuantizeLinear":
			return &octets
		case "Identity", "Pad", "Cast", "Transpose", "Unsqueeze", "Squeeze", "Gather", "Slice":
		case "Sub", "Add":
			if largest > 8 {
				return &octets
			}
			if largest > 0.1 && largest <= 1 {
				return &unit
			}
		case "Div":
			if largest > 100 {
				return &octets
			}
		case "Mul":
			if largest > 100 {
				return &unit
			}
			if largest > 0 && largest < 0.02 {
				return &octets
			}
		default:
			return nil
		}
		input = n.Outputs[0]
	}
	return nil
}

func consumer(m *onnx.Model, name string) *onnx.Node {
	for i := range m.Nodes {
		if slices.Contains(m.Nodes[i].Inputs, name) {
			return &m.Nodes[i]
		}
	}
	return nil
}

// findChannels finds the order of a network's channels: from what the file says of it, or
// from the well-known mean of ImageNet, which has an order. RGB is usual.
func findChannels(m *onnx.Model, o *Options) string {
	if o.Channels != "" {
		return o.Channels
	}
	var says []string
	for key, text := range m.Metadata {
		says = append(says, key+" "+text)
	}
	for _, p := range m.Inputs {
		says = append(says, p.Name)
	}
	for _, text := range says {
		if text = strings.ToUpper(text); strings.Contains(text, "BGR") && !strings.Contains(text, "RGB") {
			return "BGR"
		}
	}
	turned := false
	for _, n := range m.Nodes {
		turned = turned != turns(m, &n)
		if n.Op != "Sub" && n.Op != "Add" {
			continue
		}
		for _, name := range n.Inputs {
			c := m.Constants[name].Values
			if len(c) != 3 {
				continue
			}
			for _, mean := range [][3]float64{{103.94, 116.78, 123.68}, {0.406, 0.456, 0.485}} {
				near := func(i, j int) bool { return math.Abs(math.Abs(float64(c[i]))-mean[j]) < mean[1]/60 }
				bgr, rgb := near(0, 0) && near(1, 1) && near(2, 2), near(0, 2) && near(1, 1) && near(2, 0)
				if bgr || rgb {
					return map[bool]string{true: "BGR", false: "RGB"}[bgr != turned]
				}
			}
		}
	}
	return "RGB"
}

// turns says whether an operator makes RGB of BGR, or the other way round.
func turns(m *onnx.Model, n *onnx.Node) bool {
	constant := func(input int, values ...int64) bool {
		return input < len(n.Inputs) && slices.Equal(m.Constants[n.Inputs[input]].Integers, values)
	}
	return n.Op == "Gather" && constant(1, 2, 1, 0) || n.Op == "Slice" && constant(3, 1) && constant(4, -1)
}
