package acceptance

import (
	"image"
	"strings"
	"testing"

	"impasto.net/plugin/onnxtest"
	"impasto.net/render/ofx"
	"impasto.net/render/picture"
)

// leftHalf is a matte that is 1 in the left half of its display window.
func leftHalf(display, data image.Rectangle, aspect float32) *picture.Image {
	im := picture.New(data)
	im.DisplayWindow, im.PixelAspect = display, aspect
	for i := range im.Pix {
		x := data.Min.X + i/4%data.Dx()
		if im.Pix[i] = 0; i%4 == 3 || 2*(x-display.Min.X) < display.Dx() {
			im.Pix[i] = 1
		}
	}
	return im
}

// Whatever size, window and shape of pixels a matte has, the left half is painted and the right is
// the plate; a matte that belongs nowhere is refused. Opaque ones go by their luminance.
func TestMattesOfOtherFormats(t *testing.T) {
	s := newShot(t)
	id := onnxtest.WritePackage(t, s.path("styles"), "gain", onnxtest.Gain(0.5))
	s.plates(1, 64, 48,
		func(_ int, im *picture.Image) { im.DisplayWindow = image.Rect(0, 0, 64, 48) })
	s.must("1", "all", "--param", "styleId="+id)
	plate, all := s.picture("plate", 1), s.picture("all", 1)
	full := image.Rect(0, 0, 64, 48)
	for name, matte := range map[string]*picture.Image{
		"same.exr":     leftHalf(full, full, 1),
		"origin.exr":   leftHalf(full.Add(image.Pt(100, -30)), full.Add(image.Pt(100, -30)), 1),
		"half.exr":     leftHalf(image.Rect(0, 0, 32, 24), image.Rect(0, 0, 32, 24), 1),
		"twice.png":    leftHalf(image.Rect(0, 0, 128, 96), image.Rect(0, 0, 128, 96), 1),
		"narrow.exr":   leftHalf(image.Rect(0, 0, 128, 48), image.Rect(0, 0, 128, 48), 0.5),
		"overscan.exr": leftHalf(full, image.Rect(-8, -8, 72, 56), 1),
		"opaque.exr":   opaque(leftHalf(full, full, 1)),
		"opaque.png":   opaque(leftHalf(full, full, 1)),
	} {
		if err := picture.Write(s.path(name), matte); err != nil {
			t.Fatal(err)
		}
		s.must("1", "out", "--param", "styleId="+id, "--clip", "Mask="+s.path(name))
		out := s.picture("out", 1)
		for i, v := range out.Pix {
			want := plate.Pix[i]
			if x := i / 4 % 64; x < 30 {
				want = all.Pix[i]
			} else if x < 34 { // may be soft
				continue
			}
			if v != want {
				t.Errorf("%s: value %d at %d, %d is %g, want %g", name, i%4, i/4%64, i/4/64,
					v, want)
				break
			}
		}
	}
	if err := picture.Write(s.path("square.exr"),
		leftHalf(image.Rect(0, 0, 64, 64), image.Rect(0, 0, 64, 64), 1)); err != nil {
		t.Fatal(err)
	}
	printed, code := s.render("1", "out", "--param", "styleId="+id, "--clip",
		"Mask="+s.path("square.exr"))
	if code != 2 || !strings.Contains(printed, "it is a matte of 64 × 64 pixels and the plate "+
		"is of 64 × 48 pixels; make it of the plate's format") {
		t.Errorf("exit %d:\n%s", code, printed)
	}
}

func opaque(im *picture.Image) *picture.Image {
	im.HasAlpha = true
	return im
}

// In a host that lays clips side by side by itself, pixels of two shapes are refused by the node.
func TestMaskOfOtherPixels(t *testing.T) {
	s := newShot(t)
	id := onnxtest.WritePackage(t, s.path("styles"), "gain", onnxtest.Gain(0.5))
	_, loaded := s.load(ofx.Profiles[0])
	todo := setup("OfxImageEffectContextGeneral", id, image.Pt(64, 48))
	mask := leftHalf(image.Rect(0, 0, 32, 48), image.Rect(0, 0, 32, 48), 2)
	todo.Clips["Mask"] = grey{mask}
	instance, err := loaded.NewInstance(todo)
	if err != nil {
		t.Fatal(err)
	}
	defer instance.Close()
	if _, err := instance.Render(1); err == nil || !strings.Contains(err.Error(),
		"The pixels of Mask have another shape than those of Source") {
		t.Errorf("%v", err)
	}
}
