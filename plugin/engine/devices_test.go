package engine

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"

	"impasto.net/bridge"
	"impasto.net/plugin/onnxtest"
	"impasto.net/plugin/style"
)

// onGPU is a client of an engine whose machine has a GPU, as far as files tell.
func onGPU(t *testing.T, bank string) *client {
	t.Helper()
	onnxtest.Vulkan(t)
	e := started(t, bank)
	e.devices.GPUs = func() []string { return []string{"/dev/dri/renderD128"} }
	return greeted(t, e)
}

func (s *shared) on(kind string, index, precision int) *shared {
	s.request.Device = bridge.Device{Kind: kind, Index: index, Precision: precision}
	return s
}

// The GPU paints what the CPU paints, and neither's pictures are taken for the other's.
func TestWebGPU(t *testing.T) {
	bank := t.TempDir()
	onnxtest.WritePackage(t, bank, "slow", onnxtest.Slow(2, 8))
	onnxtest.WriteStyle(t, bank, "night", onnxtest.WriteNetwork(t, bank, "painter"), night)
	c := onGPU(t, bank)
	for _, name := range []string{"slow", "night"} {
		s := newShared(t, name, 64, 64)
		s.request.Space = bridge.SpaceSRGB
		if d := c.render(s.on("cpu", 0, 0)); !strings.HasPrefix(d.Device, "the CPU, ") ||
			strings.Contains(d.Device, "because") {
			t.Errorf("%s: painted on %s", name, d.Device)
		}
		want := bytes.Clone(s.output)
		clear(s.output)
		for _, kind := range []string{"gpu", "auto"} {
			d := c.render(s.on(kind, 0, 32))
			if d.Device != "the GPU through WebGPU" || d.Cached != (kind == "auto") {
				t.Errorf("%s: %s: painted on %s, kept before: %v", name, kind, d.Device, d.Cached)
			}
			near(t, s.output, want, 2./255)
		}
		if d := c.render(s.on("cpu", 0, 32)); !d.Cached || !bytes.Equal(s.output, want) {
			t.Errorf("%s: the CPU's picture is not the same any more", name)
		}
	}
}

// A descent on the GPU ends where the CPU's does. Without a GPU it takes its time.
func TestWebGPUOptimises(t *testing.T) {
	bank := t.TempDir()
	onnxtest.Filters(t, bank)
	onGPU(t, bank)
	e := newEngine(style.Bank{bank}, 0, hclog.NewNullLogger())
	r := optimisation("filters")
	on := func(kind, device string) []byte {
		r.Device.Kind = kind
		d, err := e.render(t.Context(), r, nil, func(float64, string) {})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(d.Device, device) || d.Cached {
			t.Errorf("%s is optimised on %s, kept before: %v", kind, d.Device, d.Cached)
		}
		return d.Pixels
	}
	cpu := on("cpu", "the CPU, ")
	near(t, on("gpu", "the GPU through WebGPU"), cpu, 1e-3)
}

// WebGPU has the first GPU only. That is an error, or a reason for the CPU.
func TestGPUThatIsNotThere(t *testing.T) {
	bank := t.TempDir()
	onnxtest.WritePackage(t, bank, "dark", onnxtest.Gain(0.5))
	c := onGPU(t, bank)
	s := newShared(t, "dark", 32, 32)
	e := c.fails(bridge.KindRender, &s.on("gpu", 1, 0).request, s.file)
	if e.Code != bridge.CodeDevice ||
		!strings.Contains(e.Message, "WebGPU has the machine's first GPU only, and no number 1") ||
		!strings.Contains(e.Message, "Set Device to CPU or Auto") {
		t.Errorf("%s: %s", e.Code, e.Message)
	}
	d := c.render(s.on("auto", 1, 0))
	if !strings.HasPrefix(d.Device, "the CPU, ") ||
		!strings.Contains(d.Device, "because GPU 1 through WebGPU cannot be used") {
		t.Errorf("painted on %s", d.Device)
	}
	c.ask(bridge.KindPrepare, &bridge.Prepare{Style: "dark", Device: bridge.Device{Kind: "gpu"}},
		nil, bridge.KindDone, d)
	if d.Device != "the GPU through WebGPU" {
		t.Errorf("prepared on %s", d.Device)
	}
	for _, bad := range []bridge.Device{{}, {Kind: "tpu"}, {Kind: "gpu", Index: -1},
		{Kind: "gpu", Index: bridge.MaxDevice}, {Kind: "gpu", Precision: 8}} {
		s.request.Device = bad
		if e := c.fails(bridge.KindRender, &s.request, s.file); e.Code != bridge.CodeRequest {
			t.Errorf("%+v: %v", bad, e)
		}
		if e := c.fails(bridge.KindPrepare, &bridge.Prepare{Style: "dark", Device: bad},
			nil); e.Code != bridge.CodeRequest {
			t.Errorf("%+v: %v", bad, e)
		}
	}
}

// A GPU that fails on a frame fails the frame; with auto the CPU paints it, and whatever
// comes after it.
func TestGPUThatFails(t *testing.T) {
	bank := t.TempDir()
	onnxtest.WritePackage(t, bank, "wide", onnxtest.Wide())
	onnxtest.WritePackage(t, bank, "dark", onnxtest.Gain(0.5))
	c := onGPU(t, bank)
	s := newShared(t, "wide", 32, 32)
	e := c.fails(bridge.KindRender, &s.on("gpu", 0, 0).request, s.file)
	if e.Code != bridge.CodeDevice || !strings.Contains(e.Message, "on frame 1, 32 × 32 pixels") ||
		!strings.Contains(e.Message, "Set Device to CPU") {
		t.Errorf("%s: %s", e.Code, e.Message)
	}
	for i, name := range []string{"dark", "wide", "dark"} {
		s := newShared(t, name, 40, 40)
		s.paint(i)
		d := c.render(s.on("auto", 0, 32))
		if cpu := strings.HasPrefix(d.Device, "the CPU"); cpu != (i > 0) || cpu &&
			!strings.Contains(d.Device, "because the GPU failed: ") {
			t.Errorf("frame %d is painted on %s", i, d.Device)
		}
		if name == "wide" {
			near(t, s.output, s.plate, 3e-6)
		}
	}
}

// Half precision is for GPUs that do it well; this one does not do it.
func TestHalfThatIsRefused(t *testing.T) {
	bank := t.TempDir()
	onnxtest.WriteStyle(t, bank, "full", onnxtest.WriteNetwork(t, bank, "no-half"), night)
	copyShipped(t, bank)
	c := onGPU(t, bank)
	for _, x := range []struct {
		style, kind string
		message     string
	}{
		{"starry-night", "cpu", "half precision is for GPUs, and this is the CPU"},
		{"full", "gpu", "has no half precision"},
		{"starry-night", "gpu", "the GPU through WebGPU does no half precision as it should: "},
	} {
		s := newShared(t, x.style, 64, 64)
		s.request.Size = asHigh(64)
		e := c.fails(bridge.KindRender, &s.on(x.kind, 0, 16).request, s.file)
		if e.Code != bridge.CodeDevice || !strings.Contains(e.Message, x.message) ||
			!strings.Contains(e.Message, "Set Precision to Auto or 32 bit.") {
			t.Errorf("%s on %s: %s: %s", x.style, x.kind, e.Code, e.Message)
		}
	}
	// Nobody asked for it here.
	var d bridge.Done
	c.ask(bridge.KindPrepare, &bridge.Prepare{Style: "starry-night",
		Device: bridge.Device{Kind: "gpu"}}, nil, bridge.KindDone, &d)
	if !strings.HasPrefix(d.Device, "the GPU through WebGPU, because at 32 bits, because ") {
		t.Errorf("prepared on %s", d.Device)
	}
}

// copyShipped puts the first style of the menu and its network into a bank.
func copyShipped(t *testing.T, bank string) {
	t.Helper()
	for _, name := range []string{"painter", "starry-night"} {
		if err := os.CopyFS(filepath.Join(bank, name),
			os.DirFS(filepath.Join(onnxtest.Shipped(), name))); err != nil {
			t.Fatal(err)
		}
	}
}
