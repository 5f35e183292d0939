package network_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"impasto.net/plugin/network"
	"impasto.net/plugin/onnxtest"
)

var gpu = network.Device{Provider: network.WebGPU}

// Sessions of one GPU are made, run and closed at once, and none gets the other's picture.
func TestSessionsOfOneGPU(t *testing.T) {
	onnxtest.Vulkan(t)
	onnxtest.Start(t)
	var group sync.WaitGroup
	for i := range 4 {
		group.Go(func() {
			gain := float32(i + 1)
			for range 8 {
				s, err := network.Load(onnxtest.Gain(gain), picture("x"), picture("y"), gpu, 1)
				if err != nil {
					t.Error(err)
					return
				}
				in, out := make([]float32, 3*32*32), make([]float32, 3*32*32)
				for range 8 {
					for i := range in {
						in[i] = rand.Float32()
					}
					if err := run(s, context.Background(), in, out, 32, 32); err != nil {
						t.Error(err)
					}
					for i := range in {
						if out[i] != gain*in[i] {
							t.Errorf("%g times %g is %g", gain, in[i], out[i])
							break
						}
					}
				}
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
}

// What cannot be used says why: not there, or not this one.
func TestDevicesThatAreNotThere(t *testing.T) {
	onnxtest.Start(t)
	for _, p := range []network.Provider{network.CUDA, network.TensorRT} {
		if found, _ := filepath.Glob(filepath.Join(filepath.Dir(onnxtest.Library(t)),
			"libonnxruntime_providers_*.so")); len(found) > 0 {
			t.Skip("this ONNX Runtime has more providers than the one that ships")
		}
		err := network.Device{Provider: p}.Try()
		if !errors.Is(err, network.ErrDevice) || !errors.Is(err, network.ErrProvider) ||
			err.Error() != "not in this ONNX Runtime" {
			t.Errorf("%s: %v", p, err)
		}
	}
	_, err := network.Load(onnxtest.Identity(), picture("x"), picture("y"),
		network.Device{Provider: network.WebGPU, Index: 1}, 1)
	if !errors.Is(err, network.ErrDevice) || errors.Is(err, network.ErrProvider) ||
		!strings.Contains(err.Error(), "no number 1") {
		t.Error(err)
	}
	// A graph that is wrong is no fault of the device.
	if _, err := network.Load([]byte("no graph"), picture("x"), picture("y"), gpu, 1); err == nil ||
		errors.Is(err, network.ErrDevice) {
		t.Error(err)
	}
}
