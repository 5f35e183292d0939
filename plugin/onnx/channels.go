package onnx

// firstSuffix is what the names of pictures get that ChannelsFirst turns.
const firstSuffix = "_channels_first"

// lastChannels says whether a port is a picture with its channels last, as TensorFlow has
// them.
func lastChannels(p Port) bool {
	d := p.Shape
	return len(d) == 4 && d[0] <= 1 && (d[3] == 3 && d[1] != 3 || d[3] == 1 && d[1] != 1 &&
		d[1] != 3 && d[2] != 1)
}

// ChannelsFirst gives the file with pictures of 1 × 3 × height × width for those that have
// their channels last: each goes through a Transpose, under another name.
func ChannelsFirst(file []byte) ([]byte, error) {
	return replacePorts(file, func(_ *Model, p Port, output bool) (Port, [][]byte, bool) {
		if !lastChannels(p) {
			return p, nil, false
		}
		first := Port{p.Name + firstSuffix, p.Type,
			[]int64{p.Shape[0], p.Shape[3], p.Shape[1], p.Shape[2]}}
		if output {
			return first, [][]byte{transpose(p.Name, first.Name, 0, 3, 1, 2)}, true
		}
		return first, [][]byte{transpose(first.Name, p.Name, 0, 2, 3, 1)}, true
	})
}

// transpose is a node of a graph.
func transpose(from, to string, order ...int64) []byte {
	return nodeBytes("Transpose", []string{from}, []string{to}, integers("perm", order...))
}
