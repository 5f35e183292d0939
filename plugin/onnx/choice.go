package onnx

import "slices"

const (
	// chosenSuffix is what the names of inputs get that Choices makes weights of.
	chosenSuffix = "_weights"
	// maxChoices is how many styles a network may have.
	maxChoices = 256
)

// Choices looks for the input by which a network chooses among styles that it has inside:
// a weight for every one, or the number of one. It gives the file with a vector of weights for
// that, its name, and how many styles there are; none is a network without. A number becomes
// weights where all that it does is to name a row of tables: of the rows there then is the sum,
// by weight.
func Choices(file []byte) (changed []byte, input string, n int, err error) {
	m, err := Read(file)
	if err != nil {
		return nil, "", 0, err
	}
	for _, p := range m.Inputs {
		if n := m.weights(p); n > 0 {
			changed, err := replacePorts(file,
				func(_ *Model, q Port, output bool) (Port, [][]byte, bool) {
					if output || q.Name != p.Name {
						return q, nil, false
					}
					vector, shape := Port{p.Name + chosenSuffix, TypeFloat,
						[]int64{int64(n)}}, p.Name+chosenSuffix+"_shape"
					return vector, [][]byte{constantOf(shape, ones(p.Shape)...),
						nodeBytes("Reshape", []string{vector.Name, shape}, []string{p.Name})}, true
				})
			return changed, p.Name + chosenSuffix, n, err
		}
		if tables, n := m.tables(p); n > 0 {
			changed, err := m.summed(file, p, tables, n)
			return changed, p.Name + chosenSuffix, int(n), err
		}
	}
	return file, "", 0, nil
}

// ones is a shape with 1 for any length.
func ones(shape []int64) []int64 {
	to := slices.Clone(shape)
	for i := range to {
		to[i] = max(to[i], 1)
	}
	return to
}

// moved are the nodes that take the values of a tensor, as they are or in another shape.
func (m *Model) moved(name string) (users []*Node, names []string) {
	names = []string{name}
	for i := range m.Nodes { // in the order of their use
		n := &m.Nodes[i]
		at := slices.IndexFunc(n.Inputs, func(in string) bool { return slices.Contains(names, in) })
		switch {
		case at < 0:
		case at == 0 && len(n.Outputs) == 1 &&
			(n.Op == "Cast" || slices.Contains(movers, n.Op) && n.Op != "Concat"):
			names = append(names, n.Outputs[0])
		default:
			users = append(users, n)
		}
	}
	return users, names
}

// weights says for how many styles an input has weights; 0 is that it is another one. Its
// values are multiplied with constants that have as many rows, and nothing is added to those
// products: an embedding of a painting would go through layers with a bias.
func (m *Model) weights(p Port) int {
	n := int64(1)
	for _, d := range p.Shape {
		if n > 1 && d > 1 {
			return 0
		}
		n = max(n, d)
	}
	if p.Type != TypeFloat || n < 2 || n > maxChoices {
		return 0
	}
	users, names := m.moved(p.Name)
	if len(users) == 0 {
		return 0
	}
	for _, u := range users {
		if len(u.Inputs) != 2 || !slices.Contains([]string{"MatMul", "Gemm", "Mul"}, u.Op) {
			return 0
		}
		other := u.Inputs[0]
		if slices.Contains(names, other) {
			other = u.Inputs[1]
		}
		table, ok := m.Constants[other]
		if !ok || len(table.Shape) == 0 || table.Shape[0] != n || m.biased(u) {
			return 0
		}
	}
	return int(n)
}

// biased says whether a constant is added to what a node gives.
func (m *Model) biased(n *Node) bool {
	users, _ := m.moved(n.Outputs[0])
	return slices.ContainsFunc(users, func(u *Node) bool {
		return u.Op == "Add" && slices.ContainsFunc(u.Inputs,
			func(name string) bool { _, yes := m.Constants[name]; return yes })
	})
}

// tables are the nodes that take rows of constants by the number that an input is, or weights
// of which one is 1, and how many rows those have; 0 is that the input does something else.
func (m *Model) tables(p Port) (all []*Node, n int64) {
	whole := p.Type == TypeInt64 || p.Type == TypeInt32
	if !whole || slices.ContainsFunc(p.Shape, func(d int64) bool { return d > 1 }) {
		return nil, 0
	}
	users, names := m.moved(p.Name)
	for _, u := range users {
		rows := m.rows(u, names)
		if rows < 1 || rows > maxChoices || n > 0 && rows != n {
			return nil, 0
		}
		n = rows
	}
	return users, n
}

// rows is how many rows a node chooses one of, by one of some numbers; 0 is another node.
func (m *Model) rows(n *Node, numbers []string) int64 {
	switch {
	case n.Op == "Gather" && len(n.Inputs) == 2 && n.Integer("axis", 0) == 0 &&
		slices.Contains(numbers, n.Inputs[1]):
		if table := m.Constants[n.Inputs[0]]; table.Type == TypeFloat && len(table.Shape) > 0 {
			return table.Shape[0]
		}
	case n.Op == "OneHot" && len(n.Inputs) == 3 && slices.Contains(numbers, n.Inputs[0]) &&
		slices.Equal(m.Constants[n.Inputs[2]].Values, []float32{0, 1}):
		if depth := m.constantIntegers(n, 1); len(depth) == 1 {
			return depth[0]
		}
	}
	return 0
}

// summed has sums of rows for rows of tables. The number is 0 then, so that there is a row for
// the shape of the sum.
func (m *Model) summed(file []byte, p Port, tables []*Node, n int64) ([]byte, error) {
	weights := p.Name + chosenSuffix
	outputs := map[string]bool{}
	for _, t := range tables {
		outputs[t.Outputs[0]] = true
	}
	zero := numberField(bytesField(nil, tensorRawData,
		make([]byte,
			map[int64]int{TypeInt64: 8, TypeInt32: 4}[p.Type])), tensorType, uint64(p.Type))
	for _, d := range ones(p.Shape) {
		zero = numberField(zero, tensorDims, uint64(d))
	}
	changed, err := replacePorts(file, func(_ *Model, q Port, output bool) (Port, [][]byte, bool) {
		if output || q.Name != p.Name {
			return q, nil, false
		}
		shape := weights + "_shape"
		return Port{weights, TypeFloat, []int64{n}}, [][]byte{
			constantNode(p.Name, zero), constantOf(shape, 1, n),
			nodeBytes("Reshape", []string{weights, shape}, []string{weights + "_row"}),
		}, true
	})
	if err != nil {
		return nil, err
	}
	return rewriteNodes(changed, func(node *Node) [][]byte {
		if len(node.Outputs) != 1 || !outputs[node.Outputs[0]] {
			return nil
		}
		out := node.Outputs[0]
		name := func(what string) string { return "impasto_" + what + "_of_" + out }
		one := *node
		one.Outputs = []string{name("row")}
		shape := [][]byte{one.bytes(), nodeBytes("Shape", one.Outputs, []string{name("shape")})}
		if node.Op == "OneHot" {
			return append(shape,
				nodeBytes("Reshape", []string{weights, name("shape")}, []string{out}))
		}
		return append(shape,
			constantOf(name("flat"), n, -1), nodeBytes("Reshape",
				[]string{node.Inputs[0], name("flat")}, []string{name("table")}),
			nodeBytes("MatMul", []string{weights + "_row", name("table")}, []string{name("sum")}),
			nodeBytes("Reshape", []string{name("sum"), name("shape")}, []string{out}))
	})
}
