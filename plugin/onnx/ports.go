package onnx

import "google.golang.org/protobuf/encoding/protowire"

// replacePorts copies a file with other inputs and outputs in place of some, and between
// the two the nodes that make the one of the other. Weights among the inputs stay.
func replacePorts(file []byte, replace func(m *Model, p Port,
	output bool) (other Port, between [][]byte, yes bool)) ([]byte, error) {
	return rewriteGraph(file, func(m *Model, graph []byte) ([]byte, error) {
		var before, after []byte // nodes, which have to come in the order of their use
		replaced, err := rewrite(graph,
			func(field protowire.Number, value []byte) ([][]byte, bool, error) {
				if field != graphInput && field != graphOutput {
					return nil, false, nil
				}
				p, err := port(value)
				if err != nil || m.constant(p) {
					return nil, false, err
				}
				other, between, yes := replace(m, p, field == graphOutput)
				if !yes {
					return nil, false, nil
				}
				for _, node := range between {
					if field == graphInput {
						before = bytesField(before, graphNode, node)
					} else {
						after = bytesField(after, graphNode, node)
					}
				}
				return [][]byte{portBytes(other)}, true, nil
			})
		return append(append(before, replaced...), after...), err
	})
}
