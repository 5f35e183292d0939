package pixels

import (
	"math"
	"testing"
)

func TestScale(t *testing.T) {
	// A slope stays one in every size; the spline's ends are flatter, so they are left out.
	for _, c := range []struct{ w, h, toW, toH int }{{40, 30, 40, 30}, {40, 30, 97, 61}, {200, 160, 31, 47}, {1, 1, 5, 3}, {5, 3, 1, 1}} {
		from, to := make([]float32, c.w*c.h), make([]float32, c.toW*c.toH)
		of := func(x, y float64, w, h int) float64 { return (x+0.5)/float64(w) - 2*(y+0.5)/float64(h) }
		for i := range from {
			from[i] = float32(of(float64(i%c.w), float64(i/c.w), c.w, c.h))
		}
		Scale(2, from, c.w, c.h, to, c.toW, c.toH)
		for i := range to {
			x, y := i%c.toW, i/c.toW
			edgeX, edgeY := 2+3*c.toW/c.w, 2+3*c.toH/c.h
			if x < edgeX || y < edgeY || x >= c.toW-edgeX || y >= c.toH-edgeY {
				if to[i] < -2.1 || to[i] > 1.1 {
					t.Fatalf("%+v: %d, %d is %g", c, x, y, to[i])
				}
				continue
			}
			if want := of(float64(x), float64(y), c.toW, c.toH); math.Abs(float64(to[i])-want) > 1e-3 {
				t.Fatalf("%+v: %d, %d is %g, want %g", c, x, y, to[i], want)
			}
		}
	}
	// At the same size nothing changes.
	from, to := []float32{3, -1, 4, 1, 5, 9}, make([]float32, 6)
	Scale(1, from, 3, 2, to, 3, 2)
	for i := range from {
		if from[i] != to[i] {
			t.Errorf("value %d is %g, want %g", i, to[i], from[i])
		}
	}
}

func TestContentTellsImagesApart(t *testing.T) {
	make4 := func(values ...float32) Image {
		return Image{Window: [4]int{0, 0, 2, 1}, channels: 4, stride: 8, values: values}
	}
	a := make4(1, 2, 3, 4, 5, 6, 7, 8)
	b := make4(1, 2, 3, 4, 5, 6, 7, 9)
	moved := make4(1, 2, 3, 4, 5, 6, 7, 8)
	moved.Window = [4]int{5, 5, 7, 6}
	tall := Image{Window: [4]int{0, 0, 1, 2}, channels: 4, stride: 4, values: a.values}
	if a.Content() == b.Content() || a.Content() == tall.Content() {
		t.Error("images that differ have one key")
	}
	if a.Content() != moved.Content() {
		t.Error("the same picture in another place has another key")
	}
}
