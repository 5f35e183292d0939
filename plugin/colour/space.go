// Package colour knows the spaces that plates come in, and takes their values to linear
// light of the primaries of Rec. 709 and back.
package colour

import "impasto.net/bridge"

// Pixel is red, green and blue, and something that passes: alpha as a rule.
type Pixel = [4]float32

// Space is a transfer function and primaries.
type Space struct {
	curve    *logarithmic // nil: a power
	gamma    float32      // 1: the values are light already
	To, From Matrix       // of light, to the primaries of Rec. 709 and from there
}

func newSpace(curve *logarithmic, gamma float32, p *primaries) *Space {
	return &Space{curve, gamma, conversion(p, &rec709), conversion(&rec709, p)}
}

// spaces are those that a network needs a conversion for besides the one between linear
// and sRGB. Their names are the messages'.
var spaces = map[string]*Space{
	bridge.SpaceRec709Display: newSpace(nil, bt1886, &rec709),
	bridge.SpaceRec2020:       newSpace(nil, 1, &rec2020),
	bridge.SpaceACEScg:        newSpace(nil, 1, &ap1),
	bridge.SpaceACEScct:       newSpace(&acescct, 0, &ap1),
	bridge.SpaceLogC3:         newSpace(&logC3, 0, &arriWideGamut3),
	bridge.SpaceLogC4:         newSpace(&logC4, 0, &arriWideGamut4),
	bridge.SpaceSLog3:         newSpace(&sLog3, 0, &sGamut3Cine),
}

// Named gives the space of that name, nil where there is nothing to convert: linear and
// sRGB of Rec. 709, and raw.
func Named(name string) *Space { return spaces[name] }

// Decode takes a row of values to light of the space's own primaries.
func (s *Space) Decode(row []Pixel) {
	switch {
	case s.curve != nil:
		s.curve.decode(row)
	case s.gamma != 1:
		raise(row, s.gamma)
	}
}

// Encode is its inverse.
func (s *Space) Encode(row []Pixel) {
	switch {
	case s.curve != nil:
		s.curve.encode(row)
	case s.gamma != 1:
		raise(row, 1/s.gamma)
	}
}
