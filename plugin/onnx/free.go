package onnx

import (
	"maps"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// probed begins the names of the outputs of a graph that Probe made.
const probed = "impasto_shape_of_"

// Probe gives the file with the shapes of all its tensors for outputs, as float32 numbers,
// and the tensors' names in the order of those outputs: what a graph of one size does not
// say in so many words shows in a run.
func Probe(file []byte) (probe []byte, tensors, outputs []string, err error) {
	probe, err = rewriteGraph(file, func(m *Model, graph []byte) ([]byte, error) {
		for _, p := range m.Inputs {
			tensors = append(tensors, p.Name)
		}
		for _, n := range m.Nodes {
			for _, name := range n.Outputs {
				if name != "" && n.Op != "Constant" {
					tensors = append(tensors, name)
				}
			}
		}
		graph, err := rewrite(graph,
			func(field protowire.Number, _ []byte) ([][]byte, bool, error) {
				return nil, field == graphOutput, nil
			})
		for _, name := range tensors {
			shape, output := probed+name+"_integers", probed+name
			graph = bytesField(graph, graphNode,
				nodeBytes("Shape", []string{name}, []string{shape}))
			graph = bytesField(graph, graphNode,
				nodeBytes("Cast", []string{shape}, []string{output}, integer("to", TypeFloat)))
			graph = bytesField(graph, graphOutput, portBytes(Port{output, TypeFloat, []int64{-1}}))
			outputs = append(outputs, output)
		}
		return graph, err
	})
	return probe, tensors, outputs, err
}

// Free gives the file with pictures of any height and width for those of one size: the
// last two lengths of every input and output that has four are any. Operators that were
// given sizes, where they could have been given what the sizes follow from, are given
// that; shapes are those that the tensors have at the one size. What the file says of the
// shapes in between goes, because ONNX Runtime works them out by itself. Whether the graph
// then paints at other sizes has to be tried.
func Free(file []byte, shapes map[string][]int64) ([]byte, error) {
	return rewriteGraph(file, func(m *Model, graph []byte) ([]byte, error) {
		f := freer{Model: m, shapes: shapes, makers: map[string]*Node{}}
		for i := range m.Nodes {
			for _, name := range m.Nodes[i].Outputs {
				f.makers[name] = &m.Nodes[i]
			}
		}
		return rewrite(graph, func(field protowire.Number, value []byte) ([][]byte, bool, error) {
			switch field {
			case graphNode:
				n, err := readNode(value)
				if err != nil || n.Domain != "" && n.Domain != "ai.onnx" {
					return nil, false, err
				}
				nodes := f.node(&n)
				return nodes, nodes != nil, nil
			case graphInput, graphOutput:
				p, err := port(value)
				if err != nil || m.constant(p) || len(p.Shape) != 4 {
					return nil, false, err
				}
				for i := 2; i < 4; i++ {
					p.Shape[i] = -1
				}
				return [][]byte{portBytes(p)}, true, nil
			case graphValueInfo:
				return nil, true, nil
			}
			return nil, false, nil
		})
	})
}

// freer frees the operators of a graph.
type freer struct {
	*Model
	shapes map[string][]int64
	makers map[string]*Node // of every tensor that a node gives
}

// node is what takes a node's place; nil is the node as it is.
func (f *freer) node(n *Node) [][]byte {
	if len(n.Inputs) == 0 || len(n.Outputs) == 0 {
		return nil
	}
	switch n.Op {
	case "Reshape":
		return f.computed(n, 1, f.constantIntegers(n, 1))
	case "Expand":
		shape := f.expanded(n)
		if nodes := f.computed(n, 1, shape); nodes != nil {
			return nodes
		}
		return f.broadcast(n, shape)
	case "Tile":
		return f.broadcast(n, f.constantIntegers(n, 1))
	case "Resize":
		if n.attributes["axes"] == nil && f.fixed(n, 3) {
			return f.computed(n, 3, f.shapes[n.Outputs[0]])
		}
		return f.scaled(n)
	case "Upsample":
		return f.scaled(n)
	case "Slice":
		return f.slice(n)
	case "ConvTranspose":
		return f.convTranspose(n)
	case "AveragePool":
		in := f.picture(n.Inputs[0])
		if k := n.Integers("kernel_shape"); in != nil && slices.Equal(k, in[2:]) &&
			slices.Equal(f.shapes[n.Outputs[0]], []int64{in[0], in[1], 1, 1}) {
			return [][]byte{nodeBytes("GlobalAveragePool", n.Inputs, n.Outputs)}
		}
	}
	return nil
}

// picture is the shape of a tensor of planes; nil is none. A tensor without any values can
// have lengths beyond all bounds.
func (f *freer) picture(name string) []int64 {
	s := f.shapes[name]
	if len(s) != 4 || s[0] != 1 || s[1] < 1 || min(s[2], s[3]) < 2 ||
		max(s[2], s[3]) > maxChannels {
		return nil
	}
	return s
}

// fixed says whether an input is a constant, or ends in one: exporters compute batch and
// channels, and then put a constant height and width to them.
func (f *freer) fixed(n *Node, input int) bool {
	if f.constantIntegers(n, input) != nil {
		return true
	}
	if input >= len(n.Inputs) {
		return false
	}
	maker := f.makers[n.Inputs[input]]
	return maker != nil && maker.Op == "Concat" &&
		len(f.constantIntegers(maker, len(maker.Inputs)-1)) == 2
}

// expanded is the constant shape that an Expand gives, which torch puts through a Where,
// for a 1 in place of every -1.
func (f *freer) expanded(n *Node) []int64 {
	if len(n.Inputs) > 1 {
		if maker := f.makers[n.Inputs[1]]; maker != nil && maker.Op == "Where" {
			shape := slices.Clone(f.constantIntegers(maker, 2))
			for i := range shape {
				shape[i] = max(shape[i], 1)
			}
			return shape
		}
	}
	return f.constantIntegers(n, 1)
}

// movers are operators that move values without computing any.
var movers = []string{"Reshape", "Concat", "Transpose", "Expand", "Tile", "Unsqueeze", "Squeeze",
	"Flatten", "Identity"}

// planes is the nearest tensor of planes that the values of a tensor come from, one by one.
func (f *freer) planes(name string) string {
	for range 64 { // there may be a ring
		if f.picture(name) != nil {
			return name
		}
		maker := f.makers[name]
		if maker == nil {
			return ""
		}
		i := 0
		if !slices.Contains(movers, maker.Op) {
			i = slices.IndexFunc(maker.Inputs,
				func(in string) bool { return slices.Equal(f.shapes[in], f.shapes[name]) })
		}
		if i < 0 || i >= len(maker.Inputs) {
			return ""
		}
		name = maker.Inputs[i]
	}
	return ""
}

// computed is a node whose input that says a shape follows the planes that the node's
// values come from, where their height and width are found in that shape.
func (f *freer) computed(n *Node, input int, shape []int64) [][]byte {
	planes := f.planes(n.Inputs[0])
	if planes == "" {
		return nil
	}
	x := &extents{height: f.shapes[planes][2], width: f.shapes[planes][3]}
	if !x.find(shape) {
		return nil
	}
	// Of the planes' shape p: p[first] · p[second] · times / by. p[0] is 1.
	name := func(what string) string { return "impasto_" + what + "_of_" + n.Outputs[0] }
	constants := [][]byte{
		constantOf(name("first"), x.first...), constantOf(name("second"), x.second...),
		constantOf(name("times"), x.times...), constantOf(name("by"), x.by...),
	}
	operator := func(op, out string, in ...string) []byte {
		return nodeBytes(op, in,
			[]string{name(out)})
	}
	return append(constants,
		operator("Shape", "planes", planes),
		operator("Gather", "a", name("planes"), name("first")),
		operator("Gather", "b", name("planes"), name("second")),
		operator("Mul", "area", name("a"), name("b")),
		operator("Mul", "scaled", name("area"), name("times")),
		operator("Div", "shape", name("scaled"), name("by")),
		n.with(input, name("shape")))
}

// scaled is a node whose scales were computed, from a size, given them as they are.
func (f *freer) scaled(n *Node) [][]byte {
	input := len(n.Inputs) - 1 // the third of Resize since operator set 11
	in, out := f.picture(n.Inputs[0]), f.picture(n.Outputs[0])
	if in == nil || out == nil || input < 1 || input > 2 || out[2]%in[2] != 0 || out[3]%in[3] != 0 {
		return nil
	}
	if maker := f.makers[n.Inputs[input]]; maker == nil || maker.Op == "Constant" {
		return nil
	}
	name := "impasto_scales_of_" + n.Outputs[0]
	return [][]byte{floatsOf(name, []int64{4}, 1, 1, float32(out[2]/in[2]), float32(out[3]/in[3])),
		n.with(input, name)}
}

// broadcast is a node that spreads one value over a plane of one size, without doing so:
// what takes such a plane as a rule takes the one value as well.
func (f *freer) broadcast(n *Node, to []int64) [][]byte {
	to, from := slices.Clone(to), f.shapes[n.Inputs[0]]
	if len(to) != 4 || len(from) != 4 || from[2] != 1 || from[3] != 1 || to[2] < 2 || to[3] < 2 {
		return nil
	}
	to[2], to[3] = 1, 1
	name := "impasto_shape_of_" + n.Outputs[0]
	return [][]byte{constantOf(name, to...), n.with(1, name)}
}

// slice counts from the far end where only a margin is cut off there.
func (f *freer) slice(n *Node) [][]byte {
	in := f.picture(n.Inputs[0])
	ends, axes := f.constantIntegers(n, 2), f.constantIntegers(n, 3)
	old := len(n.Inputs) == 1 // before operator set 10
	if old {
		ends, axes = n.Integers("ends"), n.Integers("axes")
	}
	if in == nil || len(axes) > 0 && len(axes) != len(ends) || len(ends) > 4 {
		return nil
	}
	ends, changed := slices.Clone(ends), false
	for i, end := range ends {
		axis := int64(i)
		if len(axes) > 0 {
			axis = (axes[i] + 4) % 4
		}
		if axis >= 2 && end < in[axis] && end > in[axis]/2 {
			ends[i], changed = end-in[axis], true
		}
	}
	switch {
	case !changed:
		return nil
	case old:
		n.attributes["ends"] = integers("ends", ends...)
		return [][]byte{n.bytes()}
	}
	name := "impasto_ends_of_" + n.Outputs[0]
	return [][]byte{constantOf(name, ends...), n.with(2, name)}
}

// convTranspose says how much there is at the edges instead of how large it all is.
func (f *freer) convTranspose(n *Node) [][]byte {
	in, out := f.picture(n.Inputs[0]), f.picture(n.Outputs[0])
	if in == nil || out == nil || n.attributes["output_shape"] == nil || len(n.Inputs) < 2 {
		return nil
	}
	kernel := n.Integers("kernel_shape")
	if kernel == nil {
		if kernel = f.Constants[n.Inputs[1]].Shape; len(kernel) != 4 {
			return nil
		}
		kernel = kernel[2:]
	}
	or := func(name string, otherwise int64) []int64 {
		if v := n.Integers(name); len(v) == 2 {
			return v
		}
		return []int64{otherwise, otherwise}
	}
	strides, dilations, more := or("strides", 1),
		or("dilations", 1), slices.Clone(or("output_padding", 0))
	if len(kernel) != 2 {
		return nil
	}
	pads := make([]int64, 4)
	for i := range 2 {
		pad := strides[i]*(in[2+i]-1) + more[i] + (kernel[i]-1)*dilations[i] + 1 - out[2+i]
		if pad < 0 {
			more[i], pad = more[i]-pad, 0
		}
		pads[i], pads[2+i] = pad-pad/2, pad/2
		if n.Text("auto_pad") == "SAME_UPPER" {
			pads[i], pads[2+i] = pads[2+i], pads[i]
		}
	}
	delete(n.attributes, "output_shape")
	delete(n.attributes, "auto_pad")
	n.attributes["pads"] = integers("pads", pads...)
	n.attributes["output_padding"] = integers("output_padding", more...)
	return [][]byte{n.bytes()}
}

// bytes is the node with its attributes in the order of their names.
func (n *Node) bytes() []byte {
	var attributes [][]byte
	for _, name := range slices.Sorted(maps.Keys(n.attributes)) {
		attributes = append(attributes, n.attributes[name])
	}
	return nodeBytes(n.Op, n.Inputs, n.Outputs, attributes...)
}

// with is the node with another tensor for one of its inputs.
func (n *Node) with(input int, name string) []byte {
	other := *n
	other.Inputs = slices.Clone(n.Inputs)
	other.Inputs[input] = name
	return other.bytes()
}
