package pixels

// Geometry is where a plate lies in the picture that the network sees. What the plate
// does not cover is its reflection.
type Geometry struct {
	PlateWidth, PlateHeight int
	Width, Height           int // of the network's picture
	Left, Top               int // of the plate in it
}

// NewGeometry fits a plate into a picture whose sides are multiples of a number and not
// under a minimum. The plate lies in the upper left, so that it meets the network's grid
// as it did in other sizes; a plate smaller than the minimum lies in the middle, so that
// no side of it has the whole padding.
func NewGeometry(width, height, multipleOf, minimum int) Geometry {
	g := Geometry{PlateWidth: width, PlateHeight: height}
	g.Width, g.Left = fit(width, multipleOf, minimum)
	g.Height, g.Top = fit(height, multipleOf, minimum)
	return g
}

func fit(size, multipleOf, minimum int) (padded, before int) {
	padded = max(size, minimum)
	padded = (padded + multipleOf - 1) / multipleOf * multipleOf
	if size < minimum {
		before = (padded - size) / 2
	}
	return padded, before
}

// Plane is the number of values in one plane of the picture.
func (g *Geometry) Plane() int { return g.Width * g.Height }

// row is row y of the plate's part of a plane.
func (g *Geometry) row(plane []float32, y int) []float32 {
	start := (g.Top+y)*g.Width + g.Left
	return plane[start : start+g.PlateWidth]
}

// pad reflects the plate's part of a plane into the rest of it.
func (g *Geometry) pad(plane []float32) {
	row := func(y int) []float32 { return plane[y*g.Width : (y+1)*g.Width] }
	for y := range g.PlateHeight {
		padRow(row(g.Top+y), g.Left, g.PlateWidth)
	}
	for y := range g.Height {
		if from := g.Top + reflect(y-g.Top, g.PlateHeight); from != y {
			copy(row(y), row(from))
		}
	}
}

// reflect folds a coordinate into 0 to n-1 at the first and last pixel, which are not
// repeated, as often as it takes.
func reflect(i, n int) int {
	if n == 1 {
		return 0
	}
	period := 2 * (n - 1)
	i %= period
	if i < 0 {
		i += period
	}
	return min(i, period-i)
}
