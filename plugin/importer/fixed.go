package importer

import (
	"errors"
	"fmt"
	"math"
	"os"
	"slices"

	"impasto.net/plugin/network"
	"impasto.net/plugin/onnx"
	"impasto.net/plugin/style"
)

// size leaves the graph that is to be used for the trials, and finds what its pictures
// have to be. A network that was exported for one size is freed of it where it then
// paints the same.
func (s *specimen) size(file []byte, m *onnx.Model, in []values,
	o *Options) (sizeRule, *[2]int, error) {
	content := m.Inputs[s.content]
	fixed, err := o.Size, checkSize(o.Size)
	if fixed == nil {
		fixed, err = fixedSize(content)
	}
	if err == nil {
		err = s.use(file)
	}
	switch {
	case err != nil:
		return sizeRule{}, nil, err
	case fixed != nil:
		return s.oneSize(file, content.Name, in, *fixed, o.Size == nil)
	}
	rule, err := findRule(func(width, height int) (network.Tensor,
		error) {
		return s.paint(width, height, in[0])
	})
	if _, ok := errors.AsType[runError](err); ok {
		err = fmt.Errorf("%w. If it is made for pictures of one size, name that with --size, "+
			"such as --size 512x512", err)
	}
	return rule, nil, err
}

// use takes another graph for the trials.
func (s *specimen) use(graph []byte) error {
	s.main.stop()
	return os.WriteFile(s.main.graph, graph, 0o644)
}

// oneSize is size of a network that was made for one, and may be freed of it.
func (s *specimen) oneSize(file []byte, content string, in []values, size [2]int,
	free bool) (sizeRule, *[2]int, error) {
	width, height := size[0], size[1]
	reference, err := s.paint(width, height, in[0])
	if err != nil {
		return sizeRule{}, nil, err
	}
	tall, wide := int(reference.Shape[2]), int(reference.Shape[3])
	if most := min(mostMissing, width/4, height/4); max(tall-height, height-tall, wide-width,
		width-wide) > most {
		return sizeRule{}, nil, errSize(width, height, reference)
	}
	if free {
		if rule, freed, err := s.free(file, content, in, size, reference); freed || err != nil {
			return rule, nil, err
		}
	}
	if tall != height || wide != width {
		err = s.rewrite(func(file []byte) ([]byte, string, error) {
			return onnx.Fit(file, s.output, int64(tall), int64(wide), int64(height), int64(width))
		})
	}
	return sizeRule{1, 1}, &size, err
}

// free takes the graph freed of its one size, where that paints the same and goes on to do so in
// other sizes, and finds what those have to be. Else the graph stays.
func (s *specimen) free(file []byte, content string, in []values, size [2]int,
	reference network.Tensor) (rule sizeRule, freed bool, err error) {
	shapes, err := s.shapes(file, size[0], size[1], in[0])
	if err != nil {
		return rule, false, err
	}
	free, err := onnx.Free(file, shapes)
	if err == nil {
		err = s.use(free)
	}
	if err != nil {
		return rule, false, err
	}
	paint := func(width, height int) (network.Tensor,
		error) {
		return s.paint(width, height, in[0])
	}
	same, failed := paint(size[0], size[1])
	if failed != nil || !alike(same.Values, reference.Values) {
		return rule, false, s.use(file)
	}
	if rule, failed = findRule(paint); failed != nil {
		return rule, false, s.use(file)
	}
	if slices.Equal(same.Values, reference.Values) && understood(free, content, s.output) {
		return rule, true, nil
	}
	for _, v := range in {
		if freed, err = s.holds(file, free, size[0], size[1], rule, v); err != nil {
			return rule, false, err
		}
		if freed {
			return rule, true, s.use(free)
		}
	}
	return rule, false, s.use(file)
}

// mostMissing is by how many pixels the picture of one fixed size may come out larger or
// smaller: networks with strides round sizes that are no multiples of theirs.
const mostMissing = 64

// shapes are those of tensors of a graph at its one size. Where they cannot be had, none
// is known.
func (s *specimen) shapes(file []byte, width, height int, v values) (map[string][]int64, error) {
	probe, tensors, outputs, err := onnx.Probe(file)
	if err != nil {
		return nil, err
	}
	t := &trial{ctx: s.main.ctx, engine: s.main.engine, graph: s.main.graph + ".probe",
		outputs: outputs}
	defer t.stop()
	defer os.Remove(t.graph)
	if err := os.WriteFile(t.graph, probe, 0o644); err != nil {
		return nil, err
	}
	inputs, err := s.feed(s.known(width, height, v), v)
	if err != nil {
		return nil, err
	}
	answers, err := t.run(inputs)
	if err != nil {
		return nil, nil
	}
	shapes := make(map[string][]int64)
	for i, name := range tensors {
		shape := make([]int64, len(answers[i].Values))
		for j, length := range answers[i].Values {
			shape[j] = int64(length)
		}
		shapes[name] = shape
	}
	return shapes, nil
}

// fixedSize is the width and height that a port has, or nil where they are free.
func fixedSize(p onnx.Port) (*[2]int, error) {
	width, height := int(p.Shape[3]), int(p.Shape[2])
	switch {
	case width < 1 && height < 1:
		return nil, nil
	case width < 1:
		width = height
	case height < 1:
		height = width
	}
	size := &[2]int{width, height}
	return size, checkSize(size)
}

// checkSize keeps what a stranger's file declares from being what memory is taken for.
func checkSize(size *[2]int) error {
	if size != nil && max(size[0], size[1]) > style.MaxSide {
		return fmt.Errorf("it is made for pictures of %d × %d pixels, and a style's have %d at "+
			"the most on a side", size[0], size[1], style.MaxSide)
	}
	return nil
}

// understood says whether it is known of every operator of a graph what it does to pictures of
// any size.
func understood(graph []byte, content, output string) bool {
	m, err := onnx.Read(graph)
	if err == nil {
		_, err = onnx.NewField(m, content, output)
	}
	return err == nil
}

// holds says whether a freed network still paints in other sizes, after it has been seen
// to paint in its own: what the one size of it makes of two like halves, side by side and
// one above the other, the freed one has to make of one half, but for what happens at its
// edges. Rows that are taken for columns and numbers that were computed for the one size
// show in that. Values of a range that is not the network's say little: one that holds is
// enough.
func (s *specimen) holds(file, freed []byte, width, height int, rule sizeRule,
	v values) (bool, error) {
	m := rule.multipleOf
	for _, half := range [][2]int{{width / 2 / m * m, height / m * m},
		{width / m * m, height / 2 / m * m}} {
		if half[0] < rule.minimum || half[1] < rule.minimum {
			continue // too small to be told from its edges
		}
		one := s.known(half[0], half[1], v)
		two := repeated(one, width, height)
		if err := s.use(freed); err != nil {
			return false, err
		}
		a, err := s.give(one, v)
		if err != nil {
			return false, nil
		}
		if err := s.use(file); err != nil {
			return false, err
		}
		b, err := s.give(two, v)
		if err != nil || !near(a, b) {
			return false, nil
		}
	}
	return true, nil
}

// repeated is a picture of a size that is full of copies of another one.
func repeated(of network.Tensor, width, height int) network.Tensor {
	w, h := int(of.Shape[3]), int(of.Shape[2])
	values := make([]float32, 0, 3*width*height)
	for c := range 3 {
		for y := range height {
			row := of.Values[(c*h+y%h)*w:][:w]
			for left := width; left > 0; left -= w {
				values = append(values, row[:min(left, w)]...)
			}
		}
	}
	return network.NewPicture(values, width, height)
}

// near says whether a picture is hardly other than the corner of a larger one, up to where
// single strokes lie: of the means of small cells, the mean square of the difference is
// less than a quarter of the variance.
func near(small, large network.Tensor) bool {
	const cell = 8
	w, h, wide, high := int(small.Shape[3]), int(small.Shape[2]), int(large.Shape[3]),
		int(large.Shape[2])
	var n, sum, squares, different float64
	for c := range 3 {
		for top := 0; top+cell <= h; top += cell {
			for left := 0; left+cell <= w; left += cell {
				var a, b float64
				for i := range cell * cell {
					x, y := left+i%cell, top+i/cell
					a += float64(small.Values[(c*h+y)*w+x]) / (cell * cell)
					b += float64(large.Values[(c*high+y)*wide+x]) / (cell * cell)
				}
				n, sum, squares, different = n+1, sum+b, squares+b*b, different+(a-b)*(a-b)
			}
		}
	}
	return different/n < (squares/n-sum*sum/n/n)/4
}

// alike says whether two pictures differ by rounding only.
func alike(a, b []float32) bool {
	if len(a) != len(b) {
		return false
	}
	most := 1e-3 * max(float64(slices.Max(b)-slices.Min(b)), 1e-6)
	for i := range a {
		if math.Abs(float64(a[i]-b[i])) > most {
			return false
		}
	}
	return true
}
