package picture

import (
	"image"
	"math"
	"strings"
	"testing"
)

// matte is a picture whose alpha is what value says of a point of its display window, from 0 to 1.
func matte(display, data image.Rectangle, value func(x, y float64) float32) *Image {
	im := New(data)
	im.DisplayWindow, im.HasAlpha, im.Windowed = display, true, true
	for i := range im.Pix {
		p := data.Min.Add(image.Pt(i/4%data.Dx(), i/4/data.Dx())).Sub(display.Min)
		im.Pix[i] = value((float64(p.X)+0.5)/float64(display.Dx()),
			(float64(p.Y)+0.5)/float64(display.Dy()))
	}
	return im
}

// A ramp is the same ramp of the plate's size, whatever size, origin and shape of pixels the
// matte has, and its edges lie where they lay.
func TestMattesAreLaidOverThePlate(t *testing.T) {
	ramp := func(x, y float64) float32 { return float32(0.25 + x/4 + y/2) }
	for _, c := range []struct {
		name          string
		display, data image.Rectangle
		aspect, plate float32
	}{
		{"the same", image.Rect(0, 0, 192, 108), image.Rect(0, 0, 192, 108), 1, 1},
		{"another origin", image.Rect(50, -20, 242, 88), image.Rect(50, -20, 242, 88), 1, 1},
		{"half", image.Rect(0, 0, 96, 54), image.Rect(0, 0, 96, 54), 1, 1},
		{"twice", image.Rect(0, 0, 384, 216), image.Rect(0, 0, 384, 216), 1, 1},
		{"odd", image.Rect(3, 5, 150, 88), image.Rect(3, 5, 150, 88), 1, 1},
		{"narrow pixels", image.Rect(0, 0, 384, 108), image.Rect(0, 0, 384, 108), 1, 2},
		{"wide pixels", image.Rect(0, 0, 96, 108), image.Rect(0, 0, 96, 108), 2, 1},
		{"cropped", image.Rect(0, 0, 96, 54), image.Rect(24, 27, 72, 54), 1, 1},
		{"overscan", image.Rect(0, 0, 96, 54), image.Rect(-10, -10, 106, 64), 1, 1},
	} {
		plate := &Image{DisplayWindow: image.Rect(10, 20, 202, 128), PixelAspect: c.plate,
			Windowed: true}
		plate.DataWindow = plate.DisplayWindow
		im := matte(c.display, c.data, ramp)
		im.PixelAspect = c.aspect
		laid, err := im.Fit(plate)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if laid.DisplayWindow != plate.DisplayWindow || laid.PixelAspect != plate.PixelAspect {
			t.Errorf("%s: it is in %v", c.name, laid.DisplayWindow)
		}
		x, y := 192/float64(c.display.Dx()), 108/float64(c.display.Dy())
		scaled := func(v, from, to int, by float64) int {
			return to +
				int(math.Round(float64(v-from)*by))
		}
		want := image.Rect(scaled(c.data.Min.X, c.display.Min.X, 10, x),
			scaled(c.data.Min.Y, c.display.Min.Y, 20, y),
			scaled(c.data.Max.X, c.display.Min.X, 10, x),
			scaled(c.data.Max.Y, c.display.Min.Y, 20, y))
		if laid.DataWindow != want {
			t.Errorf("%s: it is %v, want %v", c.name, laid.DataWindow, want)
		}
		for y := laid.DataWindow.Min.Y + 2; y < laid.DataWindow.Max.Y-2; y++ {
			for x := laid.DataWindow.Min.X + 2; x < laid.DataWindow.Max.X-2; x++ {
				want := ramp((float64(x-10)+0.5)/192, (float64(y-20)+0.5)/108)
				if got := laid.Row(y)[4*(x-laid.DataWindow.Min.X)+3]; math.Abs(float64(got-want)) > 1e-5 {
					t.Fatalf("%s: at %d, %d it is %g, want %g", c.name, x, y, got, want)
				}
			}
		}
	}
}

// A PNG knows no windows: of the plate's size it is the plate's, overscan and all.
func TestMattesWithoutWindows(t *testing.T) {
	plate := &Image{DisplayWindow: image.Rect(0, 0, 100, 50),
		DataWindow: image.Rect(-10, -5, 110, 55), PixelAspect: 2}
	for size, want := range map[image.Point]image.Rectangle{
		{100, 50}: plate.DisplayWindow, {120, 60}: plate.DataWindow,
		{200, 100}: plate.DisplayWindow, {400, 100}: plate.DisplayWindow,
	} {
		im := New(image.Rectangle{Max: size})
		if laid, err := im.Fit(plate); err != nil || laid.DataWindow != want {
			t.Errorf("%v lies at %v, %v, want %v", size, laid, err, want)
		}
	}
}

// What has no place is refused.
func TestMattesOfOtherProportions(t *testing.T) {
	plate := &Image{DisplayWindow: image.Rect(0, 0, 192, 108),
		DataWindow: image.Rect(0, 0, 192, 108), PixelAspect: 1}
	for _, c := range []struct {
		size   image.Point
		aspect float32
	}{{image.Pt(100, 100), 1}, {image.Pt(192, 120), 1}, {image.Pt(192, 108), 2}} {
		im := New(image.Rectangle{Max: c.size})
		im.PixelAspect, im.Windowed = c.aspect, true
		if _, err := im.Fit(plate); err == nil ||
			!strings.Contains(err.Error(), "make it of the plate's format") {
			t.Errorf("%v of %g: %v", c.size, c.aspect, err)
		}
	}
}

// A step stays a step, and a picture that is averaged keeps its mean.
func TestMattesKeepTheirAmount(t *testing.T) {
	step := func(x, y float64) float32 {
		if x < 0.5 {
			return 1
		}
		return 0
	}
	plate := &Image{DisplayWindow: image.Rect(0, 0, 40, 20), DataWindow: image.Rect(0, 0, 40, 20),
		PixelAspect: 1}
	for _, by := range []int{1, 2, 3, 8} {
		display := image.Rect(0, 0, 20*by, 10*by)
		laid, err := matte(display, display, step).Fit(plate)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.
		for i := 3; i < len(laid.Pix); i += 4 {
			sum += float64(laid.Pix[i])
		}
		if math.Abs(sum-400) > 1 || laid.Pix[3] != 1 || laid.Pix[len(laid.Pix)-1] != 0 {
			t.Errorf("of %v: %g of 400 pixels, from %g to %g", display, sum, laid.Pix[3],
				laid.Pix[len(laid.Pix)-1])
		}
	}
}

// The matte of a picture is its alpha; where that says nothing, its luminance.
func TestWhatTheMatteOfAPictureIs(t *testing.T) {
	for name, c := range map[string]struct {
		channels map[string]float32
		want     float64
	}{
		"alpha": {map[string]float32{"R": 1, "G": 1, "B": 1, "A": 0.5}, 0.5},
		"opaque": {map[string]float32{"R": 0.5, "G": 0.25, "B": 0.125, "A": 1}, 0.2126*0.5 +
			0.7152*0.25 + 0.0722*0.125},
		"none": {map[string]float32{"R": 0.5, "G": 0.25, "B": 0.125}, 0.2126*0.5 + 0.7152*0.25 +
			0.0722*0.125},
		"grey": {map[string]float32{"R": 0.3, "G": 0.3, "B": 0.3, "A": 1}, 0.3},
	} {
		im, err := Source{Data: true}.Read(makeEXR(t, madePart{channels: c.channels}))
		if err != nil {
			t.Fatal(err)
		}
		if got := float64(im.Pix[3]); math.Abs(got-c.want) > 1e-6 || !im.HasAlpha {
			t.Errorf("%s: the matte is %g, want %g", name, got, c.want)
		}
	}
}
