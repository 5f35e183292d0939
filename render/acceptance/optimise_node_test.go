package acceptance

import (
	"encoding/binary"
	"fmt"
	"image"
	"math"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"impasto.net/bridge"
	"impasto.net/plugin/onnxtest"
	"impasto.net/plugin/style"
	"impasto.net/render/ofx"
	"impasto.net/render/picture"
)

// What impasto optimise makes of a picture is what the node makes of it, to the bit: parts of a
// frame, masks of other parts, light above white and below black, holes, pixels that are not
// square, layers, stated primaries, and what a header says besides.
func TestOptimiseIsTheNode(t *testing.T) {
	s := newOptimisation(t, 64, 48)
	onnxtest.WriteEncoder(t, s.path("styles"), "filters", onnxtest.Slow(3, 12), style.Encoder{
		Input: style.Input{Name: "x", Channels: "RGB", Range: [2]float64{-1, 1}, Minimum: 8},
		Style: []string{"conv0r", "conv1r"}, Content: "conv1r"})
	frame := image.Rect(10, -5, 74, 43)
	window := func(name string, data image.Rectangle, edit func(x, y int, p []float32)) {
		im := picture.New(data)
		im.DisplayWindow, im.HasAlpha, im.PixelAspect, im.Depth = frame, true, 2, picture.Float
		for i := 0; i < len(im.Pix); i += 4 {
			edit(data.Min.X+i/4%data.Dx(), data.Min.Y+i/4/data.Dx(), im.Pix[i:i+4])
		}
		im.Metadata = []picture.Attribute{
			chromaticities(0.713, 0.293, 0.165, 0.83, 0.128, 0.044, 0.32168, 0.33767), // ACEScg
			{Name: "timeCode", Type: "timecode",
				Value: binary.LittleEndian.AppendUint64(nil, 0x01020304)},
		}
		if err := picture.Write(s.path(name), im); err != nil {
			t.Fatal(err)
		}
	}
	window("odd.exr", image.Rect(7, -9, 70, 40), func(x, y int, p []float32) {
		for c := range 3 {
			p[c] = float32(math.Sin(float64(x)/(5+float64(c)))*math.Cos(float64(y)/4)) * 1.6
		}
		switch {
		case x > 60: // a hole with light in it
			p[3] = 0
		case x > 50:
			p[0], p[1], p[2], p[3] = p[0]/2, p[1]/2, p[2]/2, 0.5
		case x == 20 && y == 10:
			p[1] = float32(math.NaN())
		}
	})
	window("mask.exr", image.Rect(24, 2, 64, 45),
		func(x, y int, p []float32) { p[3] = float32(x-24) / 40 })
	parts, err := filepath.Abs("../picture/testdata/parts.exr")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, plate      string
		optimise, render []string
	}{
		{"windows", s.path("odd.exr"), []string{"--mask", s.path("mask.exr"), "--keep-colour",
			"0.5", "--texture-scale", "0.8", "--detail", "0.75"},
			[]string{"--clip", "Mask=" + s.path("mask.exr"), "--param", "keepColour=0.5", "--param",
				"textureScale=0.8", "--param", "detail=0.75"}},
		{"mask that is matched", s.path("odd.exr"),
			[]string{"--mask", s.path("mask.exr"), "--match-mask"},
			[]string{"--clip", "Mask=" + s.path("mask.exr"), "--param", "matchMask=1"}},
		{"stated space", s.path("odd.exr"), []string{"--plate-space", "logc3"},
			[]string{"--param", "plateSpace=ARRI LogC3 (EI 800)"}},
		{"layer", parts, []string{"--layer", "extra:diffuse"},
			[]string{"--layer", "Source=extra:diffuse"}},
		{"layers", parts, []string{"--layer", "Source=extra:diffuse", "--mask", parts, "--layer",
			"Mask=extra:diffuse.G"},
			[]string{"--layer", "Source=extra:diffuse", "--clip", "Mask=" + parts, "--layer",
				"Mask=extra:diffuse.G"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			run := func(args ...string) *picture.Image {
				t.Helper()
				out := s.path("out.exr")
				cmd := exec.Command(filepath.Join(built(t), "bin/impasto"),
					append(args, "--out", out)...)
				cmd.Env = s.env
				if printed, code := s.finish(cmd); code != 0 {
					t.Fatalf("%v ended with %d:\n%s", args, code, printed)
				}
				im, err := picture.Read(out)
				if err != nil {
					t.Fatal(err)
				}
				return im
			}
			got := run(append([]string{"optimise", c.plate, "--painting", s.path("painting.png"),
				"--encoder", "filters",
				"-u", "4.5", "--iterations", "8", "--seed", "3"}, c.optimise...)...)
			want := run(append([]string{"render", "--plugin", s.bundle, "--clip", "Source=" +
				c.plate, "--clip", "Style=" + s.path("painting.png"),
				"--param", "styleId=filters", "--param", "unrealness=4.5", "--param",
				"iterations=8", "--param", "seed=3"}, c.render...)...)
			same := slices.EqualFunc(got.Pix, want.Pix,
				func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) })
			if !same || got.DataWindow != want.DataWindow ||
				got.DisplayWindow != want.DisplayWindow || got.PixelAspect != want.PixelAspect ||
				got.Colourspace != want.Colourspace || len(got.Metadata) != len(want.Metadata) {
				t.Errorf("alike: %v; it is %v in %v, aspect %g, %q, %d attributes; the node's "+
					"is %v in %v, aspect %g, %q, %d", same,
					got.DataWindow, got.DisplayWindow, got.PixelAspect, got.Colourspace,
					len(got.Metadata),
					want.DataWindow, want.DisplayWindow, want.PixelAspect, want.Colourspace,
					len(want.Metadata))
			}
		})
	}
}

// The flags of impasto optimise have the defaults and the ranges that the node's parameters have.
func TestOptimiseHasTheNodesRanges(t *testing.T) {
	s := newOptimisation(t, 64, 48)
	help, code := s.finish(s.optimise("out.exr", "--help"))
	if code != 0 {
		t.Fatalf("--help ended with %d:\n%s", code, help)
	}
	node := map[string]ofx.ParamInfo{}
	for _, p := range general(t, s.described("nuke")[0]).Params {
		node[p.Name] = p
	}
	for flag, name := range map[string]string{
		"unrealness": "unrealness", "iterations": "iterations", "seed": "seed", "detail": "detail",
		"texture-scale": "textureScale", "keep-colour": "keepColour",
	} {
		p := node[name]
		line := regexp.MustCompile(`(?m)--` + flag + ` (int|float) .*$`).FindString(help)
		given := "0" // which the help leaves out
		if _, after, found := strings.Cut(line, "(default "); found {
			given = strings.TrimSuffix(after, ")")
		}
		if given != p.Default {
			t.Errorf("--%s is %s, and the node's %s is %s", flag, given, name, p.Default)
		}
		want := fmt.Sprintf("--%s is %s to %s, not -9", flag, p.Min[0], p.Max[0])
		if printed, _ := s.finish(s.optimise("out.exr", "--"+flag,
			"-9")); !strings.Contains(printed, want) {
			t.Errorf("it says %q, and not %q", printed, want)
		}
	}
	from, to := node["textureCropFrom"].Default, node["textureCropTo"].Default
	if from != "0, 0" || to != "1, 1" ||
		!strings.Contains(help, "[0.000000,0.000000,1.000000,1.000000]") {
		t.Errorf("the node takes the painting from %s to %s; the help is\n%s", from, to, help)
	}
	// Every space of the menu has a name.
	if n := len(node["plateSpace"].Options); n != 1+len(bridge.Spaces) {
		t.Errorf("there are %d spaces, and %d entries of the menu with Auto", len(bridge.Spaces), n)
	}
}

// What a header says of the space is what the node takes it for, whichever entry of the menu that
// is.
func TestOptimiseTakesStatedSpaces(t *testing.T) {
	s := newOptimisation(t, 32, 24)
	plate := s.picture("plate", 1)
	plate.Metadata = []picture.Attribute{
		{Name: "colorInteropID", Type: "string", Value: []byte("arri_logc4")},
	}
	if err := picture.Write(s.path("plate.0001.exr"), plate); err != nil {
		t.Fatal(err)
	}
	stated := s.optimised("stated.exr", "--iterations", "2")
	said := s.optimised("said.exr", "--iterations", "2", "--plate-space", "logc4")
	linear := s.optimised("linear.exr", "--iterations", "2", "--plate-space", "linear")
	if !slices.Equal(stated.Pix, said.Pix) || slices.Equal(stated.Pix, linear.Pix) {
		t.Error("what the header says is not what --plate-space says")
	}
}

// A mask that shows nothing but what the plate does not have is as good as empty.
func TestOptimiseRefusesAMaskBesideThePlate(t *testing.T) {
	s := newOptimisation(t, 64, 48)
	frame := image.Rect(0, 0, 64, 48)
	plate, mask := picture.New(image.Rect(0, 0, 30, 48)), picture.New(image.Rect(30, 0, 64, 48))
	plate.DisplayWindow, mask.DisplayWindow, mask.HasAlpha = frame, frame, true
	mask.Pix[3] = 0.5 // or it is taken for opaque, and its colour for the mask
	for name, im := range map[string]*picture.Image{"plate.0001.exr": plate, "mask.exr": mask} {
		if err := picture.Write(s.path(name), im); err != nil {
			t.Fatal(err)
		}
	}
	printed, code := s.finish(s.optimise("out.exr", "--mask", s.path("mask.exr"),
		"--iterations", "1"))
	if code == 0 || !strings.Contains(printed, "is empty: there is nothing to paint") {
		t.Errorf("it ended with %d:\n%s", code, printed)
	}
}
