package onnx

// floatSuffix is what the names of inputs and outputs get that Float32 casts.
const floatSuffix = "_float32"

// Float32 gives the file with float32 inputs and outputs for those of the other types that
// pictures come in, half and double precision and bytes: each goes through a Cast, under
// another name. What becomes a byte is rounded, which takes operator set 10.
func Float32(file []byte) ([]byte, error) {
	return replacePorts(file, func(m *Model, p Port, output bool) (Port, [][]byte, bool) {
		other := Port{p.Name + floatSuffix, TypeFloat, p.Shape}
		cast := func(from, to string, kind int64) []byte {
			return nodeBytes("Cast", []string{from}, []string{to}, integer("to", kind))
		}
		switch {
		case p.Type != TypeUint8 && p.Type != typeHalf && p.Type != typeDouble:
			return p, nil, false
		case output:
			return other, [][]byte{cast(p.Name, other.Name, TypeFloat)}, true
		case p.Type != TypeUint8:
			return other, [][]byte{cast(other.Name, p.Name, p.Type)}, true
		case m.OperatorSet < 10:
			return p, nil, false
		}
		one := p.Name + "_one"
		return other, [][]byte{floatsOf(one, nil, 1),
			nodeBytes("QuantizeLinear", []string{other.Name, one}, []string{p.Name})}, true
	})
}
