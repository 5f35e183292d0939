package onnx_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"impasto.net/plugin/network"
	"impasto.net/plugin/onnx"
	"impasto.net/plugin/onnxtest"
)

// attributes are those of an operator.
type attributes = map[string]any

// drawing makes a network operator by operator, with a name for every result.
type drawing struct {
	onnxtest.Graph
	random *rand.Rand
	last   string
	n      int
}

func draw() *drawing { return &drawing{random: rand.New(rand.NewPCG(1, 2)), last: "x"} }

func (d *drawing) name() string {
	d.n++
	return fmt.Sprint("t", d.n)
}

// then adds an operator on what there is last.
func (d *drawing) then(op string, a attributes, more ...string) string {
	name := d.name()
	d.Node(op, append([]string{d.last}, more...), name, a)
	d.last = name
	return name
}

// weights are those of a convolution.
func (d *drawing) weights(shape ...int64) string {
	n := int64(1)
	for _, s := range shape {
		n *= s
	}
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(d.random.NormFloat64() / math.Sqrt(float64(n/shape[0])))
	}
	name := d.name()
	d.Constant(name, shape, values...)
	return name
}

func (d *drawing) integers(values ...int64) string {
	name := d.name()
	d.Integers(name, values...)
	return name
}

func (d *drawing) bytes() []byte {
	d.Node("Identity", []string{d.last}, "y", nil)
	return d.Bytes()
}

func two(n int64) []int64  { return []int64{n, n} }
func four(n int64) []int64 { return []int64{n, n, n, n} }

// networks are of every operator that pictures are followed through.
var networks = map[string]func(d *drawing){
	"convolutions": func(d *drawing) {
		d.then("Conv", attributes{"pads": four(1)}, d.weights(4, 3, 3, 3))
		d.then("Relu", nil)
		d.then("Conv", attributes{"dilations": two(2), "pads": four(4)}, d.weights(3, 4, 5, 5))
	},
	"strides": func(d *drawing) {
		d.then("Conv", attributes{"strides": two(2), "pads": four(1)}, d.weights(8, 3, 3, 3))
		skip := d.then("Tanh", nil)
		d.then("Conv", attributes{"strides": two(2), "pads": []int64{0, 0, 1, 1}},
			d.weights(8, 8, 3, 3))
		d.then("ConvTranspose", attributes{"strides": two(2), "pads": four(1),
			"output_padding": two(1)}, d.weights(8, 8, 3, 3))
		d.then("Add", nil, skip)
		d.then("ConvTranspose", attributes{"strides": two(2), "pads": four(1)},
			d.weights(8, 3, 4, 4))
	},
	"reflection": func(d *drawing) {
		for range 2 {
			d.then("Pad", attributes{"mode": "reflect"}, d.integers(0, 0, 5, 2, 0, 0, 3, 6))
			d.then("Conv", nil, d.weights(3, 3, 9, 9))
		}
	},
	"a margin that is cut off": func(d *drawing) {
		d.then("Pad", attributes{"mode": "reflect"}, d.integers(0, 0, 8, 8, 0, 0, 8, 8))
		d.then("Conv", attributes{"pads": four(1)}, d.weights(3, 3, 3, 3))
		d.then("Slice", nil, d.integers(8, 8), d.integers(-8, -8), d.integers(2, 3),
			d.integers(1, 1))
	},
	"resizing": func(d *drawing) {
		d.then("MaxPool", attributes{"kernel_shape": two(2), "strides": two(2)})
		d.Constant("scales", []int64{4}, 1, 1, 2, 2)
		d.then("Resize",
			attributes{"mode": "nearest", "coordinate_transformation_mode": "asymmetric",
				"nearest_mode": "floor"}, "", "scales")
		d.then("AveragePool",
			attributes{"kernel_shape": two(3), "strides": two(1), "pads": four(1)})
	},
	"windows beyond the edge": func(d *drawing) {
		d.then("MaxPool",
			attributes{"kernel_shape": two(3), "strides": two(2), "ceil_mode": int64(1)})
		d.Constant("scales", []int64{4}, 1, 1, 2, 2)
		d.then("Resize",
			attributes{"mode": "nearest", "coordinate_transformation_mode": "asymmetric",
				"nearest_mode": "floor"}, "", "scales")
	},
	"bilinear": func(d *drawing) {
		d.then("AveragePool", attributes{"kernel_shape": two(4), "strides": two(4)})
		d.Constant("scales", []int64{4}, 1, 1, 4, 4)
		d.then("Resize", attributes{"mode": "linear"}, "", "scales")
	},
	"folding": func(d *drawing) {
		d.then("SpaceToDepth", attributes{"blocksize": int64(2)})
		d.then("Conv", attributes{"auto_pad": "SAME_UPPER"}, d.weights(12, 12, 3, 3))
		d.then("DepthToSpace", attributes{"blocksize": int64(2), "mode": "CRD"})
	},
	"a shuffle": func(d *drawing) {
		d.then("Conv", attributes{"pads": four(1)}, d.weights(18, 3, 3, 3))
		d.then("Reshape", nil, d.integers(9, 2, 0, 0))
		d.then("Transpose", attributes{"perm": []int64{0, 2, 3, 1}})
		d.then("Reshape", nil, d.integers(0, 0, -1))
		d.then("Unsqueeze", nil, d.integers(0))
		d.then("Reshape", nil, d.integers(3, 3, 0, 0))
		d.then("Transpose", attributes{"perm": []int64{0, 2, 1, 3}})
		d.then("Reshape", nil, d.integers(1, 3, -1, 0))
		d.then("MaxPool", attributes{"kernel_shape": []int64{3, 2}, "strides": []int64{3, 2}})
	},
	"two ways": func(d *drawing) {
		d.then("Conv", attributes{"pads": four(3)}, d.weights(3, 3, 7, 7))
		d.then("Concat", attributes{"axis": int64(1)}, "x")
		d.then("Conv", nil, d.weights(3, 6, 1, 1))
		d.then("Sub", nil, "x")
	},
}

// What comes out of a piece's core is what comes out of the whole, to the rounding of sums.
func TestPieces(t *testing.T) {
	onnxtest.Start(t)
	for name, make := range networks {
		t.Run(name, func(t *testing.T) {
			d := draw()
			make(d)
			graph := d.bytes()
			m, err := onnx.Read(graph)
			if err != nil {
				t.Fatal(err)
			}
			f, err := onnx.NewField(m, "x", "y")
			if err != nil {
				t.Fatal(err)
			}
			ports := func(name string) []network.Port {
				return []network.Port{network.Picture(name,
					0, 0)}
			}
			s, err := network.Load(graph, ports("x"), ports("y"), network.Device{}, 1)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			for _, size := range [][2]int{{64, 48}, {96 + 4, 40 + 4}, {160, 24}} {
				compare(t, f, s, size[0], size[1])
			}
		})
	}
}

func compare(t *testing.T, f *onnx.Field, s *network.Session, width, height int) {
	t.Helper()
	run := func(in []float32, width, height int) []float32 {
		out := make([]float32, len(in))
		if err := s.Run(context.Background(),
			[]network.Tensor{network.NewPicture(in, width,
				height)}, []network.Tensor{network.NewPicture(out, width, height)}); err != nil {
			t.Fatal(err)
		}
		return out
	}
	picture := make([]float32, 3*width*height)
	for i := range picture {
		picture[i] = rand.Float32()
	}
	want := run(picture, width, height)
	for _, count := range []int{2, 3, 5} {
		columns, err := f.Pieces(1, width, count)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := f.Pieces(0, height, count)
		if err != nil {
			t.Fatal(err)
		}
		covered := 0
		for _, y := range rows {
			for _, x := range columns {
				if x.From%f.Grid != 0 || y.From%f.Grid != 0 {
					t.Errorf("a piece begins at %d, %d, off the grid of %d", x.From, y.From, f.Grid)
				}
				w, h := x.To-x.From, y.To-y.From
				in := make([]float32, 0, 3*w*h)
				for row := range 3 * h {
					start := (row/h*height + y.From + row%h) * width
					in = append(in, picture[start+x.From:start+x.To]...)
				}
				out := run(in, w, h)
				for i := range out {
					column, row, c := x.From+i%w, y.From+i/w%h, i/w/h
					if column < x.CoreFrom || column >= x.CoreTo || row < y.CoreFrom ||
						row >= y.CoreTo {
						continue
					}
					covered++
					if w := want[(c*height+row)*width+column]; math.Abs(float64(out[i]-w)) > 1e-5 {
						t.Fatalf("%d × %d pixels in %d: %g at %d, %d, want %g", width, height,
							count, out[i], column, row, w)
					}
				}
			}
		}
		if covered != len(picture) {
			t.Errorf("%d values were made, of %d", covered, len(picture))
		}
	}
}

// Graphs that look at more than what lies around a pixel, or move values about in ways
// that are not known here, are not for tiles.
func TestGraphsThatCannotBeCut(t *testing.T) {
	for name, make := range map[string]func(d *drawing){
		"a maximum": func(d *drawing) {
			d.Node("ReduceMax", []string{"x"}, "most", nil)
			d.then("Sub", nil, "most")
		},
		"a mean of rows": func(d *drawing) { d.then("ReduceMean", attributes{"axes": []int64{2}}) },
		"reshape":        func(d *drawing) { d.then("Reshape", nil, d.integers(0, 0, -1, 16)) },
		"halves beside each other": func(d *drawing) {
			d.then("Conv", nil, d.weights(6, 3, 1, 1))
			d.then("Unsqueeze", nil, d.integers(0))
			d.then("Reshape", nil, d.integers(1, 3, 2, 0, 0))
			d.then("Transpose", attributes{"perm": []int64{0, 1, 3, 2, 4}})
			d.then("Reshape", nil, d.integers(1, 3, 0, -1))
			d.then("AveragePool",
				attributes{"kernel_shape": []int64{1, 2}, "strides": []int64{1, 2}})
		},
		"a shuffle that is used halfway": func(d *drawing) {
			d.then("Conv", nil, d.weights(12, 3, 1, 1))
			d.then("Reshape", nil, d.integers(6, 2, 0, 0))
			d.then("Relu", nil)
			d.then("Reshape", nil, d.integers(1, 12, 0, 0))
			d.then("Conv", nil, d.weights(3, 12, 1, 1))
		},
		"rows for channels": func(d *drawing) {
			d.then("Transpose",
				attributes{"perm": []int64{0, 2, 1, 3}})
		},
		"an axis four times": func(d *drawing) {
			d.then("Conv", nil, d.weights(1<<16, 3, 1, 1))
			d.then("Transpose", attributes{"perm": []int64{1, 1, 1, 1}})
			d.then("Reshape", nil, d.integers(1<<16, 1<<16, 1<<16, 1<<16, 1<<16, -1))
		},
		"a shape of primes": func(d *drawing) {
			d.then("Reshape", nil,
				d.integers(1, 3, 1048583, -1))
		},
		"other size": func(d *drawing) {
			d.then("AveragePool",
				attributes{"kernel_shape": two(2), "strides": two(2)})
		},
		"upside down": func(d *drawing) {
			d.then("Transpose",
				attributes{"perm": []int64{0, 1, 3, 2}})
		},
		"a fixed part": func(d *drawing) {
			d.then("Slice", nil, d.integers(0), d.integers(16),
				d.integers(2))
		},
		"aligned edges": func(d *drawing) {
			d.Constant("scales", []int64{4}, 1, 1, 2, 2)
			d.then("MaxPool", attributes{"kernel_shape": two(2), "strides": two(2)})
			d.then("Resize",
				attributes{"mode": "linear",
					"coordinate_transformation_mode": "align_corners"}, "", "scales")
		},
		"padding that follows from the size": func(d *drawing) {
			d.then("Conv", attributes{"auto_pad": "SAME_UPPER", "strides": two(2)},
				d.weights(3, 3, 3, 3))
			d.then("ConvTranspose", attributes{"strides": two(2)}, d.weights(3, 3, 2, 2))
		},
		"nothing of the picture": func(d *drawing) { d.last = d.weights(1, 3, 8, 8) },
	} {
		d := draw()
		make(d)
		m, err := onnx.Read(d.bytes())
		if err != nil {
			t.Fatal(err)
		}
		if f, err := onnx.NewField(m, "x", "y"); err == nil {
			t.Errorf("%s: it is cut by %d", name, f.Grid)
		}
	}
}
