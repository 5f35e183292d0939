package acceptance

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"impasto.net/bridge"
)

// The README's table of parameters is what the command prints.
func TestTableOfParameters(t *testing.T) {
	const begin, end = "<!-- table -->\n\n", "\n<!-- end of the table -->"
	s := newShot(t)
	cmd := exec.Command(filepath.Join(built(t), "bin/impasto"), "describe", "--plugin", s.bundle,
		"--markdown")
	cmd.Env = s.env
	printed, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(readme), begin)
	table, _, closed := strings.Cut(after, end)
	if !found || !closed {
		t.Fatalf("the README has no table between %q and %q", begin, end)
	}
	if table != string(printed) {
		t.Errorf("the README's table is not what impasto describe --markdown prints:\n%s", printed)
	}
}

// engineRanges are where a request has the numbers that the node lets be set. They are checked
// by what the node asks for and by what impasto optimise does, whichever is narrower.
var engineRanges = map[string]func(o *bridge.Optimise, value float64){
	"styleMix":        func(o *bridge.Optimise, v float64) { o.Render.StyleMix = v },
	"noise":           func(o *bridge.Optimise, v float64) { o.Render.Noise = v },
	"unrealness":      func(o *bridge.Optimise, v float64) { o.Render.Unrealness = v },
	"detail":          func(o *bridge.Optimise, v float64) { o.Render.Size.Detail = v },
	"textureScale":    func(o *bridge.Optimise, v float64) { o.Render.Size.TextureScale = v },
	"exposureIn":      func(o *bridge.Optimise, v float64) { o.Render.ExposureIn = v },
	"exposureOut":     func(o *bridge.Optimise, v float64) { o.Render.ExposureOut = v },
	"keepColour":      func(o *bridge.Optimise, v float64) { o.Render.KeepColour = v },
	"gpuIndex":        func(o *bridge.Optimise, v float64) { o.Render.Device.Index = int(v) },
	"memory":          func(o *bridge.Optimise, v float64) { o.Render.Device.Memory = int(v) },
	"iterations":      func(o *bridge.Optimise, v float64) { o.Render.Descent.Iterations = int(v) },
	"textureCropFrom": func(o *bridge.Optimise, v float64) { o.Render.Descent.TextureCrop[0] = v },
	"textureCropTo":   func(o *bridge.Optimise, v float64) { o.Render.Descent.TextureCrop[3] = v },
}

// noRange are those that mean something at any number: the blend clamps mix, a seed is one of
// grain, and the frame is one that the node itself fetches.
var noRange = []string{"mix", "seed", "statisticsFrame"}

// What the node lets be set is what the engine takes, from end to end and no further; what is
// set where nothing else is said is the engine's default.
func TestRangesAreTheEngines(t *testing.T) {
	info := newShot(t).described("impasto")[0]
	named := 0
	for _, p := range general(t, info).Params {
		if len(p.Min) == 0 || slices.Contains(noRange, p.Name) {
			continue
		}
		set := engineRanges[p.Name]
		if set == nil {
			t.Errorf("%s goes from %v to %v: say in this test where a request has it", p.Name,
				p.Min, p.Max)
			continue
		}
		named++
		least, most := number(t, p.Min[0]), number(t, p.Max[0])
		step := 1. // of whole numbers
		if p.Type != "Integer" {
			step = (most - least) / 1000
		}
		takes := func(v float64) error {
			o := bridge.Optimise{Render: bridge.NewFrame(bridge.Image{}, bridge.SpaceLinear),
				Optimiser: bridge.OptimiserLBFGS}
			set(&o, v)
			if err := o.Render.Check(); err != nil {
				return err
			}
			if c := o.Render.Descent.TextureCrop; c[0] == c[2] || c[1] == c[3] {
				return nil // nothing of the painting, which the command refuses and the node says
			}
			return o.Check()
		}
		for _, v := range []float64{least, (least + most) / 2, most} {
			if err := takes(v); err != nil {
				t.Errorf("%s can be set to %g, which the engine refuses: %v", p.Name, v, err)
			}
		}
		for _, v := range []float64{least - step, most + step} {
			if takes(v) == nil {
				t.Errorf("the engine takes %g for %s, which goes from %g to %g", v, p.Name,
					least, most)
			}
		}
		if p.Name == "unrealness" && number(t, p.Default) != bridge.DefaultUnrealness {
			t.Errorf("%s is %s where nothing is said, and the engine's is %d", p.Name, p.Default,
				bridge.DefaultUnrealness)
		}
	}
	if named != len(engineRanges) {
		t.Errorf("the node has %d of the %d parameters that this test knows", named,
			len(engineRanges))
	}
}

func number(t *testing.T, text string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
