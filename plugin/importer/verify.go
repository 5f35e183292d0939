package importer

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"impasto.net/plugin/network"
	"impasto.net/plugin/onnx"
	"impasto.net/plugin/style"
)

// Verify checks the files of a package, and paints the known picture with it, in a process
// of its own. The bank has the network of a style; a network can do without a style.
func (im *Importer) Verify(ctx context.Context, p style.Any, bank style.Bank) (err error) {
	if p.Encoder != nil {
		return im.descend(ctx, p.Encoder)
	}
	n := p.Network
	if p.Style != nil {
		if n, err = bank.Network(p.Style); err != nil {
			return err
		}
	}
	if _, err := n.Load(); err != nil {
		return err
	}
	if n.Norms == nil {
		return im.paint(ctx, n)
	}
	vector := plain(n.Norms.Length)
	if p.Style != nil {
		if vector, err = p.Style.LoadVector(n.Norms.Length); err != nil {
			return err
		}
	}
	return im.paintShared(ctx, n, vector)
}

// plain is the plainest vector of a style: all scales 1, all shifts 0.
func plain(length int) []float32 {
	vector := make([]float32, length)
	for i := range vector[:length/2] {
		vector[i] = 1
	}
	return vector
}

// paint tries a network that a style has to itself.
func (im *Importer) paint(ctx context.Context, p *style.Network) error {
	graph := filepath.Join(p.Folder, p.Graph)
	m, err := read(graph)
	if err != nil {
		return err
	}
	input := func(name string) int {
		return slices.IndexFunc(m.Inputs, func(p onnx.Port) bool { return p.Name == name })
	}
	s := &specimen{roles: roles{content: input(p.Input.Name), style: -1, alpha: -1},
		inputs: len(m.Inputs)}
	s.main = &trial{ctx: ctx, engine: im.Engine, graph: graph, outputs: []string{p.Output.Name}}
	defer s.main.stop()
	width, height := trialSize(&p.Input)
	if p.Painting != nil {
		s.styleWidth, s.styleHeight = trialSize(p.Painting)
		s.style = input(p.Painting.Name)
	}
	if v := p.Vectors; v != nil {
		s.style = -1
		s.maker = &trial{ctx: ctx, engine: im.Engine, graph: filepath.Join(p.Folder, v.Graph),
			outputs: v.Outputs}
		defer s.maker.stop()
		for _, name := range v.Inputs {
			s.vectors = append(s.vectors, input(name))
		}
	}
	if p.Alpha != "" {
		s.alpha = input(p.Alpha)
	}
	if err := s.complete(m); err != nil {
		return err
	}
	_, err = s.paint(width, height, valuesOf(&p.Input))
	return err
}

// paintShared tries both graphs of a network that styles share.
func (im *Importer) paintShared(ctx context.Context, p *style.Network, vector []float32) error {
	n := p.Norms
	var whole specimen
	norms, err := im.once(ctx, filepath.Join(p.Folder, n.Graph), n.Output,
		map[string]network.Tensor{
			n.Picture: whole.known(n.Size, n.Size, values{Span: p.Input.Range}),
			n.Style:   {Shape: []int64{int64(n.Length)}, Values: vector},
		})
	switch {
	case err != nil:
		return err
	case !slices.Equal(norms.Shape, []int64{int64(n.Length)}):
		return fmt.Errorf("%s gives norms of %v, and not %d numbers", n.Graph, norms.Shape,
			n.Length)
	case !finite(norms):
		return fmt.Errorf("%s gives norms that are no numbers", n.Graph)
	}
	var sample specimen
	width, height := trialSize(&p.Input)
	picture := sample.known(width, height, valuesOf(&p.Input))
	painted, err := im.once(ctx, filepath.Join(p.Folder, p.Graph), p.Output.Name,
		map[string]network.Tensor{p.Input.Name: picture, n.Input: norms})
	if err != nil {
		return err
	}
	if err := checkPicture(painted); err != nil {
		return fmt.Errorf("%s: %w", p.Graph, err)
	}
	if !slices.Equal(painted.Shape, picture.Shape) {
		return fmt.Errorf("%s makes a tensor of %v of one of %v, and the two have to be alike",
			p.Graph, painted.Shape, picture.Shape)
	}
	return nil
}

// valuesOf are those that a manifest says of an input.
func valuesOf(in *style.Input) values { return values{in.Range, in.Mean, in.Std} }

// once runs a graph on inputs by their names.
func (im *Importer) once(ctx context.Context, graph, output string,
	named map[string]network.Tensor) (network.Tensor, error) {
	m, err := read(graph)
	if err != nil {
		return network.Tensor{}, err
	}
	inputs := make([]network.Tensor, len(m.Inputs))
	for i, p := range m.Inputs {
		t, ok := named[p.Name]
		if !ok || len(named) != len(inputs) {
			return network.Tensor{}, fmt.Errorf("%s takes %s, and its manifest says %s", graph,
				describeAll(m.Inputs), strings.Join(slices.Sorted(maps.Keys(named)), ", "))
		}
		inputs[i] = t
	}
	t := &trial{ctx: ctx, engine: im.Engine, graph: graph, outputs: []string{output}}
	defer t.stop()
	out, err := t.run(inputs)
	if err != nil {
		return network.Tensor{}, fmt.Errorf("%s: %w", graph, err)
	}
	return out[0], nil
}
