package engine

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"impasto.net/bridge"
	"impasto.net/plugin/onnxtest"
	"impasto.net/plugin/style"
)

var (
	night = []float32{0.5, 0.25, 0.125, 0.1, 0.2, 0.3}
	wave  = []float32{0.1, 0.3, 0.5, 0.2, 0.1, 0}
)

// tinge fills the plate with colours of its own for every seed, from 0 to the brightness.
func (s *shared) tinge(seed int, brightness float32) {
	s.paint(seed)
	for i := range len(s.plate) / 4 {
		if c := i % 4; c < 3 {
			put(s.plate, i, at(s.plate, i)*brightness*[]float32{1, 0.7, 0.4}[c])
		}
	}
}

// conditional is what onnxtest.Conditional makes of a plate that is encoded as networks
// want it, and of which the pixels that the statistics are of come first.
func conditional(plate []byte, vector []float32, n int) []byte {
	var mean [3]float64
	for i := range 4 * n {
		if c := i % 4; c < 3 {
			mean[c] += float64(at(plate, i)) / float64(n)
		}
	}
	want := bytes.Clone(plate)
	for i := range len(plate) / 4 {
		if c := i % 4; c < 3 {
			v := (float64(at(plate, i))*float64(vector[c]) + float64(vector[3+c])) * (1 + mean[c])
			put(want, i, float32(min(max(v, 0), 1)))
		}
	}
	return want
}

// between is a share of each of two vectors.
func between(a, b []float32, mix float64) []float32 {
	v := make([]float32, len(a))
	for i := range v {
		v[i] = float32((1-mix)*float64(a[i]) + mix*float64(b[i]))
	}
	return v
}

func TestStylesOfOneNetwork(t *testing.T) {
	bank := t.TempDir()
	painter := onnxtest.WriteNetwork(t, bank, "painter")
	onnxtest.WriteStyle(t, bank, "night", painter, night)
	onnxtest.WriteStyle(t, bank, "wave", painter, wave)
	c := newClient(t, bank)
	for _, size := range [][2]int{{1, 1}, {3, 2}, {40, 30}, {64, 48}, {130, 90}} {
		s := newShared(t, "night", size[0], size[1])
		s.request.Space = bridge.SpaceSRGB
		s.request.StyleB = "wave"
		for seed, brightness := range []float32{0.3, 0.9} { // the statistics are the frame's
			s.tinge(seed, brightness)
			for _, mix := range []float64{0, 0.25, 0.5, 1} {
				s.request.StyleMix = mix
				c.render(s)
				near(t, s.output, conditional(s.plate, between(night, wave, mix), len(s.plate)/16),
					1e-5)
			}
		}
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	loads := 0
	for _, p := range c.stages {
		if strings.HasPrefix(p.Stage, "loading") {
			loads++
		}
	}
	if loads != 1 {
		t.Errorf("one network was loaded %d times", loads)
	}
}

func TestMixesAreExact(t *testing.T) {
	bank := t.TempDir()
	painter := onnxtest.WriteNetwork(t, bank, "painter")
	onnxtest.WriteStyle(t, bank, "night", painter, night)
	onnxtest.WriteStyle(t, bank, "wave", painter, wave)
	onnxtest.WriteStyle(t, bank, "half", painter, between(night, wave, 0.5))
	onnxtest.WritePackage(t, bank, "plain", onnxtest.Identity())
	paint := func(c *client, a, b string, mix float64) ([]byte, bool) {
		s := newShared(t, a, 50, 40)
		s.tinge(1, 0.8)
		s.request.StyleB, s.request.StyleMix = b, mix
		d := c.render(s)
		return bytes.Clone(s.output), d.Cached
	}
	for _, x := range []struct {
		name, a, b string
		mix        float64
		alone      string
	}{
		{"none of the second", "night", "wave", 0, "night"},
		{"all of the second", "night", "wave", 1, "wave"},
		{"a half", "night", "wave", 0.5, "half"},
		{"a half the other way", "wave", "night", 0.5, "half"},
		{"with itself", "night", "night", 0.3, "night"},
		{"no second style", "night", "", 0, "night"},
		{"a second style that is missing", "night", "none", 0, "night"},
		{"a first style that is missing", "none", "wave", 1, "wave"},
		{"a second style of another network", "night", "plain", 1, "plain"},
		{"a style with its own network", "plain", "plain", 0.5, "plain"},
	} {
		t.Run(x.name, func(t *testing.T) {
			// Each in an engine of its own, and then what is kept of the one for the other.
			mixed, _ := paint(newClient(t, bank), x.a, x.b, x.mix)
			c := newClient(t, bank)
			alone, _ := paint(c, x.alone, "", 0)
			if !bytes.Equal(mixed, alone) {
				t.Error("the pictures differ")
			}
			if again, cached := paint(c, x.a, x.b, x.mix); !cached || !bytes.Equal(again, alone) {
				t.Errorf("the picture that is kept differs, or was not taken: %t", cached)
			}
		})
	}
	c := newClient(t, bank)
	var all [][]byte
	for _, mix := range []float64{0, 0.25, 0.5, 0.75, 1} {
		picture, cached := paint(c, "night", "wave", mix)
		if cached || slices.ContainsFunc(all, func(p []byte) bool {
			return bytes.Equal(p,
				picture)
		}) {
			t.Errorf("a mix of %g gave the picture of another", mix)
		}
		all = append(all, picture)
	}
}

// Frames of all mixes at once, which share a session, are what they are alone.
func TestConcurrentMixesAreTheSame(t *testing.T) {
	bank := t.TempDir()
	painter := onnxtest.WriteNetwork(t, bank, "painter")
	onnxtest.WriteStyle(t, bank, "night", painter, night)
	onnxtest.WriteStyle(t, bank, "wave", painter, wave)
	const n = 12
	frames := make([]*shared, n)
	alone := make([][]byte, n)
	first, second := newClient(t, bank), newClient(t, bank)
	for i := range frames {
		f := newShared(t, "night", 60+i, 50)
		f.tinge(i, 0.5)
		f.request.StyleB, f.request.StyleMix = "wave", float64(i)/(n-1)
		first.render(f)
		frames[i], alone[i] = f, bytes.Clone(f.output)
		clear(f.output)
	}
	var group sync.WaitGroup
	for _, f := range frames {
		_, answer := second.send(bridge.KindRender, &f.request, f.file)
		group.Go(func() { second.read(answer, bridge.KindDone, &bridge.Done{}) })
	}
	group.Wait()
	for i, f := range frames {
		if !bytes.Equal(f.output, alone[i]) {
			t.Errorf("frame %d differs", i)
		}
	}
}

func TestStylesOfNetworksThatFail(t *testing.T) {
	bank := t.TempDir()
	painter := onnxtest.WriteNetwork(t, bank, "painter")
	other := onnxtest.WriteNetwork(t, bank, "other",
		func(n *style.Network) { n.Origin = "elsewhere" })
	lies := onnxtest.WriteNetwork(t, bank, "lies", func(n *style.Network) { n.Norms.Length = 5 })
	turned := onnxtest.WriteNetwork(t, bank, "turned",
		func(n *style.Network) { n.Norms.Input = "image" })
	onnxtest.WriteStyle(t, bank, "night", painter, night)
	onnxtest.WriteStyle(t, bank, "wave", other, wave)
	onnxtest.WriteStyle(t, bank, "of-lies", lies, night[:5])
	onnxtest.WriteStyle(t, bank, "of-turned", turned, night)
	onnxtest.WriteStyle(t, bank, "short", painter, night[:5])
	onnxtest.WriteStyle(t, bank, "differs", "painter@0123456789ab", night)
	onnxtest.WritePackage(t, bank, "plain", onnxtest.Identity())
	c := newClient(t, bank)
	for _, f := range []struct {
		a, b  string
		mix   float64
		wants []string
	}{
		{"night", "wave", 0.5, []string{`"Test night" and "Test wave" cannot be mixed`}},
		{"plain", "night", 0.5, []string{`"Test plain" and "Test night" cannot be mixed`}},
		{"night", "none", 0.5, []string{`The style "none" is not in`}},
		{"night", "", 0.5, []string{`"" is not a style's name`}},
		{"short", "", 0, []string{`The style "Test short"`, "20 bytes", "6 numbers"}},
		{"differs", "", 0, []string{`The style "Test differs"`, "painter@0123456789ab", painter}},
		{"night", "differs", 0.5, []string{`The style "Test differs"`, "painter@0123456789ab",
			painter}},
		{"of-lies", "", 0, []string{"Test of-lies", lies, "statistics.onnx", "[6], wanted is 5"}},
		{"of-turned", "", 0, []string{"Test of-turned", turned, "painter.onnx"}},
		{"painter", "", 0, []string{`The style "painter" is not in`, "night"}},
	} {
		t.Run(fmt.Sprint(f.a, " ", f.b), func(t *testing.T) {
			s := newShared(t, f.a, 8, 8)
			s.request.StyleB, s.request.StyleMix = f.b, f.mix
			e := c.fails(bridge.KindRender, &s.request, s.file)
			if e.Code != bridge.CodeStyle {
				t.Errorf("code %s: %v", e.Code, e)
			}
			for _, w := range f.wants {
				if !strings.Contains(e.Message, w) {
					t.Errorf("%q does not say %q", e.Message, w)
				}
			}
		})
	}
	c.render(newShared(t, "night", 8, 8))
}
