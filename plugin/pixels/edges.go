package pixels

// EdgesRoom is how many values KeepEdges works on beside the pictures.
func EdgesRoom(plate, small *Geometry) int {
	return 2*plate.Across.Count*plate.Down.Count + 2*small.Across.Count*small.Down.Count
}

const (
	// followRadius is how far around a pixel painting and plate are compared, in pixels of
	// the painting.
	followRadius = 2

	// followNoise is the variance of light that counts for nothing: that of grain of 0.02.
	followNoise = 4e-4
)

// KeepEdges gives a picture that was painted smaller than its plate, and then enlarged, the
// edges of the plate.
//
// Enlarging brings nothing back that lay between the pixels that the network saw. Of the
// plate it is known: it is what the plate has and its smaller picture, enlarged, has not.
// Where the painting follows the plate that is added, as much of it as the painting's
// contrast is of the plate's; where it does not, as in a stroke across an even sky, nothing
// is. How far it follows is the slope of the straight line that takes the plate's light to
// the painting, around each pixel: that of the guided filter (He et al. 2013), which would
// smooth the strokes as well. Grain is too weak to be followed.
//
// The plate is as an encoder for black and white gives it, and lies without padding.
func KeepEdges(workers int, black, white float64, plate []float32, pg *Geometry, painted []float32,
	sg *Geometry, enlarged, room []float32) {
	take := func(g *Geometry) []float32 {
		part := room[:g.Plane()]
		room = room[g.Plane():]
		return part
	}
	small := Fitted(sg.Across, sg.Down, 1, 1)
	rest, wide, light, slope := take(pg), take(pg), take(&small), take(&small)
	lightOf(workers, black, white, plate, rest)
	scale(workers, rest, pg, light, &small, taps(pg.Across, small.Across),
		taps(pg.Down, small.Down))
	across, down := taps(small.Across, pg.Across), taps(small.Down, pg.Down)
	scale(workers, light, &small, wide, pg, across, down)
	pieces(workers, len(rest), func(from, to int) bool {
		rest, less := rest[from:to], wide[from:to]
		for i := range rest {
			rest[i] -= less[i]
		}
		return true
	})
	for c := range 3 {
		follow(workers, light, painted[c*sg.Plane():(c+1)*sg.Plane()], sg, slope, &small)
		scale(workers, slope, &small, wide, pg, across, down)
		plane := enlarged[c*pg.Plane() : (c+1)*pg.Plane()]
		pieces(workers, len(plane), func(from, to int) bool {
			plane, rest, by := plane[from:to], rest[from:to], wide[from:to]
			for i := range plane {
				plane[i] += by[i] * rest[i]
			}
			return true
		})
	}
}

// lightOf is the mean of three planes, from 0 to 1.
func lightOf(workers int, black, white float64, planes, light []float32) {
	n := len(light)
	gain := float32(1 / (3 * (white - black)))
	offset := float32(-black / (white - black))
	pieces(workers, n, func(from, to int) bool {
		for i := from; i < to; i++ {
			light[i] = (planes[i]+planes[n+i]+planes[2*n+i])*gain + offset
		}
		return true
	})
}

// follow gives the slope of the line from light to a painted plane, around each pixel.
func follow(workers int, light, painted []float32, pg *Geometry, slope []float32, g *Geometry) {
	Strips(workers, g.Height, func(_, from, to int) bool {
		// Sums over the rows around a row, of light, painting, light² and light × painting.
		sums := make([][4]float32, g.Width)
		for y := from; y < to; y++ {
			clear(sums)
			first, last := max(y-followRadius, 0), min(y+followRadius, g.Height-1)
			for near := first; near <= last; near++ {
				l, p := g.row(light, near), pg.row(painted, near)
				for x := range sums {
					s := &sums[x]
					s[0], s[1], s[2], s[3] = s[0]+l[x], s[1]+p[x], s[2]+l[x]*l[x], s[3]+l[x]*p[x]
				}
			}
			result := g.row(slope, y)
			for x := range result {
				left, right := max(x-followRadius, 0), min(x+followRadius, g.Width-1)
				var l, p, ll, lp float32
				for _, s := range sums[left : right+1] {
					l, p, ll, lp = l+s[0], p+s[1], ll+s[2], lp+s[3]
				}
				n := 1 / float32((right-left+1)*(last-first+1))
				l, p = l*n, p*n
				result[x] = (lp*n - l*p) / (ll*n - l*l + followNoise)
			}
		}
		return true
	})
}
