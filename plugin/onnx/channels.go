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
		turned, err := rewrite(graph, func(field protowire.Number, value []byte) ([][]byte, bool, error) {
			if field != 11 && field != 12 {
				return nil, false, nil
			}
			p, err := port(value)
			if err != nil || m.constant(p) || !lastChannels(p) {
				return nil, false, err
			}
			first := Port{p.Name + firstSuffix, p.Type, []int64{p.Shape[0], 3, p.Shape[1], p.Shape[2]}}
			if field == 11 {
				before = bytesField(before, 1, transpose(first.Name, p.Name, 0, 2, 3, 1))
			} else {
				after = bytesField(after, 1, transpose(p.Name, first.Name, 0, 3, 1, 2))
			}
			return [][]byte{portBytes(first)}, true, nil
		})
		return append(append(before, turned...), after...), err
	})
}

func transpose(from, to string, order ...int64) []byte {
	return nodeBytes("Transpose", []string{from}, []string{to}, integers("perm", order...))
}
