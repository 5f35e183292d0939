package network_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"impasto.net/plugin/network"
	"impasto.net/plugin/onnxtest"
)

// anonymous is what this process has in memory without files, in megabytes.
func anonymous(t *testing.T) (megabytes int) {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(status), "RssAnon:")
	if _, err := fmt.Sscan(after, &megabytes); err != nil {
		t.Fatal(err)
	}
	return megabytes >> 10
}

// What a large picture took goes back, and the session paints on.
func TestShrink(t *testing.T) {
	var g onnxtest.Graph
	g.Constant("two", nil, 2)
	g.Node("Mul", []string{"x", "two"}, "a", nil)
	g.Node("Exp", []string{"a"}, "b", nil)
	g.Node("Add", []string{"a", "b"}, "c", nil)
	g.Node("Mul", []string{"c", "b"}, "y", nil)
	s, err := load(t, g.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	const width, height = 2000, 2000
	in, out, again := make([]float32, 3*width*height), make([]float32, 3*width*height), make([]float32, 3*width*height)
	for _, to := range [][]float32{out, again} {
		before := anonymous(t)
		if err := run(s, context.Background(), in, to, width, height); err != nil {
			t.Fatal(err)
		}
		large := anonymous(t)
		if err := network.Shrink(); err != nil {
			t.Fatal(err)
		}
		if after := anonymous(t); large-after < 48 {
			t.Errorf("of %d MB there are %d after a run and %d after it gave memory back", before, large, after)
		}
	}
	if again[0] != out[0] || out[0] != 1 {
		t.Errorf("%g, then %g", out[0], again[0])
	}
}
