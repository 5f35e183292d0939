package engine

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"impasto.net/bridge"
	"impasto.net/plugin/importer"
	"impasto.net/plugin/look"
	"impasto.net/plugin/network"
	"impasto.net/plugin/onnxtest"
	"impasto.net/plugin/session"
)

// tiles is how many tiles were painted, as the progress told.
func (c *client) tiles() (n int) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for _, p := range c.stages {
		if strings.HasPrefix(p.Stage, "painting") && p.Fraction > 0.05 {
			n++
		}
	}
	return n
}

// A frame of 8K takes no more than is promised beside the memory that is shared with the
// host, and one after the other takes no more.
func TestMemoryOfLargeFrames(t *testing.T) {
	pid, c := another(t, onnxtest.Shipped())
	s := newShared(t, "great-wave", 7680, 4320)
	for frame := range 2 {
		s.smooth(frame)
		if _, most := c.watched(pid, s); most > 1.5e9 {
			t.Errorf("frame %d took %d MB", frame, most/1e6)
		}
	}
}

// BenchmarkLargeFrames is that and more: what the shipped network takes for frames of
// several sizes, and one that others made, in megabytes and seconds a megapixel, by the clock
// and of processors.
func BenchmarkLargeFrames(b *testing.B) {
	bank := b.TempDir()
	if err := os.CopyFS(bank, os.DirFS(onnxtest.Shipped())); err != nil {
		b.Fatal(err)
	}
	for _, network := range []string{"great-wave", brought[0]} {
		id := network
		if network == brought[0] {
			id = bring(b, bank, network)
		}
		for _, size := range [][2]int{{1920, 1080}, {3840, 2160}, {7680, 4320}} {
			if network == brought[0] && size[0] > 3840 {
				continue // it would take minutes
			}
			b.Run(fmt.Sprintf("%s/%dx%d", network, size[0], size[1]), func(b *testing.B) {
				pid, c := another(b, bank)
				s := newShared(b, id, size[0], size[1])
				most, wall, worked := 0, math.Inf(1), math.Inf(1)
				for frame := 0; b.Loop(); frame++ {
					s.smooth(frame)
					before := onnxtest.ProcessorTime(b, pid)
					d, took := c.watched(pid, s)
					most = max(most, took)
					wall, worked = min(wall, float64(d.Timings.Total)/1e6),
						min(worked, onnxtest.ProcessorTime(b, pid)-before)
				}
				area := float64(size[0]*size[1]) / 1e6
				b.ReportMetric(float64(most)/1e6, "MB")
				b.ReportMetric(wall/area, "s/MP")
				b.ReportMetric(worked/area, "cpu-s/MP")
			})
		}
	}
}

// raceless is the path of an engine that the race detector does not take memory in.
func raceless(t testing.TB) string {
	t.Helper()
	if !raceDetector {
		return install(t)
	}
	engine := filepath.Join(filepath.Dir(onnxtest.Library(t)), "impasto-engine")
	if _, err := os.Stat(engine); err != nil {
		onnxtest.Unbuilt(t, "the race detector takes memory of its own, "+
			"and there is no other engine beside ONNX Runtime: build the bundle first")
	}
	return engine
}

// another is a raceless engine in a process of its own.
func another(t testing.TB, bank string) (pid int, c *client) {
	t.Helper()
	cmd, c := command(t, bank, raceless(t), "--parent", fmt.Sprint(os.Getpid()))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c.greet()
	return cmd.Process.Pid, c
}

// watched renders a frame, and gives what the engine took for it at the most.
func (c *client) watched(pid int, s *shared) (d bridge.Done, most int) {
	c.t.Helper()
	_, answer := c.send(bridge.KindRender, &s.request, s.file)
	for {
		most = max(most, onnxtest.Anonymous(c.t, pid))
		select {
		case m, ok := <-answer:
			if !ok {
				c.t.Fatal("the engine ended")
			}
			if err := m.Decode(&d); m.Kind != bridge.KindDone || err != nil {
				c.t.Fatalf("answered with %s, %v", m.Kind, err)
			}
			return d, most
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// tilingClient is a client of an engine that has not enough memory for that many pixels of a
// style.
func tilingClient(t *testing.T, bank, name string, refused int) *client {
	t.Helper()
	e := started(t, bank)
	s, _ := leased(t, e, name)
	run := s.Tiles.Run
	s.Tiles.Run = func(ctx context.Context, in, out []float32, width, height int,
		extra []network.Tensor) error {
		if width*height >= refused {
			return network.ErrMemory
		}
		return run(ctx, in, out, width, height, extra)
	}
	return greeted(t, e)
}

// Frames of the shipped network in tiles are what they are whole, at sizes that leave
// narrow rests and with tiles that are smaller than what they need around themselves.
func TestTilesHaveNoSeams(t *testing.T) {
	bank := onnxtest.Shipped()
	whole := newClient(t, bank)
	for _, x := range []struct{ width, height, refused int }{
		{700, 430, 350 * 350}, {1001, 270, 300 * 280}, {61, 903, 64 * 300},
		{520, 517, 520 * 260}, {600, 300, 75_000},
	} {
		s := newShared(t, "great-wave", x.width, x.height)
		s.request.Size = asHigh(x.height)
		s.tinge(x.width, 1)
		whole.render(s)
		want := bytes.Clone(s.output)
		clear(s.output)
		c := tilingClient(t, bank, "great-wave", x.refused)
		c.render(s)
		near(t, s.output, want, 2e-5)
		if n := c.tiles(); n < 3 {
			t.Errorf("%d × %d pixels were painted in %d tiles", x.width, x.height, n)
		}
	}
}

// A tile that there is not enough memory for is painted in halves, as often as it takes, and no
// oftener than there is anything to halve.
func TestTilesAreHalved(t *testing.T) {
	s := newShared(t, "great-wave", 408, 272)
	c := tilingClient(t, onnxtest.Shipped(), "great-wave", 0)
	if e := c.fails(bridge.KindRender, &s.request, s.file); e.Code != bridge.CodeMemory {
		t.Errorf("without any memory: %v", e)
	}
}

// leased is a session and the look that it is of.
func leased(t *testing.T, e *engine, name string) (*session.Session, *look.Look) {
	t.Helper()
	l, err := e.looks.Get(name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := e.sessions.Get(context.Background(), l, session.Placement{Precision: 32}, 2,
		func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.sessions.Put(s) })
	return s, l
}

// brought are networks that others made: with InstanceNormalization, with norms spelled
// out and planes enlarged by Reshape and Concat, and with margins that convolutions use up.
var brought = []string{"ncnn_mosaic_dyn_op13.onnx", "gnsmrky_mosaic_nc8_256x256.onnx",
	"winml_candy.onnx"}

// bring imports a network into a bank.
func bring(t testing.TB, bank, file string) string {
	t.Helper()
	im := importer.Importer{Engine: install(t), Folder: bank}
	styles, err := im.Add(context.Background(), onnxtest.Data(t, "models", file),
		&importer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return styles[0].ID
}
