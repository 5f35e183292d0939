package onnxtest

import (
	"os"
	"path/filepath"
	"testing"

	"impasto.net/plugin/style"
)

// Encoder is one that ships, or one of the test data.
type Encoder struct {
	file     string // of the test data; none: it ships
	Least    int    // the least side of pictures that all layers see
	manifest style.Encoder
}

// Encoders are the one that ships and those of the test data.
var Encoders = map[string]Encoder{
	"sight": {Least: 32},
	"squeezenet": {"squeezenet11_features_f32.onnx", 48, style.Encoder{
		Input: style.Input{Name: "data_0", Channels: "BGR", Range: [2]float64{0, 255},
			Mean: &[3]float64{104, 117, 123}},
		Style: []string{"conv1_2", "fire2/concat_1", "fire4/concat_1",
			"fire6/concat_1"}, Content: "fire5/concat_1"}},
	"vgg": {"cd_vgg19_16x_5SE_features_op13.onnx", 32, style.Encoder{
		Input: style.Input{Name: "image", Channels: "RGB", Range: [2]float64{0, 1}},
		Style: []string{"relu1_1", "relu2_1", "relu3_1", "relu4_1"}, Content: "relu3_1"}},
}

// Open gives its package.
func (e Encoder) Open(t testing.TB) *style.Encoder {
	t.Helper()
	if e.file == "" {
		shipped, err := style.OpenEncoder(filepath.Join(repository(), "models", "styles", "sight"))
		if err != nil {
			t.Fatal(err)
		}
		return shipped
	}
	graph, err := os.ReadFile(Data(t, "encoders", e.file))
	if err != nil {
		t.Fatal(err)
	}
	return WriteEncoder(t, t.TempDir(), "known", graph, e.manifest)
}

// Filters makes the encoder of random filters bank/filters.
func Filters(t testing.TB, bank string) *style.Encoder {
	t.Helper()
	return WriteEncoder(t, bank, "filters", Slow(3, 8), style.Encoder{
		Input: style.Input{Name: "x", Channels: "RGB", Range: [2]float64{-1, 1}, Minimum: 8},
		Style: []string{"conv0r", "conv1r"}, Content: "conv1r"})
}
