package acceptance

import (
	"errors"
	"fmt"
	"image"
	"math"
	"slices"
	"strings"
	"testing"

	"impasto.net/plugin/onnxtest"
	"impasto.net/render/ofx"
	"impasto.net/render/picture"
)

// frames is a plate whose frames are in memory, from 1 on.
type frames []*picture.Image

func (f frames) Example() (*picture.Image, error) { return f[0], nil }
func (f frames) Range() (first, last float64)     { return 1, float64(len(f)) }

func (f frames) At(time float64) (*picture.Image, error) {
	if i := int(time) - 1; i >= 0 && i < len(f) {
		return f[i], nil
	}
	return nil, nil
}

// In every host, at full size and as a proxy: the statistics are those of the format, or of
// all that there is, or of one frame of the shot, whatever the others' bounding boxes do.
func TestStatisticsInEveryHost(t *testing.T) {
	display := image.Rect(0, 0, 64, 48)
	inside := [3]float64{0.1, 0.2, 0.3}
	outside := [3]float64{0.8, 0.6, 0.7}
	shot := frames{}
	for frame, data := range []image.Rectangle{display, image.Rect(8, 12, 40, 36),
		image.Rect(-16, -8, 80, 56)} {
		im := picture.New(data)
		im.DisplayWindow, im.HasAlpha = display, true
		for i := range im.Pix {
			code := inside[min(i%4, 2)] * float64(frame+1)
			if !image.Pt(data.Min.X+i/4%data.Dx(), data.Min.Y+i/4/data.Dx()).In(display) {
				code = outside[min(i%4, 2)]
			}
			if im.Pix[i] = float32(decode(code)); i%4 == 3 {
				im.Pix[i] = 1
			}
		}
		shot = append(shot, im)
	}
	for _, host := range ofx.Profiles {
		t.Run(host.Name, func(t *testing.T) {
			s := newShot(t)
			onnxtest.WriteStyle(t, s.path("styles"), "a",
				onnxtest.WriteNetwork(t, s.path("styles"), "network"), vectorA)
			playing, loaded := s.load(host)
			playing.Strict = true
			render := func(scale float64, frame int, params ...[2]string) (*picture.Image, error) {
				todo := setup("OfxImageEffectContextGeneral", "a", image.Point{1, 1})
				todo.Clips["Source"], todo.First, todo.Last, todo.Scale = shot, 1, len(shot), scale
				todo.Params = func(find func(string) *ofx.Param) error {
					err := find("styleId").Set("a", ofx.Linear)
					for _, p := range params {
						err = errors.Join(err, find(p[0]).Set(p[1], ofx.Linear))
					}
					return err
				}
				instance, err := loaded.NewInstance(todo)
				if err != nil {
					t.Fatal(err)
				}
				defer instance.Close()
				out, err := instance.Render(frame)
				if err != nil {
					return nil, err
				}
				return out.Picture, nil
			}
			own := func(frame int) (mean [3]float64) {
				for c := range mean {
					mean[c] = inside[c] * float64(frame)
				}
				return mean
			}
			for _, x := range []struct {
				name   string
				frame  int
				params [][2]string
				mean   func(out *picture.Image) [3]float64 // that the statistics are of
			}{
				{"a frame", 1, nil, func(*picture.Image) [3]float64 { return own(1) }},
				{"a part of one", 2, nil, func(*picture.Image) [3]float64 { return own(2) }},
				{"overscan", 3, nil, func(*picture.Image) [3]float64 { return own(3) }},
				{"all of the overscan", 3, [][2]string{{"statistics", "Region of Definition"}},
					func(out *picture.Image) [3]float64 {
						mean, part := own(3), 64.*48/float64(out.DataWindow.Dx()*out.DataWindow.Dy())
						if out.DataWindow.Dx() < 64 { // a proxy
							part /= 4
						}
						for c := range mean {
							mean[c] = mean[c]*part + outside[c]*(1-part)
						}
						return mean
					}},
				{"held, a frame", 1, [][2]string{{"holdStatistics", "on"},
					{"statisticsFrame", "2"}}, func(*picture.Image) [3]float64 { return own(2) }},
				{"held, a part", 2, [][2]string{{"holdStatistics", "on"}, {"statisticsFrame", "1"}},
					func(*picture.Image) [3]float64 { return own(1) }},
				{"held, overscan", 3, [][2]string{{"holdStatistics", "on"},
					{"statisticsFrame", "1"}}, func(*picture.Image) [3]float64 { return own(1) }},
				{"held from itself", 3, [][2]string{{"holdStatistics", "on"},
					{"statisticsFrame", "3"}}, func(*picture.Image) [3]float64 { return own(3) }},
			} {
				for _, scale := range []float64{1, 0.5} {
					out, err := render(scale, x.frame, x.params...)
					if err != nil {
						t.Fatalf("%s: %v", x.name, err)
					}
					// The middle of the smallest frame.
					at := image.Pt(int(24*scale), int(24*scale)).Sub(out.DataWindow.Min)
					got := out.Pix[4*(at.Y*out.DataWindow.Dx()+at.X):]
					mean := x.mean(out)
					for c := range 3 {
						code := inside[c] * float64(x.frame)
						want := decode(min((code*float64(vectorA[c])+float64(vectorA[3+c]))*(1+mean[c]), 1))
						if math.Abs(float64(got[c])-want) > 1e-5 {
							t.Errorf("%s, scale %g: %v at channel %d, want %v", x.name, scale,
								got[c], c, want)
						}
					}
				}
			}
			if _,
				err := render(1, 2, [2]string{"holdStatistics", "on"},
				[2]string{"statisticsFrame", "50"}); err == nil ||
				!strings.Contains(err.Error(), "choose another Statistics Frame") {
				t.Errorf("a frame that is not there: %v", err)
			}
			if found := playing.Findings(); len(found) > 0 {
				t.Errorf("found %v", found)
			}
		})
	}
}

// later is a plate that begins at another frame than 1.
type later struct {
	frames
	first float64
}

func (l later) Range() (first, last float64) {
	return l.first, l.first +
		float64(len(l.frames)) - 1
}

func (l later) At(time float64) (*picture.Image, error) { return l.frames.At(time - l.first + 1) }

// Where no frame is chosen, the statistics are held from the first that the plate has.
func TestStatisticsAreHeldFromTheFirstFrame(t *testing.T) {
	s := newShot(t)
	onnxtest.WriteStyle(t, s.path("styles"), "a",
		onnxtest.WriteNetwork(t, s.path("styles"), "network"), vectorA)
	_, loaded := s.load(ofx.Profiles[0])
	var shot frames
	for frame := range 3 {
		im := picture.New(image.Rect(0, 0, 64, 48))
		im.HasAlpha = true
		for i := range im.Pix {
			if im.Pix[i] = 0.1 * float32(frame+1); i%4 == 3 {
				im.Pix[i] = 1
			}
		}
		shot = append(shot, im)
	}
	for _, first := range []int{-5, -1, 0, 1, 1001} {
		render := func(params ...string) []float32 {
			t.Helper()
			todo := setup("OfxImageEffectContextGeneral", "a", image.Point{1, 1})
			todo.Clips["Source"], todo.First, todo.Last = later{shot,
				float64(first)}, first+1, first+2
			todo.Params = func(find func(string) *ofx.Param) error {
				err := find("styleId").Set("a", ofx.Linear)
				for _, p := range params {
					name, value, _ := strings.Cut(p, "=")
					err = errors.Join(err, find(name).Set(value, ofx.Linear))
				}
				return err
			}
			instance, err := loaded.NewInstance(todo)
			if err != nil {
				t.Fatal(err)
			}
			defer instance.Close()
			out, err := instance.Render(first + 2)
			if err != nil {
				t.Fatal(err)
			}
			return out.Picture.Pix
		}
		own, held := render(), render("holdStatistics=on")
		if slices.Equal(held, own) || slices.Equal(held,
			render("holdStatistics=on", fmt.Sprint("statisticsFrame=", first+1))) && first != -1 {
			t.Errorf("a plate from %d on: held are the statistics of another frame", first)
		}
		if !slices.Equal(held, render("holdStatistics=on", fmt.Sprint("statisticsFrame=", first))) {
			t.Errorf("a plate from %d on: held are not the statistics of its first frame", first)
		}
	}
}
