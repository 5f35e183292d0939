package picture

import (
	"encoding/hex"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/image/bmp"
)

// four is a picture of four colours, the last of them a fifth opaque.
func four() *image.NRGBA {
	im := image.NewNRGBA(image.Rect(0, 0, 2, 2))
	for i, c := range []color.NRGBA{{255, 0, 0, 255}, {0, 188, 0, 255}, {0, 0, 64, 255},
		{200, 100, 50, 51}} {
		im.SetNRGBA(i%2, i/2, c)
	}
	return im
}

// What cwebp -lossless -exact makes of four.
const fourWebP = "524946463e000000574542505650384c310000002f014000101f201048f2271962508100c1ff982b0201429302e9d204024950fbab1d66665606356d1bb0f84d3a22fa1f1c00"

// BMP and WebP hold what PNG does.
func TestOtherFormatsAreRead(t *testing.T) {
	folder := t.TempDir()
	path := func(name string) string { return filepath.Join(folder, name) }
	encode(t, path("four.png"), func(f *os.File) error { return png.Encode(f, four()) })
	solid := four()
	solid.Pix[15] = 255 // of BMP's usual header alpha is none
	encode(t, path("solid.png"), func(f *os.File) error { return png.Encode(f, solid) })
	encode(t, path("solid.bmp"), func(f *os.File) error { return bmp.Encode(f, solid) })
	webp, err := hex.DecodeString(fourWebP)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path("four.webp"), webp, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, data := range []bool{false, true} {
		for name, like := range map[string]string{"solid.bmp": "solid.png",
			"four.webp": "four.png"} {
			want, err := Source{Data: data}.Read(path(like))
			if err != nil {
				t.Fatal(err)
			}
			green := map[bool]float64{true: 188. / 255, false: Linear(188. / 255)}[data]
			if got := want.Pix[4+1]; math.Abs(float64(got)-green) > 1e-6 {
				t.Errorf("%s: green is %g, want %g", like, got, green)
			}
			im, err := Source{Data: data}.Read(path(name))
			if err != nil {
				t.Fatal(err)
			}
			if im.HasAlpha != want.HasAlpha || im.Depth != Byte {
				t.Errorf("%s: alpha %v, %v", name, im.HasAlpha, im.Depth)
			}
			for i, v := range im.Pix {
				if math.Abs(float64(v-want.Pix[i])) > 1e-5 {
					t.Errorf("%s: value %d is %g, want %g", name, i, v, want.Pix[i])
				}
			}
		}
	}
}

// JPEG is written without alpha, over black, as near as the format comes.
func TestJPEGIsWritten(t *testing.T) {
	im := New(image.Rect(-8, 0, 40, 32))
	im.DisplayWindow, im.HasAlpha = image.Rect(0, 0, 40, 40), true
	for i := range im.Pix {
		im.Pix[i] = 0.25
	}
	back := roundTrip(t, "out.jpg", im)
	if back.HasAlpha || back.DataWindow != image.Rect(0, 0, 40, 40) {
		t.Errorf("%v, alpha %v", back.DataWindow, back.HasAlpha)
	}
	for y, want := range map[int]float64{4: 0.25, 36: 0} {
		if got := float64(back.Row(y)[4*20]); math.Abs(got-want) > 0.01 {
			t.Errorf("row %d is %g, want %g", y, got, want)
		}
	}
}

// Movies are no pictures, and both ways there is a sentence that says how to come to some.
func TestMoviesAreRefused(t *testing.T) {
	for name, start := range map[string]string{
		"a.mp4": "\x00\x00\x00\x20ftypisom\x00\x00\x02\x00", "b.mov": "\x00\x00\x00\x14ftypqt  " +
			"\x00\x00\x02\x00",
		"c.mkv": "\x1a\x45\xdf\xa3\x01\x00\x00\x00\x00\x00\x00\x1f", "d.avi": "RIFF\x00\x00\x10\x00AVI LIST",
		"e.mxf": "\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01", "old.mov": "\x00\x00\x10\x00moov\x00\x00\x00\x6cmvhd",
		"named.exr": "\x1a\x45\xdf\xa3\x01\x00\x00\x00\x00\x00\x00\x1f",
	} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(start+strings.Repeat("\x00", 100)), 0o600); err != nil {
			t.Fatal(err)
		}
		want := "is a movie, and Impasto reads pictures: make them with ffmpeg -i " + path + " " +
			strings.TrimSuffix(path, filepath.Ext(path)) + ".%04d.png"
		if _, err := Read(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	photo := filepath.Join(t.TempDir(), "IMG_0001.HEIC")
	if err := os.WriteFile(photo, []byte("\x00\x00\x00\x24ftypheic\x00\x00\x00\x00"),
		0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(photo); err == nil ||
		!strings.Contains(err.Error(), "is not a picture that Impasto reads: OpenEXR, ") {
		t.Errorf("%v", err)
	}
	if err := CanWrite("styled.mov"); err == nil ||
		!strings.Contains(err.Error(), "write them as styled.%04d.png and make a movie of those") {
		t.Errorf("%v", err)
	}
}

// A small file that says that it is a huge picture is refused before there is memory for it.
func TestPicturesThatAreTooMuch(t *testing.T) {
	path := filepath.Join(t.TempDir(), "huge.png")
	encode(t, path, func(f *os.File) error {
		return png.Encode(f,
			image.NewGray(image.Rect(0, 0, 16384, 16384)))
	})
	if info, err := os.Stat(path); err != nil || info.Size() > 1<<20 {
		t.Fatalf("%v, %v", info, err)
	}
	if _, err := Read(path); err == nil ||
		!strings.Contains(err.Error(), "16384×16384 pixels in a file of") {
		t.Errorf("%v", err)
	}
}

// Files of every format that are cut or have wrong bytes are refused or read wrong, no more.
func TestDamagedPicturesDoNoHarm(t *testing.T) {
	folder := t.TempDir()
	random := rand.New(rand.NewPCG(11, 12))
	im := New(image.Rect(0, 0, 40, 30))
	im.HasAlpha = true
	for i := range im.Pix {
		im.Pix[i] = random.Float32()
	}
	webp, err := hex.DecodeString(fourWebP)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{"webp": webp}
	encode(t, filepath.Join(folder, "x.bmp"),
		func(f *os.File) error { return bmp.Encode(f, four()) })
	for ending := range formats {
		if err := Write(filepath.Join(folder, "x"+ending), im); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if files[e.Name()], err = os.ReadFile(filepath.Join(folder, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(folder, "damaged")
	for _, content := range files {
		for i := range 200 {
			damaged := append([]byte(nil), content...)
			for range 1 + random.IntN(6) {
				damaged[random.IntN(len(damaged))] = byte(random.IntN(256))
			}
			if i%4 == 0 {
				damaged = damaged[:random.IntN(len(damaged))]
			}
			if err := os.WriteFile(path, damaged, 0o600); err != nil {
				t.Fatal(err)
			}
			Read(path)
		}
	}
}
