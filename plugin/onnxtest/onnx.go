// Package onnxtest makes small networks and style packages for tests: no Python, no files
// that nobody can read. Unless it is said otherwise the graphs take and give one float32
// picture, 1 × 3 × height × width of any size, in tensors called "x" and "y".
package onnxtest

import (
	"fmt"
	"math"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"

	"impasto.net/plugin/onnx"
)

// Graph is a network under construction. The zero value is an empty one that takes "x"
// and gives "y".
type Graph struct {
	onnx.Graph
	inputs, outputs bool // there are some
	// Shape of "x" and "y"; nil is 1 × 3 × any × any, -1 stands for any.
	Shape []int64
}

// Input adds an input; then there is no "x" unless it is added too.
func (g *Graph) Input(name string, shape ...int64) { g.InputOf(onnx.TypeFloat, name, shape...) }

// Output adds an output; then there is no "y" unless it is added too.
func (g *Graph) Output(name string, shape ...int64) { g.OutputOf(onnx.TypeFloat, name, shape...) }

// InputOf adds an input of another type, by ONNX's number for it.
func (g *Graph) InputOf(kind int64, name string, shape ...int64) {
	g.inputs = true
	g.Graph.Input(onnx.Port{Name: name, Type: kind, Shape: shape})
}

// OutputOf adds an output of another type.
func (g *Graph) OutputOf(kind int64, name string, shape ...int64) {
	g.outputs = true
	g.Graph.Output(onnx.Port{Name: name, Type: kind, Shape: shape})
}

// Node adds an operator with one output.
func (g *Graph) Node(op string, inputs []string, output string, attributes onnx.Attributes) {
	g.Graph.Node(op, inputs, []string{output}, attributes)
}

// Constant adds a float32 tensor.
func (g *Graph) Constant(name string, shape []int64, values ...float32) {
	g.Floats(name, shape, values)
}

// External adds a float32 tensor that a file beside the graph is said to hold. More about
// it are keys and values: "offset" and "length".
func (g *Graph) External(name string, shape []int64, file string, more ...string) {
	text := func(b []byte, field protowire.Number, s string) []byte {
		return protowire.AppendString(protowire.AppendTag(b, field, protowire.BytesType), s)
	}
	number := func(b []byte, field protowire.Number, n int64) []byte {
		return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType),
			uint64(n))
	}
	var t []byte
	for _, d := range shape {
		t = number(t, 1, d)
	}
	t = text(number(t, 2, onnx.TypeFloat), 8, name)
	more = append([]string{"location", file}, more...)
	for i := 0; i < len(more); i += 2 {
		t = text(t, 13, string(text(text(nil, 1, more[i]), 2, more[i+1])))
	}
	g.Initializer(number(t, 14, 1)) // EXTERNAL
}

// Bytes is the ONNX file.
func (g *Graph) Bytes() []byte {
	whole := *g
	shape := g.Shape
	if shape == nil {
		shape = []int64{1, 3, onnx.Any, onnx.Any}
	}
	if !g.inputs {
		whole.Input("x", shape...)
	}
	if !g.outputs {
		whole.Output("y", shape...)
	}
	return whole.Graph.Bytes()
}

// WithMetadata is a file that says something of itself.
func WithMetadata(file []byte, key, text string) []byte {
	entry := protowire.AppendString(protowire.AppendTag(nil, 1, protowire.BytesType), key)
	entry = protowire.AppendString(protowire.AppendTag(entry, 2, protowire.BytesType), text)
	return protowire.AppendBytes(protowire.AppendTag(slices.Clip(file), 14, protowire.BytesType),
		entry)
}

// Identity gives the picture back.
func Identity() []byte {
	var g Graph
	g.Node("Identity", []string{"x"}, "y", nil)
	return g.Bytes()
}

// Gain gives the picture times a factor.
func Gain(factor float32) []byte {
	var g Graph
	g.Constant("factor", []int64{1}, factor)
	g.Node("Mul", []string{"x", "factor"}, "y", nil)
	return g.Bytes()
}

// Sharp gives the picture and, times a factor, what each pixel differs by from the mean of
// itself and those around it: a picture that depends on the size that it is worked on at.
func Sharp(factor float32) []byte {
	var g Graph
	g.Constant("factor", []int64{1}, factor)
	g.Node("AveragePool", []string{"x"}, "mean", onnx.Attributes{
		"kernel_shape": []int64{3, 3}, "pads": []int64{1, 1, 1, 1}, "strides": []int64{1, 1},
	})
	g.Node("Sub", []string{"x", "mean"}, "edges", nil)
	g.Node("Mul", []string{"edges", "factor"}, "more", nil)
	g.Node("Add", []string{"x", "more"}, "y", nil)
	return g.Bytes()
}

// Slow is a chain of that many 3×3 convolutions at full size, width channels wide, with
// fixed pseudo-random weights: 9·width² multiplications per pixel for each. The picture
// that comes out is in 0 to 1 and depends on every pixel nearby.
func Slow(convolutions, width int) []byte {
	var g Graph
	random := uint32(1)
	from, in := "x", 3
	for i := range convolutions {
		out := width
		if i == convolutions-1 {
			out = 3
		}
		weights := make([]float32, out*in*9)
		scale := float32(2 / math.Sqrt(float64(in*9)))
		for j := range weights {
			random = random*1664525 + 1013904223
			weights[j] = (float32(random>>8)/(1<<23) - 1) * scale
		}
		name := fmt.Sprint("conv", i)
		g.Constant(name+"w", []int64{int64(out), int64(in), 3, 3}, weights...)
		g.Node("Conv", []string{from, name + "w"}, name, onnx.Attributes{
			"kernel_shape": []int64{3, 3}, "pads": []int64{1, 1, 1, 1},
		})
		from, in = name, out
		if i < convolutions-1 {
			g.Node("Relu", []string{name}, name+"r", nil)
			from = name + "r"
		}
	}
	g.Node("Sigmoid", []string{from}, "y", nil)
	return g.Bytes()
}

// Endless is a network whose first run never comes to an end.
func Endless() []byte {
	const boolean = 9 // ONNX's number for it
	var g Graph
	var body onnx.Graph
	for _, name := range []string{"i", "more", "a", "goes on", "b"} {
		p := onnx.Port{Name: name, Type: boolean}
		switch name {
		case "i":
			p.Type = onnx.TypeInt64
		case "a", "b":
			p.Type, p.Shape = onnx.TypeFloat, []int64{1, 3, onnx.Any, onnx.Any}
		}
		if name == "goes on" || name == "b" {
			body.Output(p)
		} else {
			body.Input(p)
		}
	}
	body.Node("Identity", []string{"more"}, []string{"goes on"}, nil)
	body.Node("Sigmoid", []string{"a"}, []string{"b"}, nil)
	g.Integers("most", math.MaxInt64)
	g.Node("Loop", []string{"most", "", "x"}, "y", onnx.Attributes{"body": &body})
	return g.Bytes()
}

// Vectors is a network in two graphs. The first makes two vectors of a painting, "mean"
// and "gain": its colour, and 1. The second gives the picture "content" times "gain" plus
// "mean" times "alpha", in "y".
func Vectors() (vectors, paints []byte) {
	var v, p Graph
	v.Input("painting", 1, 3, -1, -1)
	v.Output("gain", 1, 3, 1, 1)
	v.Output("mean", 1, 3, 1, 1)
	v.Constant("nothing", []int64{1}, 0)
	v.Constant("one", []int64{1}, 1)
	v.Node("GlobalAveragePool", []string{"painting"}, "mean", nil)
	v.Node("Mul", []string{"mean", "nothing"}, "zero", nil)
	v.Node("Add", []string{"zero", "one"}, "gain", nil)

	p.Input("content", 1, 3, -1, -1)
	p.Input("mean", 1, 3, 1, 1)
	p.Input("gain", 1, 3, 1, 1)
	p.Input("alpha", 1)
	p.Node("Mul", []string{"content", "gain"}, "bright", nil)
	p.Node("Mul", []string{"mean", "alpha"}, "tint", nil)
	p.Node("Add", []string{"bright", "tint"}, "y", nil)
	return v.Bytes(), p.Bytes()
}

// Tinted is a network in one graph that takes a picture "content" and a painting "style",
// and gives the mean of the picture and the painting's colour.
func Tinted() []byte {
	var g Graph
	g.Input("style", 1, 3, -1, -1)
	g.Input("content", 1, 3, -1, -1)
	g.Constant("half", []int64{1}, 0.5)
	g.Node("GlobalAveragePool", []string{"style"}, "colour", nil)
	g.Node("Add", []string{"content", "colour"}, "sum", nil)
	g.Node("Mul", []string{"sum", "half"}, "y", nil)
	return g.Bytes()
}

// Of Conditional: the side of its small picture, and the length of its vectors.
const (
	ConditionalSize   = 16
	ConditionalLength = 6
)

// Conditional is a network that styles share, in two graphs. The norms are a style's
// vector, three gains and three shifts, times 1 and the small picture's mean colour. The
// picture "stylized" is the picture "image" times the gains plus the shifts.
func Conditional() (statistics, painter []byte) {
	var s, p Graph
	s.Input("picture", 1, 3, ConditionalSize, ConditionalSize)
	s.Input("style", ConditionalLength)
	s.Output("norms", ConditionalLength)
	s.Integers("three", 3)
	s.Constant("one", []int64{1}, 1)
	s.Node("GlobalAveragePool", []string{"picture"}, "pooled", nil)
	s.Node("Reshape", []string{"pooled", "three"}, "mean", nil)
	s.Node("Add", []string{"mean", "one"}, "light", nil)
	s.Node("Concat", []string{"light", "light"}, "lights", onnx.Attributes{"axis": int64(0)})
	s.Node("Mul", []string{"style", "lights"}, "norms", nil)

	p.Input("image", 1, 3, -1, -1)
	p.Input("norms", ConditionalLength)
	p.Output("stylized", 1, 3, -1, -1)
	p.Integers("first", 0)
	p.Integers("middle", 3)
	p.Integers("last", ConditionalLength)
	p.Integers("planes", 1, 3, 1, 1)
	p.Node("Slice", []string{"norms", "first", "middle"}, "g", nil)
	p.Node("Slice", []string{"norms", "middle", "last"}, "s", nil)
	p.Node("Reshape", []string{"g", "planes"}, "gains", nil)
	p.Node("Reshape", []string{"s", "planes"}, "shifts", nil)
	p.Node("Mul", []string{"image", "gains"}, "gained", nil)
	p.Node("Add", []string{"gained", "shifts"}, "stylized", nil)
	return s.Bytes(), p.Bytes()
}

// Poison gives the picture back, but a picture with no value above 0, a black frame in a
// style whose range starts at 0, kills the process: it divides the lowest integer by -1,
// which overflows (SIGFPE on x86). ONNX Runtime catches a division by zero, not this one.
func Poison() []byte {
	var g Graph
	g.Constant("two", []int64{1}, 2)
	g.Constant("one", []int64{1}, 1)
	g.Constant("zero", []int64{1}, 0)
	g.Constant("lowest", []int64{1}, -1<<63)
	g.Node("ReduceMax", []string{"x"}, "brightest", onnx.Attributes{"keepdims": int64(0)})
	g.Node("Ceil", []string{"brightest"}, "lit", nil) // 0 or 1
	g.Node("Mul", []string{"lit", "two"}, "doubled", nil)
	g.Node("Sub", []string{"doubled", "one"}, "sign", nil)
	toInteger := onnx.Attributes{"to": int64(onnx.TypeInt64)}
	g.Node("Cast", []string{"sign"}, "divisor", toInteger)
	g.Node("Cast", []string{"lowest"}, "dividend", toInteger)
	g.Node("Div", []string{"dividend", "divisor"}, "quotient", nil)
	g.Node("Cast", []string{"quotient"}, "result", onnx.Attributes{"to": int64(onnx.TypeFloat)})
	g.Node("Mul", []string{"result", "zero"}, "nothing", nil)
	g.Node("Add", []string{"x", "nothing"}, "y", nil)
	return g.Bytes()
}
