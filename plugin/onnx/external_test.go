package onnx_test

import (
	"os"
	"path/filepath"
	"testing"

	"impasto.net/plugin/onnx"
	"impasto.net/plugin/onnxtest"
)

// Whatever a stranger's file holds, looking through it neither panics nor takes long, and
// what has been put into it is no longer elsewhere.
func FuzzRefuseExternalData(f *testing.F) {
	f.Add(onnxtest.Identity())
	f.Add(onnxtest.Slow(2, 2))
	f.Add([]byte{0x3a, 0x02, 0x3a, 0x00})
	folder := f.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "w"), make([]byte, 64), 0o644); err != nil {
		f.Fatal(err)
	}
	var g onnxtest.Graph
	g.External("weights", []int64{1}, "w", "offset", "8", "length", "4")
	g.Node("Mul", []string{"x", "weights"}, "y", nil)
	f.Add(g.Bytes())
	f.Fuzz(func(t *testing.T, graph []byte) {
		if err := onnx.RefuseExternalData(graph); err != nil && err.Error() == "" {
			t.Error("refused without a word")
		}
		if whole, err := onnx.Inline(graph, folder, 1<<20); err == nil &&
			onnx.RefuseExternalData(whole) != nil {
			t.Error(onnx.RefuseExternalData(whole))
		}
	})
}
