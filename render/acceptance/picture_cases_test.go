package acceptance

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"impasto.net/render/picture"
)

// pictureCase is a file of the cases that people reported, and the first pixel that is right.
type pictureCase struct {
	file  string
	args  []string
	pixel [3]float64
	says  string // where it cannot be taken
}

// cases is the folder with what people reported.
func cases(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../../../shared/cases")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(root); err != nil {
		t.Skipf("the cases are missing: %v", err)
	}
	return root
}

// Files that people reported come out as what they are, where the node leaves them alone.
func TestReportedPictures(t *testing.T) {
	root := cases(t)
	s := newShot(t)
	layer := func(name string) []string { return []string{"--layer", "Source=" + name} }
	colour := [3]float64{0.5, 0.25, 0.125}
	for _, c := range []pictureCase{
		{file: "exr-layer-letters/mixed_case_layer.exr", args: layer("beauty"), pixel: colour},
		{file: "exr-layer-letters/normal_xyz.exr", args: layer("N"), pixel: colour},
		{file: "exr-layer-letters/position_xyz_lower.exr", args: layer("P"), pixel: colour},
		{file: "exr-layer-letters/red_green_blue.exr", args: layer("beauty"), pixel: colour},
		{file: "exr-layer-letters/red_green_blue_alpha.exr", args: layer("beauty"), pixel: colour},
		{file: "exr-layer-letters/rgb_lower.exr", args: layer("beauty"), pixel: colour},
		{file: "exr-layer-letters/rgba_lower.exr", args: layer("beauty"), pixel: colour},
		{file: "exr-layer-letters/root_layer_suffix.exr", args: layer("beauty"), pixel: colour},
		{file: "exr-layer-letters/root_lower_rgba.exr", pixel: colour},
		{file: "exr-layer-letters/vector_xyzw.exr", args: layer("Vector"), pixel: colour},
		{file: "exr-hero-view/nuke_stereo.exr", args: layer("left"),
			pixel: [3]float64{0.5459, 0.4507, 0.3325}},
		{file: "exr-hero-view/nuke_stereo.exr", args: layer("right"),
			pixel: [3]float64{0.0409, 0.0296, 0.0194}},
		{file: "exr-hero-view/parts_stereo.exr", args: layer("left"),
			pixel: [3]float64{0.5459, 0.4507, 0.3325}},
		{file: "exr-hero-view/parts_stereo.exr", args: layer("right:"),
			pixel: [3]float64{0.0409, 0.0296, 0.0194}},
		{file: "exr-htj2k/htj2k32.exr", says: "its compression is HTJ2K"},
		{file: "exr-htj2k/htj2k256.exr", says: "its compression is HTJ2K"},
		{file: "name-hash/plate %#3.exr", pixel: [3]float64{math.NaN(), math.NaN(), math.NaN()}},
		{file: "name-hash/sh%#t_010/a.####.exr",
			pixel: [3]float64{math.NaN(), math.NaN(), math.NaN()}},
	} {
		printed, code := s.finish(s.still(filepath.Join(root, c.file),
			append(c.args, "--param", "mix=0")...))
		switch {
		case c.says != "":
			if code != 2 || !strings.Contains(printed, c.says) {
				t.Errorf("%s: exit %d:\n%s", c.file, code, printed)
			}
			continue
		case code != 0:
			t.Errorf("%s: exit %d:\n%s", c.file, code, printed)
			continue
		}
		out, err := picture.Read(s.path("out.exr"))
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range c.pixel {
			if math.Abs(float64(out.Pix[i])-want) > 1e-4 {
				t.Errorf("%s: the first pixel is %v, want %v", c.file, out.Pix[:3], c.pixel)
				break
			}
		}
	}
}

// One picture in two primaries is painted alike, and one that a camera stored on its side like the
// one that is upright.
func TestReportedPicturesAreAlike(t *testing.T) {
	root := cases(t)
	s := newShot(t)
	paint := func(file string) *picture.Image {
		t.Helper()
		if printed, code := s.finish(s.still(filepath.Join(root, file))); code != 0 {
			t.Fatalf("%s: exit %d:\n%s", file, code, printed)
		}
		im, err := picture.Read(s.path("out.exr"))
		if err == nil {
			im, err = im.In("")
		}
		if err != nil {
			t.Fatal(err)
		}
		return im
	}
	if db := decibels(paint("exr-primaries/ap0.exr"), paint("exr-primaries/rec709.exr")); db < 60 {
		t.Errorf("ACES2065-1 is %.1f dB from Rec. 709", db)
	}
	turned, upright := paint("jpeg-orientation/orientation6.jpg"), paint("jpeg-orientation/upright.jpg")
	if turned.DataWindow != upright.DataWindow ||
		decibels(turned, upright) < 25 { // JPEG's blocks lie otherwise
		t.Errorf("on its side it is %v, and %.1f dB from %v", turned.DataWindow,
			decibels(turned, upright), upright.DataWindow)
	}
}
