package colour

import "math"

// logarithmic is the form that the logarithmic curves of all cameras have: with light x,
// c·Log2(a·x + b) + d above a cut, and a straight e·x + f below it.
type logarithmic struct {
	a, b, c, d float32
	e, f       float32
	cut        float32 // in light
	encodedCut float32
}

func newLogarithmic(a, b, c, d, e, f, cut float64) logarithmic {
	return logarithmic{
		float32(a), float32(b), float32(c), float32(d), float32(e), float32(f),
		float32(cut), float32(e*cut + f),
	}
}

var (
	// ACEScct, S-2016-001, equation 4.
	acescct = newLogarithmic(1, 0, 1/17.52, 9.72/17.52, 10.5402377416545, 0.0729055341958355,
		0.0078125)

	// ARRI LogC3 for an exposure index of 800, relative to scene exposure: ALEXA Log C Curve:
	// Usage in VFX, 2017.
	logC3 = newLogarithmic(5.555556, 0.052272, 0.247190*math.Log10(2), 0.385537, 5.367655, 0.092809,
		0.010591)

	logC4 = newLogC4()

	// Sony S-Log3: Technical Summary for S-Gamut3.Cine/S-Log3 and S-Gamut3/S-Log3.
	sLog3 = newLogarithmic(1/0.19, 0.01/0.19, 261.5*math.Log10(2)/1023, 420./1023,
		(171.2102946929-95)/0.01125/1023, 95./1023, 0.01125)
)

// newLogC4 is ARRI's: LogC4 Logarithmic Color Space Specification, 2022, whose letters
// these are.
func newLogC4() logarithmic {
	a, b, c := (1<<18-16)/117.45, (1023-95)/1023., 95/1023.
	s := 7 * math.Ln2 * math.Exp2(7-14*c/b) / (a * b)
	t := (math.Exp2(14*(-c/b)+6) - 64) / a
	return newLogarithmic(a, 64, b/14, c-6*b/14, 1/s, -t/s, t)
}

func (l *logarithmic) decode(row []Pixel) {
	scale, offset := 1/l.c, -l.d/l.c
	for i := range row {
		for c, x := range row[i][:3] {
			if x > l.encodedCut {
				row[i][c] = (exp2(x*scale+offset) - l.b) / l.a
			} else {
				row[i][c] = (x - l.f) / l.e
			}
		}
	}
}

func (l *logarithmic) encode(row []Pixel) {
	for i := range row {
		for c, x := range row[i][:3] {
			if x > l.cut {
				row[i][c] = l.c*Log2(l.a*x+l.b) + l.d
			} else {
				row[i][c] = l.e*x + l.f
			}
		}
	}
}
