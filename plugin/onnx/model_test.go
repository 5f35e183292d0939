package onnx

import (
	"os"
	"slices"
	"testing"

	"impasto.net/plugin/onnxtest"
)

func TestRead(t *testing.T) {
	g := onnxtest.Graph{Shape: []int64{1, 3, 24, 32}}
	g.Constant("mean", []int64{3}, 104, 117, 123)
	g.Node("Sub", []string{"x", "mean"}, "y", nil)
	m, err := Read(g.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Inputs) != 1 || m.Inputs[0].Name != "x" || m.Inputs[0].Type != TypeFloat || !slices.Equal(m.Inputs[0].Shape, []int64{1, 3, 24, 32}) {
		t.Errorf("the inputs are %v", m.Inputs)
	}
	if len(m.Nodes) != 1 || m.Nodes[0].Op != "Sub" || !slices.Equal(m.Constants["mean"].Values, []float32{104, 117, 123}) || m.OperatorSet != 13 {
		t.Errorf("read %+v", m)
	}
	freed, err := Free(g.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if m, err = Read(freed); err != nil || !slices.Equal(m.Inputs[0].Shape, []int64{1, 3, -1, -1}) || !slices.Equal(m.Outputs[0].Shape, []int64{1, 3, -1, -1}) {
		t.Errorf("freed it is %+v, %v", m, err)
	}
}

// Inputs that have a constant for their default are none that anybody has to feed.
func TestDefaultsAreNotInputs(t *testing.T) {
	file, err := os.ReadFile(onnxtest.Data(t, "models", "winml_candy.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := Read(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Inputs) != 1 || len(m.Outputs) != 1 || m.Inputs[0].Name != "inputImage" {
		t.Errorf("%v, %v", m.Inputs, m.Outputs)
	}
}

// Whatever a stranger's file holds, reading it neither panics nor takes long, and what
// can be read can be freed and read again.
func FuzzRead(f *testing.F) {
	f.Add(onnxtest.Identity())
	f.Add(onnxtest.Slow(2, 2))
	f.Add([]byte{0x3a, 0x02, 0x3a, 0x00})
	f.Fuzz(func(t *testing.T, file []byte) {
		m, err := Read(file)
		if err != nil {
			return
		}
		freed, err := Free(file)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Read(freed)
		if err != nil || len(again.Inputs) != len(m.Inputs) || len(again.Nodes) != len(m.Nodes) {
			t.Errorf("freed it reads otherwise: %v", err)
		}
	})
}
