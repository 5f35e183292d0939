package acceptance

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"impasto.net/render/picture"
)

// statement is how a header states primaries, and the matrices between them and Rec. 709, solved in
// exact fractions with the Bradford adaptation of whites.
type statement struct {
	name     string
	says     string // once, when it is rendered
	header   picture.Attribute
	from, to [3][3]float64 // from Rec. 709, and to it
}

var (
	fromAP0 = [3][3]float64{{0.4396329819, 0.3829886982, 0.1773783199},
		{0.089776443, 0.8134394287, 0.0967841283}, {0.0175411704, 0.1115465533, 0.8709122763}}
	toAP0 = [3][3]float64{{2.5216861867, -1.1341309882, -0.3875551985},
		{-0.2764799142, 1.3727190877, -0.0962391734}, {-0.015378065, -0.1529753359, 1.1683534008}}
	fromAP1 = [3][3]float64{{0.6130974024, 0.3395231462, 0.0473794514},
		{0.0701937225, 0.9163538791, 0.0134523985}, {0.0206155929, 0.1095697729, 0.8698146342}}
	toAP1 = [3][3]float64{{1.7050509927, -0.6217921207, -0.083258872},
		{-0.1302564175, 1.1408047366, -0.0105483191}, {-0.0240033568, -0.1289689761, 1.1529723329}}
)

var statements = []statement{
	{"ap0", "is in ACES2065-1",
		chromaticities(0.7347, 0.2653, 0, 1, 0.0001, -0.077, 0.32168, 0.33767), fromAP0, toAP0},
	{"interop_ap0", "is in ACES2065-1", interopID("lin_ap0_scene"), fromAP0, toAP0},
	{"interop_ap1", "is in ACEScg", interopID("lin_ap1_scene"), fromAP1, toAP1},
	{"p3d65", "is in lin_p3d65", chromaticities(0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.3127, 0.329),
		[3][3]float64{{0.8224619687, 0.1775380313, 0}, {0.0331941989, 0.9668058011, 0},
			{0.0170826307, 0.0723974407, 0.9105199286}},
		[3][3]float64{{1.2249401763, -0.2249401763, 0}, {-0.0420569547, 1.0420569547, 0},
			{-0.0196375546, -0.0786360456, 1.0982736001}}},
	{"xyz_e", "is in primaries:1,0,0,1,0,0,0.33333334,0.33333334",
		chromaticities(1, 0, 0, 1, 0, 0, 1./3, 1./3),
		[3][3]float64{{0.4384487842, 0.3921759292, 0.1693752866},
			{0.2228276921, 0.7086912981, 0.0684810098}, {0.0173137362, 0.1104450265, 0.8722412373}},
		[3][3]float64{{3.1466576541, -1.6664637545, -0.4801938996}, {-0.9955216058, 1.9557567338,
			0.039764872}, {0.0635948029, -0.2145632222, 1.1509684193}}},
	{"awg4", "is in primaries:0.7347,0.2653,",
		chromaticities(0.7347, 0.2653, 0.1424, 0.8576, 0.0991, -0.0308, 0.3127, 0.329),
		[3][3]float64{{0.5658365405, 0.3403309987, 0.0938324608},
			{0.0886256369, 0.8093468418, 0.1020275213}, {0.0177500401, 0.1094476209, 0.8728023391}},
		[3][3]float64{{1.8931234427, -0.7808815036, -0.112241939}, {-0.2057003583, 1.3402574894,
			-0.1345571311}, {-0.0127057429, -0.1521848758, 1.1648906187}}},
}

func chromaticities(xy ...float32) picture.Attribute {
	value, _ := binary.Append(nil, binary.LittleEndian, xy)
	return picture.Attribute{Name: "chromaticities", Type: "chromaticities", Value: value}
}

func interopID(id string) picture.Attribute {
	return picture.Attribute{Name: "colorInteropID", Type: "string", Value: []byte(id)}
}

// One picture in several primaries, which the headers state, is painted alike, and comes back in
// its own. What is said of them is said once; a host that cannot tell the node says so.
func TestStatedPrimaries(t *testing.T) {
	s := newShot(t)
	s.plates(2, 96, 54, wave)
	s.must("1-2", "want")
	plain, want := s.picture("plate", 1), s.picture("want", 1)
	for _, p := range statements {
		s.plates(2, 96, 54, func(frame int, im *picture.Image) {
			wave(frame, im)
			multiply(im, p.from)
			im.Metadata = []picture.Attribute{p.header}
		})
		printed, code := s.render("1-2", p.name)
		if code != 0 || strings.Count(printed, p.says) != 1 ||
			strings.Contains(printed, "cannot be told") {
			t.Fatalf("%s: exit %d:\n%s", p.name, code, printed)
		}
		out := s.picture(p.name, 1)
		if got := s.picture("plate", 1).Colourspace; got == "" || out.Colourspace != got {
			t.Errorf("%s: the plate is in %q, the output in %q", p.name, got, out.Colourspace)
		}
		multiply(out, p.to)
		changed, db := decibels(plain, want), decibels(out, want)
		t.Logf("%s: %.1f dB (the plate itself: %.1f)", p.name, db, changed)
		if db < 60 {
			t.Errorf("%s: %.1f dB from the painting of the same picture in Rec. 709", p.name, db)
		}
	}
	printed, code := s.render("1", "natron", "--as", "natron")
	if code != 0 || !strings.Contains(printed, "but the effect cannot be told so here") {
		t.Errorf("exit %d:\n%s", code, printed)
	}
}

// A PNG of a plate in other primaries is the one of the same picture in sRGB's.
func TestPrimariesOfPNG(t *testing.T) {
	s := newShot(t)
	for _, p := range statements {
		s.plates(1, 96, 54, func(frame int, im *picture.Image) {
			wave(frame, im)
			multiply(im, p.from)
			im.Metadata = []picture.Attribute{p.header}
		})
		cmd := s.still(s.file("plate", 1), "--param", "mix=0")
		cmd.Args = append(cmd.Args, "--out", s.path(p.name+".png"))
		if printed, code := s.finish(cmd); code != 0 {
			t.Fatalf("exit %d:\n%s", code, printed)
		}
		got, err := picture.Read(s.path(p.name + ".png"))
		if err != nil {
			t.Fatal(err)
		}
		s.plates(1, 96, 54, wave)
		if db := decibels(got, s.picture("plate", 1)); db < 60 {
			t.Errorf("%s: %.1f dB", p.name, db)
		}
	}
}

// Plate Space says it of plates that state nothing; what nobody knows is refused by its name.
func TestSpacesThatAreChosen(t *testing.T) {
	s := newShot(t)
	s.plates(1, 96, 54, wave)
	s.must("1", "want")
	s.plates(1, 96, 54, func(frame int, im *picture.Image) {
		wave(frame, im)
		multiply(im, fromAP0)
	})
	s.must("1", "out", "--param", "plateSpace=ACES2065-1")
	out := s.picture("out", 1)
	multiply(out, toAP0)
	if db := decibels(out, s.picture("want", 1)); db < 60 {
		t.Errorf("%.1f dB", db)
	}
	s.plates(1, 96, 54,
		func(_ int, im *picture.Image) { im.Metadata = []picture.Attribute{interopID("g22_ap1_scene")} })
	printed, code := s.render("1", "unknown")
	if code != 1 || !strings.Contains(printed,
		"Source is in the colour space g22_ap1_scene, which Impasto does not know") {
		t.Errorf("exit %d:\n%s", code, printed)
	}
	s.must("1", "chosen", "--param", "plateSpace=Scene-linear Rec.709 (sRGB)")
}

// wave is a smooth picture with light above white.
func wave(frame int, im *picture.Image) {
	w := im.DataWindow.Dx()
	for i := range im.Pix {
		x, y, c := float64(i/4%w), float64(i/4/w), float64(i%4)
		if im.Pix[i] = 1; c != 3 {
			im.Pix[i] = float32(0.5 + 0.45*math.Sin(x/(7+3*c)+float64(frame))*math.Cos(y/(5+2*c)))
		}
	}
}

// multiply has a matrix applied to every pixel.
func multiply(im *picture.Image, m [3][3]float64) {
	for i := 0; i < len(im.Pix); i += 4 {
		p := [3]float64{float64(im.Pix[i]), float64(im.Pix[i+1]), float64(im.Pix[i+2])}
		for c, row := range m {
			im.Pix[i+c] = float32(row[0]*p[0] + row[1]*p[1] + row[2]*p[2])
		}
	}
}

// decibels is how near two pictures are, white being the peak.
func decibels(a, b *picture.Image) float64 {
	sum := 0.
	for i := range a.Pix {
		d := float64(a.Pix[i] - b.Pix[i])
		sum += d * d
	}
	return -10 * math.Log10(sum/float64(len(a.Pix))*4/3)
}
