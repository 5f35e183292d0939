package pixels

import (
	"math"
	"math/rand/v2"
	"testing"

	"impasto.net/bridge"
)

// matted is an image with an alpha of its own at every pixel, from the upper left.
func matted(width, height int, alpha func(x, y int) float32) Image {
	im := newImage(bridge.Window{-3, 5, width - 3, height + 5}, 4)
	for y := range height {
		for x, p := range im.fromTop(y) {
			p[3] = alpha(x, y)
			im.fromTop(y)[x] = p
		}
	}
	return im
}

func TestSolidIsWhatAnObjectFills(t *testing.T) {
	const width, height = 60, 40
	all := Part{0, 0, width, height}
	box := func(x1, y1, x2, y2 int) func(x, y int) float32 {
		return func(x, y int) float32 {
			if x >= x1 && x < x2 && y >= y1 && y < y2 {
				return 1
			}
			return 0
		}
	}
	for _, c := range []struct {
		name  string
		alpha func(x, y int) float32
		in    Part
		want  Part
	}{
		{"everything", box(0, 0, width, height), all, all},
		{"a part of everything", box(0, 0, width, height), Part{10, 3, 47, 40},
			Part{10, 3, 47, 40}},
		{"half of a glass", func(x, y int) float32 { return 0.5 }, all, all},
		{"nothing", box(0, 0, 0, 0), all, all},
		{"a box", box(7, 11, 30, 25), all, Part{7, 11, 30, 25}},
		{"a pixel", box(7, 11, 8, 12), all, Part{7, 11, 8, 12}},
		{"a box of which a part is seen", box(7, 11, 30, 25), Part{0, 0, 20, 40},
			Part{7, 11, 20, 25}},
		{"what is no number", func(x, y int) float32 {
			if x == 3 {
				return float32(math.NaN())
			}
			return box(7, 11, 30, 25)(x, y) * 2
		}, all, Part{7, 11, 30, 25}},
	} {
		im := matted(width, height, c.alpha)
		got := im.Solid(3, c.in)
		for i, v := range []float64{got.Left - c.want.Left, got.Top - c.want.Top,
			got.Right - c.want.Right, got.Bottom - c.want.Bottom} {
			if !(math.Abs(v) < 1e-6) {
				t.Errorf("%s: side %d of %v, want %v", c.name, i, got, c.want)
			}
		}
	}
}

// Where every cell has something solid, it is the mean by alpha; in float64 from the areas.
func TestAverageSolidIsWeightedByAlpha(t *testing.T) {
	const width, height, size = 50, 37, 8
	random := rand.New(rand.NewPCG(5, 6))
	opaque := matted(width, height, func(x, y int) float32 { return 1 })
	soft := matted(width, height, func(x, y int) float32 { return random.Float32() })
	g := NewGeometry(width, height, 8, 24)
	picture := noise(&g)
	part := Part{2.25, 3, 41.5, 33.75}
	for _, c := range []struct {
		name string
		im   *Image
	}{{"opaque", &opaque}, {"soft", &soft}} {
		small := make([]float32, 3*size*size)
		AverageSolid(2, picture, &g, c.im, part, small, size)
		plain := make([]float32, 3*size*size)
		Average(2, picture, &g, part, plain, size)
		w, h := (part.Right-part.Left)/size, (part.Bottom-part.Top)/size
		alpha := func(x, y int) float64 { return float64(c.im.fromTop(y)[x][3]) }
		mean := func(plane, cell int) (product, solid float64) {
			at := func(x, y int) float64 {
				return alpha(x, y) *
					float64(g.row(picture[plane*g.Plane():], y)[x])
			}
			left, top := part.Left+float64(cell%size)*w, part.Top+float64(cell/size)*h
			return area(at, width, height, left, top, left+w, top+h),
				area(alpha, width, height, left, top, left+w, top+h)
		}
		for i, got := range small {
			product, solid := mean(i/(size*size), i%(size*size))
			if want := product / solid; !(math.Abs(float64(got)-want) < 1e-6) {
				t.Fatalf("%s: value %d is %g, want %g", c.name, i, got, want)
			}
			if c.im == &opaque && math.Abs(float64(got-plain[i])) > 1e-6 {
				t.Fatalf("%s: value %d is %g, as an average %g", c.name, i, got, plain[i])
			}
		}
	}
}

// An object that moves over nothing has the same small picture wherever it is, and it has
// no colour that the object has not.
func TestAverageSolidFollowsAnObject(t *testing.T) {
	const width, height, size = 64, 48, 16
	small := func(left, top int) []float32 {
		im := matted(width, height, func(x, y int) float32 {
			dx, dy := float64(x-left-8), float64(y-top-8)
			return float32(min(max(8.5-math.Hypot(dx, dy), 0), 1))
		})
		g := NewGeometry(width, height, 1, 1)
		picture := make([]float32, 3*g.Plane())
		for i := range picture {
			x, y := i%width-left, i/width%height-top
			picture[i] = 0.6 + 0.2*float32(math.Sin(float64(x)/3)*math.Cos(float64(y)/2))
			if im.fromTop(i / width % height)[i%width][3] == 0 {
				picture[i] = 0
			}
		}
		s := make([]float32, 3*size*size)
		AverageSolid(2, picture, &g, &im, im.Solid(2, g.Whole()), s, size)
		return s
	}
	a, b := small(3, 5), small(40, 22)
	for i := range a {
		if math.Abs(float64(a[i]-b[i])) > 1e-4 {
			t.Fatalf("value %d is %g, and %g somewhere else", i, a[i], b[i])
		}
		if a[i] < 0.4 || a[i] > 0.8 {
			t.Fatalf("value %d is %g, which the object has nowhere", i, a[i])
		}
	}
}
