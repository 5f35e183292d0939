package pixels

import "math"

// Side is a plate along one side of its frame: across, from the left, or down, from the top.
// What depends on where a pixel lies counts from the frame's corner. So a plate of which the host
// gives more or less, as a bounding box that moves, is painted alike in what there is of it.
type Side struct {
	Count  int     // pixels of the plate
	At, Of float64 // where it begins in the frame, and how long the frame is, in those pixels
}

// Alone is a plate that is all of its frame.
func Alone(count int) Side { return Side{count, 0, float64(count)} }

// Scaled is the plate in a frame of another length: the pixels whose centres lie on it, and one
// at the least. Where the plate is not all of the frame its ends lie between pixels.
func (s Side) Scaled(of int) Side {
	const slack = 1e-6 // what the host's arithmetic may have done to a centre at the very end
	by := float64(of) / s.Of
	first := math.Ceil(s.At*by - 0.5 - slack)
	end := math.Ceil((s.At+float64(s.Count))*by - 0.5 - slack)
	if end <= first {
		first = math.Floor((s.At + float64(s.Count)/2) * by)
		end = first + 1
	}
	return Side{int(end - first), first + 0, float64(of)} // never -0, which is another key
}

// Covers says whether the plate is where the centre of a pixel of another one in the frame is.
func (s Side) Covers(pixel int, of Side) bool {
	at := (of.At+float64(pixel)+0.5)*s.Of/of.Of - s.At
	return at >= 0 && at <= float64(s.Count)
}

// Geometry is where a plate lies in the picture that the network sees, and in its frame. What
// the plate does not cover of the picture is its reflection.
type Geometry struct {
	Across, Down  Side
	Width, Height int // of the network's picture
	Left, Top     int // of the plate in it
}

// NewGeometry is Fitted for a plate that is all of its frame.
func NewGeometry(width, height, multipleOf, minimum int) Geometry {
	return Fitted(Alone(width), Alone(height), multipleOf, minimum)
}

// Fitted fits a plate into a picture whose sides are multiples of a number and not under a
// minimum. The picture begins at a multiple of the number in the frame, so that the plate
// meets the network's grid there as it does in other sizes, and as the whole frame does; a
// plate smaller than the minimum lies in the middle as nearly as that allows, so that no side of
// it has all of the padding.
func Fitted(across, down Side, multipleOf, minimum int) Geometry {
	g := Geometry{Across: across, Down: down}
	g.Width, g.Left = fit(across, multipleOf, minimum)
	g.Height, g.Top = fit(down, multipleOf, minimum)
	return g
}

func fit(s Side, multipleOf, minimum int) (padded, before int) {
	up := func(n int) int { return (n + multipleOf - 1) / multipleOf * multipleOf }
	before = int(math.Mod(s.At, float64(multipleOf)))
	if before < 0 {
		before += multipleOf
	}
	if middle := (up(minimum) - s.Count) / 2; middle > before {
		before += (middle - before) / multipleOf * multipleOf
	}
	return up(max(before+s.Count, minimum)), before
}

// Plane is the number of values in one plane of the picture.
func (g *Geometry) Plane() int { return g.Width * g.Height }

// row is row y of the plate's part of a plane.
func (g *Geometry) row(plane []float32, y int) []float32 {
	start := (g.Top+y)*g.Width + g.Left
	return plane[start : start+g.Across.Count]
}

// pad reflects the plate's part of a plane into the rest of it.
func (g *Geometry) pad(plane []float32) {
	row := func(y int) []float32 { return plane[y*g.Width : (y+1)*g.Width] }
	for y := range g.Down.Count {
		padRow(row(g.Top+y), g.Left, g.Across.Count)
	}
	for y := range g.Height {
		if from := g.Top + reflect(y-g.Top, g.Down.Count); from != y {
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
