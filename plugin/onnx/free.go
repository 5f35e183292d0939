package onnx

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// Free gives the file with pictures of any height and width for those of one size: the
// last two lengths of every input and output that has four are any. What the file says of
// the shapes in between goes, because ONNX Runtime works them out by itself. Whether the
// graph then runs at other sizes has to be tried.
func Free(file []byte) ([]byte, error) {
	return rewriteGraph(file, func(m *Model, graph []byte) ([]byte, error) {
		return rewrite(graph, func(field protowire.Number, value []byte) ([]byte, bool, error) {
			switch field {
			case 11, 12:
				p, err := port(value)
				if err != nil || m.constant(p) || len(p.Shape) != 4 {
					return nil, false, err
				}
				for i := 2; i < 4; i++ {
					p.Shape[i] = -1
				}
				return portBytes(p), true, nil
			case 13:
				return nil, true, nil
			}
			return nil, false, nil
		})
	})
}

// rewriteGraph copies a file with another graph in place of its own.
func rewriteGraph(file []byte, replace func(m *Model, graph []byte) ([]byte, error)) ([]byte, error) {
	m, err := Read(file)
	if err != nil {
		return nil, err
	}
	return rewrite(file, func(field protowire.Number, value []byte) ([]byte, bool, error) {
		if field != 7 {
			return nil, false, nil
		}
		graph, err := replace(m, value)
		return graph, true, err
	})
}

// rewrite copies a message with other bytes in place of some fields; none at all where
// they are nil.
func rewrite(b []byte, replace func(field protowire.Number, value []byte) (with []byte, yes bool, err error)) ([]byte, error) {
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
		if wire == protowire.BytesType {
			value, _ := protowire.ConsumeBytes(whole[n:])
			with, yes, err := replace(field, value)
			if err != nil {
				return nil, err
			}
			if yes {
				if with != nil {
					to = protowire.AppendTag(to, field, wire)
					to = protowire.AppendBytes(to, with)
				}
				continue
			}
		}
		to = append(to, whole...)
	}
	return to, nil
}

// portBytes is a port of a graph.
func portBytes(p Port) []byte {
	var shape []byte
	for i, d := range p.Shape {
		var dim []byte
		if d < 0 {
			dim = protowire.AppendTag(dim, 2, protowire.BytesType)
			dim = protowire.AppendString(dim, fmt.Sprintf("%s_%d", p.Name, i))
		} else {
			dim = protowire.AppendTag(dim, 1, protowire.VarintType)
			dim = protowire.AppendVarint(dim, uint64(d))
		}
		shape = protowire.AppendTag(shape, 1, protowire.BytesType)
		shape = protowire.AppendBytes(shape, dim)
	}
	var tensor, kind, port []byte
	tensor = protowire.AppendTag(tensor, 1, protowire.VarintType)
	tensor = protowire.AppendVarint(tensor, uint64(p.Type))
	tensor = protowire.AppendTag(tensor, 2, protowire.BytesType)
	tensor = protowire.AppendBytes(tensor, shape)
	kind = protowire.AppendTag(kind, 1, protowire.BytesType)
	kind = protowire.AppendBytes(kind, tensor)
	port = protowire.AppendTag(port, 1, protowire.BytesType)
	port = protowire.AppendString(port, p.Name)
	port = protowire.AppendTag(port, 2, protowire.BytesType)
	return protowire.AppendBytes(port, kind)
}
