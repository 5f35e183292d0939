package importer_test

import (
	"context"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"impasto.net/plugin/importer"
	"impasto.net/plugin/network"
	"impasto.net/plugin/onnxtest"
	"impasto.net/plugin/style"
)

// What exporters wrote down for one size follows the picture when a network is freed: at
// other sizes it gives what a network exported for those gives.
func TestFreed(t *testing.T) {
	b := newBench(t)
	// Each makes "y", 3 × h × w, of "a", 3 × h/2 × w/2.
	for name, whole := range map[string]func(g *onnxtest.Graph, h, w int64){
		"doubled by Concat": func(g *onnxtest.Graph, h, w int64) {
			g.Integers("column", -1, 1)
			g.Integers("rows", -1, w)
			g.Integers("planes", -1, 3, h, w)
			g.Node("Reshape", []string{"a", "column"}, "b", nil)
			g.Node("Concat", []string{"b", "b"}, "c", map[string]any{"axis": int64(1)})
			g.Node("Reshape", []string{"c", "rows"}, "d", nil)
			g.Node("Concat", []string{"d", "d"}, "e", map[string]any{"axis": int64(1)})
			g.Node("Reshape", []string{"e", "planes"}, "y", nil)
		},
		"doubled by Expand": func(g *onnxtest.Graph, h, w int64) {
			g.Integers("apart", 1, 3, h/2, 1, w/2, 1)
			g.Integers("twice", 1, 3, h/2, 2, w/2, 2)
			g.Integers("planes", 1, 3, h, w)
			g.Integers("none", -1, -1, -1, -1, -1, -1)
			g.Integers("one", 1, 1, 1, 1, 1, 1)
			g.Node("Reshape", []string{"a", "apart"}, "b", nil)
			g.Node("Equal", []string{"twice", "none"}, "open", nil)
			g.Node("Where", []string{"open", "one", "twice"}, "shape", nil)
			g.Node("Expand", []string{"b", "shape"}, "c", nil)
			g.Node("Reshape", []string{"c", "planes"}, "y", nil)
		},
		"resized to a size": func(g *onnxtest.Graph, h, w int64) {
			g.Integers("size", 1, 3, h, w)
			g.Node("Resize", []string{"a", "", "", "size"}, "y", map[string]any{"mode": "linear"})
		},
		"resized to a part of a size": func(g *onnxtest.Graph, h, w int64) {
			g.Integers("zero", 0)
			g.Integers("two", 2)
			g.Integers("size", h, w)
			g.Node("Shape", []string{"a"}, "b", nil)
			g.Node("Slice", []string{"b", "zero", "two"}, "c", nil)
			g.Node("Concat", []string{"c", "size"}, "d", map[string]any{"axis": int64(0)})
			g.Node("Resize", []string{"a", "", "", "d"}, "y", nil)
		},
		"resized by computed scales": func(g *onnxtest.Graph, h, w int64) {
			g.Constant("size", []int64{2}, float32(h), float32(w))
			g.Constant("ones", []int64{2}, 1, 1)
			g.Integers("two", 2)
			g.Integers("four", 4)
			g.Node("Shape", []string{"a"}, "b", nil)
			g.Node("Slice", []string{"b", "two", "four"}, "c", nil)
			g.Node("Cast", []string{"c"}, "d", map[string]any{"to": int64(1)})
			g.Node("Div", []string{"size", "d"}, "e", nil)
			g.Node("Concat", []string{"ones", "e"}, "f", map[string]any{"axis": int64(0)})
			g.Node("Resize", []string{"a", "", "f"}, "y", nil)
		},
		"shuffled": func(g *onnxtest.Graph, h, w int64) {
			g.Integers("apart", 1, 2, 2, 3, h/2, w/2)
			g.Integers("planes", 1, 3, h, w)
			g.Node("Concat", []string{"a", "a", "a", "a"}, "b", map[string]any{"axis": int64(1)})
			g.Node("Reshape", []string{"b", "apart"}, "c", nil)
			g.Node("Transpose", []string{"c"}, "d",
				map[string]any{"perm": []int64{0, 3, 4, 1, 5, 2}})
			g.Node("Reshape", []string{"d", "planes"}, "y", nil)
		},
		"convolved to a size and cropped": func(g *onnxtest.Graph, h, w int64) {
			g.Constant("up", []int64{3, 1, 3, 3}, make27()...)
			g.Integers("start", 1, 1)
			g.Integers("end", h+1, w+1)
			g.Integers("axes", 2, -1)
			g.Node("ConvTranspose", []string{"a", "up"}, "b",
				map[string]any{"strides": []int64{2, 2}, "group": int64(3), "auto_pad": "VALID",
					"output_shape": []int64{h + 2, w + 2}})
			g.Node("Slice", []string{"b", "start", "end", "axes"}, "y", nil)
		},
		"a norm in words": func(g *onnxtest.Graph, h, w int64) {
			g.Integers("planes", 1, 3, h/2, w/2)
			g.Integers("flat", 1, 3, h*w/4)
			g.Integers("last", 2)
			g.Integers("high", 1, 3, 1, 1)
			g.Integers("size", 1, 3, h, w)
			g.Constant("little", []int64{1}, 0.1)
			g.Constant("half", []int64{1}, 0.5)
			g.Node("AveragePool", []string{"a"}, "b",
				map[string]any{"kernel_shape": []int64{h / 2, w / 2}})
			g.Node("Expand", []string{"b", "planes"}, "c", nil)
			g.Node("Sub", []string{"a", "c"}, "d", nil)
			g.Node("Reshape", []string{"d", "flat"}, "e", nil)
			g.Node("Mul", []string{"e", "e"}, "f", nil)
			g.Node("ReduceMax", []string{"f"}, "g", map[string]any{"axes": []int64{2}})
			g.Node("Add", []string{"g", "little"}, "i", nil)
			g.Node("Div", []string{"e", "i"}, "j", nil)
			g.Node("Reshape", []string{"j", "planes"}, "k", nil)
			g.Node("Add", []string{"k", "half"}, "l", nil)
			g.Node("Resize", []string{"l", "", "", "size"}, "y", nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := *b
			b.t = t
			graph := func(h, w int64) []byte {
				g := onnxtest.Graph{Shape: []int64{1, 3, h, w}}
				g.Node("AveragePool", []string{"x"}, "a",
					map[string]any{"kernel_shape": []int64{2, 2}, "strides": []int64{2, 2}})
				whole(&g, h, w)
				return g.Bytes()
			}
			unit := importer.Span{0, 1}
			// A square, in which rows could be taken for columns.
			p := b.add(b.file(name+".onnx", graph(96, 96)),
				importer.Options{Range: &unit, OutputRange: &unit})
			if p.Input.Size != nil || p.Input.MultipleOf != 2 {
				t.Fatalf("it takes pictures of %v, or multiples of %d", p.Input.Size,
					p.Input.MultipleOf)
			}
			freed := b.graph(p)
			for _, size := range [][2]int{{96, 96}, {34, 46}, {150, 98}} {
				h, w := size[0], size[1]
				in := make([]float32, 3*h*w)
				for i := range in {
					in[i] = rand.Float32()
				}
				got, want := paint(t, freed, network.Picture("x", 0, 0), network.Picture("y", 0, 0),
					in, h, w),
					paint(t, graph(int64(h), int64(w)), network.Picture("x", w, h),
						network.Picture("y", w, h), in, h, w)
				for i := range want {
					if math.Abs(float64(got[i]-want[i])) > 1e-6 {
						t.Fatalf("at %v value %d is %g, and %g where the graph was made for that "+
							"size", size, i, got[i], want[i])
					}
				}
			}
		})
	}
}

// make27 are the weights of three 3 × 3 kernels that add up to 4, as doubling wants it.
func make27() (weights []float32) {
	for range 3 {
		weights = append(weights, 0.25, 0.5, 0.25, 0.5, 1, 0.5, 0.25, 0.5, 0.25)
	}
	return weights
}

// graph is that of a package.
func (b *bench) graph(p *style.Style) []byte {
	b.t.Helper()
	graph, err := os.ReadFile(filepath.Join(p.Folder, p.Graph))
	if err != nil {
		b.t.Fatal(err)
	}
	return graph
}

// paint runs a graph in this process.
func paint(t *testing.T, graph []byte, x, y network.Port, in []float32, h, w int) []float32 {
	t.Helper()
	onnxtest.Start(t)
	s, err := network.Load(graph, []network.Port{x}, []network.Port{y}, network.Device{}, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	out := make([]float32, len(in))
	if err := s.Run(context.Background(), []network.Tensor{network.NewPicture(in, w, h)},
		[]network.Tensor{network.NewPicture(out, w, h)}); err != nil {
		t.Fatal(err)
	}
	return out
}

// A network that is understood operator by operator, and gives the same to the bit when it is
// freed of its one size, is freed, however much of what it paints depends on the edges.
func TestFreedToTheBit(t *testing.T) {
	b := newBench(t)
	const side = 80
	g := onnxtest.Graph{Shape: []int64{1, 3, side, side}}
	g.Integers("margin", 0, 0, 24, 24, 0, 0, 24, 24)
	g.Constant("one", []int64{3}, 1, 1, 1)
	g.Constant("none", []int64{3}, 0, 0, 0)
	g.Constant("w", []int64{3, 1, 2, 2}, .3, .2, .3, .2, .3, .2, .3, .2, .3, .2, .3, .2)
	g.Node("Pad", []string{"x", "margin"}, "a", map[string]any{"mode": "reflect"})
	g.Node("AveragePool", []string{"a"}, "b", map[string]any{"kernel_shape": []int64{49, 49}})
	g.Node("Conv", []string{"b", "w"}, "c",
		map[string]any{"group": int64(3), "strides": []int64{2, 2}})
	g.Node("InstanceNormalization", []string{"c", "one", "none"}, "d", nil)
	g.Node("ConvTranspose", []string{"d", "w"}, "e",
		map[string]any{"group": int64(3), "strides": []int64{2, 2},
			"output_shape": []int64{side, side}})
	g.Node("Sigmoid", []string{"e"}, "y", nil)
	unit := importer.Span{0, 1}
	p := b.add(b.file("bits.onnx", g.Bytes()), importer.Options{Range: &unit})
	if p.Input.Size != nil || p.Input.MultipleOf != 2 {
		t.Errorf("it takes pictures of %v, or multiples of %d", p.Input.Size, p.Input.MultipleOf)
	}
}
