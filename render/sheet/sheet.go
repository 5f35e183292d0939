// Package sheet lays pictures out on contact sheets.
package sheet

import (
	"fmt"
	"image"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"impasto.net/render/picture"
)

// most is how many pixels a contact sheet may have: a gigabyte.
const most = 1 << 26

// Sheet is pictures of one size in columns, row by row, with a label below each.
type Sheet struct {
	*picture.Image
	columns       int
	width, height int // of a picture
	gap, below    int // between pictures, and for a label
	Placed        int // pictures that are there
	face          font.Face
}

// New makes a grey sheet with place for pictures of all labels, which has all labels.
func New(columns, width, height int, labels []string) (*Sheet, error) {
	parsed, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return nil, err
	}
	face := func(size float64) (font.Face, error) {
		return opentype.NewFace(parsed,
			&opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingFull})
	}
	s := &Sheet{columns: columns, width: width, height: height, gap: max(4, width/40)}
	// As large as the longest label allows.
	size := max(12, float64(width)/20)
	if s.face, err = face(size); err != nil {
		return nil, err
	}
	longest := fixed.I(width)
	for _, label := range labels {
		longest = max(longest, font.MeasureString(s.face, label))
	}
	if s.face, err = face(max(6, size*float64(width)/float64(longest.Ceil()))); err != nil {
		return nil, err
	}
	s.below = s.face.Metrics().Height.Ceil()
	rows := (len(labels) + columns - 1) / columns
	whole := image.Rect(0, 0, columns*(width+s.gap)+s.gap, rows*(height+s.below+s.gap)+s.gap)
	if whole.Dx()*whole.Dy() > most {
		return nil, fmt.Errorf("a sheet of %d pictures of %d × %d pixels is too large: "+
			"take fewer, or a smaller plate", len(labels), width, height)
	}
	s.Image = picture.New(whole)
	s.Depth = picture.Byte
	for i := range s.Pix {
		if i%4 != 3 {
			s.Pix[i] = 0.03
		}
	}
	for i, label := range labels {
		s.write(i, label)
	}
	return s, nil
}

// corner is the upper left one of a picture.
func (s *Sheet) corner(i int) image.Point {
	return image.Pt(s.gap+i%s.columns*(s.width+s.gap), s.gap+i/s.columns*(s.height+s.below+s.gap))
}

// Put has a picture at a place, in sRGB's primaries, which are the sheet's, whatever its own are.
func (s *Sheet) Put(i int, im *picture.Image) error {
	if size := im.DataWindow.Size(); size != image.Pt(s.width, s.height) {
		return fmt.Errorf("%d × %d pixels, for which there is no place on a sheet of %d × %d",
			size.X, size.Y, s.width, s.height)
	}
	shown, err := im.In("")
	if err != nil {
		return err
	}
	s.Placed++
	at := s.corner(i)
	for y := range s.height {
		to := s.Pix[4*((at.Y+y)*s.DataWindow.Dx()+at.X):]
		for x, v := range shown.Pix[4*y*s.width : 4*(y+1)*s.width] {
			if x%4 != 3 {
				to[x] = v
			}
		}
	}
	return nil
}

// write has a label below a place, as much of it as there is room for.
func (s *Sheet) write(i int, label string) {
	text := image.NewAlpha(image.Rect(0, 0, s.width, s.below))
	d := font.Drawer{
		Dst: text, Src: image.Opaque, Face: s.face,
		Dot: fixed.Point26_6{Y: s.face.Metrics().Ascent},
	}
	d.DrawString(label)
	at := s.corner(i).Add(image.Pt(0, s.height))
	for y := range s.below {
		for x := range s.width {
			to := 4 * ((at.Y+y)*s.DataWindow.Dx() + at.X + x)
			for c := range 3 {
				s.Pix[to+c] += (0.7 - s.Pix[to+c]) * float32(text.AlphaAt(x, y).A) / 255
			}
		}
	}
}
