// Package primaries knows what light the red, green and blue of colour spaces are, and takes light
// from one to another.
package primaries

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Primaries are chromaticities, x and y, of red, green, blue and white.
type Primaries struct{ Red, Green, Blue, White [2]float64 }

var (
	d65 = [2]float64{0.3127, 0.3290}
	d60 = [2]float64{0.32168, 0.33767} // near it: that of ACES
)

var (
	// ITU-R BT.709-6, table 1; those of IEC 61966-2-1 are the same.
	Rec709 = Primaries{[2]float64{0.640, 0.330}, [2]float64{0.300, 0.600}, [2]float64{0.150, 0.060},
		d65}
	// ITU-R BT.2020-2, table 3.
	Rec2020 = Primaries{[2]float64{0.708, 0.292}, [2]float64{0.170, 0.797},
		[2]float64{0.131, 0.046}, d65}
	// SMPTE EG 432-1, with the white of displays.
	P3D65 = Primaries{[2]float64{0.680, 0.320}, [2]float64{0.265, 0.690}, [2]float64{0.150, 0.060},
		d65}
	// Adobe RGB (1998) Color Image Encoding.
	AdobeRGB = Primaries{[2]float64{0.640, 0.330}, [2]float64{0.210, 0.710},
		[2]float64{0.150, 0.060}, d65}
	// CIE XYZ itself.
	XYZD65 = Primaries{[2]float64{1, 0}, [2]float64{0, 1}, [2]float64{0, 0}, d65}
	// AP0 of ACES, SMPTE ST 2065-1.
	AP0 = Primaries{[2]float64{0.7347, 0.2653}, [2]float64{0, 1}, [2]float64{0.0001, -0.0770}, d60}
	// AP1 of ACES, S-2014-004.
	AP1 = Primaries{[2]float64{0.713, 0.293}, [2]float64{0.165, 0.830}, [2]float64{0.128, 0.044},
		d60}
	// ARRI, ALEXA Log C Curve: Usage in VFX, 2017.
	ARRIWideGamut3 = Primaries{[2]float64{0.6840, 0.3130}, [2]float64{0.2210, 0.8480},
		[2]float64{0.0861, -0.1020}, d65}
	// ARRI LogC4 Logarithmic Color Space Specification, 2022.
	ARRIWideGamut4 = Primaries{[2]float64{0.7347, 0.2653}, [2]float64{0.1424, 0.8576},
		[2]float64{0.0991, -0.0308}, d65}
	// Sony, Technical Summary for S-Gamut3.Cine/S-Log3 and S-Gamut3/S-Log3.
	SGamut3Cine = Primaries{[2]float64{0.766, 0.275}, [2]float64{0.225, 0.800},
		[2]float64{0.089, -0.087}, d65}
)

// prefix begins the names of spaces that are scene-linear light of primaries without another name.
const prefix = "primaries:"

// Name is that of scene-linear light of the primaries, which Named reads.
func (p Primaries) Name() string {
	var words []string
	for _, c := range [][2]float64{p.Red, p.Green, p.Blue, p.White} {
		for _, v := range c {
			words = append(words, strconv.FormatFloat(v, 'g', -1, 32))
		}
	}
	return prefix + strings.Join(words, ",")
}

// Named reads a name. Primaries that span no colours are refused.
func Named(name string) (p Primaries, err error) {
	list, ok := strings.CutPrefix(name, prefix)
	words := strings.Split(list, ",")
	if !ok || len(words) != 8 {
		return p, fmt.Errorf("%.60q names no primaries", name)
	}
	var v [8]float64
	for i, word := range words {
		if v[i], err = strconv.ParseFloat(word, 32); err != nil {
			return p, fmt.Errorf("%.60q names no primaries: %w", name, err)
		}
	}
	return Of(v)
}

// Of makes primaries of numbers in the order of their names: those of red first, white last.
func Of(v [8]float64) (Primaries, error) {
	for _, x := range v {
		if !(math.Abs(x) <= 10) { // NaN neither
			return Primaries{}, fmt.Errorf("the primaries %v are none", v)
		}
	}
	p := Primaries{[2]float64{v[0], v[1]}, [2]float64{v[2], v[3]}, [2]float64{v[4], v[5]},
		[2]float64{v[6], v[7]}}
	for _, m := range []Matrix{Conversion(&p, &Rec709), Conversion(&Rec709, &p)} {
		for _, row := range m {
			for _, x := range row {
				if !(math.Abs(float64(x)) < 1000) { // NaN neither
					return Primaries{}, fmt.Errorf("the primaries %v span no colours", v)
				}
			}
		}
	}
	return p, nil
}

// Near says whether primaries are the same, to the digits that files have.
func (p Primaries) Near(o *Primaries) bool {
	near := func(a, b [2]float64) bool {
		return math.Abs(a[0]-b[0]) <= 1e-3 &&
			math.Abs(a[1]-b[1]) <= 1e-3
	}
	return near(p.Red, o.Red) && near(p.Green, o.Green) && near(p.Blue, o.Blue) &&
		near(p.White, o.White)
}

// toXYZ is the matrix to CIE XYZ in which the white has a Y of 1: SMPTE RP 177-1993.
func (p *Primaries) toXYZ() mat {
	r, g, b := p.Red, p.Green, p.Blue
	m := mat{{r[0], g[0], b[0]}, {r[1], g[1], b[1]},
		{1 - r[0] - r[1], 1 - g[0] - g[1], 1 - b[0] - b[1]}}
	return m.mul(diagonal(m.inverse().apply(xyz(p.White))))
}

// xyz is a chromaticity's colour with a Y of 1.
func xyz(c [2]float64) vec { return vec{c[0] / c[1], 1, (1 - c[0] - c[1]) / c[1]} }

// bradford is the cone response of the linearised Bradford adaptation, ICC.1:2022 E.1.
var bradford = mat{{0.8951, 0.2664, -0.1614}, {-0.7502, 1.7135, 0.0367}, {0.0389, -0.0685, 1.0296}}

// Conversion takes linear light from one set of primaries to another, white to white.
func Conversion(from, to *Primaries) Matrix {
	a, b := bradford.apply(xyz(from.White)), bradford.apply(xyz(to.White))
	adapt := bradford.inverse().mul(diagonal(vec{b[0] / a[0], b[1] / a[1],
		b[2] / a[2]})).mul(bradford)
	m := to.toXYZ().inverse().mul(adapt).mul(from.toXYZ())
	var single Matrix
	for i := range 3 {
		for j := range 3 {
			single[i][j] = float32(m[i][j])
		}
	}
	return single
}
