package picture

import (
	"fmt"
	"slices"

	"impasto.net/bridge"
	"impasto.net/bridge/primaries"
)

// Spaces go by the names that OFX 1.5 has for them, light of other primaries by those that
// messages have, and what is not known here by what the file calls it.
const (
	linearRec709 = ""
	noColour     = "Raw"
)

// nameOf is what a picture says of a space that its file gives a label of.
func nameOf(s *bridge.Space, l bridge.Label) string {
	switch {
	case s.Name == bridge.SpaceLinear:
		return linearRec709
	case l.OFX == "":
		return s.Name
	}
	return l.OFX
}

// colourspace is what the header says of the values.
func (h header) colourspace() string {
	if id := h.text("colorInteropID"); id != "" && id != "unknown" {
		for s, l := range bridge.Labels() {
			if l.Interop == id {
				return nameOf(s, l)
			}
		}
		return id // which says no more than the name
	}
	var has [8]float32
	if h.decode("chromaticities", "chromaticities", &has) != nil {
		return linearRec709
	}
	return spaceOf(has)
}

// spaceOf names the light of chromaticities: red's, green's, blue's and white's.
func spaceOf(xy [8]float32) string {
	var v [8]float64
	for i := range xy {
		v[i] = float64(xy[i])
	}
	p, err := primaries.Of(v)
	if err != nil {
		return fmt.Sprintf("chromaticities %v", xy)
	}
	return nameOfLight(p, func(known *primaries.Primaries) bool { return p.Near(known) })
}

// nameOfLight names light of primaries: as the light with a name that is the same, where one is.
func nameOfLight(p primaries.Primaries, same func(known *primaries.Primaries) bool) string {
	for s, l := range bridge.Labels() {
		if s.Light && l.OFX != "" && same(&s.Primaries) {
			return nameOf(s, l)
		}
	}
	return p.Name()
}

// lightOf is what light a space has, and whether its values are encoded as sRGB.
func lightOf(space string) (p primaries.Primaries, encoded bool, err error) {
	if space == linearRec709 {
		return primaries.Rec709, false, nil
	}
	for s, l := range bridge.Labels() {
		if l.OFX == space && (s.Light || s.Name == bridge.SpaceSRGB) {
			return s.Primaries, !s.Light, nil
		}
	}
	if p, err = primaries.Named(space); err != nil {
		err = fmt.Errorf("its header says that it is in %s, which is not known here; "+
			"convert it to ACEScg", space)
	}
	return p, false, err
}

// In is the picture in another space of light or of sRGB, which its file then says; "" is
// scene-linear Rec. 709. Data stay as they are, and so does the picture itself.
func (im *Image) In(space string) (*Image, error) {
	if im.Colourspace == space || im.Colourspace == noColour {
		return im, nil
	}
	from, decode, err := lightOf(im.Colourspace)
	if err != nil {
		return nil, err
	}
	to, encode, err := lightOf(space)
	if err != nil {
		return nil, err
	}
	converted := *im
	converted.Colourspace = space
	converted.Metadata = slices.DeleteFunc(slices.Clone(im.Metadata), saysSpace)
	converted.Pix = slices.Clone(im.Pix)
	m := primaries.Conversion(&from, &to)
	for i := 0; i < len(im.Pix); i += 4 {
		p := converted.Pix[i : i+4 : i+4]
		if decode {
			curve(p, Linear)
		}
		p[0], p[1], p[2] = m.Times(p[0], p[1], p[2])
		if encode {
			curve(p, Encoded)
		}
	}
	return &converted, nil
}

// curve applies one to the colour that a pixel has before it is multiplied by alpha.
func curve(p []float32, f func(float64) float64) {
	a := float64(p[3])
	if !(a > 0) {
		a = 1
	}
	for c := range 3 {
		p[c] = float32(f(float64(p[c])/a) * a)
	}
}

// saysSpace finds what a header says of the space.
func saysSpace(a Attribute) bool {
	return a.Name == "chromaticities" || a.Name == "colorInteropID" ||
		a.Name == "acesImageContainerFlag"
}

// setSpace has a header say the space, where it is one that it can say and does not yet.
func (h header) setSpace(space string) {
	p, encoded, err := lightOf(space)
	switch {
	case err != nil || space == linearRec709 || h["chromaticities"].Type != "" ||
		h["colorInteropID"].Type != "":
	case encoded:
		h["colorInteropID"] = Attribute{"colorInteropID", "string", []byte("srgb_rec709_scene")}
	default:
		var xy []float32
		for _, c := range [][2]float64{p.Red, p.Green, p.Blue, p.White} {
			xy = append(xy, float32(c[0]), float32(c[1]))
		}
		h.set("chromaticities", "chromaticities", xy)
	}
}
