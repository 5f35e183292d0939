package objective_test

import (
	"errors"
	"math"
	"testing"

	"impasto.net/plugin/network"
	"impasto.net/plugin/objective"
	"impasto.net/plugin/onnxtest"
)

// A GPU computes the objective and the gradient that the CPU does, but for the last digits, in
// one piece and in tiles. It does so on a driver that needs no GPU.
func TestObjectiveOnAGPU(t *testing.T) {
	onnxtest.Vulkan(t)
	// Not where branches come together: ONNX Runtime 1.30 computes the convolution of six channels
	// to four wrong there, which Try finds.
	for _, name := range []string{"strides", "max pool", "max pool that overlaps", "average pool",
		"reflection", "constant pad"} {
		t.Run(name, func(t *testing.T) {
			f := small(t, middles[name])
			f.region = disc(f.plate)
			cpu := make([]float32, len(f.start.Values))
			want, err := f.load(t, whole).Evaluate(t.Context(), f.start, cpu)
			if err != nil {
				t.Fatal(err)
			}
			f.device = network.Device{Provider: network.WebGPU}
			gpu := make([]float32, len(cpu))
			loss, err := f.load(t, whole).Evaluate(t.Context(), f.start, gpu)
			if err != nil {
				t.Fatal(err)
			}
			if off := math.Abs(loss.Total()/want.Total() - 1); !(off <= 1e-4) {
				t.Errorf("the loss is %v, on the CPU %v", loss, want)
			}
			off := apart(gpu, cpu)
			t.Logf("the gradient is off by %.2g", off)
			if !(off <= 1e-3) {
				t.Errorf("the gradient is off by %.2g from the CPU's", off)
			}
		})
	}
}

// Where a GPU computes something else than the CPU does, it is not used.
func TestWrongGradientsAreFound(t *testing.T) {
	onnxtest.Vulkan(t)
	gpu := network.Device{Provider: network.WebGPU}
	right, wrong := small(t, middles["max pool"]), small(t, middles["branches"])
	right.load(t, whole) // which starts the runtime
	if err := objective.Try(t.Context(), right.manifest, gpu, 2); err != nil {
		t.Error(err)
	}
	err := objective.Try(t.Context(), wrong.manifest, gpu, 2)
	if f := wrong; err == nil { // a runtime that has mended this has nothing to be found
		f.region, f.device = nil, gpu
		return
	}
	if !errors.Is(err, network.ErrDevice) {
		t.Errorf("a wrong gradient is %v", err)
	}
}
