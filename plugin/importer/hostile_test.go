package importer_test

import (
	"context"
	"math"
	"os"
	"strings"
	"testing"

	"impasto.net/plugin/importer"
	"impasto.net/plugin/onnx"
	"impasto.net/plugin/onnxtest"
)

// What a file of a hundred bytes declares is not what memory is taken for: every network is
// refused with a sentence, or does without what it declares.
func TestDeclaredSizes(t *testing.T) {
	b := newBench(t)
	shaped := func(shape ...int64) []byte {
		g := onnxtest.Graph{Shape: shape}
		g.Node("Sigmoid", []string{"x"}, "y", nil)
		return g.Bytes()
	}
	with := func(op string, inputs []string, attributes onnx.Attributes) []byte {
		var g onnxtest.Graph
		g.Integers("huge", 1, 1, math.MaxInt64, math.MaxInt64)
		g.Integers("pads", 0, 0, math.MaxInt64, math.MaxInt64, 0, 0, math.MaxInt64, math.MaxInt64)
		g.Constant("scales", []int64{4}, 1, 1, math.MaxFloat32, math.MaxFloat32)
		g.Constant("w", []int64{3, 1, 2, 2}, make([]float32, 12)...)
		g.Constant("torn", []int64{3, 1, math.MaxInt64, math.MaxInt64})
		g.Constant("wrapped", []int64{1 << 32, 1 << 32}) // as many as none, to 64 bits
		g.Node(op, inputs, "y", attributes)
		return g.Bytes()
	}
	grouped := func(name string, values ...int64) onnx.Attributes {
		return onnx.Attributes{"group": int64(3), name: values}
	}
	const most = math.MaxInt64
	for name, graph := range map[string][]byte{
		"2^80 pixels":   shaped(1, 3, 1<<40, 1<<40),
		"2^32 pixels":   shaped(1, 3, 1<<16, 1<<16),
		"one side":      shaped(1, 3, most, -1),
		"the other":     shaped(1, 3, 64, most),
		"channels last": shaped(1, most, most, 3),
		"no batch":      shaped(3, most, most),
		"many pictures": shaped(most, 3, most, most),
		"a painting":    painting(most),
		"repeats":       with("Tile", []string{"x", "huge"}, nil),
		"a shape":       with("Expand", []string{"x", "huge"}, nil),
		"another shape": with("Reshape", []string{"x", "huge"}, nil),
		"a size":        with("Resize", []string{"x", "", "", "huge"}, nil),
		"scales":        with("Resize", []string{"x", "", "scales"}, nil),
		"pads":          with("Pad", []string{"x", "pads"}, nil),
		"a convolution's pads": with("Conv", []string{"x", "w"},
			grouped("pads", most, most, most, most)),
		"strides":   with("Conv", []string{"x", "w"}, grouped("strides", most, most)),
		"dilations": with("Conv", []string{"x", "w"}, grouped("dilations", most, most)),
		"a kernel": with("AveragePool", []string{"x"},
			onnx.Attributes{"kernel_shape": []int64{most, most}}),
		"an output's shape": with("ConvTranspose", []string{"x", "w"},
			grouped("output_shape", most, most)),
		"an output's padding": with("ConvTranspose", []string{"x", "w"},
			grouped("output_padding", most, most)),
		"blocks": with("DepthToSpace", []string{"x"},
			onnx.Attributes{"blocksize": int64(most)}),
		"weights":           with("Conv", []string{"x", "torn"}, nil),
		"weights that wrap": with("Mul", []string{"x", "wrapped"}, nil),
	} {
		t.Run(name, func(t *testing.T) {
			b := *b
			b.im.Folder = t.TempDir()
			_, err := b.im.Add(context.Background(), b.file("net.onnx", graph), &importer.Options{})
			if err == nil {
				t.Fatal("it was taken")
			}
			if t.Log(err); strings.Contains(err.Error(), "goroutine") {
				t.Error("a program broke down")
			}
			if left, err := os.ReadDir(b.im.Folder); len(left) > 0 {
				t.Errorf("%v is left, %v", left, err)
			}
		})
	}
}

// painting is a network that wants a painting of a declared size.
func painting(side int64) []byte {
	var g onnxtest.Graph
	g.Input("content", 1, 3, -1, -1)
	g.Input("style", 1, 3, side, side)
	g.Node("GlobalAveragePool", []string{"style"}, "colour", nil)
	g.Node("Add", []string{"content", "colour"}, "y", nil)
	return g.Bytes()
}
