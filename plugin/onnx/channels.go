package onnx

import "google.golang.org/protobuf/encoding/protowire"

// firstSuffix is what the names of pictures get that ChannelsFirst turns.
const firstSuffix = "_channels_first"

// lastChannels says whether a port is a picture with its channels last, as TensorFlow has
// them.
func lastChannels(p Port) bool {
	d := p.Shape
	return len(d) == 4 && d[0] <= 1 && d[3] == 3 && d[1] != 3
}

// ChannelsFirst gives the file with pictures of 1 × 3 × height × width for those that have
// their channels last: each goes through a Transpose, under another name.
func ChannelsFirst(file []byte) ([]byte, error) {
	return rewriteGraph(file, func(m *Model, graph []byte) ([]byte, error) {
		var before, after []byte // nodes, which have to come in the order of their use
		turned, err := rewrite(graph, func(field protowire.Number, value []byte) ([]byte, bool, error) {
			if field != 11 && field != 12 {
				return nil, false, nil
			}
			p, err := port(value)
			if err != nil || m.constant(p) || !lastChannels(p) {
				return nil, false, err
			}
			first := Port{p.Name + firstSuffix, p.Type, []int64{p.Shape[0], 3, p.Shape[1], p.Shape[2]}}
			if field == 11 {
				before = append(before, transpose(first.Name, p.Name, 0, 2, 3, 1)...)
			} else {
				after = append(after, transpose(p.Name, first.Name, 0, 3, 1, 2)...)
			}
			return portBytes(first), true, nil
		})
		return append(append(before, turned...), after...), err
	})
}

// transpose is a node of a graph.
func transpose(from, to string, order ...uint64) []byte {
	text := func(b []byte, field protowire.Number, s string) []byte {
		return protowire.AppendString(protowire.AppendTag(b, field, protowire.BytesType), s)
	}
	number := func(b []byte, field protowire.Number, n uint64) []byte {
		return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), n)
	}
	perm := number(text(nil, 1, "perm"), 20, 7) // INTS
	for _, n := range order {
		perm = number(perm, 8, n)
	}
	node := text(text(text(nil, 1, from), 2, to), 4, "Transpose")
	node = protowire.AppendBytes(protowire.AppendTag(node, 5, protowire.BytesType), perm)
	return protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), node)
}
