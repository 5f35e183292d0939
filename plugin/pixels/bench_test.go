package pixels

import (
	"context"
	"math"
	"runtime"
	"testing"

	"impasto.net/bridge"
	"impasto.net/plugin/colour"
)

// The benchmarks are a 1080p frame on all processors.
var hd = bridge.Window{0, 0, 1920, 1080}

func hdPlate() Image {
	im := newImage(hd, 4)
	for i := range im.values {
		// A smooth picture with highlights, as plates are: noise would measure the branch
		// predictor.
		im.values[i] = float32(0.6 +
			0.6*math.Sin(float64(i%7680)/900)*math.Sin(float64(i/7680)/130))
	}
	for y := range 1080 {
		row := im.row(y, 0, 1920)
		for x := 3; x < len(row); x += 4 {
			row[x] = 1
		}
	}
	return im
}

func BenchmarkRead(b *testing.B) {
	plate := hdPlate()
	g := NewGeometry(1920, 1080, 4, 16)
	picture := make([]float32, 3*g.Plane())
	r := Reader{Space: light, Encoders: NewEncoders(0, 1), Premultiplied: true}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Read(context.Background(), runtime.GOMAXPROCS(0), &plate, &g,
			picture); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNoise(b *testing.B) {
	g := NewGeometry(1920, 1080, 8, 24)
	picture := make([]float32, 3*g.Plane())
	for b.Loop() {
		AddNoise(runtime.GOMAXPROCS(0), picture, &g, 0.08, []int{12, 48})
	}
}

func BenchmarkWrite(b *testing.B) {
	plate := hdPlate()
	mask := newImage(hd, 1)
	for i := range mask.values {
		mask.values[i] = min(max(float32(i%1920)/640-1, 0), 1)
	}
	g := NewGeometry(1920, 1080, 4, 16)
	picture := make([]float32, 3*g.Plane())
	for i := range picture {
		picture[i] = float32(0.5 + 0.55*math.Sin(float64(i%1920)/500)*math.Sin(float64(i/1920)/130))
	}
	output := newImage(hd, 4)
	w := Writer{Space: light, Decoders: NewDecoders(0, 1), Premultiplied: true, Mix: 1}
	for _, c := range []struct {
		name string
		mask *Image
	}{{"plain", nil}, {"mask", &mask}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := w.Write(context.Background(), runtime.GOMAXPROCS(0), &plate, c.mask,
					&output, &g, picture); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkFinite(b *testing.B) {
	picture := make([]float32, 3*1920*1080)
	for b.Loop() {
		if !Finite(runtime.GOMAXPROCS(0), picture) {
			b.Fatal("zeros are no numbers")
		}
	}
}

// What a plate of another space costs, of one with primaries and of one with a curve too.
func BenchmarkSpace(b *testing.B) {
	plate := hdPlate()
	g := NewGeometry(1920, 1080, 4, 16)
	picture := make([]float32, 3*g.Plane())
	output := newImage(hd, 4)
	for _, name := range []string{bridge.SpaceACEScg, bridge.SpaceLogC4} {
		s := colour.Named(name)
		r := Reader{Space: s, Encoders: NewEncoders(0, 1), Premultiplied: true}
		b.Run("read/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.Read(context.Background(), runtime.GOMAXPROCS(0), &plate, &g,
					picture); err != nil {
					b.Fatal(err)
				}
			}
		})
		w := Writer{Space: s, Inverse: r.Encoders, Decoders: NewDecoders(0, 1), Premultiplied: true,
			Mix: 1}
		b.Run("write/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := w.Write(context.Background(), runtime.GOMAXPROCS(0), &plate, nil, &output,
					&g, picture); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// What a proxy costs of half the size: to the full one, and back.
func BenchmarkResample(b *testing.B) {
	full, half := NewGeometry(1920, 1080, 8, 24), NewGeometry(960, 540, 1, 1)
	large, small := make([]float32, 3*full.Plane()), make([]float32, 3*half.Plane())
	b.Run("up", func(b *testing.B) {
		for b.Loop() {
			Resample(runtime.GOMAXPROCS(0), small, &half, large, &full)
		}
	})
	b.Run("down", func(b *testing.B) {
		for b.Loop() {
			Resample(runtime.GOMAXPROCS(0), large, &full, small, &half)
		}
	})
	b.Run("edges", func(b *testing.B) { // of a frame that was painted at half its size
		plate, work := NewGeometry(1920, 1080, 1, 1), NewGeometry(960, 540, 8, 24)
		picture, painted := make([]float32, 3*plate.Plane()), make([]float32, 3*work.Plane())
		room := make([]float32, EdgesRoom(&plate, &work))
		for b.Loop() {
			KeepEdges(runtime.GOMAXPROCS(0), 0, 1, picture, &plate, painted, &work, picture, room)
		}
	})
}
