package picture

import (
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"
)

func TestSRGB(t *testing.T) {
	// Values of IEC 61966-2-1, worked out by hand.
	for encoded, linear := range map[float64]float64{0: 0, 0.5: 0.214041140482233, 1: 1,
		0.04045: 0.00313080495356037} {
		if got := Linear(encoded); math.Abs(got-linear) > 1e-12 {
			t.Errorf("Linear(%g) = %.15g, want %.15g", encoded, got, linear)
		}
		if got := Encoded(linear); math.Abs(got-encoded) > 1e-9 {
			t.Errorf("Encoded(%g) = %g, want %g", linear, got, encoded)
		}
	}
	for i := range 256 {
		if got := EncodeByte(DecodeByte(uint8(i))); got != uint8(i) {
			t.Errorf("byte %d comes back as %d", i, got)
		}
	}
	for i := range 1 << 16 {
		if got := EncodeShort(DecodeShort(uint16(i))); got != uint16(i) {
			t.Errorf("short %d comes back as %d", i, got)
		}
	}
	for _, v := range []float32{-1, 0, 1, 7, float32(math.Inf(1)), float32(math.Inf(-1)),
		float32(math.NaN())} {
		want := uint8(0)
		if v >= 1 {
			want = 255
		}
		if EncodeByte(v) != want || EncodeShort(v) != uint16(want)*257 {
			t.Errorf("%g is encoded as %d and %d", v, EncodeByte(v), EncodeShort(v))
		}
	}
}

func TestPNGComesBackCodeForCode(t *testing.T) {
	folder := t.TempDir()
	for depth, bits := range map[Depth]int{Byte: 8, Short: 16} {
		from := image.NewNRGBA64(image.Rect(0, 0, 256, 4))
		for i := range 1024 {
			v := uint16(i * 64)
			if bits == 8 {
				v = uint16(i/4) * 257
			}
			from.SetNRGBA64(i%256, i/256, color.NRGBA64{v, v, 65535 - v, 65535})
		}
		path := filepath.Join(folder, depth.String()+".png")
		encode(t, path, func(f *os.File) error {
			if bits == 16 {
				return png.Encode(f, from)
			}
			bytes := image.NewNRGBA(from.Rect)
			for i := range bytes.Pix {
				bytes.Pix[i] = from.Pix[2*i]
			}
			return png.Encode(f, bytes)
		})
		im, err := Read(path)
		if err != nil {
			t.Fatal(err)
		}
		if im.Depth != depth || im.HasAlpha {
			t.Errorf("read as %v, alpha %v", im.Depth, im.HasAlpha)
		}
		back := roundTrip(t, "back.png", im)
		sameBits(t, im.Pix, back.Pix)
	}
}

func TestPNGAlphaIsPremultipliedLinear(t *testing.T) {
	path := filepath.Join(t.TempDir(), "alpha.png")
	from := image.NewNRGBA(image.Rect(0, 0, 1, 1))
	from.SetNRGBA(0, 0, color.NRGBA{255, 188, 0, 51})
	encode(t, path, func(f *os.File) error { return png.Encode(f, from) })
	im, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	want := []float64{0.2, 0.2 * Linear(188.0/255), 0, 0.2}
	for i, w := range want {
		if math.Abs(float64(im.Pix[i])-w) > 1e-6 {
			t.Errorf("channel %d is %g, want %g", i, im.Pix[i], w)
		}
	}
	data, err := Source{Data: true}.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := float64(data.Pix[1]), 0.2*188/255; math.Abs(got-want) > 1e-6 {
		t.Errorf("as data it is %g, want %g", got, want)
	}
}

func TestPNGHoldsTheDisplayWindow(t *testing.T) {
	im := New(image.Rect(2, 1, 5, 3))
	im.DisplayWindow = image.Rect(0, 0, 4, 4)
	im.Depth = Byte
	for i := range im.Pix {
		im.Pix[i] = 1
	}
	back := roundTrip(t, "window.png", im)
	for y := range 4 {
		for x := range 4 {
			want := float32(0)
			if image.Pt(x, y).In(im.DataWindow) {
				want = 1
			}
			if got := back.Row(y)[4*x]; got != want {
				t.Errorf("pixel %d,%d is %g, want %g", x, y, got, want)
			}
		}
	}
}

func TestJPEGIsRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "grey.jpg")
	from := image.NewGray(image.Rect(0, 0, 16, 16))
	for i := range from.Pix {
		from.Pix[i] = 128
	}
	encode(t, path,
		func(f *os.File) error { return jpeg.Encode(f, from, &jpeg.Options{Quality: 100}) })
	im, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := float64(im.Pix[0]), Linear(128.0/255); math.Abs(got-want) > 0.005 ||
		im.HasAlpha {
		t.Errorf("grey is %g, want %g; alpha %v", got, want, im.HasAlpha)
	}
}

func encode(t *testing.T, path string, write func(*os.File) error) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := write(f); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
