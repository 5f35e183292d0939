package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"impasto.net/plugin/network"
	"impasto.net/plugin/onnx"
	"impasto.net/plugin/onnxtest"
)

const side = 16

// classifier is a file with random weights under the classifier's names.
func classifier(random *rand.Rand) (*onnx.Model, error) {
	g := new(onnx.Graph)
	g.Input(onnx.Port{Name: "image", Type: onnx.TypeFloat, Shape: []int64{1, 3, side, side}})
	g.Node("Identity", []string{"image"}, []string{"same"}, nil)
	g.Output(onnx.Port{Name: "same", Type: onnx.TypeFloat, Shape: []int64{1, 3, side, side}})
	from := int64(3)
	for block, convolutions := range blocks {
		to := int64(64 << block)
		for i := range convolutions {
			name := fmt.Sprintf("functional_1/block%d_conv%d_1/", block+1, i+1)
			g.Floats(name+"convolution/ReadVariableOp:0", []int64{to, from, 3, 3}, noise(random, to*from*9, math.Sqrt(2/float64(9*from))))
			g.Floats(name+"Squeeze:0", []int64{to}, noise(random, to, 0.1))
			from = to
		}
	}
	return onnx.Read(g.Bytes())
}

func noise(random *rand.Rand, n int64, deviation float64) []float32 {
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(random.NormFloat64() * deviation)
	}
	return values
}

// The graph computes what the paper's table 1, configuration D, says, up to its tenth layer.
func TestEncoderIsVGG16(t *testing.T) {
	if err := network.Start(onnxtest.Library(t)); err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	m, err := classifier(random)
	if err != nil {
		t.Fatal(err)
	}
	g, err := encoder(m.Constants)
	if err != nil {
		t.Fatal(err)
	}
	session, err := network.Load(g.Bytes(), []network.Port{{Name: "image"}}, []network.Port{{Name: "relu4_3"}}, network.Device{}, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	picture := noise(random, 3*side*side, 1)
	got := network.Tensor{Shape: []int64{1, 512, side / 8, side / 8}, Values: make([]float32, 512*side*side/64)}
	if err := session.Run(t.Context(), []network.Tensor{network.NewPicture(picture, side, side)}, []network.Tensor{got}); err != nil {
		t.Fatal(err)
	}

	seen, size := picture, side
	for block, convolutions := range blocks {
		if block > 0 {
			seen, size = pooled(seen, size), size/2
		}
		for i := range convolutions {
			name := fmt.Sprintf("functional_1/block%d_conv%d_1/", block+1, i+1)
			weight, bias := m.Constants[name+"convolution/ReadVariableOp:0"], m.Constants[name+"Squeeze:0"]
			w, err := weight.Floats()
			if err != nil {
				t.Fatal(err)
			}
			b, err := bias.Floats()
			if err != nil {
				t.Fatal(err)
			}
			seen = activated(seen, size, w, b)
		}
	}
	for i, want := range seen {
		if d := math.Abs(float64(got.Values[i] - want)); !(d <= 1e-4*(1+math.Abs(float64(want)))) {
			t.Fatalf("value %d is %v, want %v", i, got.Values[i], want)
		}
	}
}

// activated is a 3 × 3 convolution with zeros around the picture, and what is above 0 of it.
func activated(x []float32, size int, weight, bias []float32) []float32 {
	plane, channels := size*size, len(x)/(size*size)
	y := make([]float32, 0, len(bias)*plane)
	for o := range bias {
		for at := range plane {
			sum := float64(bias[o])
			for c := range channels {
				for k := range 9 {
					row, column := at/size+k/3-1, at%size+k%3-1
					if row >= 0 && row < size && column >= 0 && column < size {
						sum += float64(weight[(o*channels+c)*9+k]) * float64(x[c*plane+row*size+column])
					}
				}
			}
			y = append(y, float32(max(sum, 0)))
		}
	}
	return y
}

// pooled has the greatest of every four.
func pooled(x []float32, size int) []float32 {
	y := make([]float32, 0, len(x)/4)
	for c := range len(x) / (size * size) {
		for at := range size * size / 4 {
			from := c*size*size + 2*(at/(size/2))*size + 2*(at%(size/2))
			y = append(y, max(x[from], x[from+1], x[from+size], x[from+size+1]))
		}
	}
	return y
}

func TestAnotherFileIsRefused(t *testing.T) {
	if _, err := encoder(nil); err == nil {
		t.Error("a classifier without weights made an encoder")
	}
}
