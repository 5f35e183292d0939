package onnx

// batchSuffix is what the names of pictures get that Batched gives a first dimension.
const batchSuffix = "_batch"

// unbatched says whether a port is a picture without the dimension that counts pictures.
func unbatched(p Port) bool {
	d := p.Shape
	return len(d) == 3 && d[1] != 1 && (d[0] == 3 && d[2] != 1 || d[2] == 3 && d[0] != 1)
}

// Batched gives the file with pictures of four dimensions for those of three, under other
// names.
func Batched(file []byte) ([]byte, error) {
	return replacePorts(file, func(m *Model, p Port, output bool) (Port, [][]byte, bool) {
		if !unbatched(p) {
			return p, nil, false
		}
		one := Port{p.Name + batchSuffix, p.Type, append([]int64{1}, p.Shape...)}
		op, from, to := "Squeeze", one.Name, p.Name
		if output {
			op, from, to = "Unsqueeze", p.Name, one.Name
		}
		if m.OperatorSet < 13 {
			return one, [][]byte{nodeBytes(op, []string{from}, []string{to},
				integers("axes", 0))}, true
		}
		axes := p.Name + batchSuffix + "_axes"
		return one, [][]byte{constantOf(axes, 0),
			nodeBytes(op, []string{from, axes}, []string{to})}, true
	})
}
