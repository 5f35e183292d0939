package pixels

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"impasto.net/bridge"
)

// What is known stays as it is, and what is filled in lies between the least and the most of
// it; of any size, and with whatever is known.
func TestFill(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, size := range [][2]int{{1, 1}, {1, 7}, {9, 1}, {2, 2}, {64, 64}, {67, 41}} {
		for _, part := range []float64{0, 0.01, 0.5, 1} {
			p := planes{width: size[0], height: size[1]}
			n := size[0] * size[1]
			var was [3][]float32
			for c := range p.plane {
				p.plane[c], was[c] = make([]float32, n), make([]float32, n)
			}
			least, most := float32(math.Inf(1)), float32(math.Inf(-1))
			for i := range n {
				known := random.Float64() < part
				for c := range p.plane {
					v := unknown
					if known {
						v = 5 + random.Float32()
						least, most = min(least, v), max(most, v)
					}
					p.plane[c][i], was[c][i] = v, v
				}
			}
			if math.IsInf(float64(least), 1) {
				least, most = -1, -1 // black, here
			}
			p.fill(2, -1)
			for c := range p.plane {
				for i, v := range p.plane[c] {
					if w := was[c][i]; !isUnknown(w) && v != w {
						t.Fatalf("%v: %g became %g", size, w, v)
					}
					if !(v >= least-1e-5 && v <= most+1e-5) {
						t.Fatalf("%v, %g known: filled with %g, outside of %g to %g", size, part, v,
							least, most)
					}
				}
			}
		}
	}
}

// A matte of one colour is seen as a picture of that colour, whatever its edge: nothing tells
// the network where it ends.
func TestMattesHaveNoEdge(t *testing.T) {
	plate := newImage(bridge.Window{0, 0, 50, 40}, 4)
	for y := range 40 {
		for x := range 50 {
			alpha := min(max(float32(12-math.Hypot(float64(x)-25, float64(y)-20))/4, 0), 1)
			copy(plate.row(y, x, x+1), []float32{0.5 * alpha, 0.25 * alpha, 0.125 * alpha, alpha})
		}
	}
	for _, r := range []Reader{
		{Space: light, Encoders: NewEncoders(0, 1), Premultiplied: true},
		{Space: light, Encoders: NewEncoders(0, 1), Premultiplied: true, Exposure: 0.001},
	} {
		g := NewGeometry(50, 40, 8, 64)
		picture := make([]float32, 3*g.Plane())
		if seen, err := r.Read(context.Background(), 2, &plate, &g, picture); err != nil ||
			seen.Strange != 0 || seen.Opaque {
			t.Fatal(seen, err)
		}
		for c, v := range []float64{0.5, 0.25, 0.125} {
			for i, got := range picture[c*g.Plane() : (c+1)*g.Plane()] {
				if want := encode(v * math.Exp2(r.Exposure)); math.Abs(float64(got)-want) > 1e-5 {
					t.Fatalf("channel %d, pixel %d: %g, want %g", c, i, got, want)
				}
			}
		}
	}
}
