package style_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"impasto.net/plugin/onnxtest"
	"impasto.net/plugin/style"
)

func TestRoundTrip(t *testing.T) {
	bank := t.TempDir()
	graph := onnxtest.Identity()
	id := onnxtest.WritePackage(t, bank, "one", graph)
	p, err := style.Open(filepath.Join(bank, "one"))
	if err != nil {
		t.Fatal(err)
	}
	if p.ID != id || p.Label != "Test one" || p.Input.Name != "x" {
		t.Errorf("read %+v, want the id %s", p, id)
	}
	got, err := p.Load(p.Graph)
	if err != nil || !bytes.Equal(got[0], graph) {
		t.Errorf("loaded %d bytes, %v", len(got[0]), err)
	}
}

func TestShippedStylesAreGood(t *testing.T) {
	all, broken := style.Bank{"../../models/styles"}.All()
	if len(all) == 0 || len(broken) > 0 {
		t.Fatalf("%d styles, %v", len(all), broken)
	}
	for _, p := range all {
		if _, err := p.Load(); err != nil {
			t.Error(err)
		}
	}
}

// A manifest that lies or makes no sense is refused with a word that says why.
func TestManifestsThatAreRefused(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(*style.Style)
		want string
	}{
		{"format", func(m *style.Style) { m.Format = 2 }, "format 2"},
		{"name", func(m *style.Style) { m.Name = "other" }, `"other" in a folder called`},
		{"capitals", func(m *style.Style) { m.Name = "Name" }, "lower-case"},
		{"label", func(m *style.Style) { m.Label = "" }, "label"},
		{"label with an escape", func(m *style.Style) { m.Label = "a\x1b[2J" }, "label"},
		{"graph", func(m *style.Style) { m.Graph = "none.onnx" }, "not one of the files"},
		{"graph outside", func(m *style.Style) {
			m.Files["../net.onnx"] = m.Files["net.onnx"]
			m.Graph = "../net.onnx"
		}, "not the name of a file"},
		{"hidden file", func(m *style.Style) { m.Files[".x"] = m.Files["net.onnx"] },
			"not the name of a file"},
		{"its own hash", func(m *style.Style) { m.Files["style.json"] = m.Files["net.onnx"] },
			"not the name of a file"},
		{"no files", func(m *style.Style) { m.Files = nil }, "not one of the files"},
		{"short hash", func(m *style.Style) { m.Files["net.onnx"] = "00" }, "64 hexadecimal"},
		{"multiple 0", func(m *style.Style) { m.Input.MultipleOf = 0 }, "multipleOf"},
		{"multiple huge", func(m *style.Style) { m.Input.MultipleOf = 1 << 40 }, "multipleOf"},
		{"minimum 0", func(m *style.Style) { m.Input.Minimum = 0 }, "minimum"},
		{"minimum huge", func(m *style.Style) { m.Input.Minimum = 1 << 40 }, "minimum"},
		{"field", func(m *style.Style) { m.ReceptiveField = -1 }, "receptiveField"},
		{"lines", func(m *style.Style) { m.Lines = 1 << 40 }, "lines"},
		{"lines negative", func(m *style.Style) { m.Lines = -1080 }, "lines"},
		{"lines and a size", func(m *style.Style) { m.Lines, m.Input.Size = 1080, &[2]int{64, 64} },
			"one size only"},
		{"noise", func(m *style.Style) { m.Noise = &style.Noise{Amount: 2, Cells: []int{8}} },
			"noise.amount"},
		{"noise in nothing", func(m *style.Style) { m.Noise = &style.Noise{Amount: 0.1} },
			"noise.cells"},
		{"noise in cells of 0", func(m *style.Style) {
			m.Noise = &style.Noise{Amount: 0.1,
				Cells: []int{8, 0}}
		}, "noise.cells"},
		{"channels", func(m *style.Style) { m.Input.Channels = "rgb" }, "neither RGB nor BGR"},
		{"empty range", func(m *style.Style) { m.Output.Range = [2]float64{1, 1} }, "output.range"},
		{"falling range", func(m *style.Style) { m.Input.Range = [2]float64{255, 0} },
			"input.range"},
		{"huge range", func(m *style.Style) { m.Input.Range = [2]float64{0, 1e30} }, "input.range"},
		{"mean", func(m *style.Style) { m.Input.Mean = &[3]float64{0, 0, 1e30} }, "input.mean"},
		{"std 0", func(m *style.Style) { m.Input.Std = &[3]float64{1, 0, 1} }, "input.std"},
		{"size", func(m *style.Style) { m.Input.Size = &[2]int{1 << 40, 1} }, "input.size"},
		{"painting", func(m *style.Style) { m.Painting = &style.Input{Name: "p"} },
			"painting.multipleOf"},
		{"vectors alone", func(m *style.Style) { m.Vectors = &style.Vectors{Graph: m.Graph} },
			"without a painting"},
		{"vectors of nothing", func(m *style.Style) {
			m.Painting, m.Vectors = &m.Input, &style.Vectors{Graph: "none.onnx"}
		}, `"none.onnx" of the vectors`},
		{"vectors that are short", func(m *style.Style) {
			m.Painting, m.Vectors = &m.Input,
				&style.Vectors{Graph: m.Graph, Outputs: []string{"a"}, Inputs: []string{"a", "b"}}
		}, "1 outputs for 2 inputs"},
		{"alpha", func(m *style.Style) { m.Alpha = "a\x00" }, "alpha"},
		{"no tensor", func(m *style.Style) { m.Output.Name = "" }, "output.name"},
	} {
		t.Run(c.name, func(t *testing.T) {
			bank := t.TempDir()
			onnxtest.WritePackage(t, bank, "name", onnxtest.Identity(), c.edit)
			_, err := style.Open(filepath.Join(bank, "name"))
			refused(t, err, c.want, filepath.Join(bank, "name"))
		})
	}
}

func TestBrokenJSON(t *testing.T) {
	bank := t.TempDir()
	onnxtest.WritePackage(t, bank, "name", onnxtest.Identity())
	path := filepath.Join(bank, "name", style.ManifestFile)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, json, want string }{
		{"cut", string(good[:len(good)/2]), "unexpected EOF"},
		{"empty", "", "EOF"},
		{"unknown field", strings.Replace(string(good), `"format"`, `"deepness": 3, "format"`, 1),
			"deepness"},
		{"two", string(good) + string(good), "something follows"},
		{"large", string(good) + strings.Repeat(" ", 70<<10), "the limit is"},
		{"deep", strings.Repeat("[", 60<<10), ""},
		{"array", "[]", "cannot unmarshal"},
		{"three-part range", strings.Replace(string(good), `"range": [`, `"range": [{},`, 1),
			"cannot unmarshal"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := os.WriteFile(path, []byte(c.json), 0o644); err != nil {
				t.Fatal(err)
			}
			_, err := style.Open(filepath.Join(bank, "name"))
			refused(t, err, c.want, path)
		})
	}
}

func TestFilesThatAreRefused(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(t *testing.T, path string)
		want  string
	}{
		{"missing", func(t *testing.T, path string) { check(t, os.Remove(path)) }, "no such file"},
		{"cut", func(t *testing.T, path string) { check(t, os.Truncate(path, 20)) }, "sha256"},
		{"changed", func(t *testing.T, path string) {
			check(t,
				os.WriteFile(path, onnxtest.Gain(2), 0o644))
		}, "sha256"},
		{"huge", func(t *testing.T, path string) { check(t, os.Truncate(path, 1<<40)) },
			"the limit is"},
		{"folder", func(t *testing.T, path string) {
			check(t, os.Remove(path))
			check(t,
				os.Mkdir(path, 0o755))
		}, "not a regular file"},
		{"link that leads out", func(t *testing.T, path string) {
			outside := filepath.Join(t.TempDir(), "net.onnx")
			check(t, os.Rename(path, outside))
			check(t, os.Symlink(outside, path))
		}, "escapes"},
		{"device", func(t *testing.T, path string) {
			check(t, os.Remove(path))
			check(t,
				os.Symlink("/dev/zero", path))
		}, "escapes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			bank := t.TempDir()
			onnxtest.WritePackage(t, bank, "name", onnxtest.Identity())
			path := filepath.Join(bank, "name", "net.onnx")
			c.spoil(t, path)
			p, err := style.Open(filepath.Join(bank, "name"))
			if err != nil {
				t.Fatal(err)
			}
			_, err = p.Load()
			refused(t, err, c.want, path)
		})
	}
}

func TestFind(t *testing.T) {
	studio, shipped := t.TempDir(), t.TempDir()
	ours := onnxtest.WritePackage(t, shipped, "wave", onnxtest.Identity())
	theirs := onnxtest.WritePackage(t, studio, "wave", onnxtest.Gain(2))
	onnxtest.WritePackage(t, shipped, "night", onnxtest.Identity())
	check(t, os.MkdirAll(filepath.Join(studio, "broken"), 0o755))
	bank := style.Bank{filepath.Join(studio, "none"), studio, shipped}

	for id, want := range map[string]string{"wave": theirs, ours: ours, theirs: theirs} {
		if p, err := bank.Find(id); err != nil || p.ID != want {
			t.Errorf("%s: found %v, %v", id, p, err)
		}
	}
	for id, want := range map[string][]string{
		"wave@000000000000": {"wave@000000000000", theirs, studio},
		"none":              {`"none"`, studio, shipped, "night, wave"},
		"../wave":           {"not a style's name"},
		"":                  {"not a style's name"},
		"wave@":             {"not a style's name"},
		"broken":            {"broken", "no such file"},
	} {
		_, err := bank.Find(id)
		for _, w := range want {
			refused(t, err, w, "")
		}
	}
	all, broken := bank.All()
	if len(all) != 2 || all[0].Name != "night" || all[1].ID != theirs || len(broken) != 1 {
		t.Errorf("all are %v, broken %v", all, broken)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func refused(t *testing.T, err error, wants ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("not refused")
	}
	for _, want := range wants {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
}
