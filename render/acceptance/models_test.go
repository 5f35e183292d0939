package acceptance

import (
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"impasto.net/plugin/onnxtest"
	"impasto.net/render/picture"
)

// models is impasto models with the shot's styles.
func (s *shot) models(args ...string) (string, int) {
	s.t.Helper()
	cmd := exec.Command(filepath.Join(built(s.t), "bin/impasto"),
		append([]string{"models"}, args...)...)
	cmd.Env = s.env
	return s.finish(cmd)
}

// Networks of others paint through the node as soon as they are added: in their colours,
// the right way up, without a frame.
func TestBringYourOwn(t *testing.T) {
	plate, err := picture.Read(onnxtest.Data(t, "photos", "skimage", "coffee.png"))
	if err != nil {
		t.Fatal(err)
	}
	night, scream := onnxtest.Data(t, "paintings", "vangogh_starry_night.jpg"),
		onnxtest.Data(t, "paintings", "munch_scream_1893.jpg")
	s := newShot(t)
	if err := picture.Write(s.file("plate", 1), plate); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(s.path("styles"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name     string
		graph    []string
		vectors  []string
		painting bool
		found    []string // by looking at it
		warm     bool     // red and yellow, on this plate
	}{
		{name: "winml-candy", graph: []string{"winml_candy.onnx"},
			found: []string{"BGR", "0 to 255", "multiples of 4"}, warm: true},
		{name: "gnsmrky", graph: []string{"gnsmrky_mosaic_nc8_256x256.onnx"},
			found: []string{"RGB", "0 to 255", "multiples of 4"}},
		{name: "candy", graph: []string{"ncnn_candy_dyn_op13.onnx"},
			found: []string{"RGB", "0 to 255", "multiples of 4"}, warm: true},
		{name: "mosaic", graph: []string{"ncnn_mosaic_dyn_op13.onnx"},
			found: []string{"RGB", "0 to 255", "multiples of 4"}},
		{name: "adain", graph: []string{"cd_adain_4SE4SD_op13.onnx"}, painting: true,
			found: []string{`painting`, `"style", RGB, values 0 to 1`, "alpha"}},
		{name: "microast", graph: []string{"microast", "microast_stylize_op13.onnx"},
			vectors: []string{"microast", "microast_style_op13.onnx"}, painting: true,
			found: []string{"painting", "values 0 to 1", "mean0, std0", "alpha"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := *s
			s.t = t
			args := []string{"add", onnxtest.Data(t, append([]string{"models"}, c.graph...)...),
				"--name", c.name}
			if c.vectors != nil {
				args = append(args, "--style-graph",
					onnxtest.Data(t, append([]string{"models"}, c.vectors...)...))
			}
			printed, code := s.models(args...)
			for _, f := range c.found {
				if code != 0 || !strings.Contains(printed, f) {
					t.Fatalf("adding it ended with %d, and not %q:\n%s", code, f, printed)
				}
			}
			render := func(out string, more ...string) *picture.Image {
				s.must("1", out, append([]string{"--param", "styleId=" + c.name}, more...)...)
				return s.picture(out, 1)
			}
			if !c.painting {
				s.looksPainted(plate, render(c.name), c.warm)
				return
			}
			printed, code = s.render("1", c.name, "--param", "styleId="+c.name)
			if code == 0 ||
				!strings.Contains(printed, "needs a painting: connect one to the Style input") {
				t.Errorf("without a painting it ended with %d:\n%s", code, printed)
			}
			blue, red := render(c.name+"-night", "--clip", "Style="+night),
				render(c.name+"-scream", "--clip", "Style="+scream)
			s.looksPainted(plate, blue, false)
			s.looksPainted(plate, red, false)
			if b, r := mean(blue), mean(red); b[0]-b[2] > r[0]-r[2]-0.05 {
				t.Errorf("painted after a blue picture it is %.2f, after a red one %.2f", b, r)
			}
		})
	}
}

// looksPainted compares a frame with its plate.
func (s *shot) looksPainted(plate, painted *picture.Image, warm bool) {
	s.t.Helper()
	if plate.DataWindow.Size() != painted.DataWindow.Size() {
		s.t.Fatalf("%v became %v", plate.DataWindow, painted.DataWindow)
	}
	upright, turned := alike(plate, painted, false), alike(plate, painted, true)
	if upright < 0.3 || upright < turned+0.2 {
		s.t.Errorf("the plate can hardly be made out: it correlates to %.2f, upside down to %.2f",
			upright, turned)
	}
	if m := mean(painted); warm && m[0] < m[2]*1.2 {
		s.t.Errorf("its mean colour is %.2f: red and blue are exchanged", m)
	}
	rim, inner := ring(painted, 0)-ring(plate, 0), ring(painted, 6)-ring(plate, 6)
	if math.Abs(rim-inner) > 0.1 {
		s.t.Errorf("there is a frame: the rim is brighter by %.2f than the plate's, what lies "+
			"inside by %.2f", rim, inner)
	}
}

func luma(im *picture.Image, x, y int) float64 {
	p := im.Pix[4*(y*im.DataWindow.Dx()+x):]
	return math.Sqrt(max(0, 0.2126*float64(p[0])+0.7152*float64(p[1])+0.0722*float64(p[2])))
}

// alike is the correlation of two pictures' brightness, the second one upside down or not.
func alike(a, b *picture.Image, turned bool) float64 {
	var n, sa, sb, saa, sbb, sab float64
	w, h := a.DataWindow.Dx(), a.DataWindow.Dy()
	for y := range h {
		for x := range w {
			row := y
			if turned {
				row = h - 1 - y
			}
			u, v := luma(a, x, y), luma(b, x, row)
			n, sa, sb, saa, sbb, sab = n+1, sa+u, sb+v, saa+u*u, sbb+v*v, sab+u*v
		}
	}
	return (sab - sa*sb/n) / math.Sqrt((saa-sa*sa/n)*(sbb-sb*sb/n))
}

// mean is the mean colour.
func mean(im *picture.Image) (m [3]float64) {
	for i, v := range im.Pix {
		if i%4 < 3 {
			m[i%4] += float64(v) / float64(len(im.Pix)/4)
		}
	}
	return m
}

// ring is the mean brightness of two rows and columns all around, that far from the edge.
func ring(im *picture.Image, from int) float64 {
	sum, n := 0., 0.
	w, h := im.DataWindow.Dx(), im.DataWindow.Dy()
	for y := range h {
		for x := range w {
			if d := min(x, y, w-1-x, h-1-y); d == from || d == from+1 {
				sum, n = sum+luma(im, x, y), n+1
			}
		}
	}
	return sum / n
}
