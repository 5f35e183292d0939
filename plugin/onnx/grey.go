package onnx

import "slices"

// colourSuffix is what the names of pictures get that Coloured gives three channels.
const colourSuffix = "_colour"

// luminance is how much of it each channel has: red, green and blue of Rec. 709 and sRGB.
var luminance = []float32{0.2126, 0.7152, 0.0722}

// grey says whether a port is a picture of one channel. What has one pixel is a number.
func grey(p Port) bool {
	d := p.Shape
	return len(d) == 4 && d[0] <= 1 && d[1] == 1 && d[2] != 1 && d[3] != 1
}

// colour says whether a port is a picture of three channels.
func colour(p Port) bool {
	d := p.Shape
	return len(d) == 4 && d[1] == 3 && d[2] != 1 && d[3] != 1
}

// Coloured gives the file with pictures of three channels for those of one, where it takes or
// gives no others, under other names: what goes in is their luminance, and all three come out
// alike.
func Coloured(file []byte) ([]byte, error) {
	return replacePorts(file, func(m *Model, p Port, output bool) (Port, [][]byte, bool) {
		ports := m.Inputs
		if output {
			ports = m.Outputs
		}
		if !grey(p) || slices.ContainsFunc(ports, colour) {
			return p, nil, false
		}
		three := Port{p.Name + colourSuffix, p.Type, []int64{p.Shape[0], 3, p.Shape[2], p.Shape[3]}}
		if output {
			all := []string{p.Name, p.Name, p.Name}
			return three, [][]byte{nodeBytes("Concat", all, []string{three.Name},
				integer("axis", 1))}, true
		}
		weights := three.Name + "_weights"
		return three, [][]byte{
			floatsOf(weights, []int64{1, 3, 1, 1}, luminance...),
			nodeBytes("Conv", []string{three.Name, weights}, []string{p.Name}),
		}, true
	})
}
