package onnxtest

import (
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"impasto.net/plugin/network"
)

// Library is the ONNX Runtime that tests use: $IMPASTO_ORT, or the one in the bundle that
// was built. Tests are skipped where there is none.
func Library(t testing.TB) string {
	t.Helper()
	path := os.Getenv("IMPASTO_ORT")
	if path == "" {
		found, _ := filepath.Glob(filepath.Join(repository(), "build", "Impasto.ofx.bundle",
			"Contents", "Linux-*", "libonnxruntime.so.1"))
		if len(found) == 0 {
			Unbuilt(t, "there is no ONNX Runtime: "+
				"build the bundle first, or set IMPASTO_ORT to libonnxruntime.so.1")
		}
		path = found[0]
	}
	path, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

var (
	once    sync.Once
	started error
)

// Start loads the ONNX Runtime that tests use, once a process.
func Start(t testing.TB) {
	t.Helper()
	library := Library(t)
	if once.Do(func() { started = network.Start(library) }); started != nil {
		t.Fatal(started)
	}
}

// Data is a file of the test data beside the repository, or of $IMPASTO_DATA. Tests are
// skipped where it is missing.
func Data(t testing.TB, elements ...string) string {
	t.Helper()
	folder := os.Getenv("IMPASTO_DATA")
	if folder == "" {
		folder = filepath.Join(repository(), "..", "shared", "data")
	}
	path := filepath.Join(append([]string{folder}, elements...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("test data is missing: %v; set IMPASTO_DATA to its folder", err)
	}
	return path
}

// Shipped is the folder of the styles that ship.
func Shipped() string { return filepath.Join(repository(), "models", "styles") }

func repository() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..")
}
