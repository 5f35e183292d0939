package acceptance

import (
	"encoding/json"
	"errors"
	"image"
	"math"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"impasto.net/plugin/onnxtest"
	"impasto.net/render/ofx"
	"impasto.net/render/picture"
)

// depthsOf are the depths that a host has clips of.
var depthsOf = map[string][]string{
	"impasto":  {"float", "half", "short", "byte"},
	"nuke":     {"float"},
	"natron":   {"float", "short", "byte"},
	"resolve":  {"float", "short", "byte"},
	"vegas":    {"float", "byte"},
	"catalyst": {"float", "half", "short", "byte"},
}

// In every host the node describes itself with its two contexts, and the controls that are
// its own there.
func TestEveryHostIsDescribedTo(t *testing.T) {
	s := newShot(t)
	for _, host := range ofx.Profiles {
		cmd := exec.Command(filepath.Join(built(t), "bin/impasto"), "describe", "--plugin", s.bundle, "--as", host.Name, "--json")
		cmd.Env = s.env
		var said strings.Builder
		cmd.Stderr = &said
		printed, err := cmd.Output()
		if err != nil || said.Len() > 0 {
			t.Fatalf("%s: %v, said %s", host.Name, err, &said)
		}
		var infos []ofx.Info
		if err := json.Unmarshal(printed, &infos); err != nil {
			t.Fatal(err)
		}
		if len(infos) != 1 || len(infos[0].Contexts) != 2 {
			t.Fatalf("%s: %s", host.Name, printed)
		}
		for _, context := range infos[0].Contexts {
			var names, clips []string
			for _, p := range context.Params {
				names = append(names, p.Name)
			}
			for _, c := range context.Clips {
				clips = append(clips, c.Name)
			}
			general := context.Name == "General"
			if slices.Contains(names, "maskApply") != (general && host.Name == "resolve") ||
				!slices.Contains(names, "styleId") || slices.Contains(clips, "Mask") != general {
				t.Errorf("%s, context %s: clips %v, parameters %v", host.Name, context.Name, clips, names)
			}
		}
	}
}

// In every host a frame is, at the same depth and scale, bit for bit the one that the host as
// itself makes, with a mask and without; and nothing that hosts punish is found.
func TestEveryHostRendersTheSame(t *testing.T) {
	s := newShot(t)
	id := onnxtest.WritePackage(t, s.path("styles"), "gain", onnxtest.Gain(0.5))
	s.plates(2, 62, 40, nil)
	mask := s.picture("plate", 1)
	for p := 3; p < len(mask.Pix); p += 4 {
		mask.Pix[p] = float32(p/4%62) / 61
	}
	if err := picture.Write(s.path("mask.exr"), mask); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		args []string
	}{
		{"whole", nil},
		{"masked", []string{"--clip", "Mask=" + s.path("mask.exr")}},
		{"proxy", []string{"--clip", "Mask=" + s.path("mask.exr"), "--render-scale", "0.5"}},
	} {
		for _, host := range ofx.Profiles {
			for _, depth := range depthsOf[host.Name] {
				args := append([]string{"--as", host.Name, "--strict", "--depth", depth, "--param", "styleId=" + id}, c.args...)
				if len(c.args) > 0 && host.Name == "resolve" {
					args = append(args, "--param", "maskApply=on")
				}
				out := c.name + "-" + host.Name + "-" + depth
				s.must("1-2", out, args...)
				s.same(2, c.name+"-impasto-"+depth, out)
			}
		}
		if s.equal(1, c.name+"-impasto-float", "plate") {
			t.Errorf("%s: nothing was painted", c.name)
		}
	}
}

// In Resolve every input says that it is connected, and those that are not have no picture:
// the painting that is not there paints nothing, and the mask that is not there counts only
// where it is to be applied, and is 0.
func TestInputsThatAreNotThere(t *testing.T) {
	profile, err := ofx.ProfileNamed("resolve")
	if err != nil {
		t.Fatal(err)
	}
	for _, apply := range []string{"off", "on"} {
		t.Run(apply, func(t *testing.T) {
			s := newShot(t)
			id := onnxtest.WritePackage(t, s.path("styles"), "gain", onnxtest.Gain(0.5))
			host, loaded := s.load(profile)
			host.Strict = true
			todo := setup("OfxImageEffectContextGeneral", id, image.Point{24, 16})
			plate, err := todo.Clips["Source"].At(1)
			if err != nil {
				t.Fatal(err)
			}
			for i := range plate.Pix {
				plate.Pix[i] = 0.25
			}
			todo.Params = func(find func(string) *ofx.Param) error {
				return errors.Join(find("styleId").Set(id, ofx.Linear), find("maskApply").Set(apply, ofx.Linear))
			}
			instance, err := loaded.NewInstance(todo)
			if err != nil {
				t.Fatal(err)
			}
			defer instance.Close()
			out, err := instance.Render(1)
			if err != nil {
				t.Fatal(err)
			}
			want := 0.25
			if apply == "off" {
				want = gained(0.25, 0.25)
			}
			for i, got := range out.Picture.Pix {
				if i%4 != 3 && math.Abs(float64(got)-want) > 2e-5 {
					t.Fatalf("sample %d is %v, want %v", i, got, want)
				}
			}
			if found := host.Findings(); len(found) > 0 {
				t.Errorf("found %v", found)
			}
		})
	}
}
