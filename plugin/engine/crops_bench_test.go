package engine

import (
	"fmt"
	"image/png"
	"math"
	"os"
	"slices"
	"testing"

	"impasto.net/bridge"
	"impasto.net/plugin/onnxtest"
)

// photograph is the lower left part of a PNG file, in the message itself.
func photograph(t testing.TB, path string, w bridge.Window) bridge.Image {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	photo, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	im := bridge.Image{Window: w, Channels: 4, RowBytes: w.Width() * 16}
	im.Pixels = make([]byte, im.Size())
	for i := range im.Size() / 16 {
		r, g, b, a := photo.At(i%w.Width(), photo.Bounds().Dy()-1-i/w.Width()).RGBA()
		for c, v := range []uint32{r, g, b, a} {
			put(im.Pixels, 4*i+c, float32(v)/0xffff)
		}
	}
	return im
}

// BenchmarkCrops reports how many decibels photographs that lost some pixels at one side are from
// the whole ones, painted by the shipped network: the least and the median of four sides of four
// photographs, with the statistics of the whole frame held and without, at least 64 pixels from the
// border and as far from it as the network does not see it any more.
func BenchmarkCrops(b *testing.B) {
	c := newClient(b, onnxtest.Shipped())
	whole := bridge.Window{0, 0, 640, 480}
	for _, by := range []int{1, 2, 4, 8, 64, 160} {
		b.Run(fmt.Sprint(by), func(b *testing.B) {
			for b.Loop() {
				all := map[string][]float64{}
				for _, name := range []string{"kodim05", "kodim13", "kodim20", "kodim23"} {
					plate := photograph(b, onnxtest.Data(b, "photos/kodak/"+name+".png"), whole)
					for what, held := range map[string]*bridge.Image{"held": &plate, "own": nil} {
						paint := func(w bridge.Window) bridge.Image {
							r := framed("starry-night", cropped(&plate, w), whole.Width(),
								whole.Height(), asHigh(whole.Height()))
							r.Statistics.Held = held
							return c.painted(r)
						}
						want := paint(whole)
						for side := range 4 {
							w := whole
							if w[side] += by; side > 1 {
								w[side] -= 2 * by
							}
							got := paint(w)
							for _, margin := range []int{64, half} {
								key := fmt.Sprintf("dB-%s-%d", what, margin)
								// the same
								all[key] = append(all[key], min(apart(&got, &want, margin), 999))
							}
						}
					}
				}
				for key, v := range all {
					slices.Sort(v)
					b.ReportMetric(v[0], key+"-least")
					b.ReportMetric(math.Round(10*v[len(v)/2])/10, key+"-median")
				}
			}
		})
	}
}
