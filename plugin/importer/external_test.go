package importer_test

import (
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"impasto.net/plugin/importer"
	"impasto.net/plugin/network"
	"impasto.net/plugin/onnxtest"
)

// Weights in files of the network's own folder are put into the package, those elsewhere
// are refused, and so is what would take too much memory or for ever to read.
func TestExternalData(t *testing.T) {
	b := newBench(t)
	folder, elsewhere := t.TempDir(), t.TempDir()
	floats, err := binary.Append(nil, binary.LittleEndian, []float32{9, 9, 0.5, 0.25, 9})
	if err != nil {
		t.Fatal(err)
	}
	weights, outside := filepath.Join(folder, "weights", "w.bin"), filepath.Join(elsewhere, "w.bin")
	large := filepath.Join(folder, "large")
	for _, err := range []error{
		os.Mkdir(filepath.Dir(weights), 0o755),
		os.WriteFile(weights, floats, 0o644),
		os.WriteFile(outside, floats, 0o644),
		os.WriteFile(large, nil, 0o644),
		os.Truncate(large, 600<<20),
		os.Symlink(filepath.Join("weights", "w.bin"), filepath.Join(folder, "inside")),
		os.Symlink(outside, filepath.Join(folder, "outside")),
		os.Symlink(elsewhere, filepath.Join(folder, "folder")),
		syscall.Mkfifo(filepath.Join(folder, "pipe"), 0o644),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	up, err := filepath.Rel(folder, outside)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		location, offset, length string
		refused                  []string // nil: it is taken
	}{
		{"weights/w.bin", "8", "4", nil},
		{"inside", "8", "4", nil},
		{outside, "8", "4", []string{"not in the network's own folder", "weights inside"}},
		{up, "8", "4", []string{"not in the network's own folder", "weights inside"}},
		{"", "", "", []string{"not in the network's own folder"}},
		{"outside", "8", "4", []string{"has to be in the network's own folder", "escapes"}},
		{"folder/w.bin", "8", "4", []string{"has to be in the network's own folder", "escapes"}},
		{"nowhere.bin", "8", "4",
			[]string{"has to be in the network's own folder", "no such file"}},
		{"pipe", "", "", []string{"not a file"}},
		{"weights", "", "", []string{"not a file"}},
		{"weights/w.bin", "24", "", []string{"20 bytes", "copy it again"}},
		{"weights/w.bin", "-4", "4", []string{"20 bytes"}},
		{"weights/w.bin", "16", "8", []string{`"8" bytes of it, and there are 4`}},
		// two values for one
		{"weights/w.bin", "8", "8", []string{"not a graph that ONNX Runtime can use"}},
		{"large", "", "", []string{"larger than 512 MB"}},
	} {
		t.Run(strings.Trim(strings.ReplaceAll(c.location, "/", " "), " .")+c.offset+c.length,
			func(t *testing.T) {
				b := *b
				b.t = t
				b.im.Folder = t.TempDir()
				var g onnxtest.Graph
				var more []string
				if c.offset != "" {
					more = append(more, "offset", c.offset)
				}
				if c.length != "" {
					more = append(more, "length", c.length)
				}
				g.External("weights", []int64{1}, c.location, more...)
				g.Node("Mul", []string{"x", "weights"}, "y", nil)
				path := filepath.Join(folder, "net.onnx")
				if err := os.WriteFile(path, g.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
				unit := importer.Span{0, 1}
				o := importer.Options{Range: &unit, OutputRange: &unit}
				if c.refused != nil {
					_, err := b.im.Add(context.Background(), path, &o)
					if err == nil {
						t.Fatal("it was taken")
					}
					t.Log(err)
					for _, want := range c.refused {
						if !strings.Contains(err.Error(), want) {
							t.Errorf("%q does not say %q", err, want)
						}
					}
					return
				}
				graph := b.graph(b.add(path, o))
				in := []float32{0, 0.5, 1, 0.25, 0, 1, 1, 0, 1, 0, 1, 1}
				for i, v := range paint(t, graph, network.Picture("x", 0, 0),
					network.Picture("y", 0, 0), in, 2, 2) {
					if v != in[i]/2 {
						t.Errorf("value %d is %g and became %g", i, in[i], v)
					}
				}
			})
	}
}

// Inputs and outputs of half precision, of double precision and of bytes go by float32.
func TestOtherNumbers(t *testing.T) {
	b := newBench(t)
	for _, c := range []struct {
		name     string
		in, out  int64
		shape    []int64
		top      float32                 // of the range that is found
		becomes  func(v float32) float32 // what rounding makes of a value
		tensorIn string
	}{
		{"half", 10, 10, nil, 1, func(v float32) float32 { return v }, "x_float32"},
		{"double", 11, 1, nil, 1, func(v float32) float32 { return v }, "x_float32"},
		{"bytes", 2, 2, nil, 255, func(v float32) float32 { return float32(int(v + 0.5)) },
			"x_float32"},
		{"bytes with channels last", 2, 1, []int64{1, -1, -1, 3}, 255,
			func(v float32) float32 { return float32(int(v + 0.5)) }, "x_channels_first_float32"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := *b
			b.t = t
			if c.shape == nil {
				c.shape = []int64{1, 3, -1, -1}
			}
			var g onnxtest.Graph
			g.InputOf(c.in, "x", c.shape...)
			g.OutputOf(c.out, "y", c.shape...)
			g.Node("Cast", []string{"x"}, "y", map[string]any{"to": c.out})
			p := b.add(b.file(c.name+".onnx", g.Bytes()), importer.Options{})
			if p.Input.Range[1] != float64(c.top) || p.Output.Range[1] != float64(c.top) ||
				p.Input.Name != c.tensorIn {
				t.Errorf("it takes %+v and gives %+v", p.Input, p.Output)
			}
			in := []float32{0, 0.25, 1, 0.5, 0, 0.75, 0.125, 0, 0.25, 0, 1, 0.75}
			for i := range in {
				in[i] *= c.top
			}
			for i, v := range paint(t, b.graph(p), network.Picture(p.Input.Name, 0, 0),
				network.Picture(p.Output.Name, 0, 0), in, 2, 2) {
				if v != c.becomes(in[i]) {
					t.Errorf("value %d is %g and became %g", i, in[i], v)
				}
			}
		})
	}
}
