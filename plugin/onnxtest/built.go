package onnxtest

import (
	"os"
	"testing"
)

// Unbuilt skips a test for want of what make test builds or installs. Where IMPASTO_NO_SKIP is set,
// as by make test itself, that is a failure: nobody reads what was skipped.
func Unbuilt(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("IMPASTO_NO_SKIP") != "" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}
