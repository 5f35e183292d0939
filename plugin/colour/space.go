// Package colour knows the spaces that plates come in, and takes their values to linear
// light of the primaries of Rec. 709 and back.
package colour

import "impasto.net/bridge"

// Pixel is red, green and blue, and something that passes: alpha as a rule.
type Pixel = [4]float32

// Space is a transfer function and primaries.
type Space struct {
	Simple   bool   // linear, sRGB and raw: networks need no conversion but their own
	raw      bool   // nobody knows what the values are
	curve    curve  // nil: the values are light already, or are taken for it
	To, From Matrix // of light, to the primaries of Rec. 709 and from there
}

// curve takes rows of values to light and back.
type curve interface {
	decode(row []Pixel)
	encode(row []Pixel)
}

func newSpace(c curve, p *primaries) *Space {
	return &Space{false, false, c, conversion(p, &rec709), conversion(&rec709, p)}
}

func newSimple(c curve, raw bool) *Space { return &Space{true, raw, c, one, one} }

// spaces have the messages' names.
var spaces = map[string]*Space{
	bridge.SpaceLinear:        newSimple(nil, false),
	bridge.SpaceSRGB:          newSimple(sRGB{}, false),
	bridge.SpaceRaw:           newSimple(nil, true),
	bridge.SpaceRec709Display: newSpace(bt1886, &rec709),
	bridge.SpaceRec2020:       newSpace(nil, &rec2020),
	bridge.SpaceACEScg:        newSpace(nil, &ap1),
	bridge.SpaceACEScct:       newSpace(&acescct, &ap1),
	bridge.SpaceLogC3:         newSpace(&logC3, &arriWideGamut3),
	bridge.SpaceLogC4:         newSpace(&logC4, &arriWideGamut4),
	bridge.SpaceSLog3:         newSpace(&sLog3, &sGamut3Cine),
}

// Named gives the space of that name.
func Named(name string) *Space { return spaces[name] }

// IsLight says whether values are linear light, as they are or decoded. The others are codes
// that networks see as they are.
func (s *Space) IsLight(decoded bool) bool { return !s.raw && (decoded || s.curve == nil) }

// Decode takes a row of values to light of the space's own primaries.
func (s *Space) Decode(row []Pixel) {
	if s.curve != nil {
		s.curve.decode(row)
	}
}

// Encode is its inverse.
func (s *Space) Encode(row []Pixel) {
	if s.curve != nil {
		s.curve.encode(row)
	}
}
