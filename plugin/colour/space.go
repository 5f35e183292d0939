// Package colour knows the spaces that plates come in, and takes their values to linear
// light of the primaries of Rec. 709 and back.
package colour

import (
	"impasto.net/bridge"
	"impasto.net/bridge/primaries"
)

// Pixel is red, green and blue, and something that passes: alpha as a rule.
type Pixel = [4]float32

// Space is a transfer function and primaries.
type Space struct {
	Simple   bool             // linear, sRGB and raw: networks need no conversion but their own
	raw      bool             // nobody knows what the values are
	curve    curve            // nil: the values are light already, or are taken for it
	To, From primaries.Matrix // of light, to the primaries of Rec. 709 and from there
}

// curve takes rows of values to light and back.
type curve interface {
	decode(row []Pixel)
	encode(row []Pixel)
}

func newSpace(c curve, p *primaries.Primaries) *Space {
	rec709 := &primaries.Rec709
	return &Space{false, false, c, primaries.Conversion(p, rec709), primaries.Conversion(rec709, p)}
}

func newSimple(c curve, raw bool) *Space {
	return &Space{true, raw, c, primaries.One, primaries.One}
}

// curves are those of spaces that are no light.
var curves = map[string]curve{
	bridge.SpaceSRGB:          sRGB{},
	bridge.SpaceRec709Display: bt1886,
	bridge.SpaceACEScct:       &acescct,
	bridge.SpaceLogC3:         &logC3,
	bridge.SpaceLogC4:         &logC4,
	bridge.SpaceSLog3:         &sLog3,
}

// spaces have the messages' names.
var spaces = newSpaces()

func newSpaces() map[string]*Space {
	all := map[string]*Space{}
	for i := range bridge.Spaces {
		s := &bridge.Spaces[i]
		switch s.Name {
		case bridge.SpaceLinear, bridge.SpaceSRGB, bridge.SpaceRaw:
			all[s.Name] = newSimple(curves[s.Name], s.Name == bridge.SpaceRaw)
		default:
			all[s.Name] = newSpace(curves[s.Name], &s.Primaries)
		}
	}
	return all
}

// Named gives the space of that name, which the message's Check has seen.
func Named(name string) *Space {
	if s := spaces[name]; s != nil {
		return s
	}
	p, err := primaries.Named(name)
	if err != nil {
		return nil
	}
	return newSpace(nil, &p)
}

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
