package style_test

import (
	"os"
	"path/filepath"
	"testing"

	"impasto.net/plugin/onnxtest"
	"impasto.net/plugin/style"
)

// A manifest is refused, or all that it says is within bounds.
func FuzzManifest(f *testing.F) {
	bank := f.TempDir()
	onnxtest.WritePackage(f, bank, "name", onnxtest.Identity())
	folder := filepath.Join(bank, "name")
	good, err := os.ReadFile(filepath.Join(folder, style.ManifestFile))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte("{}"))
	shared := f.TempDir()
	onnxtest.WriteStyle(f, shared, "name", "painter@0123456789ab", vector)
	if good, err = os.ReadFile(filepath.Join(shared, "name", style.ManifestFile)); err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Fuzz(func(t *testing.T, manifest []byte) {
		if err := os.WriteFile(filepath.Join(folder, style.ManifestFile), manifest,
			0o644); err != nil {
			t.Fatal(err)
		}
		p, err := style.Open(folder)
		if err != nil {
			return
		}
		if p.Graphs == nil {
			if p.Name != "name" || p.Files[p.Vector] == "" {
				t.Errorf("accepted %+v", p)
			}
			return
		}
		if p.Name != "name" || p.Input.MultipleOf < 1 || p.Input.Minimum < 1 ||
			!(p.Input.Range[0] < p.Input.Range[1]) || p.Files[p.Graph] == "" {
			t.Errorf("accepted %+v", p)
		}
	})
}

// So is a network's.
func FuzzNetwork(f *testing.F) {
	bank := f.TempDir()
	onnxtest.WriteNetwork(f, bank, "name")
	path := filepath.Join(bank, "name", style.NetworkFile)
	good, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte("{}"))
	f.Fuzz(func(t *testing.T, manifest []byte) {
		if err := os.WriteFile(path, manifest, 0o644); err != nil {
			t.Fatal(err)
		}
		n, err := style.OpenNetwork(filepath.Dir(path))
		if err != nil {
			return
		}
		if n.Norms.Size < 1 || n.Norms.Size > 1024 || n.Norms.Length < 1 ||
			n.Norms.Length > 1<<16 || n.Files[n.Graph] == "" || n.Files[n.Norms.Graph] == "" {
			t.Errorf("accepted %+v", n)
		}
	})
}
