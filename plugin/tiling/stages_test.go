package tiling

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/hashicorp/go-hclog"

	"impasto.net/plugin/importer"
	"impasto.net/plugin/network"
	"impasto.net/plugin/onnx"
	"impasto.net/plugin/onnxtest"
	"impasto.net/plugin/style"
)

// graph is a network as frames go through it, on the CPU.
func graph(t *testing.T, model []byte, in *style.Input, out *style.Output) *Graph {
	t.Helper()
	onnxtest.Start(t)
	s, err := network.Load(model, []network.Port{network.Picture(in.Name, 0, 0)},
		[]network.Port{network.Picture(out.Name, 0, 0)}, network.Device{}, 2)
	if err != nil {
		t.Fatal(err)
	}
	g := &Graph{ID: "test", Input: in, Output: out}
	g.Run = func(ctx context.Context, in, out []float32, width, height int,
		_ []network.Tensor) error {
		return s.Run(ctx, []network.Tensor{network.NewPicture(in, width, height)},
			[]network.Tensor{network.NewPicture(out, width, height)})
	}
	if g.Field, g.Stages, err = onnx.NewStages(model, in.Name, out.Name); err != nil {
		t.Fatal(err)
	}
	if g.Stages == nil {
		t.Fatal("it has no stages")
	}
	t.Cleanup(func() {
		g.Close()
		_ = s.Close() // fails for what is closed already only
	})
	return g
}

// normed is a network of norms of several spellings around strided convolutions, a residual
// and the picture itself at the end.
func normed() []byte {
	var g onnxtest.Graph
	n, last := 0, "x"
	add := func(op string, attributes map[string]any, more ...string) string {
		n++
		name := fmt.Sprint(op, n)
		g.Node(op, append([]string{last}, more...), name, attributes)
		last = name
		return name
	}
	random := rand.New(rand.NewPCG(3, 4))
	values := func(shape ...int64) string {
		n++
		count := int64(1)
		for _, d := range shape {
			count *= d
		}
		v := make([]float32, count)
		for i := range v {
			v[i] = float32(random.NormFloat64()) / 3
		}
		name := fmt.Sprint("constant", n)
		g.Constant(name, shape, v...)
		return name
	}
	one := []int64{1, 1}
	two := []int64{2, 2}
	g.Constant("small", []int64{1}, 1e-5)
	g.Constant("two", []int64{}, 2)
	g.Constant("four", []int64{4}, 1, 1, 2, 2)
	g.Integers("margin", 0, 0, 9, 9, 0, 0, 9, 9)
	g.Integers("rows", 1, 8, -1)

	add("Pad", map[string]any{"mode": "reflect"}, "margin")
	add("Conv", map[string]any{"strides": two}, values(8, 3, 5, 5))
	add("InstanceNormalization", nil, values(8), values(8))
	skip := add("Relu", nil)
	add("Conv", map[string]any{"strides": one, "pads": []int64{1, 1, 1, 1}}, values(8, 8, 3, 3))

	x := last // spelled out, the planes flattened
	add("Reshape", nil, "rows")
	add("ReduceMean", map[string]any{"axes": []int64{2}, "keepdims": int64(1)})
	g.Integers("planes", 1, 8, 1, 1)
	mean := add("Reshape", nil, "planes")
	last = x
	d := add("Sub", nil, mean)
	add("Pow", nil, "two")
	add("ReduceMean", map[string]any{"axes": []int64{2, 3}})
	add("Add", nil, "small")
	deviation := add("Sqrt", nil)
	last = d
	add("Div", nil, deviation)
	add("Add", nil, skip)

	x = last // a mean alone
	mean = add("GlobalAveragePool", nil)
	last = x
	add("Sub", nil, mean)
	add("Conv", nil, values(8, 8, 3, 3))
	add("Resize", map[string]any{"mode": "nearest", "coordinate_transformation_mode": "asymmetric",
		"nearest_mode": "floor"}, "", "four")
	add("InstanceNormalization", nil, values(8), values(8))
	add("Conv", map[string]any{"pads": []int64{1, 1, 1, 1}}, values(3, 8, 3, 3))
	g.Integers("from", 5, 5)
	g.Integers("to", -5, -5)
	g.Integers("axes", 2, 3)
	add("Slice", nil, "from", "to", "axes")
	add("Sigmoid", nil)
	g.Node("Add", []string{last, "x"}, "y", nil)
	return g.Bytes()
}

// Networks with norms are painted alike in tiles and whole, whatever is kept between the
// norms and whatever is made again.
func TestStages(t *testing.T) {
	in := &style.Input{Name: "x", Range: [2]float64{0, 1}, MultipleOf: 2, Minimum: 10}
	g := graph(t, normed(), in, &style.Output{Name: "y", Range: [2]float64{0, 2}})
	for _, room := range []int{1, 1 << 15, 1 << 17, 1 << 30} {
		for _, size := range [][2]int{{134, 102}, {130, 98}, {102, 68}} {
			g.Close()
			stagesEqual(t, g, size[0], size[1], room)
		}
		kept := 0
		for _, st := range g.plan.stages {
			kept += len(st.To)
		}
		t.Logf("in %d bytes %d tensors are kept", room, kept)
	}
}

// So are networks that others made: with InstanceNormalization, with norms spelled out and planes
// enlarged by Reshape and Concat, and with margins that convolutions use up.
func TestStagesHaveNoSeams(t *testing.T) {
	for _, file := range []string{"ncnn_mosaic_dyn_op13.onnx", "gnsmrky_mosaic_nc8_256x256.onnx",
		"winml_candy.onnx"} {
		t.Run(file, func(t *testing.T) {
			engine := filepath.Join(filepath.Dir(onnxtest.Library(t)), "impasto-engine")
			im := importer.Importer{Engine: engine, Folder: t.TempDir()}
			styles, err := im.Add(t.Context(), onnxtest.Data(t, "models", file),
				&importer.Options{})
			if err != nil {
				t.Fatal(err)
			}
			bank := style.Bank{im.Folder}
			s, err := bank.Find(styles[0].ID)
			if err != nil {
				t.Fatal(err)
			}
			n, err := bank.Network(s)
			if err != nil {
				t.Fatal(err)
			}
			models, err := n.Load(n.Graph)
			if err != nil {
				t.Fatal(err)
			}
			stagesEqual(t, graph(t, models[0], &n.Input, &n.Output), 364, 412, 1<<30)
		})
	}
}

// stagesEqual compares a picture in tiles with a whole run.
func stagesEqual(t *testing.T, g *Graph, width, height, room int) {
	t.Helper()
	var buffers network.Buffers
	picture := func() []float32 {
		values, err := buffers.Get(3 * width * height)
		if err != nil {
			t.Fatal(err)
		}
		for i := range values {
			x, y := float64(i%width), float64(i/width%height)
			v := 0.5 + 0.3*math.Sin(x/40)*math.Cos(y/30) + 0.2*math.Sin(float64(i*7919%1000))
			values[i] = float32(g.Input.Range[0] + (g.Input.Range[1]-g.Input.Range[0])*v)
		}
		return values
	}
	want := make([]float32, 3*width*height)
	if err := g.Run(t.Context(), picture(), want, width, height, nil); err != nil {
		t.Fatal(err)
	}
	tiler := &Tiler{Buffers: &buffers, Threads: func() int { return 2 }, Log: hclog.NewNullLogger()}
	parts := 0
	run := staging{
		Tiler: tiler, graph: g, ctx: t.Context(), painted: func(float64) { parts++ },
		width: width, height: height, room: room, pixels: width * height / 5,
	}
	got, err := run.run(picture())
	if err != nil {
		t.Fatal(err)
	}
	worst := 0.
	for i, v := range got {
		worst = max(worst, math.Abs(float64(v-want[i])))
	}
	worst /= g.Output.Range[1] - g.Output.Range[0]
	t.Logf("%d × %d, %d parts: off by %.1e of 1 at the most", width, height, parts, worst)
	if !(worst <= 1e-3) {
		t.Errorf("%d × %d: off by %g of 1", width, height, worst)
	}
	if parts < 2*len(g.plan.stages) {
		t.Errorf("%d × %d: painted in %d parts", width, height, parts)
	}
}
