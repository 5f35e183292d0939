// Package onnx reads ONNX files as far as it takes to know what a graph wants and gives,
// without ONNX Runtime: what is read may come from a stranger. Nothing is taken from the
// file before its length has been compared with what is there, so memory and time are
// bounded by the file's size.
package onnx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// Model is what an ONNX file says.
type Model struct {
	OperatorSet int64
	Producer    string
	Description string
	Metadata    map[string]string
	Inputs      []Port // without those that have a constant for their default
	Outputs     []Port
	Nodes       []Node
	Constants   map[string]Constant
}

// Port is an input or output of the graph.
type Port struct {
	Name  string
	Type  int64   // of the elements, see TypeFloat; 0 is no tensor
	Shape []int64 // -1 is any length
}

// Among the types of ONNX's elements.
const (
	TypeFloat  = 1
	TypeUint8  = 2
	TypeInt8   = 3
	TypeInt32  = 6
	TypeInt64  = 7
	typeBool   = 9
	typeHalf   = 10
	typeDouble = 11
	typeBrain  = 16
)

// typeNames are those of the other types that pictures are found in.
var typeNames = map[int64]string{1: "float32", 2: "uint8", 3: "int8", 6: "int32", 7: "int64",
	10: "float16", 11: "float64", 16: "bfloat16"}

// TypeName is the name of an element's type.
func TypeName(t int64) string {
	if name := typeNames[t]; name != "" {
		return name
	}
	return fmt.Sprintf("type %d", t)
}

// Node is an operator.
type Node struct {
	Name            string // may be empty
	Op, Domain      string
	Inputs, Outputs []string
	attributes      map[string][]byte // messages of the file
}

// Constant is a tensor of the file: its first values, which are all there are of a mean, a
// factor or a shape.
type Constant struct {
	Type     int64
	Shape    []int64
	Values   []float32 // of float tensors of any width
	Integers []int64   // of tensors of whole numbers and bools; nil where there are more
	NaN      bool      // somewhere in all of it

	data []byte // all values of a float tensor
}

// widths are how many bytes floats have.
var widths = map[int64]int{TypeFloat: 4, typeHalf: 2, typeBrain: 2, typeDouble: 8}

// IsFloat says whether a type is of floats, of any width.
func IsFloat(kind int64) bool { return widths[kind] > 0 }

// count is how many floats there are.
func (c *Constant) count() int {
	if !IsFloat(c.Type) {
		return 0
	}
	return len(c.data) / widths[c.Type]
}

// value is one of them.
func (c *Constant) value(i int) float32 {
	switch c.Type {
	case typeHalf:
		return half(binary.LittleEndian.Uint16(c.data[2*i:]))
	case typeBrain:
		return math.Float32frombits(uint32(binary.LittleEndian.Uint16(c.data[2*i:])) << 16)
	case typeDouble:
		return float32(math.Float64frombits(binary.LittleEndian.Uint64(c.data[8*i:])))
	}
	return math.Float32frombits(binary.LittleEndian.Uint32(c.data[4*i:]))
}

// half is a number of 16 bits: a sign, five bits of exponent, ten of fraction.
func half(v uint16) float32 {
	bits := uint32(v&0x7fff) << 13
	switch v & 0x7c00 {
	case 0:
		bits = math.Float32bits(float32(v&0x03ff) / (1 << 24))
	case 0x7c00:
		bits |= 0x7f800000
	default:
		bits += (127 - 15) << 23
	}
	return math.Float32frombits(bits | uint32(v&0x8000)<<16)
}

// Floats are all values of a float tensor, as many as its shape says.
func (c *Constant) Floats() ([]float32, error) {
	n, size := int64(c.count()), int64(1)
	for _, d := range c.Shape {
		if d < 1 || size > n/d {
			return nil, fmt.Errorf("a tensor of shape %v has %d values", c.Shape, n)
		}
		size *= d
	}
	if size != n {
		return nil, fmt.Errorf("a tensor of shape %v has %d values", c.Shape, n)
	}
	values := make([]float32, n)
	for i := range values {
		values[i] = c.value(i)
	}
	return values, nil
}

// firstValues is how many values of a constant are kept.
const firstValues = 16

// Read reads a file.
func Read(file []byte) (*Model, error) {
	if err := RefuseExternalData(file); err != nil {
		return nil, err
	}
	m := &Model{Metadata: map[string]string{}, Constants: map[string]Constant{}}
	graphs := 0
	err := each(file, func(field protowire.Number, value []byte, number uint64) error {
		switch field {
		case modelProducer:
			m.Producer = string(value)
		case modelDescription:
			m.Description = string(value)
		case modelGraph:
			graphs++
			return m.graph(value)
		case modelOperatorSets:
			return each(value, func(field protowire.Number, value []byte, number uint64) error {
				switch {
				case field == operatorSetDomain && len(value) > 0:
					return nil // of another domain than ONNX's own
				case field == operatorSetVersion:
					m.OperatorSet = max(m.OperatorSet, int64(number))
				}
				return nil
			})
		case modelMetadata:
			key, text, err := entry(value)
			m.Metadata[key] = text
			return err
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if graphs != 1 || len(m.Nodes) == 0 {
		return nil, errCut
	}
	inputs := m.Inputs[:0]
	for _, p := range m.Inputs {
		if !m.constant(p) {
			inputs = append(inputs, p)
		}
	}
	m.Inputs = inputs
	return m, nil
}

// constant says whether a port is a constant, which older files list among their inputs.
func (m *Model) constant(p Port) bool {
	_, yes := m.Constants[p.Name]
	return yes
}

// entry reads a StringStringEntryProto.
func entry(b []byte) (key, value string, err error) {
	err = each(b, func(field protowire.Number, text []byte, _ uint64) error {
		switch field {
		case entryKey:
			key = string(text)
		case entryValue:
			value = string(text)
		}
		return nil
	})
	return key, value, err
}

// each calls take for every field of a message, with its bytes or its number.
func each(b []byte, take func(field protowire.Number, value []byte, number uint64) error) error {
	for len(b) > 0 {
		field, wire, n := protowire.ConsumeTag(b)
		if n < 0 {
			return errCut
		}
		b = b[n:]
		size := protowire.ConsumeFieldValue(field, wire, b)
		if size < 0 {
			return errCut
		}
		var value []byte
		var number uint64
		switch wire {
		case protowire.BytesType:
			value, _ = protowire.ConsumeBytes(b)
		case protowire.VarintType:
			number, _ = protowire.ConsumeVarint(b)
		case protowire.Fixed32Type:
			fixed, _ := protowire.ConsumeFixed32(b)
			number = uint64(fixed)
		}
		if err := take(field, value, number); err != nil {
			return err
		}
		b = b[size:]
	}
	return nil
}

func (m *Model) graph(b []byte) error {
	return each(b, func(field protowire.Number, value []byte, _ uint64) error {
		switch field {
		case graphNode:
			return m.node(value)
		case graphInitializer:
			return m.tensor(value, "")
		case graphInput, graphOutput:
			p, err := port(value)
			if field == graphInput {
				m.Inputs = append(m.Inputs, p)
			} else {
				m.Outputs = append(m.Outputs, p)
			}
			return err
		}
		return nil
	})
}

func (m *Model) node(b []byte) error {
	n, err := readNode(b)
	m.Nodes = append(m.Nodes, n)
	if err != nil || n.Op != "Constant" || len(n.Outputs) != 1 {
		return err
	}
	if n.attributes["value_float"] != nil {
		v := n.Float("value_float")
		data := binary.LittleEndian.AppendUint32(nil, math.Float32bits(v))
		m.Constants[n.Outputs[0]] = Constant{Type: TypeFloat, Values: []float32{v}, NaN: v != v,
			data: data}
	}
	if values := n.Integers("value_ints"); values != nil {
		m.Constants[n.Outputs[0]] = Constant{Shape: []int64{int64(len(values))}, Integers: values}
	}
	return each(n.attributes["value"], func(field protowire.Number, value []byte, _ uint64) error {
		if field == attributeTensor {
			return m.tensor(value, n.Outputs[0])
		}
		return nil
	})
}

func readNode(b []byte) (Node, error) {
	n := Node{attributes: map[string][]byte{}}
	err := each(b, func(field protowire.Number, value []byte, _ uint64) error {
		switch field {
		case nodeInput:
			n.Inputs = append(n.Inputs, string(value))
		case nodeOutput:
			n.Outputs = append(n.Outputs, string(value))
		case nodeName:
			n.Name = string(value)
		case nodeOp:
			n.Op = string(value)
		case nodeAttribute:
			name := ""
			err := each(value, func(field protowire.Number, value []byte, _ uint64) error {
				if field == attributeName {
					name = string(value)
				}
				return nil
			})
			n.attributes[name] = value
			return err
		case nodeDomain:
			n.Domain = string(value)
		}
		return nil
	})
	return n, err
}

// EachNode has every operator of a file looked at, those of graphs within operators and of
// functions too. Read has to have read the file.
func EachNode(file []byte, look func(n *Node) error) error { return eachNode(file, "Model", look) }

func eachNode(b []byte, kind string, look func(n *Node) error) error {
	if kind == "Node" {
		n, err := readNode(b)
		if err == nil {
			err = look(&n)
		}
		if err != nil {
			return err
		}
	}
	return each(b, func(field protowire.Number, value []byte, _ uint64) error {
		if inner := fields[kind][field]; inner != "" && inner != "Tensor" &&
			inner != "SparseTensor" {
			return eachNode(value, inner, look)
		}
		return nil
	})
}

// Integers are the numbers of an attribute, whose bytes were read before; nil is none.
func (n *Node) Integers(name string) (values []int64) {
	_ = each(n.attributes[name], func(field protowire.Number, value []byte, number uint64) error {
		if field == attributeIntegers {
			values = appendVarints(values, value, number)
		}
		return nil
	})
	return values
}

// Integer is the number of an attribute, or another where there is none.
func (n *Node) Integer(name string, otherwise int64) int64 {
	_ = each(n.attributes[name], func(field protowire.Number, _ []byte, number uint64) error {
		if field == attributeInteger {
			otherwise = int64(number)
		}
		return nil
	})
	return otherwise
}

// constantIntegers are the values of an input, where it is a constant.
func (m *Model) constantIntegers(n *Node, input int) []int64 {
	if input >= len(n.Inputs) {
		return nil
	}
	return m.Constants[n.Inputs[input]].Integers
}

// Float is the float32 number of an attribute; 0 where there is none.
func (n *Node) Float(name string) (v float32) {
	_ = each(n.attributes[name], func(field protowire.Number, _ []byte, number uint64) error {
		if field == attributeFloat {
			v = math.Float32frombits(uint32(number))
		}
		return nil
	})
	return v
}

// Text is that of an attribute.
func (n *Node) Text(name string) (text string) {
	_ = each(n.attributes[name], func(field protowire.Number, value []byte, _ uint64) error {
		if field == attributeText {
			text = string(value)
		}
		return nil
	})
	return text
}

// tensor reads a constant, under its own name where it is given none.
func (m *Model) tensor(b []byte, name string) error {
	var c Constant
	var raw, floats, doubles []byte
	var integers []int64
	own := ""
	err := each(b, func(field protowire.Number, value []byte, number uint64) error {
		switch field {
		case tensorDims:
			c.Shape = appendVarints(c.Shape, value, number)
		case tensorType:
			c.Type = int64(number)
		case tensorFloats:
			if value == nil {
				value = binary.LittleEndian.AppendUint32(nil, uint32(number))
			}
			floats = append(floats, value...)
		case tensorInt32s, tensorInt64s:
			integers = appendVarints(integers, value, number)
		case tensorName:
			own = string(value)
		case tensorRawData:
			raw = value
		case tensorDoubles:
			doubles = append(doubles, value...)
		}
		return nil
	})
	switch c.Type {
	case TypeFloat:
		c.data = or(raw, floats)
	case typeHalf, typeBrain:
		for _, v := range integers { // where each lies in a number
			raw = binary.LittleEndian.AppendUint16(raw, uint16(v))
		}
		c.data = raw
	case typeDouble:
		c.data = or(raw, doubles)
	default:
		c.Integers = firstIntegers(raw, integers, c.Type)
	}
	for i := range c.count() {
		v := c.value(i)
		if i < firstValues {
			c.Values = append(c.Values, v)
		}
		c.NaN = c.NaN || v != v
	}
	if name == "" {
		name = own
	}
	m.Constants[name] = c
	return err
}

func or(a, b []byte) []byte {
	if len(a) == 0 {
		return b
	}
	return a
}

// firstIntegers are all of a tensor of whole numbers, or nil where there are more than are kept.
func firstIntegers(raw []byte, values []int64, kind int64) []int64 {
	size := map[int64]int{TypeUint8: 1, TypeInt8: 1, typeBool: 1, TypeInt32: 4, TypeInt64: 8}[kind]
	if size == 0 {
		return nil
	}
	for ; len(raw) >= size && len(values) <= firstValues; raw = raw[size:] {
		v := int64(raw[0])
		switch kind {
		case TypeInt8:
			v = int64(int8(raw[0]))
		case TypeInt32:
			v = int64(int32(binary.LittleEndian.Uint32(raw)))
		case TypeInt64:
			v = int64(binary.LittleEndian.Uint64(raw))
		}
		values = append(values, v)
	}
	if len(values) > firstValues {
		return nil
	}
	return values
}

// appendVarints appends the number of a field, or the numbers where they are packed.
func appendVarints(to []int64, packed []byte, number uint64) []int64 {
	if packed == nil {
		return append(to, int64(number))
	}
	for len(packed) > 0 {
		v, size := protowire.ConsumeVarint(packed)
		if size < 0 {
			break
		}
		to, packed = append(to, int64(v)), packed[size:]
	}
	return to
}

func port(b []byte) (Port, error) {
	var p Port
	err := each(b, func(field protowire.Number, value []byte, _ uint64) error {
		switch field {
		case portName:
			p.Name = string(value)
		case portType:
			return each(value, func(field protowire.Number, value []byte, _ uint64) error {
				if field != typeOfTensor {
					return nil
				}
				return each(value, func(field protowire.Number, value []byte, number uint64) error {
					switch field {
					case tensorElement:
						p.Type = int64(number)
					case tensorShape:
						return each(value,
							func(field protowire.Number, value []byte, _ uint64) error {
								if field == shapeDimension {
									d, err := dimension(value)
									p.Shape = append(p.Shape, d)
									return err
								}
								return nil
							})
					}
					return nil
				})
			})
		}
		return nil
	})
	return p, err
}

func dimension(b []byte) (int64, error) {
	d := int64(-1)
	err := each(b, func(field protowire.Number, _ []byte, number uint64) error {
		if field == dimensionSize {
			d = int64(number)
			if d <= 0 {
				d = -1 // exporters write 0 and -1 for any
			}
		}
		return nil
	})
	return d, err
}

var errCut = errors.New("not an ONNX file, or one that was cut short")
