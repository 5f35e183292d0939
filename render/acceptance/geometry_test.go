package acceptance

import (
	"fmt"
	"image"
	"math"
	"strings"
	"testing"

	"impasto.net/plugin/onnxtest"
	"impasto.net/render/ofx"
	"impasto.net/render/picture"
)

// Frames from one pixel to sixteen thousand across, with rows as hosts lay them out: each
// pixel is half of its code. As a proxy, a frame of one colour stays one where it fills the
// proxy's pixels.
func TestFramesOfEveryShape(t *testing.T) {
	s := newShot(t)
	id := onnxtest.WritePackage(t, s.path("styles"), "gain", onnxtest.Gain(0.5))
	playing, loaded := s.load(ofx.Profiles[0])
	for _, size := range []image.Point{{1, 1}, {1, 9}, {13, 1}, {33, 17}, {16384, 4}, {8, 5000}} {
		code := func(x, y, c int) float64 { return float64(40 + 2*((x*5+y*17+c*29)&63)) }
		plate, flat := picture.New(image.Rectangle{Max: size}), picture.New(image.Rectangle{Max: size})
		for i := range plate.Pix {
			if plate.Pix[i], flat.Pix[i] = 1, 1; i%4 != 3 {
				plate.Pix[i] = float32(decode(code(i/4%size.X, i/4/size.X, i%4) / 255))
				flat.Pix[i] = float32(decode(100. / 255))
			}
		}
		for _, depth := range []ofx.Depth{ofx.DepthFloat, ofx.DepthShort} {
			for _, rows := range []ofx.Rows{ofx.Aligned, ofx.Packed, ofx.Negative} {
				for _, scale := range []float64{1, 0.5, 0.25} {
					name := fmt.Sprintf("%v, %s, rows %d, scale %g", size, depth, rows, scale)
					todo := setup("OfxImageEffectContextGeneral", id, image.Point{1, 1})
					todo.Depth, todo.Rows, todo.Scale = depth, rows, scale
					if todo.Clips["Source"] = (grey{plate}); scale != 1 {
						todo.Clips["Source"] = grey{flat}
					}
					out := renderedOnce(t, loaded, todo)
					if scale != 1 && (size.X%4 != 0 || size.Y%4 != 0) {
						continue
					}
					for i, got := range out.Pix {
						want := 1.
						if i%4 != 3 {
							want = decode(50. / 255)
							if scale == 1 {
								want = decode(code(i/4%size.X, i/4/size.X, i%4) / 2 / 255)
							}
						}
						if math.Abs(float64(got)-want) > 5e-6 {
							t.Fatalf("%s: value %d is %g, want %g", name, i, got, want)
						}
					}
				}
			}
		}
	}
	if found := playing.Findings(); len(found) > 0 {
		t.Errorf("found %v", found)
	}
}

// A host that asks for single fields is told what to do.
func TestFieldsAreRefused(t *testing.T) {
	s := newShot(t)
	id := onnxtest.WritePackage(t, s.path("styles"), "gain", onnxtest.Gain(0.5))
	_, loaded := s.load(ofx.Profiles[0])
	todo := setup("OfxImageEffectContextFilter", id, image.Point{8, 6})
	todo.Fields = true
	instance, err := loaded.NewInstance(todo)
	if err != nil {
		t.Fatal(err)
	}
	defer instance.Close()
	if _, err := instance.Render(1); err == nil ||
		!strings.Contains(err.Error(), "Deinterlace the clip before it") {
		t.Errorf("the lower field became %v", err)
	}
}
