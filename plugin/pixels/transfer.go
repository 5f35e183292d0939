package pixels

import "math"

// encode is the sRGB transfer function, IEC 61966-2-1:1999 equations 5 and 6, on 0 to 1.
func encode(x float64) float64 {
	if x <= 0.0031308 {
		return 12.92 * x
	}
	return 1.055*math.Pow(x, 1/2.4) - 0.055
}

// decode is its inverse, equations 8 and 9 there, on 0 to 1.
func decode(x float64) float64 {
	if x <= 0.04045 {
		return x / 12.92
	}
	return math.Pow((x+0.055)/1.055, 2.4)
}

// segment is a straight piece of a curve: at + slope·x.
type segment struct{ at, slope float32 }

func chord(f func(float64) float64, x0, x1 float64) segment {
	slope := (f(x1) - f(x0)) / (x1 - x0)
	return segment{float32(f(x0) - slope*x0), float32(slope)}
}

// The encoder divides every octave from 2^-9 to 1 into 256 straight pieces, so that the
// upper bits of a float32 are the index. A chord of a curve is off by at most f″·h²/8:
// 4e-7 here. Below 2^-9 the curve itself is straight.
const (
	encodeLow    = 0x3b000000 // float32 bits of 2^-9
	encodeShift  = 23 - 8
	encodePieces = (0x3f800000 - encodeLow) >> encodeShift
)

// Encoder takes plate values to what a network wants: clamped to 0 to 1, encoded where
// the plate is linear, scaled.
type Encoder struct {
	pieces       [encodePieces]segment
	toe          segment // below 2^-9
	black, white float32 // for 0 and less, for 1 and more
}

// newEncoder makes the encoder of linear or sRGB plates for a network whose values of
// black and white are given.
func newEncoder(linear bool, black, white float64) *Encoder {
	curve := func(x float64) float64 { return x }
	if linear {
		curve = encode
	}
	scaled := func(x float64) float64 { return black + (white-black)*curve(x) }
	e := &Encoder{black: float32(black), white: float32(white)}
	for i := range e.pieces {
		x0 := math.Float32frombits(encodeLow + uint32(i)<<encodeShift)
		x1 := math.Float32frombits(encodeLow + uint32(i+1)<<encodeShift)
		e.pieces[i] = chord(scaled, float64(x0), float64(x1))
	}
	e.toe = chord(scaled, 0, 1./512)
	return e
}

// Encoders are a network's for light, and for codes that it sees as they are.
type Encoders map[bool]*Encoder // by whether for light

// NewEncoders makes those for a network whose values of black and white are given.
func NewEncoders(black, white float64) Encoders {
	return Encoders{true: newEncoder(true, black, white), false: newEncoder(false, black, white)}
}

// value is what the loop over a row has written out.
func (e *Encoder) value(x float32) float32 {
	if i := (math.Float32bits(x) - encodeLow) >> encodeShift; i < encodePieces {
		s := &e.pieces[i]
		return s.at + s.slope*x
	}
	return e.outside(x)
}

// outside is the value of anything that the pieces do not cover; NaN is black.
func (e *Encoder) outside(x float32) float32 {
	switch {
	case x >= 1:
		return e.white
	case x > 0:
		return e.toe.at + e.toe.slope*x
	}
	return e.black
}

// The decoder's pieces are all of one width; a chord of decode is off by at most 4e-7.
// More would take the processor's first cache from the pixels. With this number the corner
// of the curve, at 0.04045, lies where two pieces meet: a chord across it would be off by
// 1e-4 of the value.
const decodePieces = 1063

// Decoder takes a network's values back to those of the plate, clamped to 0 to 1.
type Decoder struct {
	pieces        [decodePieces]segment
	scale, offset float32 // 1 + index = x·scale + offset
	low, high     float32 // black and white, the lower one first
}

// newDecoder makes the decoder for linear or sRGB plates of a network whose values of
// black and white are given.
func newDecoder(linear bool, black, white float64) *Decoder {
	curve := func(x float64) float64 { return x }
	if linear {
		curve = decode
	}
	scale := decodePieces / (white - black)
	d := &Decoder{
		scale: float32(scale), offset: float32(1 - black*scale),
		low: float32(min(black, white)), high: float32(max(black, white)),
	}
	scaled := func(x float64) float64 { return curve((x - black) / (white - black)) }
	at := func(i int) float64 { return black + (white-black)*float64(i)/decodePieces }
	for i := range decodePieces {
		d.pieces[i] = chord(scaled, at(i), at(i+1))
	}
	return d
}

// Decoders are a network's to light, and to codes.
type Decoders map[bool]*Decoder // by whether to light

// NewDecoders makes those of a network whose values of black and white are given.
func NewDecoders(black, white float64) Decoders {
	return Decoders{true: newDecoder(true, black, white), false: newDecoder(false, black, white)}
}

func (d *Decoder) value(x float32) float32 {
	t := x*d.scale + d.offset
	// A conversion cuts towards 0, so that what is just below the range has index -1.
	if i := uint32(int32(t)) - 1; i < decodePieces {
		p := &d.pieces[i]
		return p.at + p.slope*x
	}
	return outside(t)
}

// outside is the value of what lies outside of the pieces.
func outside(t float32) float32 {
	if t > 1 {
		return 1
	}
	return 0
}
