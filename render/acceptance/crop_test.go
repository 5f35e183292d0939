package acceptance

import (
	"errors"
	"image"
	"math"
	"testing"

	"impasto.net/render/ofx"
	"impasto.net/render/picture"
)

// A shot whose bounding box moves is painted as the whole frame is, in every host and as a
// proxy, where the statistics of one frame are held: 60 dB or nearer, but for what the network
// sees across the border, 121 pixels of those that it works on.
func TestABoundingBoxThatMoves(t *testing.T) {
	display := image.Rect(0, 0, 460, 450)
	shot := frames{}
	for _, data := range []image.Rectangle{
		display, image.Rect(1, 0, 460, 450), image.Rect(4, 0, 460, 450), image.Rect(0, 3, 460, 450),
		image.Rect(0, 0, 453, 448), image.Rect(64, 0, 460, 450),
		image.Rect(0, 64, 460, 450), image.Rect(-5, -2, 461, 454),
	} {
		im := picture.New(data)
		im.DisplayWindow, im.HasAlpha = display, true
		for i := range im.Pix {
			x, y, c := float64(data.Min.X+i/4%data.Dx()), float64(data.Min.Y+i/4/data.Dx()), float64(i%4)
			im.Pix[i] = float32(0.3 + 0.2*math.Sin(x/9+c)*math.Cos(y/13) + 0.1*math.Sin(x*y/400))
			if c == 3 {
				im.Pix[i] = 1
			}
		}
		shot = append(shot, im)
	}
	for _, host := range ofx.Profiles {
		t.Run(host.Name, func(t *testing.T) {
			_, loaded := newShot(t).load(host)
			for _, scale := range []float64{1, 0.5} {
				todo := setup("OfxImageEffectContextGeneral", "", image.Point{1, 1})
				todo.Clips["Source"], todo.First, todo.Last, todo.Scale = shot, 1, len(shot), scale
				todo.Params = func(find func(string) *ofx.Param) error {
					return errors.Join(find("styleId").Set("starry-night", ofx.Linear),
						find("holdStatistics").Set("on", ofx.Linear),
						find("statisticsFrame").Set("1", ofx.Linear))
				}
				instance, err := loaded.NewInstance(todo)
				if err != nil {
					t.Fatal(err)
				}
				defer instance.Close()
				inside := image.Rect(int(194*scale), int(194*scale), int(266*scale), int(256*scale))
				var want []float32
				for frame := 1; frame <= len(shot); frame++ {
					out, err := instance.Render(frame)
					if err != nil {
						t.Fatal(err)
					}
					got := within(out.Picture, inside)
					if frame == 1 {
						want = got
						continue
					}
					sum := 0.
					for i, v := range got {
						sum += math.Pow(float64(v-want[i]), 2)
					}
					if dB := -10 * math.Log10(sum/float64(len(got))); !(dB >= 60) {
						t.Errorf("scale %g: %v is %.1f dB from the whole", scale,
							shot[frame-1].DataWindow, dB)
					}
				}
			}
		})
	}
}

// within is what a picture has in a part of the frame.
func within(im *picture.Image, part image.Rectangle) (all []float32) {
	for y := part.Min.Y; y < part.Max.Y; y++ {
		at := 4 * ((y-im.DataWindow.Min.Y)*im.DataWindow.Dx() + part.Min.X - im.DataWindow.Min.X)
		all = append(all, im.Pix[at:at+4*part.Dx()]...)
	}
	return all
}
