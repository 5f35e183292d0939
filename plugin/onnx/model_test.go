package onnx_test

import (
	"bytes"
	"slices"
	"testing"

	"impasto.net/plugin/onnx"
	"impasto.net/plugin/onnxtest"
)

func TestRead(t *testing.T) {
	g := onnxtest.Graph{Shape: []int64{1, 3, 24, 32}}
	g.Constant("mean", []int64{3}, 104, 117, 123)
	g.Node("Sub", []string{"x", "mean"}, "y", nil)
	m, err := onnx.Read(g.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Inputs) != 1 || m.Inputs[0].Name != "x" || m.Inputs[0].Type != onnx.TypeFloat ||
		!slices.Equal(m.Inputs[0].Shape, []int64{1, 3, 24, 32}) {
		t.Errorf("the inputs are %v", m.Inputs)
	}
	if len(m.Nodes) != 1 || m.Nodes[0].Op != "Sub" ||
		!slices.Equal(m.Constants["mean"].Values, []float32{104, 117, 123}) || m.OperatorSet != 17 {
		t.Errorf("read %+v", m)
	}
	freed, err := onnx.Free(g.Bytes(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if m, err = onnx.Read(freed); err != nil ||
		!slices.Equal(m.Inputs[0].Shape, []int64{1, 3, -1, -1}) ||
		!slices.Equal(m.Outputs[0].Shape, []int64{1, 3, -1, -1}) {
		t.Errorf("freed it is %+v, %v", m, err)
	}
}

func TestChannelsFirst(t *testing.T) {
	g := onnxtest.Graph{Shape: []int64{1, 24, -1, 3}}
	g.Node("Identity", []string{"x"}, "y", nil)
	turned, err := onnx.ChannelsFirst(g.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	m, err := onnx.Read(turned)
	if err != nil {
		t.Fatal(err)
	}
	if p := m.Inputs[0]; p.Name != "x_channels_first" ||
		!slices.Equal(p.Shape, []int64{1, 3, 24, -1}) {
		t.Errorf("the input is %v", p)
	}
	if n := m.Nodes; len(n) != 3 || n[0].Outputs[0] != "x" || n[2].Inputs[0] != "y" {
		t.Errorf("the nodes are %v", n)
	}
}

// Older files list their weights among the inputs: nobody feeds those, and their shapes
// are not those of pictures.
func TestWeightsAmongTheInputs(t *testing.T) {
	var g onnxtest.Graph
	g.Input("x", 1, 3, 24, 32)
	g.Input("weights", 1, 16, 5, 3)
	g.Constant("weights", []int64{1, 16, 5, 3}, make([]float32, 240)...)
	g.Node("Identity", []string{"x"}, "y", nil)
	for name, change := range map[string]func([]byte) ([]byte, error){
		"Free":          func(file []byte) ([]byte, error) { return onnx.Free(file, nil) },
		"ChannelsFirst": onnx.ChannelsFirst,
	} {
		file, err := change(g.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if m, err := onnx.Read(file); err != nil || len(m.Inputs) != 1 || m.Inputs[0].Name != "x" ||
			len(m.Nodes) != 1 {
			t.Errorf("after %s: %+v, %v", name, m, err)
		}
		if !bytes.Contains(file, []byte("weights")) || bytes.Contains(file, []byte("weights_")) {
			t.Errorf("%s changed the weights", name)
		}
	}
}

// Whatever a stranger's file holds, reading it neither panics nor takes long, and what
// can be read can be freed and read again.
func FuzzRead(f *testing.F) {
	f.Add(onnxtest.Identity())
	f.Add(onnxtest.Slow(2, 2))
	f.Add([]byte{0x3a, 0x02, 0x3a, 0x00})
	var g onnxtest.Graph
	g.Integers("size", 1, 3, 16, 8)
	g.Node("ConvTranspose", []string{"x", "w"}, "a",
		map[string]any{"output_shape": []int64{8, 8}, "kernel_shape": []int64{3, 3}})
	g.Node("Slice", []string{"a"}, "b", map[string]any{"ends": []int64{7}, "axes": []int64{-1}})
	g.Node("Reshape", []string{"b", "size"}, "y", nil)
	f.Add(g.Bytes())
	var norms onnxtest.Graph
	norms.Constant("w", []int64{3, 3, 1, 1}, 1, 0, 0, 0, 1, 0, 0, 0, 1)
	norms.Constant("one", []int64{3}, 1, 1, 1)
	norms.Node("Conv", []string{"x", "w"}, "c", nil)
	norms.Node("InstanceNormalization", []string{"c", "one", "one"}, "n", nil)
	norms.Node("ReduceMean", []string{"n"}, "m", map[string]any{"axes": []int64{2, 3}})
	norms.Node("Sub", []string{"n", "m"}, "y", nil)
	f.Add(norms.Bytes())
	var chooses onnxtest.Graph
	chooses.InputOf(1, "x", 1, 3, -1, -1)
	chooses.InputOf(7, "style", 1)
	chooses.Constant("table", []int64{2, 3}, 1, 1, 1, 0, 0, 0)
	chooses.Node("Gather", []string{"table", "style"}, "row", nil)
	chooses.Node("Mul", []string{"x", "row"}, "y", nil)
	f.Add(chooses.Bytes())
	f.Fuzz(func(t *testing.T, file []byte) {
		m, err := onnx.Read(file)
		if err != nil {
			return
		}
		_, tensors, _, err := onnx.Probe(file)
		if err != nil {
			t.Fatal(err)
		}
		shapes := map[string][]int64{}
		for _, name := range tensors {
			shapes[name] = []int64{1, 3, 8, 8}
		}
		freed, err := onnx.Free(file, shapes)
		if err != nil {
			t.Fatal(err)
		}
		for _, change := range []func([]byte) ([]byte, error){
			onnx.Batched, onnx.Single, onnx.ChannelsFirst, onnx.Float32, onnx.Coloured,
			func(file []byte) ([]byte, error) {
				changed, _, _,
					err := onnx.Choices(file)
				return changed, err
			},
			func(file []byte) ([]byte, error) {
				changed, _, err := onnx.Fit(file, "y", 9, 9, 8, 10)
				return changed, err
			},
		} {
			changed, err := change(file)
			if err == nil {
				_, err = onnx.Read(changed)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if f, stages, err := onnx.NewStages(file, "x", "y"); err == nil {
			_, _ = f.Pieces(0, 100, 3)
			if stages != nil {
				cutAll(t, stages)
			}
		}
		again, err := onnx.Read(freed)
		if err != nil || len(again.Inputs) != len(m.Inputs) || len(again.Nodes) < len(m.Nodes) {
			t.Errorf("freed it reads otherwise: %v", err)
		}
	})
}

// cutAll makes the graphs of all stages.
func cutAll(t *testing.T, s *onnx.Stages) {
	plan, err := s.Plan(64, 64, 1<<20)
	if err != nil {
		return
	}
	for _, st := range plan {
		file, _, _, err := st.Graph()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := onnx.Read(file); err != nil {
			t.Fatal(err)
		}
	}
}

// Weights of other widths are read as they are: the numbers are those of the formats'
// definitions.
func TestFloatsOfAnyWidth(t *testing.T) {
	for kind, raw := range map[byte]string{
		// 1, -2, 65504, 2^-24, -0
		10: "\x00\x3c\x00\xc0\xff\x7b\x01\x00\x00\x80",
		// 1, -2, 65536, 2^-24, -0
		16: "\x80\x3f\x00\xc0\x80\x47\x80\x33\x00\x80",
		11: "\x00\x00\x00\x00\x00\x00\xf0\x3f\x00\x00\x00\x00\x00\x00\x00\xc0", // 1, -2
	} {
		tensor := append([]byte{1 << 3, byte(len(raw) / map[byte]int{10: 2, 16: 2, 11: 8}[kind]),
			2 << 3, kind, 8<<3 | 2, 1, 'w', 9<<3 | 2, byte(len(raw))}, raw...)
		var g onnxtest.Graph
		g.Initializer(tensor)
		g.Node("Mul", []string{"x", "w"}, "y", nil)
		m, err := onnx.Read(g.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		c := m.Constants["w"]
		got, err := c.Floats()
		want := map[byte][]float32{10: {1, -2, 65504, 1. / (1 << 24), 0},
			16: {1, -2, 65536, 1. / (1 << 24), 0}, 11: {1, -2}}[kind]
		if err != nil || !slices.Equal(got, want) || !slices.Equal(c.Values, want) || c.NaN {
			t.Errorf("type %d: %v, %v, %v", kind, got, c, err)
		}
	}
}
