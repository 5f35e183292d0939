package importer

import (
	"fmt"
	"slices"
	"strings"

	"impasto.net/plugin/onnx"
)

// roles say what every input of a network is for, as indices of its inputs.
type roles struct {
	content, style, alpha int   // -1 is none
	vectors               []int // in the order of the vectors' graph's outputs
	output                string
}

// picture says whether a port is one: 1 × 3 × height × width. What has one pixel is a
// vector of three.
func picture(p onnx.Port) bool {
	d := p.Shape
	return len(d) == 4 && d[0] <= 1 && (d[1] == 3 || d[1] < 0) && d[2] != 1 && d[3] != 1
}

// number says whether a port is a single one.
func number(p onnx.Port) bool {
	return len(p.Shape) < 4 && !slices.ContainsFunc(p.Shape, func(d int64) bool { return d > 1 })
}

// describe is a port in words.
func describe(p onnx.Port) string {
	words := make([]string, len(p.Shape))
	for i, d := range p.Shape {
		words[i] = fmt.Sprint(d)
		if d < 0 {
			words[i] = "any"
		}
	}
	shape := strings.Join(words, " × ")
	if shape == "" {
		shape = "no dimensions"
	}
	return fmt.Sprintf("%q (%s, %s)", p.Name, onnx.TypeName(p.Type), shape)
}

func describeAll(ports []onnx.Port) string {
	words := make([]string, len(ports))
	for i, p := range ports {
		words[i] = describe(p)
	}
	return strings.Join(words, ", ")
}

// assign finds out what the inputs of a network are for, from their shapes and names and
// from what the flags say. vectors are the outputs of the style graph, where there is one.
func assign(m *onnx.Model, vectors []onnx.Port, o *Options) (*roles, error) {
	for _, p := range append(slices.Clone(m.Inputs), m.Outputs...) {
		switch {
		case (p.Type == onnx.TypeInt64 || p.Type == onnx.TypeInt32) && number(p):
			return nil, fmt.Errorf("%s seems to choose among styles, and how many there are "+
				"cannot be told from the graph: export the network "+
				"with a vector of weights for it, or once for every style", describe(p))
		case p.Type != onnx.TypeFloat:
			return nil, fmt.Errorf("%s is not float32: export the network with float32 inputs "+
				"and outputs", describe(p))
		}
	}
	r := &roles{content: -1, style: -1, alpha: -1}
	if err := r.pictures(m, o); err != nil {
		return nil, err
	}
	var rest []int
	for i, p := range m.Inputs {
		switch {
		case i == r.content || i == r.style:
		case r.alpha < 0 && number(p) &&
			!slices.ContainsFunc(vectors, func(v onnx.Port) bool { return v.Name == p.Name }):
			r.alpha = i
		default:
			rest = append(rest, i)
		}
	}
	if len(rest) > 0 && vectors == nil {
		return nil, fmt.Errorf("it wants more than pictures: %s. If another graph makes that of "+
			"a painting, name it with --style-graph; "+
			"weights of styles are found where they are multiplied with tables of as many rows",
			describeAll(m.Inputs))
	}
	var ok bool
	if r.vectors, ok = match(m, rest, vectors); !ok {
		return nil, fmt.Errorf("the style graph gives %s, and the network takes %s: those do not "+
			"match by their names, nor one after the other by their shapes", describeAll(vectors),
			describeAll(m.Inputs))
	}
	var outputs []string
	for _, p := range m.Outputs {
		if picture(p) || len(p.Shape) == 0 {
			outputs = append(outputs, p.Name)
		}
	}
	switch {
	case o.Output != "" && slices.Contains(outputs, o.Output):
		r.output = o.Output
	case len(outputs) == 0:
		return nil, fmt.Errorf("it gives no picture; it gives %s, and a picture is 1 × 3 × "+
			"height × width", describeAll(m.Outputs))
	case o.Output != "":
		return nil, fmt.Errorf("there is no picture %q for --output among its outputs: %s",
			o.Output, describeAll(m.Outputs))
	case len(outputs) > 1:
		return nil, fmt.Errorf("it gives several pictures, %s: say which one with --output",
			strings.Join(outputs, ", "))
	default:
		r.output = outputs[0]
	}
	return r, nil
}

// match finds the input that each of the vectors goes into: the one of its name, or where
// the names differ the next one, if it is of its shape.
func match(m *onnx.Model, inputs []int, vectors []onnx.Port) ([]int, bool) {
	if len(inputs) != len(vectors) {
		return nil, false
	}
	var named []int
	for _, v := range vectors {
		for _, i := range inputs {
			if m.Inputs[i].Name == v.Name {
				named = append(named, i)
			}
		}
	}
	if len(named) == len(inputs) {
		return named, true
	}
	for j, i := range inputs {
		a, b := m.Inputs[i].Shape, vectors[j].Shape
		same := len(a) == len(b)
		for k := 0; same && k < len(a); k++ {
			same = a[k] == b[k] || a[k] < 0 || b[k] < 0
		}
		if !same {
			return nil, false
		}
	}
	return inputs, true
}

// pictures finds the content and the style among the inputs.
func (r *roles) pictures(m *onnx.Model, o *Options) error {
	var found []int
	for i, p := range m.Inputs {
		if picture(p) {
			found = append(found, i)
		}
	}
	named := func(name, flag string) (int, error) {
		for _, i := range found {
			if m.Inputs[i].Name == name {
				return i, nil
			}
		}
		return -1, fmt.Errorf("there is no picture %q for %s among its inputs: %s", name, flag,
			describeAll(m.Inputs))
	}
	var err error
	if o.Content != "" {
		if r.content, err = named(o.Content, "--content"); err != nil {
			return err
		}
	}
	if o.Style != "" {
		if r.style, err = named(o.Style, "--style"); err != nil {
			return err
		}
	}
	switch {
	case len(found) == 0:
		return fmt.Errorf("it takes no picture; it takes %s, and a picture is 1 × 3 × height × "+
			"width", describeAll(m.Inputs))
	case len(found) > 2:
		return fmt.Errorf("it takes %d pictures, and there is a plate and a painting only: %s",
			len(found), describeAll(m.Inputs))
	case len(found) == 2 && r.content < 0 && r.style < 0:
		// The plate comes first where the names do not say.
		r.content, r.style = found[0], found[1]
		if calledStyle(m.Inputs[found[0]].Name) && !calledStyle(m.Inputs[found[1]].Name) {
			r.content, r.style = r.style, r.content
		}
	case len(found) == 2 && r.content < 0:
		r.content = found[0] + found[1] - r.style
	case len(found) == 2 && r.style < 0:
		r.style = found[0] + found[1] - r.content
	case len(found) == 1:
		r.content = found[0]
		if r.style >= 0 {
			return fmt.Errorf("it takes one picture, %s, which is the plate: --style has nothing "+
				"to name", describe(m.Inputs[r.content]))
		}
	}
	if r.content == r.style {
		return fmt.Errorf("--content and --style both name %q", o.Content)
	}
	return nil
}

func calledStyle(name string) bool {
	name = strings.ToLower(name)
	return strings.Contains(name, "style") || strings.Contains(name, "paint") ||
		strings.Contains(name, "ref")
}
