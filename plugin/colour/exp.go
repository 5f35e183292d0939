package colour

import "math"

// All curves are made of Log2 and exp2, which are tables here: straight pieces of the
// mantissa's range and of the fraction's. They are off by 2e-7 octaves and by 1e-7 of the
// value, and what a float32 has to add.
const (
	pieceBits = 10
	pieces    = 1 << pieceBits
)

var (
	log2Pieces [pieces]piece
	exp2Pieces [pieces]piece
)

// piece is a straight piece of a curve: at + slope·x.
type piece struct{ at, slope float32 }

func init() {
	fill(&log2Pieces, 1, math.Log2)
	fill(&exp2Pieces, 0, math.Exp2)
}

// fill cuts the range from start to start+1 in chords.
func fill(to *[pieces]piece, start float64, f func(float64) float64) {
	for i := range to {
		x0, x1 := start+float64(i)/pieces, start+float64(i+1)/pieces
		slope := (f(x1) - f(x0)) * pieces
		to[i] = piece{float32(f(x0) - slope*x0), float32(slope)}
	}
}

// Log2 is the binary logarithm.
func Log2(x float32) float32 {
	const exponents, least, mantissa, one = 0x7f800000, 0x00800000, 0x007fffff, 0x3f800000
	bits := math.Float32bits(x)
	if bits-least >= exponents-least { // negative, denormal, infinite or no number
		return float32(math.Log2(float64(x)))
	}
	p := &log2Pieces[bits&mantissa>>(23-pieceBits)]
	m := math.Float32frombits(bits&mantissa | one)
	return float32(int32(bits>>23)-127) + (p.at + p.slope*m)
}

func exp2(x float32) float32 {
	if !(x > -126 && x < 128) {
		return float32(math.Exp2(float64(x)))
	}
	whole := int32(x+127) - 127 // a conversion cuts towards 0
	part := x - float32(whole)
	// What is next to a whole number may have been rounded to its other side.
	p := &exp2Pieces[min(int32(part*pieces), pieces-1)]
	return (p.at + p.slope*part) * math.Float32frombits(uint32(whole+127)<<23)
}
