package network_test

import (
	"context"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"impasto.net/plugin/network"
	"impasto.net/plugin/onnxtest"
)

// picture is a port of any size.
func picture(name string) []network.Port { return []network.Port{network.Picture(name, 0, 0)} }

func run(s *network.Session, ctx context.Context, in, out []float32, width, height int) error {
	return s.Run(ctx, []network.Tensor{network.NewPicture(in, width, height)},
		[]network.Tensor{network.NewPicture(out, width, height)})
}

func load(t *testing.T, graph []byte) (*network.Session, error) {
	t.Helper()
	onnxtest.Start(t)
	s, err := network.Load(graph, picture("x"), picture("y"), network.Device{}, 2)
	if err == nil {
		t.Cleanup(func() { s.Close() })
	}
	return s, err
}

func TestRun(t *testing.T) {
	s, err := load(t, onnxtest.Gain(2))
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range [][2]int{{1, 1}, {7, 3}, {640, 480}, {7, 3}} {
		in, out := make([]float32, 3*size[0]*size[1]), make([]float32, 3*size[0]*size[1])
		for i := range in {
			in[i] = rand.Float32()
		}
		if err := run(s, context.Background(), in, out, size[0], size[1]); err != nil {
			t.Fatal(err)
		}
		for i := range in {
			if out[i] != 2*in[i] {
				t.Fatalf("%v: value %d of %v", size, i, out)
			}
		}
	}
}

// A file that begins as one of ONNX Runtime's own format does, and is ONNX, is read as the
// one network that was checked.
func TestOneNetworkInAFile(t *testing.T) {
	producer := append([]byte{2<<3 | 2, 6}, "..ORTM"...) // the format's name at the fifth byte
	s, err := load(t, append(producer, onnxtest.Gain(2)...))
	if err != nil {
		t.Fatal(err)
	}
	in, out := []float32{1, 2, 3}, make([]float32, 3)
	if err := run(s, context.Background(), in, out, 1, 1); err != nil ||
		!slices.Equal(out, []float32{2, 4, 6}) {
		t.Errorf("%v becomes %v, %v", in, out, err)
	}
}

func TestGraphsThatAreRefused(t *testing.T) {
	shaped := func(shape ...int64) []byte {
		g := onnxtest.Graph{Shape: shape}
		g.Node("Identity", []string{"x"}, "y", nil)
		return g.Bytes()
	}
	var external onnxtest.Graph
	external.External("weights", []int64{1}, "/etc/hostname")
	external.Node("Mul", []string{"x", "weights"}, "y", nil)
	var unknown onnxtest.Graph
	unknown.Node("NoSuchOperator", []string{"x"}, "y", nil)
	for _, c := range []struct {
		name  string
		graph []byte
		want  string
	}{
		{"empty", nil, "not a graph"},
		{"text", []byte("This is not a network, but a file of another kind."), "not an ONNX file"},
		{"cut", onnxtest.Slow(2, 8)[:200], "cut short"},
		{"unknown operator", unknown.Bytes(), "NoSuchOperator"},
		{"external data", external.Bytes(), `"weights" in another file`},
		{"fixed size", shaped(1, 3, 720, 1280), "1280 × 720 pixels"},
		{"one channel", shaped(1, 1, -1, -1), "wanted is 1 × 3"},
		{"two pictures", shaped(2, 3, -1, -1), "wanted is 1 × 3"},
		{"rank", shaped(3, -1, -1), "wanted is 1 × 3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := load(t, c.graph)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("loaded with %v, want %q", err, c.want)
			}
		})
	}
	t.Run("names", func(t *testing.T) {
		if _, err := network.Load(onnxtest.Identity(), picture("x"), picture("z"), network.Device{},
			1); err == nil || !strings.Contains(err.Error(), `"y", the manifest says "z"`) {
			t.Error(err)
		}
		if _, err := network.Load(onnxtest.Identity(), picture("image"), picture("y"),
			network.Device{}, 1); err == nil ||
			!strings.Contains(err.Error(), `"x", the manifest says "image"`) {
			t.Error(err)
		}
	})
}

func TestWrongOutputSize(t *testing.T) {
	var g onnxtest.Graph
	g.Node("AveragePool", []string{"x"}, "y",
		map[string]any{"kernel_shape": []int64{2, 2}, "strides": []int64{2, 2}})
	s, err := load(t, g.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	in, out := make([]float32, 3*64), make([]float32, 3*64)
	if err := run(s, context.Background(), in, out, 8, 8); err == nil {
		t.Error("an output of another size was taken")
	}
}

func TestCancelledRunStopsAndTheSessionLivesOn(t *testing.T) {
	s, err := load(t, onnxtest.Slow(60, 16))
	if err != nil {
		t.Fatal(err)
	}
	const w, h = 400, 300
	in, want := make([]float32, 3*w*h), make([]float32, 3*w*h)
	for i := range in {
		in[i] = rand.Float32()
	}
	start := time.Now()
	if err := run(s, context.Background(), in, want, w, h); err != nil {
		t.Fatal(err)
	}
	whole := time.Since(start)
	ctx, cancel := context.WithTimeout(context.Background(), whole/10)
	defer cancel()
	start = time.Now()
	got := make([]float32, 3*w*h)
	if err := run(s, ctx, in, got, w, h); err != context.DeadlineExceeded {
		t.Errorf("ran with %v", err)
	}
	if took := time.Since(start); took > whole*3/4 {
		t.Errorf("stopped after %v, a whole run takes %v", took, whole)
	}
	if err := run(s, context.Background(), in, got, w, h); err != nil || !slices.Equal(got, want) {
		t.Errorf("the run after a cancelled one differs, or failed: %v", err)
	}
}

func TestRealNetworksLoad(t *testing.T) {
	graph, err := os.ReadFile(onnxtest.Data(t, "models", "ncnn_candy_dyn_op13.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	onnxtest.Start(t)
	s, err := network.Load(graph, picture("image"), picture("stylized"), network.Device{}, 2)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	fixed, err := os.ReadFile(onnxtest.Data(t, "models", "winml_candy.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := network.Load(fixed, picture("inputImage"), picture("outputImage"),
		network.Device{}, 2); err == nil || !strings.Contains(err.Error(), "720 × 720") {
		t.Errorf("a network of fixed size: %v", err)
	}
}

func TestBuffersAreUsedAgain(t *testing.T) {
	var b network.Buffers
	x, err := b.Get(1000)
	if err != nil {
		t.Fatal(err)
	}
	x[999] = 7
	b.Put(x)
	y, err := b.Get(1000)
	if err != nil || &x[0] != &y[0] {
		t.Errorf("another buffer, %v", err)
	}
	for range 10 {
		z, err := b.Get(50)
		if err != nil {
			t.Fatal(err)
		}
		defer b.Put(z)
	}
	if _, err := b.Get(1 << 50); err == nil {
		t.Error("a petabyte was had")
	}
}
