package onnxtest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"impasto.net/plugin/style"
)

// WritePackage makes the style package bank/name with that graph, and gives its id. It
// takes RGB in 0 to 1 of any size. The edits change the manifest before it is written;
// one that lies is written all the same.
func WritePackage(t testing.TB, bank, name string, graph []byte, edits ...func(*style.Manifest)) string {
	t.Helper()
	sum := sha256.Sum256(graph)
	m := style.Manifest{
		Format: style.Format, Name: name, Label: "Test " + name, Graph: "net.onnx",
		Input:          style.Input{Name: "x", Channels: "RGB", Range: [2]float64{0, 1}, MultipleOf: 1, Minimum: 1},
		Output:         style.Output{Name: "y", Channels: "RGB", Range: [2]float64{0, 1}},
		ReceptiveField: 1, Licence: "MIT", Origin: "made by a test",
		Files: map[string]string{"net.onnx": hex.EncodeToString(sum[:])},
	}
	for _, edit := range edits {
		edit(&m)
	}
	data, err := json.MarshalIndent(&m, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(bank, name)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for file, content := range map[string][]byte{"net.onnx": graph, style.ManifestFile: data} {
		if err := os.WriteFile(filepath.Join(folder, file), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	id := sha256.Sum256(data)
	return name + "@" + hex.EncodeToString(id[:6])
}

// WithVectors makes an edit for WritePackage that adds the second graph of Vectors.
func WithVectors(t testing.TB, bank, name string, vectors []byte) func(*style.Manifest) {
	t.Helper()
	folder := filepath.Join(bank, name)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "vectors.onnx"), vectors, 0o644); err != nil {
		t.Fatal(err)
	}
	return func(m *style.Manifest) {
		sum := sha256.Sum256(vectors)
		m.Files["vectors.onnx"] = hex.EncodeToString(sum[:])
		m.Input.Name, m.Alpha = "content", "alpha"
		painting := m.Input
		painting.Name = "painting"
		m.Painting = &painting
		m.Vectors = &style.Vectors{Graph: "vectors.onnx", Outputs: []string{"mean", "gain"}, Inputs: []string{"mean", "gain"}}
	}
}
