package colour

// primaries are chromaticities, x and y, of red, green, blue and white.
type primaries struct{ red, green, blue, white [2]float64 }

var d65 = [2]float64{0.3127, 0.3290}

var (
	// ITU-R BT.709-6, table 1; those of IEC 61966-2-1 are the same.
	rec709 = primaries{[2]float64{0.640, 0.330}, [2]float64{0.300, 0.600}, [2]float64{0.150, 0.060}, d65}
	// ITU-R BT.2020-2, table 3.
	rec2020 = primaries{[2]float64{0.708, 0.292}, [2]float64{0.170, 0.797}, [2]float64{0.131, 0.046}, d65}
	// AP1 of ACES, S-2014-004. Its white is near D60.
	ap1 = primaries{[2]float64{0.713, 0.293}, [2]float64{0.165, 0.830}, [2]float64{0.128, 0.044}, [2]float64{0.32168, 0.33767}}
	// ARRI, ALEXA Log C Curve: Usage in VFX, 2017.
	arriWideGamut3 = primaries{[2]float64{0.6840, 0.3130}, [2]float64{0.2210, 0.8480}, [2]float64{0.0861, -0.1020}, d65}
	// ARRI LogC4 Logarithmic Color Space Specification, 2022.
	arriWideGamut4 = primaries{[2]float64{0.7347, 0.2653}, [2]float64{0.1424, 0.8576}, [2]float64{0.0991, -0.0308}, d65}
	// Sony, Technical Summary for S-Gamut3.Cine/S-Log3 and S-Gamut3/S-Log3.
	sGamut3Cine = primaries{[2]float64{0.766, 0.275}, [2]float64{0.225, 0.800}, [2]float64{0.089, -0.087}, d65}
)

// toXYZ is the matrix to CIE XYZ in which the white has a Y of 1: SMPTE RP 177-1993.
func (p *primaries) toXYZ() mat {
	r, g, b, w := xyz(p.red), xyz(p.green), xyz(p.blue), xyz(p.white)
	m := mat{{r[0], g[0], b[0]}, {r[1], g[1], b[1]}, {r[2], g[2], b[2]}}
	return m.mul(diagonal(m.inverse().apply(w)))
}

// xyz is a chromaticity's colour with a Y of 1.
func xyz(c [2]float64) vec { return vec{c[0] / c[1], 1, (1 - c[0] - c[1]) / c[1]} }

// bradford is the cone response of the linearised Bradford adaptation, ICC.1:2022 E.1.
var bradford = mat{{0.8951, 0.2664, -0.1614}, {-0.7502, 1.7135, 0.0367}, {0.0389, -0.0685, 1.0296}}

// conversion takes linear light from one set of primaries to another, white to white.
func conversion(from, to *primaries) Matrix {
	a, b := bradford.apply(xyz(from.white)), bradford.apply(xyz(to.white))
	adapt := bradford.inverse().mul(diagonal(vec{b[0] / a[0], b[1] / a[1], b[2] / a[2]})).mul(bradford)
	m := to.toXYZ().inverse().mul(adapt).mul(from.toXYZ())
	var single Matrix
	for i := range 3 {
		for j := range 3 {
			single[i][j] = float32(m[i][j])
		}
	}
	return single
}
