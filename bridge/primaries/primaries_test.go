package primaries

import (
	"math"
	"testing"
)

// The matrices to XYZ that makers publish, to as many digits as they do.
func TestPublishedToXYZ(t *testing.T) {
	for _, c := range []struct {
		name string
		from *Primaries
		want mat
	}{
		// ARRI LogC4 Logarithmic Color Space Specification.
		{"ARRI Wide Gamut 4", &ARRIWideGamut4, mat{
			{0.7048583204, 0.1297602952, 0.1158373115},
			{0.2545241764, 0.7814777327, -0.0360019091},
			{0, 0, 1.0890577508},
		}},
		// Sony, Technical Summary for S-Gamut3.Cine/S-Log3.
		{"S-Gamut3.Cine", &SGamut3Cine, mat{
			{0.5990839208, 0.2489255161, 0.1024464902},
			{0.2150758201, 0.8850685017, -0.1001443219},
			{-0.0320658495, -0.0276583907, 1.1487819910},
		}},
		// SMPTE ST 2065-1.
		{"AP0", &AP0, mat{
			{0.9525523959, 0, 0.0000936786},
			{0.3439664498, 0.7281660966, -0.0721325464},
			{0, 0, 1.0088251844},
		}},
	} {
		got := c.from.toXYZ()
		for i := range 3 {
			for j := range 3 {
				if math.Abs(got[i][j]-c.want[i][j]) > 1e-9 {
					t.Errorf("%s: %d, %d is %.10f, want %.10f", c.name, i, j, got[i][j],
						c.want[i][j])
				}
			}
		}
	}
}

// Conversions, as the Academy publishes them or in exact fractions.
func TestConversions(t *testing.T) {
	third := 1. / 3
	xyzE, err := Of([8]float64{1, 0, 0, 1, 0, 0, third, third})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name     string
		from, to *Primaries
		want     [3][3]float64
	}{
		{"AP0 to AP1, S-2014-004", &AP0, &AP1, [3][3]float64{
			{1.4514393161, -0.2365107469, -0.2149285693},
			{-0.0765537734, 1.1762296998, -0.0996759264},
			{0.0083161484, -0.0060324498, 0.9977163014},
		}},
		{"AP0 to Rec. 709, the Academy's OpenColorIO configuration", &AP0, &Rec709, [3][3]float64{
			{2.52168618674388, -1.13413098823972, -0.38755519850416},
			{-0.276479914229922, 1.37271908766826, -0.0962391734383424},
			{-0.0153780649660342, -0.152975335867399, 1.16835340083343},
		}},
		{"XYZ to Rec. 709, solved in fractions", &xyzE, &Rec709, [3][3]float64{
			{3.1466576541, -1.6664637545, -0.4801938996},
			{-0.9955216058, 1.9557567338, 0.0397648720},
			{0.0635948029, -0.2145632222, 1.1509684193},
		}},
		{"P3 to Rec. 709, solved in fractions", &P3D65, &Rec709, [3][3]float64{
			{1.2249401763, -0.2249401763, 0},
			{-0.0420569547, 1.0420569547, 0},
			{-0.0196375546, -0.0786360456, 1.0982736001},
		}},
	} {
		got := Conversion(c.from, c.to)
		for i := range 3 {
			for j := range 3 {
				if math.Abs(float64(got[i][j])-c.want[i][j]) > 2e-5 {
					t.Errorf("%s: %d, %d is %.8f, want %.8f", c.name, i, j, got[i][j], c.want[i][j])
				}
			}
		}
	}
}

func TestNames(t *testing.T) {
	for _, p := range []Primaries{Rec709, AP0, XYZD65, ARRIWideGamut3} {
		if got, err := Named(p.Name()); err != nil || !got.Near(&p) {
			t.Errorf("%s became %v, %v", p.Name(), got, err)
		}
	}
	for _, name := range []string{
		"", "linear", "primaries:", "primaries:1,2,3", "primaries:a,b,c,d,e,f,g,h",
		"primaries:0.6,0.3,0.3,0.6,0.1,0.06,0.3,0",
		"primaries:0.6,0.3,0.6,0.3,0.1,0.06,0.3,0.3", "primaries:NaN,0.3,0.3,0.6,0.1,0.06,0.3,0.3",
		"primaries:1e30,0.3,0.3,0.6,0.1,0.06,0.3,0.3", "primaries:Inf,0,0,1,0,0,0.3,0.3",
	} {
		if p, err := Named(name); err == nil {
			t.Errorf("%q is %v", name, p)
		}
	}
}
