package picture

import (
	"encoding/binary"
	"image"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

// parts.exr was made by oiiotool, of constant colours. Part 0, "beauty", is half and tiled, R, G,
// B, A; part 1, "extra", is float, with the channels Z, diffuse.*, forward.* and hero.A.
func TestLayers(t *testing.T) {
	for layer, want := range map[string]struct {
		pixel [4]float32
		alpha bool
		depth Depth
	}{
		"":                        {[4]float32{0.25, 0.5, 2, 0.75}, true, Half},
		"beauty:":                 {[4]float32{0.25, 0.5, 2, 0.75}, true, Half},
		"0:":                      {[4]float32{0.25, 0.5, 2, 0.75}, true, Half},
		"A":                       {[4]float32{0.75, 0.75, 0.75, 1}, false, Half},
		"0:B,G,R":                 {[4]float32{2, 0.5, 0.25, 1}, false, Half},
		"diffuse":                 {[4]float32{0.125, 0.5, -1, 1}, false, Float},
		"extra:diffuse":           {[4]float32{0.125, 0.5, -1, 1}, false, Float},
		"1:diffuse.B":             {[4]float32{-1, -1, -1, 1}, false, Float},
		"Z":                       {[4]float32{1000.5, 1000.5, 1000.5, 1}, false, Float},
		"forward":                 {[4]float32{3, -4, 0, 1}, false, Float},
		"forward.v,forward.u":     {[4]float32{-4, 3, 0, 1}, false, Float},
		"hero":                    {[4]float32{0, 0, 0, 0.625}, true, Float},
		"hero.A":                  {[4]float32{0.625, 0.625, 0.625, 1}, false, Float},
		"Z,Z,Z,hero.A":            {[4]float32{1000.5, 1000.5, 1000.5, 0.625}, true, Float},
		"extra:diffuse.R,hero.A,": {},
	} {
		im, err := Source{Layer: layer}.Read("testdata/parts.exr")
		if want.pixel == [4]float32{} {
			if err == nil || !strings.Contains(err.Error(), "has no layer or channel") {
				t.Errorf("%q: %v", layer, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", layer, err)
			continue
		}
		if im.HasAlpha != want.alpha || im.Depth != want.depth {
			t.Errorf("%q: alpha %v, %v", layer, im.HasAlpha, im.Depth)
		}
		for i, v := range im.Pix {
			if v != want.pixel[i%4] {
				t.Fatalf("%q: sample %d is %g, want %g", layer, i, v, want.pixel[i%4])
			}
		}
	}
}

// What oiiotool was told of a file, and what is read of it and of what is written of that.
func TestHeaders(t *testing.T) {
	im, err := Read("testdata/parts.exr")
	if err != nil {
		t.Fatal(err)
	}
	back := roundTrip(t, "headers.exr", im)
	for _, im := range []*Image{im, back} {
		if im.DataWindow != image.Rect(-3, 2, 21, 18) ||
			im.DisplayWindow != image.Rect(0, 0, 32, 20) ||
			im.PixelAspect != 2 || im.Compression != PIZ || im.Tile != image.Pt(16, 8) {
			t.Errorf("windows %v in %v, aspect %g, %v, tiles %v", im.DataWindow, im.DisplayWindow,
				im.PixelAspect, im.Compression, im.Tile)
		}
		for name, want := range map[string]Attribute{
			"timeCode": {Type: "timecode",
				Value: []byte{4, 3, 2, 1, 0, 0, 0, 0}}, // BCD, frames first
			"framesPerSecond": {},
			"FramesPerSecond": {Type: "rational", Value: []byte{24, 0, 0, 0, 1, 0, 0, 0}},
			"owner":           {Type: "string", Value: []byte("nobody")},
			"name":            {Type: "string", Value: []byte("beauty")},
		} {
			i := slices.IndexFunc(im.Metadata, func(a Attribute) bool { return a.Name == name })
			switch {
			case i < 0 && want.Type != "":
				t.Errorf("%s is lost", name)
			case i >= 0 && (im.Metadata[i].Type != want.Type ||
				string(im.Metadata[i].Value) != string(want.Value)):
				t.Errorf("%s is %v", name, im.Metadata[i])
			}
		}
	}
	sameBits(t, im.Pix, back.Pix)
}

// Primaries that a file says name its colour space, where they are those of one.
func TestColourspace(t *testing.T) {
	for want, primaries := range map[string][]float32{
		"ACEScg":                         {0.713, 0.293, 0.165, 0.83, 0.128, 0.044, 0.3217, 0.3377},
		"lin_rec2020":                    {0.708, 0.292, 0.17, 0.797, 0.131, 0.046, 0.3127, 0.329},
		"ACES2065-1":                     {0.7347, 0.2653, 0, 1, 0.0001, -0.077, 0.32168, 0.33767},
		"lin_p3d65":                      {0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.3127, 0.329},
		"":                               {0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329},
		"primaries:1,0,0,1,0,0,0.25,0.5": {1, 0, 0, 1, 0, 0, 0.25, 0.5},
	} {
		var value []byte
		for _, v := range primaries {
			value = binary.LittleEndian.AppendUint32(value, math.Float32bits(v))
		}
		im := New(image.Rect(0, 0, 2, 2))
		im.Metadata = []Attribute{{"chromaticities", "chromaticities", value}}
		if got := roundTrip(t, "primaries.exr", im).Colourspace; got != want {
			t.Errorf("%v are of %q, want %q", primaries, got, want)
		}
	}
}

// A picture in another space says so in its file, where it comes from and where it goes.
func TestConversionOfPictures(t *testing.T) {
	im := New(image.Rect(0, 0, 2, 1))
	im.HasAlpha = true
	copy(im.Pix, []float32{1, 0, 0, 1, 0.5, 0.25, 0.125, 0.5})
	aces, err := im.In("ACES2065-1")
	if err != nil {
		t.Fatal(err)
	}
	back := roundTrip(t, "aces.exr", aces)
	if back.Colourspace != "ACES2065-1" || math.Abs(float64(back.Pix[0])-0.4396329819) > 1e-6 {
		t.Errorf("red is %v in %q", back.Pix[:4], back.Colourspace)
	}
	if again, err := back.In(""); err != nil || again.Colourspace != "" ||
		len(again.Metadata) != 3 ||
		math.Abs(float64(again.Pix[5])-0.25) > 1e-6 {
		t.Errorf("back it is %v in %q, %v, %v", again.Pix, again.Colourspace, again.Metadata, err)
	}
	encoded, err := im.In("srgb_tx")
	if err != nil || math.Abs(float64(encoded.Pix[4])-0.5) > 1e-6 { // 1 of an alpha of a half
		t.Errorf("sRGB is %v, %v", encoded.Pix, err)
	}
	if got := roundTrip(t, "srgb.exr", encoded).Colourspace; got != "srgb_tx" {
		t.Errorf("what is sRGB comes back as %q", got)
	}
	im.Colourspace = "g22_ap1_scene"
	if _, err := im.In(""); err == nil ||
		!strings.Contains(err.Error(), "is in g22_ap1_scene, which is not known here") {
		t.Errorf("%v", err)
	}
}

// The values are what FFmpeg's decoder, which is another than OpenEXR's, makes of the files.
func TestDWA(t *testing.T) {
	for _, name := range []string{"dwaa", "dwab"} {
		im, err := Read("testdata/" + name + ".exr")
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []struct {
			x, y int
			rgb  [3]float64
		}{
			{0, 0, [3]float64{0.020313, 0.099295, 0.60157}},
			{63, 0, [3]float64{0.89731, 0.20088, 0.051727}},
			{0, 47, [3]float64{0.3014, 0.50002, 0.10149}},
			{63, 47, [3]float64{7.9886, 3.9962, 0.99852}},
			{31, 20, [3]float64{2.0036, 1.0327, 0.42056}},
			{40, 33, [3]float64{3.8192, 1.9578, 0.54595}},
			{7, 31, [3]float64{0.80079, 0.62405, 0.31537}},
			{50, 5, [3]float64{1.3255, 0.5085, 0.23296}},
		} {
			for c, v := range want.rgb {
				if got := float64(im.Row(want.y)[4*want.x+c]); math.Abs(got-v) > 2e-3*v {
					t.Errorf("%s: channel %d at %d, %d is %g, want %g", name, c, want.x, want.y,
						got, v)
				}
			}
		}
	}
}

// Luminance and chroma of a picture of one colour, in a window elsewhere, is that colour.
func TestLuminanceAndChroma(t *testing.T) {
	im, err := Read("testdata/luminance_chroma.exr")
	if err != nil {
		t.Fatal(err)
	}
	if im.DataWindow != image.Rect(-4, 2, 32, 24) || !im.HasAlpha || im.Depth != Half {
		t.Errorf("window %v, alpha %v, %v", im.DataWindow, im.HasAlpha, im.Depth)
	}
	for i, v := range im.Pix {
		if want := [4]float64{0.5, 0.25, 4, 0.5}[i%4]; math.Abs(float64(v)-want) > 4e-3*want {
			t.Fatalf("sample %d is %g, want %g", i, v, want)
		}
	}
	if _, err := (Source{Layer: "RY"}).Read("testdata/luminance_chroma.exr"); err == nil ||
		!strings.Contains(err.Error(), "is subsampled") {
		t.Errorf("its chroma alone: %v", err)
	}
}

// What a compression may lose of a smooth picture, and the library says what it took.
func TestLossyCompressions(t *testing.T) {
	for compression, most := range map[Compression]float64{PXR24: 1.0 / (1 << 15), B44: 0.05,
		B44A: 0.05, DWAA: 0.02, DWAB: 0.02} {
		for _, depth := range []Depth{Float, Half} {
			for _, tile := range []image.Point{{}, {X: 33, Y: 20}} {
				im := New(image.Rect(-7, 5, 93, 305))
				im.Depth, im.HasAlpha, im.Compression, im.Tile = depth, true, compression, tile
				for i := range im.Pix {
					x, y := i/4%100, i/400
					im.Pix[i] = 0.2 + float32(x)/50 + float32(y)/100 + float32(i%4)/8
					if i%4 == 3 {
						im.Pix[i] = float32(y%100) / 100
					}
				}
				path := t.TempDir() + "/lossy.exr"
				if err := Write(path, im); err != nil {
					t.Fatal(err)
				}
				if code := attribute(t, path,
					"compression"); string(code) != string([]byte{compressions[compression].code}) {
					t.Errorf("%v is written as number %d", compression, code)
				}
				back, err := Read(path)
				if err != nil {
					t.Fatal(err)
				}
				if back.Compression != ZIP || back.Tile != tile || back.Depth != depth {
					t.Errorf("%v comes back as %v with tiles %v, %v", compression, back.Compression,
						back.Tile, back.Depth)
				}
				worst := 0.0
				for i, v := range im.Pix {
					worst = max(worst, math.Abs(float64(back.Pix[i]-v))/math.Max(0.1, float64(v)))
				}
				if depth == Half {
					worst -= 1.0 / (1 << 11)
				}
				if worst > most {
					t.Errorf("%v %v, tiles %v: lost %g", compression, depth, tile, worst)
				}
			}
		}
	}
}

// attribute is what a file's only header says.
func attribute(t *testing.T, path, name string) []byte {
	t.Helper()
	headers := headersOf(t, path)
	return headers[0][name].Value
}

func headersOf(t *testing.T, path string) []header {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	headers, _, err := readHeaders(f, info.Size())
	if err != nil {
		t.Fatal(err)
	}
	return headers
}
