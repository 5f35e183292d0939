package config

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"impasto.net/bridge"
)

func TestDeviceOverride(t *testing.T) {
	for value, want := range map[string]bridge.Device{"auto": {Kind: "auto"}, "cpu": {Kind: "cpu"},
		"gpu": {Kind: "gpu"}, "gpu:3": {Kind: "gpu", Index: 3}} {
		t.Setenv("IMPASTO_DEVICE", value)
		if d, err := Device(); err != nil || *d != want {
			t.Errorf("%q is %+v, %v", value, d, err)
		}
	}
	for _, value := range []string{"GPU", "cpu:1", "gpu:", "gpu:-1", "gpu:x", "gpu:1000", "cuda",
		":1"} {
		t.Setenv("IMPASTO_DEVICE", value)
		if _, err := Device(); err == nil || !strings.Contains(err.Error(), value) {
			t.Errorf("%q: %v", value, err)
		}
	}
	os.Unsetenv("IMPASTO_DEVICE")
	if d, err := Device(); d != nil || err != nil {
		t.Errorf("nothing is %v, %v", d, err)
	}
}

func TestMemoryOverride(t *testing.T) {
	for value, want := range map[string]int{"": 0, "1": 1, "6000": 6000} {
		t.Setenv("IMPASTO_MEMORY", value)
		if n, err := Memory(); n != want || err != nil {
			t.Errorf("%q is %d, %v", value, n, err)
		}
	}
	for _, value := range []string{"0", "-1", "all", "2G", fmt.Sprint(bridge.MaxMemory + 1)} {
		t.Setenv("IMPASTO_MEMORY", value)
		if _, err := Memory(); err == nil || !strings.Contains(err.Error(), value) {
			t.Errorf("%q: %v", value, err)
		}
	}
}
