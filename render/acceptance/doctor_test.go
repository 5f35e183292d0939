package acceptance

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"impasto.net/bridge"
)

// checkup is what impasto doctor --json prints of the shot's bundle.
type checkup struct {
	Healthy  bool
	Sections []bridge.Section
}

func (c *checkup) findings() string {
	var all []string
	for _, s := range c.Sections {
		all = append(all, s.Findings...)
	}
	return strings.Join(all, "\n")
}

func (c *checkup) value(section, row string) string {
	for _, s := range c.Sections {
		i := slices.IndexFunc(s.Rows, func(r bridge.Row) bool { return r.Name == row })
		if s.Name == section && i >= 0 {
			return s.Rows[i].Value
		}
	}
	return ""
}

func (s *shot) doctor(env ...string) *checkup {
	s.t.Helper()
	cmd := exec.Command(filepath.Join(built(s.t), "bin/impasto"), "doctor", "--json", "--plugin",
		s.bundle)
	cmd.Env = append(s.env, env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	_ = cmd.Run() // the exit code says how it went
	c := &checkup{}
	if err := json.Unmarshal(out.Bytes(), c); err != nil {
		s.t.Fatalf("%v\n%s%s", err, &out, &errs)
	}
	if code := cmd.ProcessState.ExitCode(); (code == 0) != c.Healthy || (code == 1) == c.Healthy ||
		c.Healthy != (c.findings() == "") {
		s.t.Errorf("exit code %d, healthy %v, found %s", code, c.Healthy, c.findings())
	}
	return c
}

func TestDoctorOfAWholeBundle(t *testing.T) {
	s := newShot(t)
	if err := os.Mkdir(s.path("styles"), 0o755); err != nil {
		t.Fatal(err)
	}
	c := s.doctor("IMPASTO_THREADS=1", "IMPASTO_MEMORY=500", "XDG_DATA_HOME="+s.path("data"))
	if !c.Healthy {
		t.Fatal(c.findings())
	}
	shipped := 0 // that can be painted with
	for _, manifest := range []string{"style.json", "encoder.json"} {
		found, err := filepath.Glob(filepath.Join(s.bundle, "Contents/Resources/styles/*",
			manifest))
		if err != nil {
			t.Fatal(err)
		}
		shipped += len(found)
	}
	for _, want := range []struct{ section, row, value string }{
		{"bundle", "path", s.bundle},
		{"bundle", "log", s.path("impasto.log")},
		{"machine", "threads", "1 of "},
		{"machine", "memory", " MB, of which "},
		{"machine", "to paint with", "500 MB, by IMPASTO_MEMORY, of which "},
		{"styles", s.path("styles"), "0 styles, 0 networks and 0 encoders"},
		{"styles", s.path("data") + "/impasto/styles", "not there"},
		{"engine", "its version", "1.30.0"},
		{"node", "test render", " on the CPU, 64 × 64 pixels in "},
		{"engine", "CUDA", "not in this ONNX Runtime"},
	} {
		if got := c.value(want.section, want.row); !strings.Contains(got, want.value) {
			t.Errorf("%s, %s: %q", want.section, want.row, got)
		}
	}
	if got := c.value("node", "styles"); !strings.HasPrefix(got,
		strconv.Itoa(shipped)+" of the menu's ") {
		t.Errorf("of %d styles %s", shipped, got)
	}
}

// Each thing that breaks is said, with what to do, and the rest is looked at all the same.
func TestDoctorOfABrokenBundle(t *testing.T) {
	spoil := func(s *shot, path string) {
		b, err := os.ReadFile(path)
		if err != nil {
			s.t.Fatal(err)
		}
		b = bytes.Clone(b)
		b[len(b)/2] ^= 1
		s.replace(path, b, 0o755)
	}
	styles := func(s *shot, path string) string {
		return filepath.Join(s.bundle,
			"Contents/Resources/styles", path)
	}
	for _, c := range []struct {
		name   string
		damage func(s *shot)
		env    string
		want   []string
	}{
		{"library", func(s *shot) { os.Remove(s.program("libonnxruntime.so.1")) }, "",
			[]string{"ONNX Runtime is missing, install the whole Impasto.ofx.bundle again",
				"does not paint"}},
		{"broken library", func(s *shot) {
			s.replace(s.program("libonnxruntime.so.1"),
				[]byte("not a library"), 0o755)
		}, "",
			[]string{"is not the ONNX Runtime that this engine was built with", "does not paint"}},
		{"style", func(s *shot) { spoil(s, styles(s, "scream/scream.vector")) }, "",
			[]string{"scream.vector is not the file that its manifest describes",
				"Install the whole", `The style "scream" does not paint`}},
		{"style that is gone", func(s *shot) { os.RemoveAll(styles(s, "scream")) }, "",
			[]string{`The style "scream" does not paint`}},
		{"network", func(s *shot) { spoil(s, styles(s, "painter/painter.onnx")) }, "",
			[]string{"painter.onnx is not the file that its manifest describes"}},
		{"engine", func(s *shot) { os.Remove(s.program("impasto-engine")) }, "",
			[]string{"has 0 files impasto-engine"}},
		{"other engine", func(s *shot) {
			s.replace(s.program("impasto-engine"),
				[]byte("#!/bin/sh\necho no such luck >&2; exit 3\n"), 0o755)
		}, "", []string{"The engine ended at its start (exit status 3), and said \"no such " +
			"luck\"", "sha256 differs"}},
		{"engine that may not run",
			func(s *shot) { s.replace(s.program("impasto-engine"), nil, 0o644) }, "",
			[]string{"may not be read and executed"}},
		{"node", func(s *shot) {
			s.replace(s.program("Impasto.ofx"), []byte("not a library"),
				0o755)
		}, "", []string{"The node cannot be loaded"}},
		{"folder of the studio", func(s *shot) {}, "IMPASTO_STYLE_PATH=/no/such/folder",
			[]string{"A folder of styles cannot be read", "/no/such/folder"}},
		{"device", func(s *shot) {}, "IMPASTO_DEVICE=toaster",
			[]string{`IMPASTO_DEVICE is "toaster"`}},
		{"GPU that is wanted", func(s *shot) {}, "IMPASTO_DEVICE=gpu VK_ICD_FILENAMES=/dev/null",
			[]string{"The GPU does not paint", "the GPU through WebGPU cannot be used"}},
		{"other ONNX Runtime", func(s *shot) {}, "IMPASTO_ONNXRUNTIME=/no/such/library.so",
			[]string{"correct IMPASTO_ONNXRUNTIME, or unset it: open /no/such/library.so"}},
		{"other ONNX Runtime that is none", func(s *shot) {
			s.replace(s.program("libonnxruntime.so.1"), []byte("not a library"), 0o755)
		}, "IMPASTO_ONNXRUNTIME=/etc/passwd", []string{"ONNX Runtime cannot be loaded from " +
			"/etc/passwd"}},
		{"memory", func(s *shot) {}, "IMPASTO_MEMORY=lots", []string{`IMPASTO_MEMORY is "lots"`}},
		{"threads", func(s *shot) {}, "IMPASTO_THREADS=many",
			[]string{`IMPASTO_THREADS is "many"`}},
		{"log that is a folder", func(s *shot) {}, "IMPASTO_LOG=/tmp",
			[]string{"The log /tmp cannot be written", "not a regular file"}},
		{"log", func(s *shot) {}, "IMPASTO_LOG=/dev/null/impasto.log",
			[]string{"The log /dev/null/impasto.log cannot be written"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newShot(t)
			if err := os.Mkdir(s.path("styles"), 0o755); err != nil {
				t.Fatal(err)
			}
			c.damage(s)
			got := s.doctor(strings.Fields(c.env)...)
			for _, want := range c.want {
				if !strings.Contains(got.findings(), want) {
					t.Errorf("not found: %s, but\n%s", want, got.findings())
				}
			}
			if got.value("bundle", "path") == "" {
				t.Error("nothing is said of the bundle")
			}
		})
	}
}
