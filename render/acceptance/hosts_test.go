package acceptance

import (
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
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
		infos := s.described(host.Name)
		if len(infos) != 1 || len(infos[0].Contexts) != 2 {
			t.Fatalf("%s: %+v", host.Name, infos)
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
				t.Errorf("%s, context %s: clips %v, parameters %v", host.Name, context.Name,
					clips, names)
			}
		}
	}
}

// described is what the bundle says of itself in a host.
func (s *shot) described(host string) []ofx.Info {
	s.t.Helper()
	cmd := exec.Command(filepath.Join(built(s.t), "bin/impasto"), "describe", "--plugin", s.bundle,
		"--as", host, "--json")
	cmd.Env = s.env
	var said strings.Builder
	cmd.Stderr = &said
	printed, err := cmd.Output()
	if err != nil || said.Len() > 0 {
		s.t.Fatalf("%s: %v, said %s", host, err, &said)
	}
	var infos []ofx.Info
	if err := json.Unmarshal(printed, &infos); err != nil {
		s.t.Fatal(err)
	}
	return infos
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
				args := append([]string{"--as", host.Name, "--strict", "--depth", depth, "--param",
					"styleId=" + id}, c.args...)
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
				return errors.Join(find("styleId").Set(id, ofx.Linear),
					find("maskApply").Set(apply, ofx.Linear))
			}
			out := renderedOnce(t, loaded, todo)
			want := 0.25
			if apply == "off" {
				want = gained(0.25, 0.25)
			}
			for i, got := range out.Pix {
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

// The engine gets all of the processors that the host has, though Natron says in a render that
// all others are busy.
func TestEveryHostGrantsItsProcessors(t *testing.T) {
	if runtime.NumCPU() == 1 {
		t.Skip("a machine with one processor has none to withhold")
	}
	for _, host := range ofx.Profiles {
		s := newShot(t)
		id := onnxtest.WritePackage(t, s.path("styles"), "gain", onnxtest.Gain(0.5))
		s.plates(1, 8, 8, nil)
		s.must("1", "out", "--as", host.Name, "--param", "styleId="+id)
		log, err := os.ReadFile(s.path("impasto.log"))
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf(" threads=%d ", runtime.NumCPU()); !strings.Contains(string(log),
			want) {
			t.Errorf("%s: the log has nothing of%sin\n%s", host.Name, want, log)
		}
	}
}

// The matrix: in every host and at every depth that it has, with every kind of picture, each
// pixel is what the formula of the style Gain(0.5) makes of it, which is half of its sRGB
// code. The plate has even codes of eight bits, two by two pixels each, so that what is to
// come out can be said exactly for bytes and shorts, and for the proxy. A proxy, and a plate
// whose pixels are not square, are painted at another size, and what that makes of them is
// said as far as the depth can tell.
func TestMatrix(t *testing.T) {
	display := image.Rect(0, 0, 16, 12)
	windows := map[string]image.Rectangle{"display": display, "inside": image.Rect(2, 4, 14, 10),
		"overscan":  image.Rect(-4, -2, 20, 14),
		"elsewhere": image.Rect(20, -14, 32, -6)}
	tolerance := map[string]float64{"float": 1e-6, "half": 1e-4, "short": 1e-8, "byte": 1e-8}
	resampled := map[string]float64{"float": 1e-6, "half": 1e-4, "short": 5e-6, "byte": 1.5e-3}
	depths := map[string]ofx.Depth{"float": ofx.DepthFloat, "half": ofx.DepthHalf,
		"short": ofx.DepthShort, "byte": ofx.DepthByte}
	code := func(x, y, c int) float64 { return float64(40 + 2*((x*5+y*17+c*29)&63)) } // of a block
	block := func(v int) int { return int(math.Floor(float64(v) / 2)) }

	for _, host := range ofx.Profiles {
		t.Run(host.Name, func(t *testing.T) {
			s := newShot(t)
			id := onnxtest.WritePackage(t, s.path("styles"), "gain", onnxtest.Gain(0.5))
			playing, loaded := s.load(host)
			type cell struct {
				depth     string
				resampled bool
			}
			cells, most := map[cell]int{}, map[cell]float64{}
			for window, data := range windows {
				for _, aspect := range []float32{1, 2, 0.5} {
					plate := picture.New(data)
					plate.DisplayWindow, plate.PixelAspect, plate.HasAlpha = display, aspect, true
					for i := range plate.Pix {
						x, y := data.Min.X+i/4%data.Dx(), data.Min.Y+i/4/data.Dx()
						if plate.Pix[i] = 1; i%4 != 3 {
							plate.Pix[i] = float32(decode(code(block(x), block(y), i%4) / 255))
						}
					}
					for _, depth := range depthsOf[host.Name] {
						for _, rgb := range []bool{false, true} {
							for _, scale := range []float64{1, 0.5} {
								todo := setup("OfxImageEffectContextGeneral", id, image.Point{1, 1})
								todo.Clips["Source"], todo.Depth, todo.RGB,
									todo.Scale = grey{plate}, depths[depth], rgb, scale
								out := renderedOnce(t, loaded, todo)
								got := out.DataWindow
								// The block that a pixel is of. Where nothing is there it is black,
								// or filled from around where alpha says so.
								at := func(x, y int) (int, int, bool) {
									if x, y = x+got.Min.X, y+got.Min.Y; scale == 1 {
										x, y = block(x), block(y)
									}
									return x, y, image.Pt(2*x, 2*y).In(data)
								}
								var seen [3]plane
								for c := range seen {
									seen[c] = newPlane(got.Dx(), got.Dy(), func(x, y int) float64 {
										if x, y, there := at(x, y); there {
											return code(x, y, c) / 255
										}
										if out.HasAlpha {
											return math.NaN()
										}
										return 0
									}).filled()
								}
								want := paintedAt(seen, 0.5,
									int(float64(got.Dx())/scale*float64(aspect)),
									int(float64(got.Dy())/scale))
								worst := 0.0
								for i, v := range out.Pix {
									x, y, c := i/4%got.Dx(), i/4/got.Dx(), i%4
									_, _, there := at(x, y)
									w := 0.0
									if there || !out.HasAlpha {
										if w = 1; c < 3 {
											w = decode(max(want[c][y][x], 0))
										}
									}
									worst = max(worst, math.Abs(float64(v)-w))
								}
								this, allowed := cell{depth, scale != 1 || aspect != 1},
									tolerance[depth]
								if this.resampled {
									allowed = resampled[depth]
								}
								cells[this]++
								most[this] = max(most[this], worst)
								if worst > allowed || out.PixelAspect != aspect {
									t.Errorf("%s, pixel aspect %g, %s, RGB %v, scale %g: off by "+
										"%g, pixel aspect %g, in %v",
										window, aspect, depth, rgb, scale, worst,
										out.PixelAspect, got)
								}
							}
						}
					}
				}
			}
			if found := playing.Findings(); len(found) > 0 {
				t.Errorf("found %v", found)
			}
			for _, depth := range depthsOf[host.Name] {
				as, other := cell{depth, false}, cell{depth, true}
				t.Logf("%-8s  %-5s  %d cells as they are, off by %.1e at the most, %d at "+
					"another size, off by %.1e",
					host.Name, depth, cells[as], most[as], cells[other], most[other])
			}
		})
	}
}

// renderedOnce is frame 1 of an instance of its own.
func renderedOnce(t *testing.T, loaded *ofx.Effect, todo ofx.Setup) *picture.Image {
	t.Helper()
	instance, err := loaded.NewInstance(todo)
	if err != nil {
		t.Fatal(err)
	}
	defer instance.Close()
	out, err := instance.Render(1)
	if err != nil {
		t.Fatal(err)
	}
	return out.Picture
}
