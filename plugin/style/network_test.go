package style_test

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"impasto.net/plugin/onnxtest"
	"impasto.net/plugin/style"
)

var vector = []float32{1, 0.5, 0.25, 0, 0.125, -1}

func TestStylesShareANetwork(t *testing.T) {
	studio, shipped := t.TempDir(), t.TempDir()
	painter := onnxtest.WriteNetwork(t, shipped, "painter")
	night := onnxtest.WriteStyle(t, studio, "night", painter, vector)
	onnxtest.WriteStyle(t, shipped, "wave", painter, vector)
	onnxtest.WritePackage(t, shipped, "alone", onnxtest.Identity())
	// A style may have a network's name, also where it is found first.
	onnxtest.WritePackage(t, studio, "painter", onnxtest.Identity())
	bank := style.Bank{studio, shipped}

	all, broken := bank.All()
	var names []string
	for _, s := range all {
		names = append(names, s.Name)
	}
	if want := []string{"alone", "night", "painter", "wave"}; !slices.Equal(names, want) ||
		len(broken) > 0 {
		t.Errorf("the styles are %v, %v, want %v", names, broken, want)
	}
	networks, broken := bank.Networks()
	if len(networks) != 1 || networks[0].ID != painter || len(broken) > 0 {
		t.Errorf("the networks are %v, %v", networks, broken)
	}
	s, err := bank.Find(night)
	if err != nil {
		t.Fatal(err)
	}
	n, err := bank.Network(s)
	if err != nil || n.ID != painter || n.Folder != filepath.Join(shipped, "painter") ||
		n.Norms.Length != len(vector) {
		t.Errorf("the network of %s is %+v, %v", night, n, err)
	}
	if _, err := n.Load(n.Graph, n.Norms.Graph); err != nil {
		t.Error(err)
	}
	if got, err := s.LoadVector(n.Norms.Length); err != nil || !slices.Equal(got, vector) {
		t.Errorf("the vector is %v, %v, want %v", got, err, vector)
	}
	alone, err := bank.Find("alone")
	if err != nil {
		t.Fatal(err)
	}
	if n, err := bank.Network(alone); err != nil || n.ID != alone.ID || n.Graph != "net.onnx" {
		t.Errorf("the network of a style with its own is %+v, %v", n, err)
	}
}

// A style whose network is not there, or is another one, is of no use.
func TestNetworksThatAreMissing(t *testing.T) {
	bank := t.TempDir()
	installed := onnxtest.WriteNetwork(t, bank, "painter")
	wanted := "painter@0123456789ab"
	onnxtest.WriteStyle(t, bank, "differs", wanted, vector)
	onnxtest.WriteStyle(t, bank, "missing", "gone@0123456789ab", vector)
	onnxtest.WritePackage(t, bank, "alone", onnxtest.Identity())
	onnxtest.WriteStyle(t, bank, "of-a-style", "alone@0123456789ab", vector)
	all, broken := style.Bank{bank}.All()
	if len(all) != 1 || len(broken) != 3 {
		t.Errorf("the styles are %v, and broken are %v", all, broken)
	}
	for name, wants := range map[string][]string{
		"differs":    {`"Test differs"`, wanted, installed, bank, "install the wanted version"},
		"missing":    {`"Test missing"`, `"gone@0123456789ab" is not in ` + bank},
		"of-a-style": {`"Test of-a-style"`, `"alone@0123456789ab" is not in ` + bank},
	} {
		s, err := style.Bank{bank}.Find(name)
		if err != nil {
			t.Fatal(err)
		}
		_, err = style.Bank{bank}.Network(s)
		refused(t, err, wants...)
	}
}

func TestNetworksThatAreRefused(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(*style.Network)
		want string
	}{
		{"no norms", func(n *style.Network) { n.Norms = nil }, "norms are missing"},
		{"statistics", func(n *style.Network) { n.Norms.Graph = "none.onnx" },
			`"none.onnx" of the norms`},
		{"statistics outside", func(n *style.Network) {
			n.Norms.Graph = "../painter/statistics.onnx"
			n.Files[n.Norms.Graph] = n.Files["statistics.onnx"]
		}, "not the name of a file"},
		{"half", func(n *style.Network) { n.Half = "none.onnx" }, `"none.onnx" of half`},
		{"size 0", func(n *style.Network) { n.Norms.Size = 0 }, "norms.size"},
		{"size huge", func(n *style.Network) { n.Norms.Size = 1 << 30 }, "norms.size"},
		{"length 0", func(n *style.Network) { n.Norms.Length = 0 }, "norms.length"},
		{"length negative", func(n *style.Network) { n.Norms.Length = -6 }, "norms.length"},
		{"length huge", func(n *style.Network) { n.Norms.Length = 1 << 40 }, "norms.length"},
		{"no tensor", func(n *style.Network) { n.Norms.Style = "" }, "norms.style"},
		{"painting", func(n *style.Network) { n.Painting = &n.Input }, "are for style.json"},
		{"fixed size", func(n *style.Network) { n.Input.Size = &[2]int{64, 64} }, "input.size"},
		{"graph", func(n *style.Network) { n.Graph = "none.onnx" }, "not one of the files"},
		{"multiple 0", func(n *style.Network) { n.Input.MultipleOf = 0 }, "multipleOf"},
		{"name", func(n *style.Network) { n.Name = "other" }, `"other" in a folder called`},
		{"its own hash",
			func(n *style.Network) { n.Files[style.NetworkFile] = n.Files["painter.onnx"] },
			"not the name of a file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			bank := t.TempDir()
			onnxtest.WriteNetwork(t, bank, "painter", c.edit)
			folder := filepath.Join(bank, "painter")
			_, err := style.OpenNetwork(folder)
			refused(t, err, c.want, folder)
		})
	}
	t.Run("a style as well", func(t *testing.T) {
		bank := t.TempDir()
		onnxtest.WriteStyle(t, bank, "painter", onnxtest.WriteNetwork(t, bank, "painter"), vector)
		folder := filepath.Join(bank, "painter")
		_, err := style.Open(folder)
		refused(t, err, folder, "both a style.json and a network.json")
		_, err = style.OpenNetwork(folder)
		refused(t, err, folder, "both a style.json and a network.json")
		if all, broken := (style.Bank{bank}).All(); len(all) != 0 || len(broken) != 1 {
			t.Errorf("the styles are %v, broken %v", all, broken)
		}
	})
	t.Run("not a style", func(t *testing.T) {
		bank := t.TempDir()
		onnxtest.WriteNetwork(t, bank, "painter")
		_, err := style.Open(filepath.Join(bank, "painter"))
		refused(t, err, bank, "is a network, which styles are of")
	})
}

func TestStylesOfNetworksThatAreRefused(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(*style.Style)
		want string
	}{
		{"no network", func(s *style.Style) { s.Network = "" }, "neither a network"},
		{"no version", func(s *style.Style) { s.Network = "painter" }, "12 hexadecimal digits"},
		{"a path", func(s *style.Style) { s.Network = "../painter@0123456789ab" },
			"12 hexadecimal digits"},
		{"no vector", func(s *style.Style) { s.Vector = "" }, `the vector "" is not`},
		{"vector outside", func(s *style.Style) {
			s.Vector = "../night/style.vector"
			s.Files[s.Vector] = s.Files["style.vector"]
		}, "not the name of a file"},
		{"a graph too", func(s *style.Style) { s.Graphs = &style.Graphs{Graph: "style.vector"} },
			"one is too much"},
		{"norms", func(s *style.Style) {
			s.Network, s.Vector, s.Graphs = "", "", &style.Graphs{Norms: &style.Norms{}}
		}, "are for network.json"},
		{"label", func(s *style.Style) { s.Label = "" }, "label"},
	} {
		t.Run(c.name, func(t *testing.T) {
			bank := t.TempDir()
			onnxtest.WriteStyle(t, bank, "night", "painter@0123456789ab", vector, c.edit)
			folder := filepath.Join(bank, "night")
			_, err := style.Open(folder)
			refused(t, err, c.want, folder)
		})
	}
}

func TestVectorsThatAreRefused(t *testing.T) {
	not := func(v float64) []float32 { return []float32{1, 1, 1, 0, 0, float32(v)} }
	for _, c := range []struct {
		name   string
		vector []float32
		spoil  func(path string) error
		want   string
	}{
		{"short", vector[:5], nil, "20 bytes, and painter@0123456789ab takes vectors of 6 numbers"},
		{"long", append(vector, 0), nil, "28 bytes"},
		{"empty", nil, nil, "0 bytes"},
		{"NaN", not(math.NaN()), nil, "number 5 is NaN"},
		{"infinite", not(math.Inf(-1)), nil, "number 5 is -Inf"},
		{"changed", vector, func(path string) error {
			return os.WriteFile(path, make([]byte, 24),
				0o644)
		}, "sha256"},
		{"huge", vector, func(path string) error { return os.Truncate(path, 1<<40) },
			"the limit is"},
		{"missing", vector, os.Remove, "no such file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			bank := t.TempDir()
			onnxtest.WriteStyle(t, bank, "night", "painter@0123456789ab", c.vector)
			path := filepath.Join(bank, "night", "style.vector")
			if c.spoil != nil {
				check(t, c.spoil(path))
			}
			s, err := style.Open(filepath.Join(bank, "night"))
			if err != nil {
				t.Fatal(err)
			}
			_, err = s.LoadVector(len(vector))
			refused(t, err, c.want, path)
		})
	}
}

func TestCopyTakesWhatIsListed(t *testing.T) {
	bank := t.TempDir()
	id := onnxtest.WriteStyle(t, bank, "night", "painter@0123456789ab", vector)
	check(t, os.WriteFile(filepath.Join(bank, "night", "notes.txt"), []byte("mine"), 0o644))
	s, err := style.Open(filepath.Join(bank, "night"))
	check(t, err)
	to := filepath.Join(t.TempDir(), "night")
	check(t, s.Copy(to))
	c, err := style.Open(to)
	if err != nil || c.ID != id {
		t.Errorf("copied %+v, %v", c, err)
	}
	entries, err := os.ReadDir(to)
	if len(entries) != 2 || err != nil {
		t.Errorf("there is %v, %v", entries, err)
	}
	check(t, os.WriteFile(filepath.Join(bank, "night", "style.vector"), nil, 0o644))
	if err := s.Copy(filepath.Join(t.TempDir(), "night")); err == nil ||
		!strings.Contains(err.Error(), "sha256") {
		t.Errorf("a changed file: %v", err)
	}
}
