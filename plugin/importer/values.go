package importer

import (
	"math"
	"slices"
	"strings"

	"impasto.net/plugin/onnx"
)

// values are what the channels of a picture are in: those of a span, from which a mean is taken
// before the rest is divided by a deviation, where there are such.
type values struct {
	Span
	mean, std *[3]float64
}

var (
	unit       = values{Span: Span{0, 1}}
	octets     = values{Span: Span{0, 255}}
	signed     = values{Span: Span{-1, 1}}
	normalised = values{Span{0, 1}, &usualMean, &usualStd}
)

// ends are the values of black and white, for every channel.
type ends [3]Span

func (v values) ends() (e ends) {
	for c := range 3 {
		e[c] = v.Span
		for i := range 2 {
			if v.mean != nil {
				e[c][i] -= v.mean[c]
			}
			if v.std != nil {
				e[c][i] /= v.std[c]
			}
		}
	}
	return e
}

func same(s Span) ends { return ends{s, s, s} }

// overlap is how much of what either of two covers both do.
func overlap(a, b ends) (sum float64) {
	for c := range 3 {
		both := min(a[c][1], b[c][1]) - max(a[c][0], b[c][0])
		sum += max(both, 0) / (max(a[c][1], b[c][1]) - min(a[c][0], b[c][0])) / 3
	}
	return sum
}

// usual are the values that networks work on inside; the first of them come of a gain alone,
// too.
var usual = []ends{
	unit.ends(), octets.ends(), signed.ends(), same(Span{-127.5, 127.5}),
	normalised.ends(), same(Span{-0.5, 0.5}),
	{{-103.9, 151.1}, {-116.8, 138.2}, {-123.7, 131.3}},
	{{-123.7, 131.3}, {-116.8, 138.2}, {-103.9, 151.1}},
}

// How far values have to overlap to be taken for others: where the graph states them, and where
// that is what would become of a guess.
const (
	stated  = 0.7
	guessed = 0.8
)

// nearest are those of some that are stated, or all where none of them is.
func nearest(e ends, all []values) []values {
	best, most := -1, stated
	for i, v := range all {
		if o := overlap(e, v.ends()); o > most {
			best, most = i, o
		}
	}
	if best < 0 {
		return all
	}
	return all[best : best+1]
}

// likely are those of some of which a line makes usual values, or all where it does of none.
func likely(l line, all []values) []values {
	if l == straight {
		return all
	}
	usual := usual
	if l.offset == straight.offset {
		usual = usual[:4]
	}
	var found []values
	for _, v := range all {
		to := l.of(v.ends())
		if slices.ContainsFunc(usual, func(u ends) bool { return overlap(to, u) > guessed }) {
			found = append(found, v)
		}
	}
	if found == nil {
		return all
	}
	return found
}

// mostSteps is how far an entrance or an exit is followed.
const mostSteps = 24

// taken are those of some values that a network's first operators take for granted.
func taken(m *onnx.Model, input string, all []values) []values {
	l, found := straight, all
	for range mostSteps {
		n := consumer(m, input)
		if n == nil {
			break
		}
		if n.Op == "QuantizeLinear" || n.Op == "Clip" {
			if e, ok := bounds(m, n); ok {
				return nearest(l.back().of(e), all)
			}
		}
		if n.Op == "QuantizeLinear" && len(n.Outputs) > 0 {
			input = n.Outputs[0]
			continue
		}
		from, step, ok := lineOf(m, n)
		if !ok || from != input {
			break
		}
		if l, input = step.after(l), n.Outputs[0]; l != straight {
			found = likely(l, all)
		}
	}
	return found // also where the network takes it back at once
}

// given are those of some values that a network's last operators give.
func given(m *onnx.Model, output string, all []values) []values {
	l := straight
	for range mostSteps {
		n := maker(m, output)
		if n == nil {
			break
		}
		if n.Op == "QuantizeLinear" { // and what comes out is a whole number
			return nearest(l.of(octets.ends()), all)
		}
		if e, ok := bounds(m, n); ok {
			return nearest(l.of(e), all)
		}
		from, step, ok := lineOf(m, n)
		if !ok {
			break
		}
		l, output = l.after(step), from
	}
	return likely(l.back(), all)
}

// bounds are what the values that an operator gives are within. Those of QuantizeLinear are of
// the values that it stands for.
func bounds(m *onnx.Model, n *onnx.Node) (e ends, ok bool) {
	low, high := math.Inf(-1), math.Inf(1)
	constant := func(input int) (float64, bool) {
		if input >= len(n.Inputs) {
			return 0, false
		}
		v, ok := three(m, n.Inputs[input])
		return v[0], ok
	}
	switch n.Op {
	case "Tanh", "Softsign":
		low, high = -1, 1
	case "Sigmoid", "HardSigmoid":
		low, high = 0, 1
	case "Cast":
		if n.Integer("to", 0) == onnx.TypeUint8 {
			low, high = 0, 255
		}
	case "Clip":
		low, high = float64(n.Float("min")), float64(n.Float("max"))
		if len(n.Inputs) > 1 {
			low, _ = constant(1)
			high, _ = constant(2)
		}
	case "QuantizeLinear", "DequantizeLinear":
		scale, ok := constant(1)
		if !ok {
			return e, false
		}
		low, high = quantised(m, n)
		low, high = low*scale, high*scale
	case "Min", "Max":
		return between(m, n)
	}
	// Bounds that are none are written as very large numbers.
	if !(low < high && high-low < 1e4) {
		return e, false
	}
	return same(Span{low, high}), true
}

// quantised are the least and the largest whole number of an operator's kind, from its zero on.
func quantised(m *onnx.Model, n *onnx.Node) (low, high float64) {
	low, high = 0, 255
	if len(n.Inputs) < 3 {
		return low, high
	}
	zero := m.Constants[n.Inputs[2]]
	if zero.Type == onnx.TypeInt8 {
		low, high = -128, 127
	}
	if len(zero.Integers) == 1 {
		low, high = low-float64(zero.Integers[0]), high-float64(zero.Integers[0])
	}
	return low, high
}

// between are the bounds of a Min of a Max, or of a Max of a Min, or of a Min of a Relu.
func between(m *onnx.Model, n *onnx.Node) (e ends, ok bool) {
	limit := map[string]float64{}
	for range 2 {
		found := false
		for i, name := range n.Inputs {
			if v, ok := three(m, name); ok && len(n.Inputs) == 2 {
				limit[n.Op], found = v[0], true
				if n = maker(m, n.Inputs[1-i]); n == nil {
					return e, false
				}
				break
			}
		}
		if !found && n.Op == "Relu" {
			limit["Max"] = 0
		}
	}
	low, isLow := limit["Max"]
	high, isHigh := limit["Min"]
	return same(Span{low, high}), isLow && isHigh && low < high
}

// nominal are those of some values that a file's metadata names, as Windows has it.
func nominal(m *onnx.Model, all []values) []values {
	for key, text := range m.Metadata {
		if !strings.Contains(key, "NominalPixelRange") {
			continue
		}
		for name, v := range map[string]values{"_0_255": octets, "_0_1": unit, "_1_1": signed} {
			if strings.HasSuffix(text, name) {
				return []values{v}
			}
		}
	}
	return all
}

// consumer is the first operator that takes the values of a tensor.
func consumer(m *onnx.Model, name string) *onnx.Node {
	for i := range m.Nodes {
		if n := &m.Nodes[i]; n.Op != "Shape" && slices.Contains(n.Inputs, name) {
			return n
		}
	}
	return nil
}

// maker is the operator that makes a tensor.
func maker(m *onnx.Model, name string) *onnx.Node {
	for i := range m.Nodes {
		if slices.Contains(m.Nodes[i].Outputs, name) {
			return &m.Nodes[i]
		}
	}
	return nil
}

// candidates are the values that a network may take and give, by what is said and by its graph.
func candidates(m *onnx.Model, content, output string, o *Options) (in, out []values) {
	all := []values{unit, octets, signed, normalised}
	switch {
	case o.Mean != nil || o.Std != nil:
		said := values{unit.Span, o.Mean, o.Std}
		if o.Range != nil {
			said.Span = *o.Range
		} else if o.Mean != nil && max(o.Mean[0], o.Mean[1], o.Mean[2]) > 2 {
			said.Span = octets.Span
		}
		in, all[3] = []values{said}, said
	case o.Range != nil:
		in = []values{{Span: *o.Range}}
	default:
		in = nominal(m, taken(m, content, all))
	}
	if o.OutputRange != nil {
		return in, []values{{Span: *o.OutputRange}}
	}
	return in, given(m, output, all)
}
