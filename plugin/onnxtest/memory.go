package onnxtest

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// Anonymous is the memory of a process that is neither files' nor shared, in bytes.
func Anonymous(t testing.TB, pid int) (n int) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(status), "RssAnon:")
	if _, err := fmt.Sscan(after, &n); err != nil {
		t.Fatal(err)
	}
	return n << 10
}
