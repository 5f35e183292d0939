package onnx

import (
	"testing"

	"impasto.net/plugin/onnxtest"
)

// Whatever a stranger's file holds, looking through it neither panics nor takes long.
func FuzzRefuseExternalData(f *testing.F) {
	f.Add(onnxtest.Identity())
	f.Add(onnxtest.Slow(2, 2))
	f.Add([]byte{0x3a, 0x02, 0x3a, 0x00})
	f.Fuzz(func(t *testing.T, graph []byte) {
		if err := RefuseExternalData(graph); err != nil && err.Error() == "" {
			t.Error("refused without a word")
		}
	})
}
