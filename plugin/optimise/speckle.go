package optimise

import (
	"math/rand/v2"

	"impasto.net/plugin/network"
	"impasto.net/plugin/pixels"
)

// grain is how far the start is from the plate, at the most: in an even area all
// gradients are alike, and something has to tell one pixel from the next.
const grain = 2. / 255

// speckle gives a picture its grain, which lies still in the frame: that of the whole frame with
// its margin, over and over again beyond it.
func (d *descending) speckle(picture network.Tensor, place pixels.Geometry) {
	width, height := int(place.Across.Of)+2*margin, int(place.Down.Of)+2*margin
	left, top := int(place.Across.At)-place.Left+margin, int(place.Down.At)-place.Top+margin
	random := rand.New(rand.NewPCG(d.Seed, 0))
	row := make([]float32, width)
	for c := range 3 {
		for y := range height {
			for x := range row {
				row[x] = grain * (2*random.Float32() - 1)
			}
			for at := fold(y-top, height); at < place.Height; at += height {
				for x, v := range picture.Values[(c*place.Height+at)*place.Width:][:place.Width] {
					picture.Values[(c*place.Height+at)*place.Width+x] = v + row[fold(x+left, width)]
				}
			}
		}
	}
}

// fold is a coordinate from 0 to n - 1, where all begins anew after n.
func fold(i, n int) int { return (i%n + n) % n }
