package onnx

import (
	"encoding/binary"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// rewriteGraph copies a file with another graph in place of its own.
func rewriteGraph(file []byte, replace func(m *Model,
	graph []byte) ([]byte, error)) ([]byte, error) {
	m, err := Read(file)
	if err != nil {
		return nil, err
	}
	return rewrite(file, func(field protowire.Number, value []byte) ([][]byte, bool, error) {
		if field != modelGraph {
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
			if field != graphNode {
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
func rewrite(b []byte, replace func(field protowire.Number,
	value []byte) (with [][]byte, yes bool, err error)) ([]byte, error) {
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
		dim := numberField(nil, dimensionSize, uint64(d))
		if d < 0 {
			dim = textField(nil, dimensionName, fmt.Sprintf("%s_%d", p.Name, i))
		}
		shape = bytesField(shape, shapeDimension, dim)
	}
	tensor := bytesField(numberField(nil, tensorElement, uint64(p.Type)), tensorShape, shape)
	return bytesField(textField(nil, portName, p.Name), portType,
		bytesField(nil, typeOfTensor, tensor))
}

// nodeBytes is a node of a graph, with attributes as they are made below.
func nodeBytes(op string, inputs, outputs []string, attributes ...[]byte) []byte {
	var node []byte
	for _, name := range inputs {
		node = textField(node, nodeInput, name)
	}
	for _, name := range outputs {
		node = textField(node, nodeOutput, name)
	}
	node = textField(node, nodeOp, op)
	for _, a := range attributes {
		node = bytesField(node, nodeAttribute, a)
	}
	return node
}

// integer is an attribute of one number.
// attribute is the start of one.
func attribute(name string, kind uint64) []byte {
	return numberField(textField(nil, attributeName, name), attributeType, kind)
}

func integer(name string, v int64) []byte {
	return numberField(attribute(name, isInteger), attributeInteger, uint64(v))
}

// integers is an attribute of several.
func integers(name string, values ...int64) []byte {
	a := attribute(name, isIntegers)
	for _, v := range values {
		a = numberField(a, attributeIntegers, uint64(v))
	}
	return a
}

// constantOf is a node that gives an int64 tensor of one dimension.
func constantOf(output string, values ...int64) []byte {
	tensor := numberField(numberField(nil, tensorDims, uint64(len(values))), tensorType, TypeInt64)
	for _, v := range values {
		tensor = numberField(tensor, tensorInt64s, uint64(v))
	}
	return constantNode(output, tensor)
}

// floatsOf is a node that gives a float32 tensor.
func floatsOf(output string, shape []int64, values ...float32) []byte {
	var tensor, raw []byte
	for _, d := range shape {
		tensor = numberField(tensor, tensorDims, uint64(d))
	}
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	return constantNode(output,
		bytesField(numberField(tensor, tensorType, TypeFloat), tensorRawData, raw))
}

func constantNode(output string, tensor []byte) []byte {
	value := bytesField(attribute("value", isTensor), attributeTensor, tensor)
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
