package onnx

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"
)

// What Graph writes: ONNX IR version 8, and this operator set.
const (
	irVersion   = 8
	operatorSet = 17
)

// Any is a length of a shape that may be any.
const Any = -1

// Graph is a graph under construction. The same calls give the same bytes.
type Graph struct {
	nodes, rest []byte // fields of the graph
}

// Attributes of an operator are int64, []int64, string or *Graph.
type Attributes map[string]any

// Input adds an input.
func (g *Graph) Input(p Port) { g.rest = bytesField(g.rest, graphInput, portBytes(p)) }

// Output adds an output.
func (g *Graph) Output(p Port) { g.rest = bytesField(g.rest, graphOutput, portBytes(p)) }

// Node adds an operator.
func (g *Graph) Node(op string, inputs, outputs []string, attributes Attributes) {
	var all [][]byte
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		switch v := attributes[name].(type) {
		case int64:
			all = append(all, integer(name, v))
		case []int64:
			all = append(all, integers(name, v...))
		case string:
			all = append(all, textField(attribute(name, isText), attributeText, v))
		case *Graph:
			all = append(all, bytesField(attribute(name, isGraph), attributeGraph, v.body()))
		default:
			panic(fmt.Sprintf("onnx: an attribute is %T", v))
		}
	}
	g.nodes = bytesField(g.nodes, graphNode, nodeBytes(op, inputs, outputs, all...))
}

// Floats adds a float32 tensor.
func (g *Graph) Floats(name string, shape []int64, values []float32) {
	raw := make([]byte, 0, 4*len(values))
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	g.tensor(name, TypeFloat, shape, raw)
}

// Integers adds an int64 tensor of one dimension, for shapes and indices.
func (g *Graph) Integers(name string, values ...int64) {
	raw := make([]byte, 0, 8*len(values))
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint64(raw, uint64(v))
	}
	g.tensor(name, TypeInt64, []int64{int64(len(values))}, raw)
}

func (g *Graph) tensor(name string, kind uint64, shape []int64, raw []byte) {
	var t []byte
	for _, d := range shape {
		t = numberField(t, tensorDims, uint64(d))
	}
	g.Initializer(bytesField(textField(numberField(t, tensorType, kind), tensorName, name),
		tensorRawData, raw))
}

// Initializer adds a tensor in ONNX's own bytes.
func (g *Graph) Initializer(tensor []byte) { g.rest = bytesField(g.rest, graphInitializer, tensor) }

// Bytes is the ONNX file.
func (g *Graph) Bytes() []byte {
	return bytesField(bytesField(numberField(nil, modelIRVersion, irVersion), modelGraph, g.body()),
		modelOperatorSets, numberField(nil, operatorSetVersion, operatorSet))
}

func (g *Graph) body() []byte {
	return append(textField(slices.Clone(g.nodes), 2, "impasto"), g.rest...)
}
