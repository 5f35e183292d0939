package acceptance

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"impasto.net/plugin/onnxtest"
	"impasto.net/render/picture"
)

// Two styles of the network onnxtest.Conditional: three gains and three shifts.
var (
	vectorA = []float32{0.3, 0.2, 0.1, 0.05, 0.1, 0.15}
	vectorB = []float32{0.1, 0.3, 0.2, 0.2, 0, 0.1}
)

// mixing is a shot with the styles a and b of one network, stranger of another, and loner
// with a network to itself.
func mixing(t *testing.T) *shot {
	s := newShot(t)
	bank := s.path("styles")
	network := onnxtest.WriteNetwork(t, bank, "network")
	onnxtest.WriteStyle(t, bank, "a", network, vectorA)
	onnxtest.WriteStyle(t, bank, "b", network, vectorB)
	onnxtest.WriteStyle(t, bank, "stranger", onnxtest.WriteNetwork(t, bank, "other"), vectorB)
	onnxtest.WritePackage(t, bank, "loner", onnxtest.Gain(0.5))
	return s
}

func mix(a, b, amount string) []string {
	return []string{"--interpolation", "linear",
		"--param", "styleId=" + a, "--param", "styleBId=" + b, "--param", "styleMix=" + amount}
}

// The ends of the mix are the two styles to the last bit, even where they cannot be mixed;
// a style without a part need not be there. In between no frame is like another, and
// none depends on those before it.
func TestStyleMix(t *testing.T) {
	const frames = 5
	s := mixing(t)
	s.plates(frames, 67, 41, nil)
	for _, alone := range []string{"a", "b", "loner"} {
		s.must("1-5", alone, "--param", "styleId="+alone)
	}
	for _, c := range []struct{ a, b, amount, like string }{
		{"a", "b", "0", "a"},
		{"a", "nobody", "0", "a"},
		{"a", "b", "1", "b"},
		{"a", "loner", "1", "loner"},
		{"nobody", "b", "1", "b"},
	} {
		s.must("1-5", "out", mix(c.a, c.b, c.amount)...)
		s.same(frames, c.like, "out")
	}

	s.must("1-5", "keyed", mix("a", "b", "0@1,1@5")...)
	if !s.equal(1, "keyed", "a") || !s.equal(5, "keyed", "b") {
		t.Error("the first frame is not the first style, or the last one not the second")
	}
	for frame := 2; frame <= 4; frame++ {
		if s.equal(frame, "keyed", "a") || s.equal(frame, "keyed", "b") {
			t.Errorf("frame %d is one of the styles alone", frame)
		}
		s.must(fmt.Sprint(frame), "single", mix("a", "b", fmt.Sprint(float64(frame-1)/4))...)
		if !s.equal(frame, "keyed", "single") {
			t.Errorf("frame %d by itself is another", frame)
		}
	}
}

// The second menu, with a style that ships.
func TestSecondStyleOfTheMenu(t *testing.T) {
	s := mixing(t)
	s.plates(1, 67, 41, nil)
	shipped, err := filepath.Glob(filepath.Join(s.bundle, "Contents/Resources/styles/*/style.json"))
	if err != nil || len(shipped) == 0 {
		t.Fatalf("the bundle holds no style: %v", err)
	}
	name := filepath.Base(filepath.Dir(shipped[len(shipped)-1]))
	s.must("1", "alone", "--param", "style="+name)
	s.must("1", "out", "--param", "styleId=a", "--param", "styleB="+name, "--param", "styleMix=1")
	s.same(1, "alone", "out")
}

// What is mixed is the styles, and not their pictures: on plates of one colour every value
// is what the mixed vector makes of it.
func TestStyleMixMixesVectors(t *testing.T) {
	const frames = 5
	s := mixing(t)
	colour := func(frame int) [3]float64 {
		return [3]float64{0.1 * float64(frame), 0.18,
			0.7 - 0.1*float64(frame)}
	}
	s.plates(frames, 48, 32, func(frame int, im *picture.Image) {
		for i := range im.Pix {
			if i%4 != 3 {
				im.Pix[i] = float32(colour(frame)[i%4])
			}
		}
	})
	s.must("1-5", "out", mix("a", "b", "0@1,1@5")...)
	for frame := 1; frame <= frames; frame++ {
		m := float64(frame-1) / (frames - 1)
		im := s.picture("out", frame)
		for c, v := range colour(frame) {
			gain := (1-m)*float64(vectorA[c]) + m*float64(vectorB[c])
			shift := (1-m)*float64(vectorA[3+c]) + m*float64(vectorB[3+c])
			code := encode(v) // and that of the small picture's mean
			want := decode((code*gain + shift) * (1 + code))
			for i := c; i < len(im.Pix); i += 4 {
				if math.Abs(float64(im.Pix[i])-want) > 1e-5 {
					t.Fatalf("frame %d, channel %d, pixel %d is %v, want %v", frame, c, i/4,
						im.Pix[i], want)
				}
			}
		}
	}
}

// Styles of two networks: the frames that are of one style come out, the others fail with a
// sentence, as they do where there is no such style.
func TestStylesThatDoNotMix(t *testing.T) {
	for _, c := range []struct {
		b     string
		left  string
		wants []string
	}{
		{"stranger", "15", []string{`"Test a"`, `"Test stranger"`}},
		{"loner", "15", []string{`"Test a"`, `"Test loner"`}},
		{"nobody", "1", []string{`"nobody"`}},
	} {
		t.Run(c.b, func(t *testing.T) {
			s := mixing(t)
			s.plates(5, 48, 32, nil)
			printed, code := s.render("1-5", "out",
				append(mix("a", c.b, "0@1,1@5"), "--continue-on-error")...)
			if code != 1 {
				t.Errorf("impasto render ended with %d, want 1", code)
			}
			for _, want := range c.wants {
				if !strings.Contains(printed, want) {
					t.Errorf("nothing says %s", want)
				}
			}
			t.Logf("the user reads:\n%s", printed)
			for frame := 1; frame <= 5; frame++ {
				want := strings.Contains(c.left, fmt.Sprint(frame))
				if got := s.exists(filepath.Base(s.file("out", frame))); got != want {
					t.Errorf("frame %d was written: %v, want %v", frame, got, want)
				}
			}
		})
	}
}
