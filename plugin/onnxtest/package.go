package onnxtest

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"impasto.net/plugin/style"
)

// WritePackage makes the style package bank/name with that graph, and gives its id. It
// takes RGB in 0 to 1 of any size. The edits change the manifest before it is written;
// one that lies is written all the same.
func WritePackage(t testing.TB, bank, name string, graph []byte,
	edits ...func(*style.Style)) string {
	t.Helper()
	s := style.Style{Package: head(name, map[string][]byte{"net.onnx": graph}),
		Label: "Test " + name}
	s.Graphs = &style.Graphs{
		Graph: "net.onnx",
		Input: style.Input{Name: "x", Channels: "RGB", Range: [2]float64{0, 1},
			MultipleOf: 1, Minimum: 1},
		Output:         style.Output{Name: "y", Channels: "RGB", Range: [2]float64{0, 1}},
		ReceptiveField: 1,
	}
	for _, edit := range edits {
		edit(&s)
	}
	return write(t, bank, name, style.ManifestFile, &s, map[string][]byte{"net.onnx": graph})
}

// WithVectors makes an edit for WritePackage that adds the second graph of Vectors.
func WithVectors(t testing.TB, bank, name string, vectors []byte) func(*style.Style) {
	t.Helper()
	folder := filepath.Join(bank, name)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "vectors.onnx"), vectors, 0o644); err != nil {
		t.Fatal(err)
	}
	return func(m *style.Style) {
		sum := sha256.Sum256(vectors)
		m.Files["vectors.onnx"] = hex.EncodeToString(sum[:])
		m.Input.Name, m.Alpha = "content", "alpha"
		painting := m.Input
		painting.Name = "painting"
		m.Painting = &painting
		m.Vectors = &style.Vectors{Graph: "vectors.onnx", Outputs: []string{"mean", "gain"},
			Inputs: []string{"mean", "gain"}}
	}
}

// WriteNetwork makes the network package bank/name of Conditional's graphs, and gives its
// id.
func WriteNetwork(t testing.TB, bank, name string, edits ...func(*style.Network)) string {
	t.Helper()
	statistics, painter := Conditional()
	return WriteGraphs(t, bank, name, statistics, painter, edits...)
}

// WriteGraphs is WriteNetwork of other graphs, with the inputs and outputs of those.
func WriteGraphs(t testing.TB, bank, name string, statistics, painter []byte,
	edits ...func(*style.Network)) string {
	t.Helper()
	files := map[string][]byte{"statistics.onnx": statistics, "painter.onnx": painter}
	n := style.Network{Package: head(name, files), Graphs: style.Graphs{
		Graph: "painter.onnx",
		Input: style.Input{Name: "image", Channels: "RGB", Range: [2]float64{0, 1}, MultipleOf: 8,
			Minimum: 24},
		Output: style.Output{Name: "stylized", Channels: "RGB", Range: [2]float64{0, 1}},
		Norms: &style.Norms{Graph: "statistics.onnx", Picture: "picture", Size: ConditionalSize,
			Style: "style", Length: ConditionalLength, Output: "norms", Input: "norms"},
		ReceptiveField: 1,
	}}
	for _, edit := range edits {
		edit(&n)
	}
	return write(t, bank, name, style.NetworkFile, &n, files)
}

// WithPlain makes an edit for WriteNetwork that adds a vector that paints the least.
func WithPlain(t testing.TB, bank, name string, vector []float32) func(*style.Network) {
	t.Helper()
	raw := vectorBytes(vector)
	folder := filepath.Join(bank, name)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "plain.vector"), raw, 0o644); err != nil {
		t.Fatal(err)
	}
	return func(n *style.Network) {
		sum := sha256.Sum256(raw)
		n.Files["plain.vector"] = hex.EncodeToString(sum[:])
		n.Norms.Plain = "plain.vector"
	}
}

func vectorBytes(vector []float32) (raw []byte) {
	for _, v := range vector {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	return raw
}

// WriteStyle makes the style package bank/name of a network, and gives its id.
func WriteStyle(t testing.TB, bank, name, network string, vector []float32,
	edits ...func(*style.Style)) string {
	t.Helper()
	files := map[string][]byte{"style.vector": vectorBytes(vector)}
	s := style.Style{Package: head(name, files), Label: "Test " + name, Network: network,
		Vector: "style.vector"}
	for _, edit := range edits {
		edit(&s)
	}
	return write(t, bank, name, style.ManifestFile, &s, files)
}

// head is what all packages have.
func head(name string, files map[string][]byte) style.Package {
	p := style.Package{Format: style.Format, Name: name, Licence: "MIT", Origin: "made by a test",
		Files: map[string]string{}}
	for file, content := range files {
		sum := sha256.Sum256(content)
		p.Files[file] = hex.EncodeToString(sum[:])
	}
	return p
}

func write(t testing.TB, bank, name, manifest string, m any, files map[string][]byte) string {
	t.Helper()
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(bank, name)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	files[manifest] = data
	for file, content := range files {
		if err := os.WriteFile(filepath.Join(folder, file), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	id := sha256.Sum256(data)
	return name + "@" + hex.EncodeToString(id[:6])
}

// WriteEncoder makes the encoder package bank/name of a graph, and gives it.
func WriteEncoder(t testing.TB, bank, name string, graph []byte, e style.Encoder) *style.Encoder {
	t.Helper()
	files := map[string][]byte{"net.onnx": graph}
	e.Package, e.Label, e.Graph = head(name, files), "Encoder "+name, "net.onnx"
	e.Input.MultipleOf, e.Input.Minimum = 1, max(e.Input.Minimum, 1)
	write(t, bank, name, style.EncoderFile, &e, files)
	opened, err := style.OpenEncoder(filepath.Join(bank, name))
	if err != nil {
		t.Fatal(err)
	}
	return opened
}
