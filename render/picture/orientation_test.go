package picture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"
)

// exif is a directory that says an orientation, in either order of bytes.
func exif(order binary.AppendByteOrder, mark string, o uint16) []byte {
	b := order.AppendUint32(order.AppendUint16([]byte(mark), 42), 8)
	b = order.AppendUint16(b, 2)
	for _, entry := range [][2]uint16{{0x010e, 0}, {0x0112, o}} {
		b = order.AppendUint16(order.AppendUint16(b, entry[0]), 3)
		b = order.AppendUint16(order.AppendUint16(order.AppendUint32(b, 1), entry[1]), 0)
	}
	return order.AppendUint32(b, 0)
}

// quarters is a picture of four colours, as a camera that is held so stores it: each orientation
// has the corners of the upright picture, red, green, blue and white, where EXIF's table says.
func quarters(o int) image.Image {
	corner := map[string]color.Color{"r": color.RGBA{255, 0, 0, 255},
		"g": color.RGBA{0, 255, 0, 255},
		"b": color.RGBA{0, 0, 255, 255}, "w": color.RGBA{255, 255, 255, 255}}
	// Upper left, upper right, lower left, lower right of what is stored. EXIF: the 0th row and
	// column are 1 top, left; 2 top, right; 3 bottom, right; 4 bottom, left; 5 left, top; 6 right,
	// top; 7 right, bottom; 8 left, bottom.
	stored := []string{1: "rgbw", 2: "grwb", 3: "wbgr", 4: "bwrg", 5: "rbgw", 6: "gwrb", 7: "wgbr",
		8: "brwg"}[o]
	size := image.Pt(64, 32)
	if o >= 5 {
		size = image.Pt(32, 64)
	}
	im := image.NewRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			im.Set(x, y, corner[stored[2*(2*y/size.Y)+2*x/size.X:][:1]])
		}
	}
	return im
}

// All eight ways to hold a camera come out upright, as plate and as matte, of JPEG, PNG and WebP.
func TestOrientation(t *testing.T) {
	for o := 1; o <= 8; o++ {
		for name, exif := range map[string][]byte{
			"little": exif(binary.LittleEndian, "II", uint16(o)),
			"big":    exif(binary.BigEndian, "MM", uint16(o)),
		} {
			path := filepath.Join(t.TempDir(), fmt.Sprintf("%d-%s.jpg", o, name))
			encode(t, path, func(f *os.File) error {
				app1 := binary.BigEndian.AppendUint16([]byte("\xff\xe1"), uint16(8+len(exif)))
				app1 = append(append(app1, "Exif\x00\x00"...), exif...)
				return jpeg.Encode(&inserting{to: f, at: 2, what: app1}, quarters(o),
					&jpeg.Options{Quality: 100})
			})
			for _, data := range []bool{false, true} {
				im, err := Source{Data: data}.Read(path)
				if err != nil {
					t.Fatal(err)
				}
				if im.DataWindow != image.Rect(0, 0, 64, 32) {
					t.Errorf("%s is %v", path, im.DataWindow)
					continue
				}
				for at, want := range map[image.Point][3]bool{{4, 4}: {true, false, false},
					{60, 4}: {false, true, false},
					{4, 28}: {false, false, true}, {60, 28}: {true, true, true}} {
					p := im.Row(at.Y)[4*at.X:]
					if got := [3]bool{p[0] > 0.5, p[1] > 0.5, p[2] > 0.5}; got != want {
						t.Errorf("orientation %d, %s, data %v: at %v it is %v", o, name, data,
							at, p[:3])
					}
				}
			}
		}
	}
}

// EXIF that lies is upright, and the chunks of PNG and WebP are found.
func TestExifThatIsNone(t *testing.T) {
	whole := exif(binary.LittleEndian, "II", 6)
	for cut := range len(whole) - 6 { // what is behind the entry matters to nobody
		if got := orientationOf(whole[:cut]); got != upright && cut < 34 {
			t.Errorf("cut at %d it is %d", cut, got)
		}
	}
	for _, o := range []uint16{0, 9, 65535} {
		if got := orientationOf(exif(binary.BigEndian, "MM", o)); got != upright {
			t.Errorf("%d is %d", o, got)
		}
	}
	png := binary.BigEndian.AppendUint32([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x03abcd123sum-"),
		uint32(len(whole)))
	png = append(append(png, "eXIf"...), whole...)
	if got := orientationOf(pngExif(bytes.NewReader(png))); got != 6 {
		t.Errorf("of PNG it is %d", got)
	}
	webp := append([]byte("RIFFsizeWEBPVP8X\x03\x00\x00\x00abc_EXIF"),
		binary.LittleEndian.AppendUint32(nil, uint32(len(whole)))...)
	if got := orientationOf(webpExif(bytes.NewReader(append(webp, whole...)))); got != 6 {
		t.Errorf("of WebP it is %d", got)
	}
}
