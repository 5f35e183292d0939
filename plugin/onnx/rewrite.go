package onnx

import (
	"encoding/binary"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// rewriteGraph copies a file with another graph in place of its own.
func rewriteGraph(file []byte, replace func(m *Model, graph []byte) ([]byte, error)) ([]byte, error) {
	m, err := Read(file)
	if err != nil {
		return nil, err
	}
	return rewrite(file, func(field protowire.Number, value []byte) ([][]byte, bool, error) {
		if field != 7 {
			return nil, false, nil
		}
		graph, err := replace(m, value)
		return [][]byte{graph}, true, err
	})
}

// rewriteNodes copies a file with others in place of some of its operators; nil is the operator
// as it is.
func rewriteNodes(file []byte, replace func(n *Node) [][]byte) ([]byte, error) {
	return rewriteGraph(file, func(_ *Model, graph []byte) ([]byte, error) {
		return rewrite(graph, func(field protowire.Number, value []byte) ([][]byte, bool, error) {
			if field != 1 {
				return nil, false, nil
			}
			n, err := readNode(value)
			if err != nil {
				return nil, false, err
			}
			nodes := replace(&n)
			return nodes, nodes != nil, nil
		})
	})
}

// rewrite copies a message with others in place of some fields, as many as there are. The
// value of a field that is a number is nil.
func rewrite(b []byte, replace func(field protowire.Number, value []byte) (with [][]byte, yes bool, err error)) ([]byte, error) {
	var to []byte
	for len(b) > 0 {
		field, wire, n := protowire.ConsumeTag(b)
		if n < 0 {
			return nil, errCut
		}
		size := protowire.ConsumeFieldValue(field, wire, b[n:])
		if size < 0 {
			return nil, errCut
		}
		whole := b[:n+size]
		b = b[n+size:]
		var value []byte
		if wire == protowire.BytesType {
			value, _ = protowire.ConsumeBytes(whole[n:])
		}
		with, yes, err := replace(field, value)
		if err != nil {
			return nil, err
		}
		if !yes {
			to = append(to, whole...)
		}
		for _, w := range with {
			to = bytesField(to, field, w)
		}
	}
	return to, nil
}

// portBytes is a port of a graph.
func portBytes(p Port) []byte {
	var shape []byte
	for i, d := range p.Shape {
		dim := numberField(nil, 1, uint64(d))
		if d < 0 {
			dim = textField(nil, 2, fmt.Sprintf("%s_%d", p.Name, i))
		}
		shape = bytesField(shape, 1, dim)
	}
	tensor := bytesField(numberField(nil, 1, uint64(p.Type)), 2, shape)
	return bytesField(textField(nil, 1, p.Name), 2, bytesField(nil, 1, tensor))
}

// nodeBytes is a node of a graph, with attributes as they are made below.
func nodeBytes(op string, inputs, outputs []string, attributes ...[]byte) []byte {
	var node []byte
	for _, name := range inputs {
		node = textField(node, 1, name)
	}
	for _, name := range outputs {
		node = textField(node, 2, name)
	}
	node = textField(node, 4, op)
	for _, a := range attributes {
		node = bytesField(node, 5, a)
	}
	return node
}

// integer is an attribute of one number.
func integer(name string, v int64) []byte {
	return numberField(numberField(textField(nil, 1, name), 20, 2), 3, uint64(v))
}

// integers is an attribute of several.
func integers(name string, values ...int64) []byte {
	a := numberField(textField(nil, 1, name), 20, 7)
	for _, v := range values {
		a = numberField(a, 8, uint64(v))
	}
	return a
}

// constantOf is a node that gives an int64 tensor of one dimension.
func constantOf(output string, values ...int64) []byte {
	tensor := numberField(numberField(nil, 1, uint64(len(values))), 2, TypeInt64)
	for _, v := range values {
		tensor = numberField(tensor, 7, uint64(v))
	}
	return constantNode(output, tensor)
}

// floatsOf is a node that gives a float32 tensor.
func floatsOf(output string, shape []int64, values ...float32) []byte {
	var tensor, raw []byte
	for _, d := range shape {
		tensor = numberField(tensor, 1, uint64(d))
	}
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	return constantNode(output, bytesField(numberField(tensor, 2, TypeFloat), tensorRawData, raw))
}

func constantNode(output string, tensor []byte) []byte {
	value := bytesField(numberField(textField(nil, 1, "value"), 20, 4), 5, tensor)
	return nodeBytes("Constant", nil, []string{output}, value)
}

func textField(b []byte, field protowire.Number, s string) []byte {
	return protowire.AppendString(protowire.AppendTag(b, field, protowire.BytesType), s)
}

func bytesField(b []byte, field protowire.Number, value []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), value)
}

func numberField(b []byte, field protowire.Number, n uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), n)
}
