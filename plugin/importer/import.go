// Package importer makes style packages of networks that others made, by looking at their
// graphs and by trying them. What cannot be seen so is asked for, with the flag to say it.
package importer

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"impasto.net/plugin/network"
	"impasto.net/plugin/onnx"
	"impasto.net/plugin/style"
)

// Options are what the user says of a network; what is empty is found out.
type Options struct {
	Name, Label, Licence, Origin string
	StyleGraph                   string // a file
	Content, Style, Output       string // tensors
	Range, OutputRange           *Span
	Channels                     string
	Mean, Std                    *[3]float64
	Size                         *[2]int
}

// described are the options, with what a package says of itself where the user says nothing.
func (o *Options) described(what, path string) (*Options, error) {
	d := *o
	if d.Name == "" {
		d.Name = nameOf(path)
	}
	if !style.ValidName(d.Name) {
		return nil, fmt.Errorf("%q cannot be %s's --name: that is lower-case letters, digits and "+
			"hyphens", d.Name, what)
	}
	if d.Label == "" {
		d.Label = labelOf(d.Name)
	}
	if d.Origin == "" {
		d.Origin = "imported from " + filepath.Base(path)
	}
	return &d, nil
}

// Names of the files in a package that is made here.
const (
	graphFile   = "network.onnx"
	vectorsFile = "vectors.onnx"
)

// Importer makes packages.
type Importer struct {
	Engine string // the program that trials run in
	Folder string // where packages go
}

// Add makes a package of an ONNX file. A network that chooses among styles makes one of each,
// beside its own.
func (im *Importer) Add(ctx context.Context, path string, o *Options) ([]*style.Style, error) {
	o, err := o.described("a style", path)
	if err != nil {
		return nil, err
	}
	names := []string{o.Name}
	_, err = im.place(o.Name, "choose another --name", func(folder string) ([]string, error) {
		work := filepath.Dir(folder)
		m, c, err := im.examine(ctx, path, work, o)
		if err != nil {
			return nil, err
		}
		m.Name, m.Label, m.Origin = o.Name, o.Label, o.Origin
		if c != nil {
			if names, err = im.share(ctx, folder, m, c, o); err != nil {
				err = fmt.Errorf("%s: %w", path, err)
			}
			return names, err
		}
		files := []string{m.Graph}
		if m.Vectors != nil {
			files = append(files, m.Vectors.Graph)
		}
		if err := write(folder, work, &m.Package, style.ManifestFile, m, files...); err != nil {
			return nil, err
		}
		_, err = style.Open(folder)
		return nil, err
	})
	if err != nil {
		return nil, err
	}
	var added []*style.Style
	for _, name := range names {
		s, err := style.Open(filepath.Join(im.Folder, name))
		if err != nil {
			return nil, err
		}
		added = append(added, s)
	}
	return added, nil
}

// examine finds out all that the manifest has to say, and leaves the graphs in the
// working folder. It also says how the network chooses among styles, where it does.
func (im *Importer) examine(ctx context.Context, path, work string,
	o *Options) (*style.Style, *choice, error) {
	file, model, err := bring(path)
	if err != nil {
		return nil, nil, err
	}
	var c *choice
	if o.StyleGraph == "" {
		if file, c, err = findChoice(file); err == nil && c != nil {
			model, err = onnx.Read(file)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	s := &specimen{inputs: len(model.Inputs), styleWidth: 144, styleHeight: 128}
	m := &style.Style{Package: style.Package{Format: style.Format,
		Licence: cmp.Or(o.Licence, licence(model)), Files: map[string]string{}},
		Graphs: &style.Graphs{Graph: graphFile}}
	var ports []onnx.Port // what the style graph gives
	painting := ""        // the port that takes the painting
	var paintingSize *[2]int
	if o.StyleGraph != "" {
		vectors, vectorsModel, err := bring(o.StyleGraph)
		if err != nil {
			return nil, nil, err
		}
		if len(vectorsModel.Inputs) != 1 || !picture(vectorsModel.Inputs[0]) {
			return nil, nil, fmt.Errorf("%s: a style graph takes one picture; this one takes %s",
				o.StyleGraph, describeAll(vectorsModel.Inputs))
		}
		ports, painting = vectorsModel.Outputs, vectorsModel.Inputs[0].Name
		if paintingSize, err = s.paintingSize(vectorsModel.Inputs[0]); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", o.StyleGraph, err)
		}
		m.Vectors = &style.Vectors{Graph: vectorsFile}
		for _, p := range ports {
			m.Vectors.Outputs = append(m.Vectors.Outputs, p.Name)
		}
		s.maker = &trial{ctx: ctx, engine: im.Engine, graph: filepath.Join(work, vectorsFile),
			outputs: m.Vectors.Outputs}
		defer s.maker.stop()
		if err := os.WriteFile(s.maker.graph, vectors, 0o644); err != nil {
			return nil, nil, err
		}
	}
	if c != nil {
		ports = []onnx.Port{{Name: c.input, Type: onnx.TypeFloat, Shape: []int64{int64(c.styles)}}}
		s.made = []network.Tensor{c.only(0)}
	}
	r, err := assign(model, ports, o)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	s.roles = *r
	for _, i := range s.vectors {
		if m.Vectors != nil {
			m.Vectors.Inputs = append(m.Vectors.Inputs, model.Inputs[i].Name)
		}
	}
	if s.alpha >= 0 {
		m.Alpha = model.Inputs[s.alpha].Name
	}
	if err := s.complete(model); err != nil {
		return nil, nil, err
	}
	if s.style >= 0 {
		painting = model.Inputs[s.style].Name
		if paintingSize, err = s.paintingSize(model.Inputs[s.style]); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	s.main = &trial{ctx: ctx, engine: im.Engine, graph: filepath.Join(work, graphFile),
		outputs: []string{s.output}}
	defer func() { s.main.stop() }()

	content := model.Inputs[s.content]
	in, out := candidates(model, content.Name, s.output, o)
	rule, size, err := s.size(file, model, in, o)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	if size == nil && s.style >= 0 {
		paintingSize = nil // freed as well
	}
	channels := findChannels(model, o)
	m.Input = style.Input{Name: content.Name, Channels: channels, MultipleOf: rule.multipleOf,
		Minimum: rule.minimum, Size: size}
	width, height := trialSize(&m.Input)
	found, err := findRanges(in, out, s.known(width, height, unit),
		func(v values) (network.Tensor, error) { return s.paint(width, height, v) })
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	m.Input.Range, m.Input.Mean, m.Input.Std = found.in.Span, found.in.mean, found.in.std
	if err := s.plainOutput(found.out); err != nil {
		return nil, nil, err
	}
	m.Output = style.Output{Name: s.output, Channels: channels, Range: found.out.Span}
	if painting != "" {
		p := m.Input
		p.Name, p.Size, p.MultipleOf, p.Minimum = painting, paintingSize, 1, 1
		if p.Size == nil {
			rule, err := findRule(func(w, h int) (network.Tensor, error) {
				s.styleWidth, s.styleHeight, s.made = w, h, nil
				if _, err := s.paint(width, height, found.in); err != nil {
					return network.Tensor{}, err
				}
				return s.known(w, h, found.in), nil
			})
			if err != nil {
				return nil, nil, fmt.Errorf("%s: %w", path, err)
			}
			p.MultipleOf, p.Minimum = rule.multipleOf, rule.minimum
		}
		m.Painting = &p
	}
	return m, c, nil
}

// bring reads a file that is said to be a network. Weights that it keeps in other files of
// its folder are put into it; its pictures come to be of four dimensions, one at a time,
// the channels before the rows, of float32 numbers and three channels.
func bring(path string) (file []byte, m *onnx.Model, err error) {
	if file, err = readFile(path); err != nil {
		return nil, nil, err
	}
	for _, change := range []func([]byte) ([]byte, error){
		func(file []byte) ([]byte, error) {
			return onnx.Inline(file, filepath.Dir(path),
				style.MaxFile)
		},
		onnx.Batched,
		onnx.Single,
		onnx.ChannelsFirst,
		onnx.Float32,
		onnx.Coloured,
	} {
		changed, err := change(file)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", path, kind(file, err))
		}
		file = changed
	}
	m, err = understand(path, file)
	return file, m, err
}

// read reads a package's network.
func read(path string) (*onnx.Model, error) {
	file, err := readFile(path)
	if err != nil {
		return nil, err
	}
	return understand(path, file)
}

func readFile(path string) ([]byte, error) {
	st, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !st.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a file", path)
	case st.Size() > style.MaxFile:
		return nil, fmt.Errorf("%s has %d MB; a style's network has %d at the most", path,
			st.Size()>>20, style.MaxFile>>20)
	}
	return os.ReadFile(path)
}

func understand(path string, file []byte) (*onnx.Model, error) {
	m, err := onnx.Read(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for name, c := range m.Constants {
		if c.NaN {
			return nil, fmt.Errorf("%s: the weights %q hold values that are no numbers: the "+
				"network was broken when it was trained or exported", path, name)
		}
	}
	if err := refuseNoise(file, m); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}
