package onnx

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// Where tensors are in an ONNX file, as field numbers of onnx.proto: every message kind,
// its fields that are messages of interest, and their kinds.
var fields = map[string]map[protowire.Number]string{
	"Model":        {7: "Graph", 25: "Function"},
	"Graph":        {1: "Node", 5: "Tensor", 15: "SparseTensor"},
	"Function":     {7: "Node", 11: "Attribute"},
	"Node":         {5: "Attribute"},
	"Attribute":    {5: "Tensor", 6: "Graph", 10: "Tensor", 11: "Graph", 22: "SparseTensor", 23: "SparseTensor"},
	"SparseTensor": {1: "Tensor", 2: "Tensor"},
}

const (
	tensorName         protowire.Number = 8
	tensorExternalData protowire.Number = 13
	tensorDataLocation protowire.Number = 14

	maxDepth = 100 // of subgraphs; protobuf's own limit
)

// RefuseExternalData says no to a graph that has its weights in other files: those would
// not be what was checked.
func RefuseExternalData(graph []byte) error { return walk(graph, "Model", 0) }

func walk(b []byte, kind string, depth int) error {
	if depth > maxDepth {
		return errors.New("an ONNX file with graphs nested too deep")
	}
	name, external := "", false
	for len(b) > 0 {
		field, wire, n := protowire.ConsumeTag(b)
		if n < 0 {
			return errCut
		}
		b = b[n:]
		size := protowire.ConsumeFieldValue(field, wire, b)
		if size < 0 {
			return errCut
		}
		value := b[:size]
		b = b[size:]
		if wire == protowire.BytesType {
			value, _ = protowire.ConsumeBytes(value)
		}
		if kind == "Tensor" {
			switch field {
			case tensorName:
				name = string(value)
			case tensorExternalData:
				external = true
			case tensorDataLocation:
				external = external || len(value) != 1 || value[0] != 0
			}
			continue
		}
		if inner := fields[kind][field]; inner != "" && wire == protowire.BytesType {
			if err := walk(value, inner, depth+1); err != nil {
				return err
			}
		}
	}
	if external {
		return fmt.Errorf("the graph keeps its tensor %q in another file: it has to be exported with its weights inside", name)
	}
	return nil
}
