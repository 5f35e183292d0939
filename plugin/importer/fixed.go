package importer

import (
	"errors"
	"fmt"
	"math"
	"os"

	"impasto.net/plugin/network"
	"impasto.net/plugin/onnx"
)

// size leaves the graph that is to be used for the trials, and finds what its pictures
// have to be. A network that was exported for one size is freed of it where it then
// paints the same.
func (s *specimen) size(file []byte, m *onnx.Model, o *Options) (sizeRule, *[2]int, error) {
	values := candidates(m, m.Inputs[s.content].Name, o)[0]
	paint := func(width, height int) (network.Tensor, error) { return s.paint(width, height, values) }
	use := func(graph []byte) error {
		s.main.stop()
		return os.WriteFile(s.main.graph, graph, 0o644)
	}
	fixed := o.Size
	if fixed == nil {
		fixed = fixedSize(m.Inputs[s.content])
	}
	if fixed == nil {
		if err := use(file); err != nil {
			return sizeRule{}, nil, err
		}
		rule, err := findRule(paint)
		if _, ok := errors.AsType[runError](err); ok {
			err = fmt.Errorf("%w. If it is made for pictures of one size, name that with --size, such as --size 512x512", err)
		}
		return rule, nil, err
	}
	if err := use(file); err != nil {
		return sizeRule{}, nil, err
	}
	width, height := fixed[0], fixed[1]
	reference, err := paint(width, height)
	if err != nil {
		return sizeRule{}, nil, err
	}
	if reference.Shape[2] != int64(height) || reference.Shape[3] != int64(width) {
		return sizeRule{}, nil, fmt.Errorf("a picture of %d × %d pixels comes out as %d × %d, and Impasto needs it to keep its size",
			width, height, reference.Shape[3], reference.Shape[2])
	}
	if o.Size == nil {
		freed, err := onnx.Free(file)
		if err != nil {
			return sizeRule{}, nil, err
		}
		if err := use(freed); err != nil {
			return sizeRule{}, nil, err
		}
		if same, err := paint(width, height); err == nil && alike(same.Values, reference.Values) {
			if rule, err := findRule(paint); err == nil && s.holds(paint, rule, reference) {
				return rule, nil, nil
			}
		}
		if err := use(file); err != nil {
			return sizeRule{}, nil, err
		}
	}
	return sizeRule{1, 1}, fixed, nil
}

// fixedSize is the width and height that a port has, or nil where they are free.
func fixedSize(p onnx.Port) *[2]int {
	width, height := int(p.Shape[3]), int(p.Shape[2])
	switch {
	case width < 1 && height < 1:
		return nil
	case width < 1:
		width = height
	case height < 1:
		height = width
	}
	return &[2]int{width, height}
}

// holds says whether a freed network still paints in another size: numbers that were
// computed for the one size make its colours drift.
func (s *specimen) holds(paint func(width, height int) (network.Tensor, error), rule sizeRule, reference network.Tensor) bool {
	o, err := paint(odd(int(reference.Shape[3])/2, rule.multipleOf), odd(int(reference.Shape[2])*2/3, rule.multipleOf))
	if err != nil {
		return false
	}
	a, b := summarise(o.Values), summarise(reference.Values)
	tolerance := (b.high - b.low) / 4
	return math.Abs(a.low-b.low) < tolerance && math.Abs(a.mean-b.mean) < tolerance && math.Abs(a.high-b.high) < tolerance
}

// alike says whether two pictures differ by rounding only.
func alike(a, b []float32) bool {
	if len(a) != len(b) {
		return false
	}
	s := summarise(b)
	for i := range a {
		if math.Abs(float64(a[i]-b[i])) > 1e-3*max(s.high-s.low, 1e-6) {
			return false
		}
	}
	return true
}
