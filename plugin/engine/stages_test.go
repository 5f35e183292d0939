package engine

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"impasto.net/plugin/importer"
	"impasto.net/plugin/onnxtest"
	"impasto.net/plugin/style"
)

// brought are networks that others made: with InstanceNormalization, with norms spelled
// out and planes enlarged by Reshape and Concat, and with margins that convolutions use up.
var brought = []string{"ncnn_mosaic_dyn_op13.onnx", "gnsmrky_mosaic_nc8_256x256.onnx", "winml_candy.onnx"}

// bring imports a network into a bank.
func bring(t testing.TB, bank, file string) string {
	t.Helper()
	im := importer.Importer{Engine: install(t), Folder: bank}
	styles, err := im.Add(context.Background(), onnxtest.Data(t, "models", file), &importer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return styles[0].ID
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
	mean := add("ReduceMean", map[string]any{"axes": []int64{2}, "keepdims": int64(1)})
	g.Integers("planes", 1, 8, 1, 1)
	mean = add("Reshape", nil, "planes")
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
	add("Resize", map[string]any{"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}, "", "four")
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
	bank := t.TempDir()
	onnxtest.WritePackage(t, bank, "normed", normed(), func(s *style.Style) {
		s.Input.MultipleOf, s.Input.Minimum = 2, 10
		s.Output.Range[1] = 2
	})
	whole := newClient(t, bank)
	for _, size := range [][2]int{{130, 98}, {101, 67}} {
		s := newShared(t, "normed", size[0], size[1])
		s.tinge(size[0], 1)
		whole.render(s)
		want := bytes.Clone(s.output)
		clear(s.output)
		c := tilingClient(t, bank, "normed", size[0]*size[1])
		c.render(s)
		near(t, s.output, want, 1e-4)
		if c.tiles() < 2 {
			t.Errorf("painted in %d tiles", c.tiles())
		}
	}
	e := newEngine(style.Bank{bank}, 2, hclog.NewNullLogger())
	s, _ := leased(t, e, "normed")
	for _, room := range []int{1, 1 << 15, 1 << 17, 1 << 30} {
		s.plan.close()
		stagesEqual(t, e, s, 134, 102, room)
		kept := 0
		for _, st := range s.plan.stages {
			kept += len(st.To)
		}
		t.Logf("in %d bytes %d tensors are kept", room, kept)
	}
}

func TestStagesHaveNoSeams(t *testing.T) {
	for _, file := range brought {
		t.Run(file, func(t *testing.T) {
			bank := t.TempDir()
			id := bring(t, bank, file)
			runtimeLibrary = onnxtest.Library(t)
			if err := startRuntime(); err != nil {
				t.Fatal(err)
			}
			e := newEngine(style.Bank{bank}, 2, hclog.NewNullLogger())
			s, _ := leased(t, e, id)
			if s.stages == nil {
				t.Fatal("it has no stages")
			}
			stagesEqual(t, e, s, 364, 412, 1<<30)
		})
	}
}

// stagesEqual compares a picture in tiles with a whole run.
func stagesEqual(t *testing.T, e *engine, s *session, width, height, room int) {
	t.Helper()
	picture := func() []float32 {
		values, err := e.scratch(3 * width * height)
		if err != nil {
			t.Fatal(err)
		}
		for i := range values {
			x, y := float64(i%width), float64(i/width%height)
			v := 0.5 + 0.3*math.Sin(x/40)*math.Cos(y/30) + 0.2*math.Sin(float64(i*7919%1000))
			values[i] = float32(s.Input.Range[0] + (s.Input.Range[1]-s.Input.Range[0])*v)
		}
		return values
	}
	want := make([]float32, 3*width*height)
	start := time.Now()
	if err := s.run(context.Background(), picture(), want, width, height, nil); err != nil {
		t.Fatal(err)
	}
	direct := time.Since(start)
	tiles := staging{engine: e, session: s, ctx: context.Background(), painted: func(float64) {}, width: width, height: height, room: room, pixels: width * height / 5}
	start = time.Now()
	got, err := tiles.run(picture())
	if err != nil {
		t.Fatal(err)
	}
	worst := 0.
	for i, v := range got {
		worst = max(worst, math.Abs(float64(v-want[i])))
	}
	worst /= s.Output.Range[1] - s.Output.Range[0]
	t.Logf("%d × %d: off by %.1e of 1 at the most; %v whole, %v in tiles", width, height, worst, direct, time.Since(start))
	if !(worst <= 1e-3) {
		t.Errorf("%d × %d: off by %g of 1", width, height, worst)
	}
}
