package acceptance

import (
	"math"
	"os"
	"strings"
	"testing"

	"impasto.net/plugin/onnxtest"
	"impasto.net/render/picture"
)

// What ships paints the same picture through WebGPU as on the CPU, to 2 of 255 as the
// picture is seen, on a driver that needs no GPU.
func TestGPUAgainstCPU(t *testing.T) {
	onnxtest.Vulkan(t)
	s := newShot(t)
	s.plates(1, 64, 64, nil)
	s.must("1", "cpu", "--param", "device=CPU")
	s.must("1", "gpu", "--param", "device=GPU")
	s.env = append(s.env, "IMPASTO_DEVICE=gpu")
	s.must("1", "overridden", "--param", "device=CPU")
	s.same(1, "gpu", "overridden")

	cpu, gpu := s.picture("cpu", 1), s.picture("gpu", 1)
	worst, moved := 0.0, 0
	for i := range cpu.Pix {
		a, b := picture.Encoded(float64(cpu.Pix[i])), picture.Encoded(float64(gpu.Pix[i]))
		worst = max(worst, math.Abs(a-b))
		if cpu.Pix[i] != gpu.Pix[i] {
			moved++
		}
	}
	t.Logf("WebGPU is %.4f of 255 from the CPU at the most, and differs in %d of %d values",
		worst*255, moved, len(cpu.Pix))
	if !(worst <= 2./255) {
		t.Errorf("WebGPU is %g of 255 from the CPU", worst*255)
	}
	if log, _ := os.ReadFile(s.path("impasto.log")); !strings.Contains(string(log),
		"the GPU through WebGPU") || !strings.Contains(string(log), "the CPU, ") {
		t.Error("the log does not say what the frames were painted on")
	}
}

// Without a driver, GPU fails with the reason, and auto in the background does not try.
func TestGPUWithoutADriver(t *testing.T) {
	s := newShot(t)
	s.plates(1, 24, 16, nil)
	s.env = append(s.env, "VK_ICD_FILENAMES=/dev/null")
	for _, c := range []struct{ param, env, want string }{
		{"device=GPU", "", "the GPU through WebGPU cannot be used: "},
		{"device=CPU", "IMPASTO_DEVICE=gpu", "Set Device to CPU or Auto"},
		{"gpuIndex=3", "IMPASTO_DEVICE=gpu:1", "no number 1"},
		{"precision=16 bit", "",
			"half precision is for GPUs, and this is the CPU. Set Precision to Auto or 32 bit."},
		{"device=CPU", "IMPASTO_DEVICE=toaster", "which is none of auto, cpu, gpu and gpu:1"},
	} {
		with := *s
		with.env = append(s.env[:len(s.env):len(s.env)], c.env)
		if printed, code := with.render("1", "failed", "--param", c.param); code == 0 ||
			!strings.Contains(printed, c.want) {
			t.Errorf("%s %s: exit code %d\n%s", c.param, c.env, code, printed)
		}
	}
	s.must("1", "auto", "--param", "device=Auto")
	s.must("1", "cpu", "--param", "device=CPU")
	s.same(1, "auto", "cpu")
	if log, _ := os.ReadFile(s.path("impasto.log")); !strings.Contains(string(log),
		"because Auto is the CPU where nobody watches") {
		t.Error("the log does not say why it is the CPU")
	}
}
