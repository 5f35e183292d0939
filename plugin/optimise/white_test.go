package optimise

import (
	"context"
	"math"
	"testing"

	"impasto.net/plugin/network"
	"impasto.net/plugin/onnxtest"
	"impasto.net/plugin/style"
)

// drawn is a picture of a function of a place, from 0 to 1, and a channel.
func drawn(width, height int, of func(x, y float64, c int) float64) network.Tensor {
	values := make([]float32, 3*width*height)
	for i := range values {
		c, y, x := i/(width*height), i/width%height, i%width
		values[i] = float32(min(max(of(float64(x)/float64(width), float64(y)/float64(height), c),
			0), 1))
	}
	return network.NewPicture(values, width, height)
}

// pure is how many of a picture's pixels are white, as far as eight bits tell.
func pure(t network.Tensor) float64 {
	n, white := len(t.Values)/3, 0
	for i := range n {
		if min(t.Values[i], t.Values[n+i], t.Values[2*n+i]) >= 254.5/255 {
			white++
		}
	}
	return float64(white) / float64(n)
}

// A white wall gets strokes, and no hole: of a plate of which 0.2 % are pure white hardly more is
// after few iterations.
func TestWhiteWallsArePainted(t *testing.T) {
	onnxtest.Start(t)
	encoder, err := style.OpenEncoder("../../models/styles/sight")
	if err != nil {
		t.Fatal(err)
	}
	plate := drawn(128, 96, func(x, y float64, c int) float64 {
		if math.Hypot(x-0.3, y-0.4) < 0.025 {
			return 1 // a lamp
		}
		if x < 0.6 {
			return 0.94 + 0.05*math.Sin(60*y)*math.Sin(9*x)
		}
		return 0.4 + 0.1*math.Sin(70*x+20*y)*math.Sin(60*y)
	})
	if p := pure(plate); p < 0.001 || p > 0.003 {
		t.Fatalf("%.2f %% of the plate are white", 100*p)
	}
	painting := drawn(160, 120, func(x, y float64, c int) float64 {
		return 0.5 + 0.4*math.Sin(40*x+9*math.Sin(12*y)) + 0.1*math.Sin(90*x+70*y)
	})
	job := &Job{
		Settings: Settings{Unrealness: 4, Iterations: 16, Detail: 1, TextureScale: 1,
			TextureCrop: [4]float64{0, 0, 1, 1}, Seed: 1},
		Encoder: encoder, Plate: plate, Painting: painting, Threads: 2,
	}
	done, err := job.Run(context.Background(), func(*Iteration) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	if p := pure(done); p > 0.004 {
		t.Errorf("%.2f %% of the picture are white, of the plate %.2f %%", 100*p, 100*pure(plate))
	}
}
