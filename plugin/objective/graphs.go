package objective

import (
	"fmt"

	"impasto.net/plugin/network"
	"impasto.net/plugin/onnx"
)

// graph is one of the two that are made of an encoder, with its ports in the order in
// which a session has them.
type graph struct {
	file            []byte
	inputs, outputs []network.Port
}

// ports is a tape whose inputs and outputs are noted.
type ports struct {
	*tape
	graph
}

func (p *ports) input(name string, shape ...int64) string {
	p.Input(onnx.Port{Name: name, Type: onnx.TypeFloat, Shape: shape})
	p.inputs = append(p.inputs, network.Port{Name: name})
	return name
}

func (p *ports) output(name, tensor string, shape ...int64) {
	p.Node("Identity", []string{tensor}, []string{name}, nil)
	p.Output(onnx.Port{Name: name, Type: onnx.TypeFloat, Shape: shape})
	p.outputs = append(p.outputs, network.Port{Name: name})
}

// picture is the input that everything is made of: RGB, 0 to 1.
func (p *ports) picture() string {
	name := p.input("picture", 1, 3, onnx.Any, onnx.Any)
	p.channels[name] = 3
	return name
}

// targets is the graph that gives what a painting and a plate are held to: the Gram
// matrices of the style layers, and then the content layer's features.
func (e *encoder) targets() (*graph, error) {
	p := &ports{tape: newTape()}
	layers, err := e.see(p.tape, p.picture())
	if err != nil {
		return nil, err
	}
	for i, layer := range e.Style {
		x := layers[layer]
		_, gram, _ := p.gram(x)
		p.output(fmt.Sprint("gram", i), gram, p.channels[x], p.channels[x])
	}
	x := layers[e.Content]
	p.output("content", x, 1, p.channels[x], onnx.Any, onnx.Any)
	p.file = p.Bytes()
	return &p.graph, nil
}

// objective is the graph that compares a picture with targets. It takes the picture, for
// every style layer a Gram matrix and a weight, the content layer's features and their
// weight, and the weight of the variation. It gives the three parts of the loss, style,
// content and variation, and the gradient of their sum.
func (e *encoder) objective() (*graph, error) {
	p := &ports{tape: newTape()}
	picture := p.picture()
	layers, err := e.see(p.tape, picture)
	if err != nil {
		return nil, err
	}
	style := ""
	for i, layer := range e.Style {
		x := layers[layer]
		target, weight := p.input(fmt.Sprint("gram", i), p.channels[x], p.channels[x]), p.input(fmt.Sprint("weight", i), 1)
		if part := p.styleLoss(x, target, weight); style == "" {
			style = part
		} else {
			style = p.node("Add", nil, style, part)
		}
	}
	x := layers[e.Content]
	content := p.contentLoss(x, p.input("content", 1, p.channels[x], onnx.Any, onnx.Any), p.input("content_weight", 1))
	variation := p.variation(picture, p.input("variation_weight", 1))
	p.backward()
	p.output("style_loss", style, 1)
	p.output("content_loss", content, 1)
	p.output("variation_loss", variation, 1)
	p.output("gradient", p.arrived[picture], 1, 3, onnx.Any, onnx.Any)
	p.file = p.Bytes()
	return &p.graph, nil
}

// gram says which features of a layer occur together, wherever that is: G = F Fᵀ / n, for
// n places. It gives F and n, too.
func (t *tape) gram(x string) (features, gram, places string) {
	channels := t.channels[x]
	features = t.node("Reshape", nil, x, t.integers(channels, -1))
	size := t.node("Cast", onnx.Attributes{"to": int64(onnx.TypeFloat)}, t.node("Size", nil, x))
	places = t.node("Div", nil, size, t.number(float32(channels)))
	product := t.node("Gemm", onnx.Attributes{"transB": int64(1)}, features, features)
	return features, t.node("Div", nil, product, places), places
}

// styleLoss is weight · Σ (G - target)². Its gradient, 4 · weight / n · (G - target) F,
// takes the target to be symmetric, as Gram matrices are.
func (t *tape) styleLoss(x, target, weight string) (loss string) {
	features, gram, places := t.gram(x)
	loss, difference := t.distance(gram, target, weight)
	factor := t.node("Div", nil, t.node("Mul", nil, weight, t.number(4)), places)
	gradient := t.node("MatMul", nil, t.node("Mul", nil, difference, factor), features)
	t.send(x, t.node("Reshape", nil, gradient, t.node("Shape", nil, x)))
	return loss
}

// contentLoss is weight · Σ (F - target)².
func (t *tape) contentLoss(x, target, weight string) (loss string) {
	loss, difference := t.distance(x, target, weight)
	t.send(x, t.node("Mul", nil, difference, t.node("Mul", nil, weight, t.number(2))))
	return loss
}

func (t *tape) distance(x, target, weight string) (loss, difference string) {
	difference = t.node("Sub", nil, x, target)
	return t.node("Mul", nil, weight, t.node("ReduceSumSquare", onnx.Attributes{"keepdims": int64(0)}, difference)), difference
}

// variation is weight · Σ (p - q)² over all pixels p and their neighbours q to the right
// and below (Mahendran and Vedaldi 2015): what pixel-sized noise has most of. That is x
// times its Laplacian, which is half of the gradient.
func (t *tape) variation(x, weight string) (loss string) {
	one := []float32{0, -1, 0, -1, 4, -1, 0, -1, 0}
	weights := t.floats([]int64{3, 1, 3, 3}, append(append(one, one...), one...)...)
	padded := t.node("Pad", onnx.Attributes{"mode": "edge"}, x, t.integers(0, 0, 1, 1, 0, 0, 1, 1))
	laplacian := t.node("Conv", onnx.Attributes{"group": int64(3)}, padded, weights)
	t.send(x, t.node("Mul", nil, laplacian, t.node("Mul", nil, weight, t.number(2))))
	sum := t.node("ReduceSum", onnx.Attributes{"keepdims": int64(0)}, t.node("Mul", nil, x, laplacian))
	return t.node("Mul", nil, weight, sum)
}
