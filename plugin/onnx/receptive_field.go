package onnx

import (
	"errors"
	"fmt"
	"slices"
)

// Field knows what a graph makes of a piece of a picture. The graph moves with the picture:
// by as many pixels as its strides come to, or a multiple. So a piece comes out as it does
// in the whole, but near those of its borders that are not the picture's own, where the
// graph pads or misses what the piece does not have. How near is traced through the graph
// for every piece: it is half the receptive field or less.
type Field struct {
	Grid  int // pieces begin at multiples of it
	Bytes int // that a run takes for a pixel of the piece at the most, about

	planes     []planes // the picture first
	steps      []step
	output     int // of the planes
	statistics []statistic
	whole      View
}

// planes is a tensor that a picture comes through.
type planes struct {
	name      string
	channels  int
	times, by [2]int // its height and width, in those of the picture
}

// step is an operator between planes.
type step struct {
	operator
	in, out []int
	work    float64 // multiplications for a value of the result, or what takes as long
}

// reach is a tensor along one axis: how long it is for a piece of a picture, and which part
// of that is as in the whole.
type reach struct{ size, from, to int }

// edges says which ends of a piece are ends of the picture.
type edges struct{ first, last bool }

// first says whether a reach begins where the whole does, last whether it ends there.
func (r reach) first(e edges) bool { return e.first && r.from == 0 }
func (r reach) last(e edges) bool  { return e.last && r.to == r.size }

// operator is what happens to planes.
type operator interface {
	// reach traces a piece through it along an axis: 0 is down, 1 is across.
	reach(in reach, axis int, e edges) (reach, error)
	// scale is how long the result is, in the lengths of what it is made of.
	scale(axis int) (times, by int)
}

// errSmall is of pieces that are too small for a reflection.
var errSmall = errors.New("too small")

// NewField follows the picture through a graph, from the input to the output. It fails on
// graphs that have more in them than is known here.
func NewField(m *Model, input, output string) (*Field, error) {
	v, err := follow(m, m.Nodes, input, []string{output})
	if err != nil {
		return nil, err
	}
	f := v.Field
	if p := f.planes[v.outputs[0]]; p.times != p.by || p.channels != 3 {
		return nil, errors.New("the result is another one than the picture")
	}
	f.output, f.whole = v.outputs[0], *v
	f.Bytes = f.memory(f.steps, v.outputs)
	return f, nil
}

// NewView follows the picture through a graph as far as some of its tensors.
func NewView(m *Model, input string, outputs []string) (*View, error) {
	wanted := map[string]bool{}
	for _, name := range outputs {
		wanted[name] = true
	}
	var nodes []Node
	for _, n := range slices.Backward(m.Nodes) {
		if slices.ContainsFunc(n.Outputs, func(name string) bool {
			return name != "" &&
				wanted[name]
		}) {
			nodes = append(nodes, n)
			for _, name := range n.Inputs {
				wanted[name] = true
			}
		}
	}
	slices.Reverse(nodes)
	return follow(m, nodes, input, outputs)
}

// follow follows the picture through some nodes of a graph.
func follow(m *Model, nodes []Node, input string, outputs []string) (*View, error) {
	f := &Field{planes: []planes{{name: input, channels: 3, times: [2]int{1, 1}, by: [2]int{1, 1}}},
		Grid: 1}
	r := newReader(m, f)
	for i := range nodes {
		if err := r.node(&nodes[i]); err != nil {
			return nil, fmt.Errorf("%s of %q: %w", nodes[i].Op, nodes[i].Outputs, err)
		}
	}
	v := &View{Field: f, sources: []int{0}}
	for _, name := range outputs {
		p, ok := r.known[name]
		if !ok {
			return nil, fmt.Errorf("%q is not made of %q", name, input)
		}
		v.outputs = append(v.outputs, p)
	}
	for _, p := range f.planes {
		for axis := range 2 {
			f.Grid *= p.by[axis] / divisor(f.Grid, p.by[axis])
		}
		if f.Grid > maxGrid {
			return nil, fmt.Errorf("it moves in steps of %d pixels", f.Grid)
		}
	}
	return v, nil
}

// maxGrid bounds the strides of a graph, so that a piece is more than a step.
const maxGrid = 256

func divisor(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return max(a, 1)
}

// memory is how much a run of some steps takes for a pixel. Every tensor goes as soon as
// nothing needs it any more, and operators that can work in place do. ONNX Runtime takes
// more, for layouts of its own: 87 bytes for the shipped network, whose tensors take 49, and
// 850 for the classic one of 513.
func (f *Field) memory(steps []step, outputs []int) int {
	last := make([]int, len(f.planes))
	for i, s := range steps {
		for _, p := range s.in {
			last[p] = i
		}
	}
	for _, p := range outputs {
		last[p] = len(steps)
	}
	live, most := 0., 0.
	for i, s := range steps {
		for _, p := range s.out {
			live += 4 * f.values(p)
		}
		now := live
		if _, ok := s.operator.(pointwise); ok &&
			slices.ContainsFunc(s.in, func(p int) bool { return last[p] == i }) {
			now -= 4 * f.values(s.out[0])
		}
		most = max(most, now)
		for _, p := range slices.Compact(slices.Sorted(slices.Values(s.in))) {
			if p != 0 && last[p] == i {
				live = max(live-4*f.values(p), 0)
			}
		}
	}
	return int(1.75*most) + 1
}

// values is how many values planes have for a pixel of the picture.
func (f *Field) values(p int) float64 {
	t := &f.planes[p]
	return float64(t.channels*t.times[0]*t.times[1]) / float64(t.by[0]*t.by[1])
}

// View is a part of a graph, from some planes to others.
type View struct {
	*Field
	sources, outputs []int
}

// trace traces a piece of a length along an axis through the graph. The sources of a view
// are as in the whole.
func (v *View) trace(axis, length int, e edges) ([]reach, error) {
	all := make([]reach, len(v.planes))
	all[0] = reach{length, 0, length}
	for _, s := range v.steps {
		in := all[s.in[0]]
		for _, p := range s.in[1:] {
			other := all[p]
			if other.size != in.size {
				return nil, fmt.Errorf("%d and %d rows or columns meet", in.size, other.size)
			}
			in.from, in.to = max(in.from, other.from), min(in.to, other.to)
		}
		out, err := s.reach(in, axis, e)
		if err != nil {
			return nil, err
		}
		out.from, out.to = min(max(out.from, 0), out.size), max(min(out.to, out.size), 0)
		for _, p := range s.out {
			all[p] = out
			if slices.Contains(v.sources, p) {
				all[p] = reach{out.size, 0, out.size}
			}
		}
	}
	return all, nil
}

// Values is how many values there are for a pixel of the picture, in all planes that the
// view goes through.
func (v *View) Values() (sum float64) {
	for p := range v.planes {
		sum += v.values(p)
	}
	return sum
}

// Outputs are what the view gives of a picture of that size.
func (v *View) Outputs(height, width int) ([]Planes, error) {
	var sizes [2][]reach
	for axis, length := range []int{height, width} {
		var err error
		if sizes[axis], err = v.trace(axis, length, edges{true, true}); err != nil {
			return nil, err
		}
	}
	all := make([]Planes, len(v.outputs))
	for i, p := range v.outputs {
		all[i] = v.sized(p, sizes)
	}
	return all, nil
}

func (f *Field) sized(p int, sizes [2][]reach) Planes {
	t := &f.planes[p]
	return Planes{t.name, t.channels, sizes[0][p].size, sizes[1][p].size, p}
}

// Part is what a piece of the picture is of some planes along an axis, in their own rows
// or columns: where it begins, how long it is, and what is its core.
type Part struct {
	From, Size       int
	CoreFrom, CoreTo int
}

// Parts say what a piece of the picture is of planes, along an axis.
func (v *View) Parts(axis, length int, p Piece, of []Planes) ([]Part, error) {
	r, err := v.trace(axis, p.To-p.From, p.edges)
	if err != nil {
		return nil, err
	}
	whole := Piece{To: length, CoreTo: length, edges: edges{true, true}}
	parts := make([]Part, len(of))
	for i, q := range of {
		size := []int{q.Height, q.Width}[axis]
		parts[i] = v.part(axis, p, whole, q.index, r[q.index].size, size)
		if parts[i].From+parts[i].Size > size {
			return nil, fmt.Errorf("a piece of %q ends at %d of %d", q.Name,
				parts[i].From+parts[i].Size, size)
		}
	}
	return parts, nil
}

func (v *View) part(axis int, p, of Piece, o, size, whole int) Part {
	t := &v.planes[o]
	// Without padding there may be less of the whole than its scale says.
	scaled := func(n int) int { return min(n*t.times[axis]/t.by[axis], whole) }
	q := Part{From: scaled(p.From), Size: size, CoreFrom: scaled(p.CoreFrom),
		CoreTo: scaled(p.CoreTo)}
	if of.edges.last && p.CoreTo == of.To {
		q.CoreTo = whole
	}
	return q
}
