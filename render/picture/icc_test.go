package picture

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// The colours of profiles that are everywhere, as their files have them, adapted to D50.
var (
	displayP3 = [9]float64{0.51512, 0.24120, -0.00105, 0.29198, 0.69225, 0.04189, 0.15710, 0.06657,
		0.78407} // Apple
	iec61966 = [9]float64{0.43607, 0.22249, 0.01392, 0.38515, 0.71687, 0.09708, 0.14307, 0.06061,
		0.71410} // HP
	adobeRGB = [9]float64{0.60974, 0.31111, 0.01947, 0.20528, 0.62567, 0.06087, 0.14919, 0.06322,
		0.74457} // Adobe
)

// The curves that go with them: the formula of sRGB, and a power of 2 51/256.
var (
	srgbFormula = append([]byte("para\x00\x00\x00\x00\x00\x03\x00\x00"),
		fixedPoints(2.4, 1/1.055, 0.055/1.055, 1/12.92, 0.04045)...)
	adobePower = []byte("curv\x00\x00\x00\x00\x00\x00\x00\x01\x02\x33")
)

func fixedPoints(values ...float64) (b []byte) {
	for _, v := range values {
		b = binary.BigEndian.AppendUint32(b, uint32(int32(math.Round(v*65536))))
	}
	return b
}

// makeICC makes a profile of colours and a curve.
func makeICC(colours [9]float64, curve []byte) []byte {
	icc := make([]byte, 128)
	copy(icc[16:], "RGB XYZ ")
	icc = binary.BigEndian.AppendUint32(icc, 4)
	at := uint32(len(icc) + 4*12)
	var tags []byte
	for i, name := range []string{"rXYZ", "gXYZ", "bXYZ", "rTRC"} {
		tag := append([]byte("XYZ \x00\x00\x00\x00"),
			fixedPoints(colours[min(3*i, 6):min(3*i, 6)+3]...)...)
		if name == "rTRC" {
			tag = curve
		}
		icc = binary.BigEndian.AppendUint32(append(icc, name...), at+uint32(len(tags)))
		icc = binary.BigEndian.AppendUint32(icc, uint32(len(tag)))
		tags = append(tags, tag...)
	}
	return append(icc, tags...)
}

// A red of a profile is the red of its screen, in light of Rec. 709; the matrices are published, or
// solved in fractions.
func TestProfiles(t *testing.T) {
	full, half := color.NRGBA{255, 0, 0, 255}, color.NRGBA{128, 128, 128, 255}
	for name, c := range map[string]struct {
		icc     []byte
		pixel   color.NRGBA
		space   string
		want    [3]float64
		strange bool
	}{
		"P3": {makeICC(displayP3, srgbFormula), full, "lin_p3d65",
			[3]float64{1.2249401763, -0.0420569547, -0.0196375546}, false},
		"P3, grey": {makeICC(displayP3, srgbFormula), half, "lin_p3d65",
			[3]float64{0.2158605, 0.2158605, 0.2158605}, false},
		"sRGB": {makeICC(iec61966, srgbFormula), full, "", [3]float64{1, 0, 0}, false},
		"Adobe, grey": {makeICC(adobeRGB, adobePower), half, "primaries",
			[3]float64{0.2195203, 0.2195203, 0.2195203}, false},
		"Adobe": {makeICC(adobeRGB, adobePower), full, "primaries",
			[3]float64{1.3983557, 0, 0}, false},
		"of something": {make([]byte, 200), full, "", [3]float64{1, 0, 0}, true},
		"cut off": {makeICC(displayP3, srgbFormula)[:150], full, "",
			[3]float64{1, 0, 0}, true},
	} {
		folder := t.TempDir()
		im := image.NewNRGBA(image.Rect(0, 0, 16, 16))
		for i := 0; i < len(im.Pix); i += 4 {
			copy(im.Pix[i:], []uint8{c.pixel.R, c.pixel.G, c.pixel.B, 255})
		}
		encode(t, filepath.Join(folder, "x.png"), func(f *os.File) error {
			var packed bytes.Buffer
			z := zlib.NewWriter(&packed)
			z.Write(c.icc)
			z.Close()
			chunk := append([]byte("iCCPname\x00\x00"), packed.Bytes()...)
			chunk = binary.BigEndian.AppendUint32(append(binary.BigEndian.AppendUint32(nil,
				uint32(len(chunk)-4)), chunk...), crc32.ChecksumIEEE(chunk))
			return png.Encode(&inserting{to: f, at: len(pngStart), what: chunk}, im)
		})
		encode(t, filepath.Join(folder, "x.jpg"), func(f *os.File) error {
			var segments []byte
			for i, part := range [][]byte{c.icc[:100], c.icc[100:]} {
				segments = binary.BigEndian.AppendUint16(append(segments, "\xff\xe2"...),
					uint16(2+14+len(part)))
				segments = append(append(segments, "ICC_PROFILE\x00"...), byte(i+1), 2)
				segments = append(segments, part...)
			}
			return jpeg.Encode(&inserting{to: f, at: 2, what: segments}, im,
				&jpeg.Options{Quality: 100})
		})
		for _, file := range []string{"x.png", "x.jpg"} {
			got, err := Read(filepath.Join(folder, file))
			if err != nil {
				t.Fatal(err)
			}
			if (c.space == "primaries") != (len(got.Colourspace) > 10) &&
				got.Colourspace != c.space || (got.Remark != "") != c.strange {
				t.Errorf("%s, %s: it is in %q, %q", name, file, got.Colourspace, got.Remark)
			}
			light, err := got.In("")
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range c.want {
				if math.Abs(float64(light.Pix[i])-want) > 0.025 { // JPEG rounds
					t.Errorf("%s, %s: channel %d is %g, want %g", name, file, i, light.Pix[i], want)
				}
			}
			data, err := Source{Data: true}.Read(filepath.Join(folder, file))
			if err != nil || math.Abs(float64(data.Pix[0])-float64(c.pixel.R)/255) > 0.01 ||
				data.Colourspace != "" {
				t.Errorf("%s, %s: as data it is %v in %q, %v", name, file, data.Pix[:4],
					data.Colourspace, err)
			}
		}
	}
}
