package network_test

import (
	"context"
	"os"
	"testing"

	"impasto.net/plugin/network"
	"impasto.net/plugin/onnxtest"
)

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
	megabytes := func() int { return onnxtest.Anonymous(t, os.Getpid()) >> 20 }
	const width, height = 2000, 2000
	in, out, again := make([]float32, 3*width*height),
		make([]float32, 3*width*height), make([]float32, 3*width*height)
	for _, to := range [][]float32{out, again} {
		before := megabytes()
		if err := run(s, context.Background(), in, to, width, height); err != nil {
			t.Fatal(err)
		}
		large := megabytes()
		if err := network.Shrink(); err != nil {
			t.Fatal(err)
		}
		if after := megabytes(); large-after < 48 {
			t.Errorf("of %d MB there are %d after a run and %d after it gave memory back", before,
				large, after)
		}
	}
	if again[0] != out[0] || out[0] != 1 {
		t.Errorf("%g, then %g", out[0], again[0])
	}
}
