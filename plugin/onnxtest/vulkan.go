package onnxtest

import (
	"path/filepath"
	"testing"

	"impasto.net/plugin/onnx"
)

// Vulkan has this test and what it starts use a Vulkan driver that needs no GPU: Chromium's
// SwiftShader. Tests are skipped where there is none.
func Vulkan(t testing.TB) {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib*/chromium*/vk_swiftshader_icd.json") // the pattern is valid
	if len(found) == 0 {
		t.Skip("there is no software driver for Vulkan: install Debian's package chromium-common")
	}
	t.Setenv("VK_ICD_FILENAMES", found[0])
}

// Wide is a graph that gives what it takes, through an operator that has more tensors than
// WebGPU takes at once, and no name by which it could be kept from the GPU.
func Wide() []byte {
	var g Graph
	parts := make([]string, 24)
	for i := range parts {
		parts[i] = "part " + string(rune('a'+i))
	}
	means := make([]string, len(parts)/3)
	for i := range means {
		means[i] = "mean"
	}
	g.Node("GlobalAveragePool", []string{"x"}, "mean", nil)
	g.Node("Concat", means, "means", onnx.Attributes{"axis": int64(1)})
	g.Graph.Node("Split", []string{"means"}, parts, onnx.Attributes{"axis": int64(1)})
	sum := "x"
	for i := 0; i+3 < len(parts); i += 3 { // of red, less of red
		g.Node("Sub", []string{parts[i], parts[i+3]}, "none "+parts[i], nil)
		next := "sum " + parts[i]
		if i+6 >= len(parts) {
			next = "y"
		}
		g.Node("Add", []string{sum, "none " + parts[i]}, next, nil)
		sum = next
	}
	return g.Bytes()
}
