package session

import (
	"context"
	"fmt"
	"math"
	"testing"

	"impasto.net/plugin/look"
	"impasto.net/plugin/network"
	"impasto.net/plugin/onnxtest"
	"impasto.net/plugin/style"
)

func TestSessionsAreBoundedAndLeased(t *testing.T) {
	onnxtest.Start(t)
	bank := t.TempDir()
	for i := range maxSessions + 3 {
		onnxtest.WritePackage(t, bank, fmt.Sprint("style-", i), onnxtest.Gain(float32(i)))
	}
	l := look.New(style.Bank{bank})
	var s Sessions
	get := func(i int) *Session {
		look, err := l.Get(fmt.Sprint("style-", i))
		if err != nil {
			t.Fatal(err)
		}
		x, err := s.Get(context.Background(), look, Placement{Precision: 32}, 1, func(string) {})
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	held := get(0)
	for i := range maxSessions + 3 {
		s.Put(get(i))
	}
	s.mutex.Lock()
	left := len(s.list)
	s.mutex.Unlock()
	if left > maxSessions+1 {
		t.Errorf("%d styles are loaded", left)
	}
	out := make([]float32, 3)
	if err := held.Run(context.Background(), []float32{1, 2, 3}, out, 1, 1, nil); err != nil {
		t.Errorf("a leased session: %v", err)
	}
	if x := get(0); x != held {
		t.Error("a leased style was loaded again")
	} else {
		s.Put(x)
	}
	s.Put(held)
}

// What the shipped network paints at half precision is what it paints at full, seen on a
// provider that does both. The figure is in the log of go test -v.
func TestParityOfHalf(t *testing.T) {
	onnxtest.Start(t)
	l, err := look.New(style.Bank{onnxtest.Shipped()}).Get("starry-night")
	if err != nil {
		t.Fatal(err)
	}
	x := &Session{Network: l.Network, Place: Placement{Precision: 32}}
	if err := x.load(l.Vector, 2); err != nil {
		t.Fatal(err)
	}
	defer x.Painter.Close()
	defer x.statistics.Close()
	files, err := x.Load(x.Half)
	if err != nil {
		t.Fatal(err)
	}
	in := []network.Port{port(x.Input.Name, nil),
		{Name: x.Norms.Input, Shape: []int64{int64(x.Norms.Length)}}}
	half, err := network.Load(files[0], in, []network.Port{port(x.Output.Name, nil)},
		network.Device{}, 2)
	if err != nil {
		t.Fatal(err)
	}
	defer half.Close()
	psnr, err := x.parity(half, x.Painter, l.Vector, 2)
	if err != nil || !(psnr >= leastPSNR) {
		t.Errorf("%.1f dB, %v", psnr, err)
	}
	t.Logf("half precision comes to %.1f dB of full precision", psnr)
	if same, err := x.parity(x.Painter, x.Painter, l.Vector, 2); !math.IsInf(same, 1) ||
		err != nil {
		t.Errorf("a network comes to %g dB of itself, %v", same, err)
	}
}
