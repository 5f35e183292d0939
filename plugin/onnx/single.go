package onnx

// singleSuffix is what the names of pictures get that Single takes out of a batch.
const singleSuffix = "_single"

// maxBatch is how many pictures a network may take at once: the others are copies of the one.
const maxBatch = 16

// batchOf is how many pictures a port is made for; 1 is one or any number.
func batchOf(p Port) int64 {
	d := p.Shape
	if len(d) == 4 && d[0] > 1 && d[0] <= maxBatch &&
		(d[1] == 3 || d[3] == 3 || d[1] == 1 || d[3] == 1) {
		return d[0]
	}
	return 1
}

// Single gives the file with one picture where it takes a fixed number of them at once, under
// other names: copies of the picture fill the rest, and the first result counts.
func Single(file []byte) ([]byte, error) {
	return replacePorts(file, func(m *Model, p Port, output bool) (Port, [][]byte, bool) {
		n := int64(1)
		for _, in := range m.Inputs {
			n = max(n, batchOf(in))
		}
		if n == 1 || len(p.Shape) != 4 || output && p.Shape[0] != n && p.Shape[0] != Any ||
			!output && p.Shape[0] != n {
			return p, nil, false
		}
		one := Port{p.Name + singleSuffix, p.Type, append([]int64{1}, p.Shape[1:]...)}
		if output {
			first := p.Name + singleSuffix + "_first"
			return one, [][]byte{constantOf(first, 0),
				nodeBytes("Gather", []string{p.Name, first}, []string{one.Name},
					integer("axis", 0))}, true
		}
		copies := make([]string, n)
		for i := range copies {
			copies[i] = one.Name
		}
		return one, [][]byte{nodeBytes("Concat", copies, []string{p.Name},
			integer("axis", 0))}, true
	})
}
