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
	typeByte   = 2
	TypeInt64  = 7
	typeBool   = 9
	typeHalf   = 10
	typeDouble = 11
)

// typeNames are those of the other types that pictures are found in.
var typeNames = map[int64]string{1: "float32", 2: "uint8", 3: "int8", 6: "int32", 7: "int64", 10: "float16", 11: "float64", 16: "bfloat16"}

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
	Shape    []int64
	Values   []float32 // of float32 tensors
	Integers []int64   // of int64 tensors and those of bools; nil where there are more
	NaN      bool      // somewhere in all of it

	floats []byte // all values of a float32 tensor
}

// Floats are all values of a float32 tensor, as many as its shape says.
func (c *Constant) Floats() ([]float32, error) {
	n, size := int64(len(c.floats)/4), int64(1)
	for _, d := range c.Shape {
		if d < 1 || size > n/d {
			return nil, fmt.Errorf("a tensor of shape %v has %d float32 values", c.Shape, n)
		}
		size *= d
	}
	if size != n {
		return nil, fmt.Errorf("a tensor of shape %v has %d float32 values", c.Shape, n)
	}
	values := make([]float32, n)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(c.floats[4*i:]))
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
		case 2:
			m.Producer = string(value)
		case 6:
			m.Description = string(value)
		case 7:
			graphs++
			return m.graph(value)
		case 8:
			return each(value, func(field protowire.Number, value []byte, number uint64) error {
				switch {
				case field == 1 && len(value) > 0:
					return nil // of another domain than ONNX's own
				case field == 2:
					m.OperatorSet = max(m.OperatorSet, int64(number))
				}
				return nil
			})
		case 14:
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
		case 1:
			key = string(text)
		case 2:
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
		case 1:
			return m.node(value)
		case 5:
			return m.tensor(value, "")
		case 11, 12:
			p, err := port(value)
			if field == 11 {
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
	if values := n.Integers("value_ints"); values != nil {
		m.Constants[n.Outputs[0]] = Constant{Shape: []int64{int64(len(values))}, Integers: values}
	}
	return each(n.attributes["value"], func(field protowire.Number, value []byte, _ uint64) error {
		if field == 5 {
			return m.tensor(value, n.Outputs[0])
		}
		return nil
	})
}

func readNode(b []byte) (Node, error) {
	n := Node{attributes: map[string][]byte{}}
	err := each(b, func(field protowire.Number, value []byte, _ uint64) error {
		switch field {
		case 1:
			n.Inputs = append(n.Inputs, string(value))
		case 2:
			n.Outputs = append(n.Outputs, string(value))
		case 3:
			n.Name = string(value)
		case 4:
			n.Op = string(value)
		case 5:
			name := ""
			err := each(value, func(field protowire.Number, value []byte, _ uint64) error {
				if field == 1 {
					name = string(value)
				}
				return nil
			})
			n.attributes[name] = value
			return err
		case 7:
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
		if inner := fields[kind][field]; inner != "" && inner != "Tensor" && inner != "SparseTensor" {
			return eachNode(value, inner, look)
		}
		return nil
	})
}

// Integers are the numbers of an attribute, whose bytes were read before; nil is none.
func (n *Node) Integers(name string) (values []int64) {
	_ = each(n.attributes[name], func(field protowire.Number, value []byte, number uint64) error {
		if field == 8 {
			values = appendVarints(values, value, number)
		}
		return nil
	})
	return values
}

// Integer is the number of an attribute, or another where there is none.
func (n *Node) Integer(name string, otherwise int64) int64 {
	_ = each(n.attributes[name], func(field protowire.Number, _ []byte, number uint64) error {
		if field == 3 {
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
		if field == 2 {
			v = math.Float32frombits(uint32(number))
		}
		return nil
	})
	return v
}

// Text is that of an attribute.
func (n *Node) Text(name string) (text string) {
	_ = each(n.attributes[name], func(field protowire.Number, value []byte, _ uint64) error {
		if field == 4 {
			text = string(value)
		}
		return nil
	})
	return text
}

// tensor reads a constant, under its own name where it is given none.
func (m *Model) tensor(b []byte, name string) error {
	var c Constant
	var kind uint64
	var raw, packed []byte
	own := ""
	err := each(b, func(field protowire.Number, value []byte, number uint64) error {
		switch field {
		case 1:
			c.Shape = appendVarints(c.Shape, value, number)
		case 2:
			kind = number
		case 4:
			if value == nil {
				value = binary.LittleEndian.AppendUint32(nil, uint32(number))
			}
			packed = append(packed, value...)
		case 5, 7:
			c.Integers = appendVarints(c.Integers, value, number)
		case tensorName:
			own = string(value)
		case 9:
			raw = value
		}
		return nil
	})
	switch kind {
	case TypeFloat:
		if c.floats = raw; len(raw) == 0 {
			c.floats = packed
		}
		for values := c.floats; len(values) >= 4; values = values[4:] {
			v := math.Float32frombits(binary.LittleEndian.Uint32(values))
			if len(c.Values) < firstValues {
				c.Values = append(c.Values, v)
			}
			c.NaN = c.NaN || v != v
		}
	case TypeInt64:
		for ; len(raw) >= 8 && len(c.Integers) <= firstValues; raw = raw[8:] {
			c.Integers = append(c.Integers, int64(binary.LittleEndian.Uint64(raw)))
		}
	case typeBool:
		for ; len(raw) >= 1 && len(c.Integers) <= firstValues; raw = raw[1:] {
			c.Integers = append(c.Integers, int64(raw[0]))
		}
	}
	if kind != TypeInt64 && kind != typeBool || len(c.Integers) > firstValues {
		c.Integers = nil
	}
	if name == "" {
		name = own
	}
	m.Constants[name] = c
	return err
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
		case 1:
			p.Name = string(value)
		case 2: // type
			return each(value, func(field protowire.Number, value []byte, _ uint64) error {
				if field != 1 { // a tensor
					return nil
				}
				return each(value, func(field protowire.Number, value []byte, number uint64) error {
					switch field {
					case 1:
						p.Type = int64(number)
					case 2: // shape
						return each(value, func(field protowire.Number, value []byte, _ uint64) error {
							if field == 1 {
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
		if field == 1 {
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
