package objective_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"impasto.net/plugin/descent"
	"impasto.net/plugin/network"
	"impasto.net/plugin/objective"
	"impasto.net/plugin/onnxtest"
	"impasto.net/plugin/style"
)

// fixture is an encoder with pictures to compare.
type fixture struct {
	manifest               *style.Encoder
	plate, painting, start network.Tensor
	weights                objective.Weights
	region                 []float32 // of the plate; nil is all of it
	device                 network.Device
}

// whole is memory enough for all of these pictures at once.
const whole = 1 << 30

func (f *fixture) load(t testing.TB, memory int) *objective.Objective {
	t.Helper()
	o, err := f.aimed(t, memory)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// aimed is an objective, where there is memory for that.
func (f *fixture) aimed(t testing.TB, memory int) (*objective.Objective, error) {
	t.Helper()
	onnxtest.Start(t)
	o, err := objective.Load(f.manifest, f.device, 2)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.Close() })
	_, err = o.Aim(t.Context(), &objective.Aim{Plate: f.plate, Painting: f.painting,
		Weights: f.weights, Region: f.region}, memory)
	return o, err
}

// task is what reference.py is asked.
func (f *fixture) task(t testing.TB, wanted string) map[string]any {
	t.Helper()
	folder := t.TempDir()
	save := func(name string, p network.Tensor) map[string]any {
		var raw []byte
		for _, v := range p.Values {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
		}
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, raw, 0o644); err != nil {
			t.Fatal(err)
		}
		return map[string]any{"path": path, "width": p.Shape[3], "height": p.Shape[2]}
	}
	task := map[string]any{"folder": f.manifest.Folder, "manifest": f.manifest,
		"weights": f.weights, "wanted": wanted,
		"plate":    save("plate", f.plate),
		"painting": save("painting", f.painting), "start": save("start", f.start)}
	if f.region != nil {
		task["region"] = save("region", network.Tensor{Shape: f.plate.Shape, Values: f.region})
	}
	return task
}

// noise is a picture of soft shapes with grain.
func noise(seed uint64, width, height int) network.Tensor {
	random := rand.New(rand.NewPCG(seed, 0))
	values := make([]float32, 3*width*height)
	for i := range values {
		x, y := float64(i%width), float64(i/width%height)
		values[i] = float32(0.5 + 0.3*math.Sin(x/5+float64(seed))*math.Cos(y/7) +
			0.2*(random.Float64()-0.5))
	}
	return network.NewPicture(values, width, height)
}

// weights adds random weights to a graph, the same ones every time.
func weights(g *onnxtest.Graph, name string, shape ...int64) string {
	random, n := rand.New(rand.NewPCG(uint64(len(name)), uint64(name[len(name)-1]))), int64(1)
	for _, d := range shape {
		n *= d
	}
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(random.NormFloat64()) / float32(math.Sqrt(float64(n/shape[0])))
	}
	g.Constant(name, shape, values...)
	return name
}

// glaring has a picture go beyond black and white.
func glaring(t network.Tensor) network.Tensor {
	for i, v := range t.Values {
		t.Values[i] = 1.3*v - 0.15
	}
	return t
}

// small is an encoder of two layers, with what is tested in between at odd sizes: from
// "a", of six channels, to "b", of as many.
func small(t *testing.T, middle func(g *onnxtest.Graph)) *fixture {
	var g onnxtest.Graph
	g.Node("Conv", []string{"x", weights(&g, "w1", 6, 3, 3, 3), weights(&g, "b1", 6)}, "first",
		map[string]any{"pads": []int64{1, 1, 1, 1}})
	g.Node("Relu", []string{"first"}, "a", nil)
	if middle == nil {
		middle = func(g *onnxtest.Graph) { g.Node("Identity", []string{"a"}, "b", nil) }
	}
	middle(&g)
	g.Node("Conv", []string{"b", weights(&g, "w2", 5, 6, 3, 3)}, "second", nil)
	g.Node("Relu", []string{"second"}, "y", nil)
	return &fixture{
		manifest: onnxtest.WriteEncoder(t, t.TempDir(), "small", g.Bytes(), style.Encoder{
			Input: style.Input{Name: "x", Channels: "BGR", Range: [2]float64{-1, 1},
				Mean: &[3]float64{0.1, 0, -0.1}, Std: &[3]float64{1, 2, 0.5}},
			Style: []string{"a", "y"}, Content: "b"}),
		plate: noise(1, 17, 15), painting: noise(2, 21, 19), start: glaring(noise(3, 17, 15)),
		weights: objective.Weights{Style: 10, Content: 1, Variation: 2, Confinement: 5},
	}
}

// one is an operator alone.
func one(op string, attributes map[string]any) func(g *onnxtest.Graph) {
	return func(g *onnxtest.Graph) { g.Node(op, []string{"a"}, "b", attributes) }
}

// middles are of every operator.
var middles = map[string]func(g *onnxtest.Graph){
	"strides": func(g *onnxtest.Graph) {
		g.Node("Conv", []string{"a", weights(g, "w", 6, 6, 3, 3)}, "b",
			map[string]any{"strides": []int64{2, 3}, "pads": []int64{1, 0, 0, 2}})
	},
	"groups": func(g *onnxtest.Graph) {
		g.Node("Conv", []string{"a", weights(g, "w", 6, 3, 3, 2)}, "b",
			map[string]any{"group": int64(2), "pads": []int64{0, 1, 2, 0}})
	},
	"dilations": func(g *onnxtest.Graph) {
		g.Node("Conv", []string{"a", weights(g, "w", 6, 6, 3, 3)}, "b",
			map[string]any{"dilations": []int64{2, 1}, "pads": []int64{2, 1, 3, 1}})
	},
	"max pool": one("MaxPool",
		map[string]any{"kernel_shape": []int64{2, 2}, "strides": []int64{2, 2}}),
	"max pool that overlaps": one("MaxPool", map[string]any{"kernel_shape": []int64{3, 3},
		"strides": []int64{2, 2}, "pads": []int64{1, 0, 1, 1}}),
	"average pool": one("AveragePool",
		map[string]any{"kernel_shape": []int64{2, 2}, "strides": []int64{2, 2}}),
	"average pool with pads": one("AveragePool",
		map[string]any{"kernel_shape": []int64{3, 3}, "strides": []int64{2, 2},
			"pads": []int64{1, 1, 1, 1}, "count_include_pad": int64(1)}),
	"reflection": func(g *onnxtest.Graph) {
		g.Integers("pads", 0, 0, 1, 2, 0, 0, 3, 0)
		g.Node("Pad", []string{"a", "pads"}, "b", map[string]any{"mode": "reflect"})
	},
	"constant pad": func(g *onnxtest.Graph) {
		g.Integers("pads", 0, 0, 1, 2, 0, 0, 3, 0)
		g.Constant("value", nil, 0.5)
		g.Node("Pad", []string{"a", "pads", "value"}, "b", map[string]any{"mode": "constant"})
	},
	"arithmetic": func(g *onnxtest.Graph) {
		g.Constant("mean", []int64{6, 1, 1}, 0.1, 0.2, 0.3, -0.1, -0.2, 0)
		g.Constant("gain", []int64{1}, 1.5)
		g.Node("Sub", []string{"mean", "a"}, "p", nil)
		g.Node("Mul", []string{"gain", "p"}, "q", nil)
		g.Node("Div", []string{"q", "gain"}, "r", nil)
		g.Node("Sub", []string{"r", "gain"}, "s", nil)
		g.Node("Add", []string{"s", "mean"}, "t", nil)
		g.Node("Sub", []string{"a", "t"}, "b", nil)
	},
	"branches": func(g *onnxtest.Graph) {
		g.Node("Conv", []string{"a", weights(g, "w3", 2, 6, 1, 1)}, "c", nil)
		g.Node("Conv", []string{"a", weights(g, "w4", 4, 6, 3, 3)}, "d",
			map[string]any{"pads": []int64{1, 1, 1, 1}})
		g.Node("Concat", []string{"c", "d"}, "e", map[string]any{"axis": int64(1)})
		g.Node("Add", []string{"e", "a"}, "b", nil)
	},
}

// fixtures are small encoders with every operator, the one that ships, and those of the test data.
func fixtures(t *testing.T, run func(t *testing.T, f *fixture)) {
	for name, middle := range middles {
		t.Run(name, func(t *testing.T) { run(t, small(t, middle)) })
	}
	for name, e := range onnxtest.Encoders {
		t.Run(name, func(t *testing.T) {
			run(t, known(t, e, 75, 68))
		})
	}
}

// known is an encoder that ships or is of the test data.
func known(t testing.TB, e onnxtest.Encoder, width, height int) *fixture {
	t.Helper()
	return &fixture{
		manifest: e.Open(t),
		plate:    noise(1, width, height),
		painting: noise(2, width-10, height+5), start: glaring(noise(3, width, height)),
		weights: objective.Weights{Style: 10, Content: 1, Variation: 2, Confinement: 5},
	}
}

// apart is how far two gradients are from each other, relative to the second one's length.
func apart[T float32 | float64](a []float32, b []T) float64 {
	off, size := 0., 0.
	for i := range b {
		v := float64(b[i])
		off += (float64(a[i]) - v) * (float64(a[i]) - v)
		size += v * v
	}
	return math.Sqrt(off / size)
}

func TestGradientIsThatOfAutomaticDifferentiation(t *testing.T) {
	torch := onnxtest.StartPython(t, "testdata/reference.py")
	check := func(t *testing.T, f *fixture) {
		o := f.load(t, whole)
		gradient := make([]float32, len(f.start.Values))
		loss, err := o.Evaluate(t.Context(), f.start, gradient)
		if err != nil {
			t.Fatal(err)
		}
		var want struct{ Parts, Gradient []float64 }
		torch.Ask(t, f.task(t, "gradient"), &want)
		for i, part := range []float64{loss.Style, loss.Content, loss.Variation} {
			if math.Abs(part-want.Parts[i]) > 1e-5*want.Parts[i] {
				t.Errorf("the loss is %v, wanted is %v", loss, want.Parts)
			}
		}
		off := apart(gradient, want.Gradient)
		t.Logf("the gradient is off by %.2g", off)
		if !(off <= 1e-4) {
			t.Errorf("the gradient is off by %.2g", off)
		}
		again := make([]float32, len(gradient))
		if second, err := o.Evaluate(t.Context(), f.start, again); err != nil || second != loss ||
			!slices.Equal(again, gradient) {
			t.Errorf("a second time it is %v, %v and another gradient: %v", second, err,
				!slices.Equal(again, gradient))
		}
	}
	fixtures(t, check)
	t.Run("a region", func(t *testing.T) {
		fixtures(t, func(t *testing.T, f *fixture) {
			f.region = disc(f.plate)
			check(t, f)
		})
	})
}

// disc is a region with a soft edge.
func disc(plate network.Tensor) []float32 {
	height, width := int(plate.Shape[2]), int(plate.Shape[3])
	region := make([]float32, height*width)
	for i := range region {
		x, y := float64(i%width)/float64(width), float64(i/width)/float64(height)
		region[i] = float32(min(max(5*(0.35-math.Hypot(x-0.4, y-0.5)), 0), 1))
	}
	return region
}

// The framework's own gradient may be wrong where both make the same mistake: differences
// of the objective in float64 are not.
func TestGradientIsThatOfDifferences(t *testing.T) {
	torch := onnxtest.StartPython(t, "testdata/reference.py")
	check := func(t *testing.T, f *fixture, every int) {
		gradient := make([]float32, len(f.start.Values))
		if _, err := f.load(t, whole).Evaluate(t.Context(), f.start, gradient); err != nil {
			t.Fatal(err)
		}
		var want struct{ Gradient []float64 }
		task := f.task(t, "differences")
		task["every"] = every
		torch.Ask(t, task, &want)
		var some []float32
		for i := 0; i < len(gradient); i += every {
			some = append(some, gradient[i])
		}
		if off := apart(some, want.Gradient); !(off <= 1e-4) {
			t.Errorf("the gradient is off by %.2g", off)
		}
	}
	t.Run("small", func(t *testing.T) { check(t, small(t, nil), 1) })
	for name, e := range onnxtest.Encoders {
		t.Run(name, func(t *testing.T) { check(t, known(t, e, e.Least, e.Least), 47) })
	}
}

func TestDescentIsThatOfTorch(t *testing.T) {
	torch := onnxtest.StartPython(t, "testdata/reference.py")
	for name, e := range onnxtest.Encoders {
		t.Run(name, func(t *testing.T) { descends(t, torch, known(t, e, 64, 64)) })
	}
}

// descends compares the descents from a plate with torch's.
func descends(t *testing.T, torch *onnxtest.Python, f *fixture) {
	type method interface {
		Step(picture []float32, loss float64, gradient []float32)
	}
	f.start = f.plate
	o := f.load(t, whole)
	descend := func(t *testing.T, m method, rate any, iterations int) (reached, want float64) {
		task := f.task(t, "descent")
		task["iterations"], task["rate"] = iterations, rate
		var answer struct{ Parts []float64 }
		torch.Ask(t, task, &answer)
		x := network.Tensor{Shape: f.start.Shape, Values: slices.Clone(f.start.Values)}
		gradient := make([]float32, len(x.Values))
		for i := range iterations + 1 {
			loss, err := o.Evaluate(t.Context(), x, gradient)
			if err != nil {
				t.Fatal(err)
			}
			if reached = loss.Total(); i < iterations {
				m.Step(x.Values, reached, gradient)
			}
		}
		want = answer.Parts[0] + answer.Parts[1] + answer.Parts[2]
		t.Logf("reached %.5g, torch %.5g", reached, want)
		return reached, want
	}
	t.Run("L-BFGS", func(t *testing.T) {
		if reached, want := descend(t, descent.NewLBFGS(100, 2), nil, 100); reached > 1.02*want {
			t.Errorf("reached %.5g, torch %.5g", reached, want)
		}
	})
	t.Run("Adam", func(t *testing.T) {
		// Where a gradient is next to nothing its sign alone is a whole step, and hangs on the last
		// bit.
		if reached, want := descend(t, descent.NewAdam(2), descent.Rate,
			20); math.Abs(reached-want) > 1e-2*want {
			t.Errorf("reached %.5g, torch %.5g", reached, want)
		}
	})
}

func TestEncodersThatAreRefused(t *testing.T) {
	for _, c := range []struct {
		name, want string
		make       func(g *onnxtest.Graph)
	}{
		{"an operator", "the operator Sigmoid, for which there is no gradient",
			func(g *onnxtest.Graph) {
				g.Node("Sigmoid", []string{"x"}, "y", nil)
			}},
		{"a layer", `no layer "y"`, func(g *onnxtest.Graph) {
			g.Node("Relu", []string{"x"}, "z",
				nil)
		}},
		{"a product", "with constants only", func(g *onnxtest.Graph) {
			g.Node("Mul",
				[]string{"x", "x"}, "y", nil)
		}},
		{"same pads", "auto_pad SAME_UPPER", func(g *onnxtest.Graph) {
			g.Node("MaxPool", []string{"x"}, "y",
				map[string]any{"kernel_shape": []int64{2, 2}, "auto_pad": "SAME_UPPER"})
		}},
		{"an edge", `the mode "edge"`, func(g *onnxtest.Graph) {
			g.Integers("pads", 0, 0, 1, 1, 0, 0, 1, 1)
			g.Node("Pad", []string{"x", "pads"}, "y", map[string]any{"mode": "edge"})
		}},
		{"weights that are computed", "nothing that was made of the picture",
			func(g *onnxtest.Graph) {
				g.Constant("w", []int64{3, 3, 1, 1}, make([]float32, 9)...)
				g.Node("Relu", []string{"w"}, "v", nil)
				g.Node("Conv", []string{"x", "v"}, "y", nil)
			}},
		{"weights of other channels", "for 3 channels", func(g *onnxtest.Graph) {
			g.Constant("w", []int64{3, 4, 1, 1}, make([]float32, 12)...)
			g.Node("Conv", []string{"x", "w"}, "y", nil)
		}},
		{"too few weights", "has 9 values", func(g *onnxtest.Graph) {
			g.Constant("w", []int64{3, 3, 1 << 40, 1 << 40}, make([]float32, 9)...)
			g.Node("Conv", []string{"x", "w"}, "y", nil)
		}},
		{"pads", "wider than its kernel", func(g *onnxtest.Graph) {
			g.Constant("w", []int64{3, 3, 1, 1}, make([]float32, 9)...)
			g.Node("Conv", []string{"x", "w"}, "y", map[string]any{"pads": []int64{1, 1, 1, 1}})
		}},
		{"channels without end", "channels come together", func(g *onnxtest.Graph) {
			from := "x"
			for i := range 64 { // or 3 · 2⁶⁴ of them
				to := fmt.Sprint("twice", i)
				g.Node("Concat", []string{from, from}, to, map[string]any{"axis": int64(1)})
				from = to
			}
			g.Node("Relu", []string{from}, "y", nil)
		}},
		{"a wide window", "too large for 192 channels", func(g *onnxtest.Graph) {
			g.Node("Concat", slices.Repeat([]string{"x"}, 64), "many",
				map[string]any{"axis": int64(1)})
			g.Node("AveragePool", []string{"many"}, "y",
				map[string]any{"kernel_shape": []int64{1024, 1024}})
		}},
		{"a constant", "one value for every channel", func(g *onnxtest.Graph) {
			g.Constant("c", []int64{3, 1, 5}, make([]float32, 15)...)
			g.Node("Add", []string{"x", "c"}, "y", nil)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var g onnxtest.Graph
			c.make(&g)
			onnxtest.Start(t)
			o, err := objective.Load(onnxtest.WriteEncoder(t, t.TempDir(), "refused", g.Bytes(),
				style.Encoder{
					Input: style.Input{Name: "x", Channels: "RGB",
						Range: [2]float64{0,
							1}}, Style: []string{"y"}, Content: "y"}), network.Device{}, 1)
			if err == nil {
				o.Close()
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("loaded with %v, want %q", err, c.want)
			}
		})
	}
}
