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

// shares are inputs, for every style layer how much its places count: planes of their own
// size or of one value.
func (p *ports) shares(layers []string) []string {
	all := make([]string, len(layers))
	for i := range all {
		all[i] = p.input(fmt.Sprint("share", i), 1, 1, onnx.Any, onnx.Any)
	}
	return all
}

// targets is the graph that gives what a painting and a plate are held to, or their part of
// that in a tile: the Gram matrices of the style layers, and then the content layer's
// features. It takes a picture and the shares.
func (e *encoder) targets() (*graph, error) {
	p := &ports{tape: newTape(e.gpu)}
	layers, err := e.see(p.tape, p.picture())
	if err != nil {
		return nil, err
	}
	shares := p.shares(e.Style)
	for i, layer := range e.Style {
		x := layers[layer]
		_, _, gram := p.gram(x, shares[i])
		p.output(fmt.Sprint("gram", i), gram, p.channels[x], p.channels[x])
	}
	x := layers[e.Content]
	p.output("content", x, 1, p.channels[x], onnx.Any, onnx.Any)
	p.file = p.Bytes()
	return &p.graph, nil
}

// whole is the graph that compares a picture with targets. It takes the picture and the
// shares, for every style layer a Gram matrix and a weight, and the content layer's features
// and the weights of their places. It gives the parts of the loss, style and content, and
// the gradient of their sum.
func (e *encoder) whole() (*graph, error) {
	return e.objective(func(p *ports, layers, shares []string) {
		style := ""
		for i, x := range layers {
			target, weight := p.input(fmt.Sprint("gram", i), p.channels[x],
				p.channels[x]), p.input(fmt.Sprint("weight", i), 1)
			if part := p.styleLoss(x, shares[i], target, weight); style == "" {
				style = part
			} else {
				style = p.node("Add", nil, style, part)
			}
		}
		p.output("style_loss", style, 1)
	})
}

// part is the graph for one tile. In place of the Gram matrices and their weights it takes
// what is to be done about them in the whole: 4 · weight · (G - target). It gives the loss
// of the content alone, and the gradient of both.
func (e *encoder) part() (*graph, error) {
	return e.objective(func(p *ports, layers, shares []string) {
		for i, x := range layers {
			_, counted := p.counted(x, shares[i])
			p.pull(x, p.input(fmt.Sprint("pull", i), p.channels[x], p.channels[x]), counted)
		}
	})
}

// objective is what whole and part have in common.
func (e *encoder) objective(style func(p *ports, layers, shares []string)) (*graph, error) {
	p := &ports{tape: newTape(e.gpu)}
	picture := p.picture()
	seen, err := e.see(p.tape, picture)
	if err != nil {
		return nil, err
	}
	var layers []string
	for _, layer := range e.Style {
		layers = append(layers, seen[layer])
	}
	style(p, layers, p.shares(e.Style))
	x := seen[e.Content]
	content := p.contentLoss(x, p.input("content", 1, p.channels[x], onnx.Any, onnx.Any),
		p.input("content_weight", 1, 1, onnx.Any, onnx.Any))
	p.backward()
	p.output("content_loss", content, 1, 1, 1, 1)
	p.output("gradient", p.arrived[picture], 1, 3, onnx.Any, onnx.Any)
	p.file = p.Bytes()
	return &p.graph, nil
}

// counted are a layer's features, and those times the shares of their places, both with a
// row for each channel.
func (t *tape) counted(x, share string) (features, counted string) {
	rows := t.integers(t.channels[x], -1)
	return t.node("Reshape", nil, x, rows),
		t.node("Reshape", nil, t.node("Mul", nil, x, share), rows)
}

// gram says which features of a layer occur together, wherever that is: G = Σ s f fᵀ, for
// the features f and the share s of every place.
func (t *tape) gram(x, share string) (features, counted, gram string) {
	features, counted = t.counted(x, share)
	return features, counted, t.node("Gemm", onnx.Attributes{"transB": int64(1)}, counted, features)
}

// styleLoss is weight · Σ (G - target)². Its gradient, 4 · weight · (G - target) s f, takes
// the target to be symmetric, as Gram matrices are.
func (t *tape) styleLoss(x, share, target, weight string) (loss string) {
	_, counted, gram := t.gram(x, share)
	difference := t.node("Sub", nil, gram, target)
	t.pull(x, t.node("Mul", nil, difference, t.node("Mul", nil, weight, t.number(4))), counted)
	return t.node("Mul", nil, weight,
		t.node("ReduceSumSquare", onnx.Attributes{"keepdims": int64(0)}, difference))
}

// pull sends a layer the gradient of what its Gram matrix does.
func (t *tape) pull(x, by, counted string) {
	t.send(x, t.node("Reshape", nil, t.node("MatMul", nil, by, counted), t.node("Shape", nil, x)))
}

// contentLoss is Σ weight · (f - target)², with a weight for every place.
func (t *tape) contentLoss(x, target, weight string) (loss string) {
	difference := t.node("Sub", nil, x, target)
	weighed := t.node("Mul", nil, difference, weight)
	t.send(x, t.node("Mul", nil, weighed, t.number(2)))
	return t.node("ReduceSum", nil, t.node("Mul", nil, weighed, difference))
}
