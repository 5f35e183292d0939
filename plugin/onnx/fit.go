package onnx

// fitSuffix and affineSuffix are what the names of pictures get that Fit and Affine change.
const (
	fitSuffix    = "_fitted"
	affineSuffix = "_values"
)

// Fit gives the file with an output of another height and width, and its new name: what is
// too much at the bottom and at the right is cut off, and what is missing there is as the
// last row and column are.
func Fit(file []byte, output string, height, width, toHeight,
	toWidth int64) (changed []byte, name string, err error) {
	changed, err = replacePorts(file, func(m *Model, p Port, is bool) (Port, [][]byte, bool) {
		if !is || p.Name != output {
			return p, nil, false
		}
		fitted := Port{p.Name + fitSuffix, p.Type, []int64{1, 3, toHeight, toWidth}}
		cut, name := p.Name+fitSuffix+"_cut", func(what string) string {
			return p.Name + fitSuffix +
				"_" + what
		}
		starts, ends, axes := []int64{0, 0}, []int64{toHeight, toWidth}, []int64{2, 3}
		pads := []int64{0, 0, 0, 0, 0, 0, max(toHeight-height, 0), max(toWidth-width, 0)}
		mode := textField(attribute("mode", isText), attributeText, "edge")
		var nodes [][]byte
		if m.OperatorSet < 10 {
			nodes = append(nodes, nodeBytes("Slice", []string{p.Name}, []string{cut},
				integers("axes", axes...), integers("ends", ends...),
				integers("starts", starts...)))
		} else {
			nodes = append(nodes, constantOf(name("starts"), starts...),
				constantOf(name("ends"), ends...), constantOf(name("axes"), axes...),
				nodeBytes("Slice", []string{p.Name, name("starts"), name("ends"), name("axes")},
					[]string{cut}))
		}
		if m.OperatorSet < 11 {
			return fitted, append(nodes, nodeBytes("Pad", []string{cut}, []string{fitted.Name},
				mode, integers("pads", pads...))), true
		}
		return fitted, append(nodes, constantOf(name("pads"), pads...),
			nodeBytes("Pad", []string{cut, name("pads")}, []string{fitted.Name}, mode)), true
	})
	return changed, output + fitSuffix, err
}

// Affine gives the file with an output of other values, and its new name: every channel times
// a gain, plus an offset.
func Affine(file []byte, output string, gain,
	offset [3]float32) (changed []byte, name string, err error) {
	changed, err = replacePorts(file, func(_ *Model, p Port, is bool) (Port, [][]byte, bool) {
		if !is || p.Name != output {
			return p, nil, false
		}
		other := Port{p.Name + affineSuffix, p.Type, p.Shape}
		by, plus, scaled := other.Name+"_gain", other.Name+"_offset", other.Name+"_scaled"
		return other, [][]byte{
			floatsOf(by, []int64{1, 3, 1, 1}, gain[:]...),
			floatsOf(plus, []int64{1, 3, 1, 1}, offset[:]...),
			nodeBytes("Mul", []string{p.Name, by}, []string{scaled}),
			nodeBytes("Add", []string{scaled, plus}, []string{other.Name}),
		}, true
	})
	return changed, output + affineSuffix, err
}
