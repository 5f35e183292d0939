package importer

import (
	"context"
	"path/filepath"
	"slices"

	"impasto.net/plugin/onnx"
	"impasto.net/plugin/style"
)

// Verify paints the known picture with a package, in a process of its own.
func (im *Importer) Verify(ctx context.Context, p *style.Package) error {
	graph := filepath.Join(p.Folder, p.Graph)
	_, m, err := read(graph)
	if err != nil {
		return err
	}
	input := func(name string) int {
		return slices.IndexFunc(m.Inputs, func(p onnx.Port) bool { return p.Name == name })
	}
	s := &specimen{roles: roles{content: input(p.Input.Name), style: -1, alpha: -1}, inputs: len(m.Inputs), mean: p.Input.Mean, std: p.Input.Std}
	s.main = &trial{ctx: ctx, engine: im.Engine, graph: graph, outputs: []string{p.Output.Name}}
	defer s.main.stop()
	width, height := trialSize(&p.Input)
	if p.Painting != nil {
		s.styleWidth, s.styleHeight = trialSize(p.Painting)
		s.style = input(p.Painting.Name)
	}
	if v := p.Vectors; v != nil {
		s.style = -1
		s.maker = &trial{ctx: ctx, engine: im.Engine, graph: filepath.Join(p.Folder, v.Graph), outputs: v.Outputs}
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
	_, err = s.paint(width, height, p.Input.Range)
	return err
}
