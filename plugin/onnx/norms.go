package onnx

import (
	"slices"
)

// statistic is a mean or a variance of every channel over the whole of some planes: what
// keeps a picture from being painted piece by piece, unless it is known before.
type statistic struct {
	name     string // of the tensor that it is
	shape    []int64
	of       int // planes
	variance bool
}

// reader follows a picture through a graph. What is made of it there are planes; numbers
// for every channel, by its statistics; or steps on the way to either.
type reader struct {
	*Model
	field    *Field
	known    map[string]int       // planes
	numbers  map[string]bool      // that follow from statistics
	lengths  map[string]bool      // that follow from the shape of planes
	flat     map[string]flattened // planes whose rows are one after the other
	repeated map[string]repeating // planes on the way to be enlarged
	layouts  map[string]layout    // and by the values of several channels
	shapes   map[string][]int64   // of tensors that constants become
	means    map[string]int       // the statistics that are means, and what of
	centred  map[int]int          // planes minus their mean, and what of
	squares  map[int]int          // and squared
}

type flattened struct {
	planes int
	shape  []int64
}

// repeating is how far planes have come in a chain of Reshape, Concat, Reshape, Concat,
// Reshape, which repeats every value and then every row.
type repeating struct {
	planes, links int
	factor        [2]int
}

func newReader(m *Model, f *Field) *reader {
	return &reader{
		Model: m, field: f, known: map[string]int{f.planes[0].name: 0}, numbers: map[string]bool{},
		lengths: map[string]bool{},
		flat:    map[string]flattened{}, repeated: map[string]repeating{},
		layouts: map[string]layout{}, shapes: map[string][]int64{},
		means: map[string]int{}, centred: map[int]int{}, squares: map[int]int{},
	}
}

// meanOf and varianceOf begin the names of what goes into the norms of a graph in stages.
const (
	meanOf     = "impasto_mean_of_"
	varianceOf = "impasto_variance_of_"
)

func (r *reader) node(n *Node) error {
	var in []int
	numbers, lengths := false, false
	for _, name := range n.Inputs {
		if p, ok := r.known[name]; ok {
			in = append(in, p)
		}
		numbers, lengths = numbers || r.numbers[name], lengths || r.lengths[name]
	}
	switch {
	case len(n.Outputs) == 0 || len(n.Inputs) == 0:
		return nil
	case r.reduces(n) || r.repeats(n) || r.shuffles(n):
		return nil
	case slices.ContainsFunc(n.Inputs, func(name string) bool {
		return r.flat[name].shape != nil || r.repeated[name].links > 0 ||
			r.layouts[name].axes != nil
	}):
		return errUnknown
	case n.Op == "Shape" && in != nil:
		r.lengths[n.Outputs[0]] = true
		return nil
	case in == nil && (numbers || lengths):
		for _, name := range n.Outputs {
			r.numbers[name], r.lengths[name] = numbers, lengths
		}
		return nil
	case in == nil:
		if (n.Op == "Cast" || n.Op == "Identity") && len(n.Inputs) == 1 {
			r.shapes[n.Outputs[0]] = r.shape(n.Inputs[0])
		}
		return nil
	case lengths:
		return errUnknown
	}
	op, channels, err := r.operator(n, in)
	if err != nil {
		return err
	}
	out, err := r.step(op, in, n.Outputs, channels)
	if err != nil {
		return err
	}
	if n.Op == "InstanceNormalization" {
		x := in[0]
		shape := []int64{int64(channels[0])}
		r.statistic(statistic{meanOf + n.Inputs[0], shape, x, false})
		r.statistic(statistic{varianceOf + n.Inputs[0], shape, x, true})
	}
	if mean, ok := r.means[n.Inputs[len(n.Inputs)-1]]; ok && n.Op == "Sub" && mean == in[0] {
		r.centred[out] = mean
	}
	if of, ok := r.centred[in[0]]; ok && (n.Op == "Mul" && len(in) == 2 && in[0] == in[1] ||
		n.Op == "Pow" && len(in) == 1 &&
			slices.Equal(r.Constants[n.Inputs[1]].Values, []float32{2})) {
		r.squares[out] = of
	}
	return nil
}

// maxChannels and maxScale bound the planes of a stranger's graph.
const (
	maxChannels = 1 << 20
	maxScale    = 1 << 12
)

// step adds an operator and its results, and gives the first.
func (r *reader) step(op operator, in []int, names []string, channels []int) (int, error) {
	f := r.field
	s := step{operator: op, in: in, work: 8}
	if w, ok := op.(interface{ multiplications() float64 }); ok {
		s.work = w.multiplications()
	}
	for j, name := range names {
		p := planes{name: name, channels: channels[min(j, len(channels)-1)]}
		for axis := range 2 {
			from := f.planes[in[0]]
			times, by := op.scale(axis)
			times, by = times*from.times[axis], by*from.by[axis]
			d := divisor(times, by)
			p.times[axis], p.by[axis] = times/d, by/d
			if max(times/d, by/d) > maxScale || p.channels > maxChannels {
				return 0, errUnknown
			}
		}
		r.known[name] = len(f.planes)
		s.out = append(s.out, len(f.planes))
		f.planes = append(f.planes, p)
	}
	f.steps = append(f.steps, s)
	return s.out[0], nil
}

func (r *reader) statistic(s statistic) {
	r.field.statistics = append(r.field.statistics, s)
	r.numbers[s.name] = true
	if !s.variance {
		r.means[s.name] = s.of
	}
}

// reduces takes the nodes that make statistics: the mean over height and width, of planes
// or of flattened ones. That of what planes differ by from their mean, squared, is their
// variance.
func (r *reader) reduces(n *Node) bool {
	name := n.Inputs[0]
	p, ok := r.known[name]
	flat, isFlat := r.flat[name]
	channels := func() int64 { return int64(r.field.planes[p].channels) }
	var shape []int64
	switch {
	case n.Op == "Reshape" && ok && len(n.Inputs) > 1:
		to := slices.Clone(r.Constants[n.Inputs[1]].Integers)
		last := len(to) - 1
		if last < 1 || to[last] != -1 {
			return false
		}
		seen := false
		for i, d := range to[:last] {
			switch {
			case d == 0 && i < 2:
				to[i] = []int64{1, channels()}[i]
			case d < 1:
				return false
			}
			if to[i] == channels() && !seen {
				seen = true
			} else if to[i] != 1 {
				return false
			}
		}
		if seen {
			r.flat[n.Outputs[0]] = flattened{p, to}
		}
		return seen
	case n.Op == "GlobalAveragePool" && ok:
		shape = []int64{1, channels(), 1, 1}
	case n.Op == "ReduceMean" && (ok || isFlat):
		axes := n.Integers("axes")
		if len(n.Inputs) > 1 {
			axes = r.Constants[n.Inputs[1]].Integers
		}
		wanted := []int64{2, 3}
		shape = []int64{1, channels(), 1, 1}
		if isFlat {
			p, shape = flat.planes, slices.Clone(flat.shape)
			wanted = []int64{int64(len(shape)) - 1}
			shape[len(shape)-1] = 1
		}
		axes = slices.Clone(axes)
		for i := range axes {
			if axes[i] < 0 {
				axes[i] += int64(len(shape))
			}
		}
		slices.Sort(axes)
		if !slices.Equal(axes, wanted) {
			return false
		}
		if n.Integer("keepdims", 1) == 0 {
			shape = shape[:wanted[0]]
		}
	default:
		return false
	}
	of, variance := r.squares[p]
	if !variance {
		of = p
	}
	r.statistic(statistic{n.Outputs[0], shape, of, variance})
	return true
}

// repeats takes the nodes that some exporters enlarge planes with: all values in one
// column, which is put beside itself; rows of that, put beside themselves; and planes again.
func (r *reader) repeats(n *Node) bool {
	name := n.Inputs[0]
	at, begun := r.repeated[name]
	p, ok := r.known[name]
	switch {
	case n.Op == "Reshape" && ok && len(n.Inputs) > 1 &&
		slices.Equal(r.Constants[n.Inputs[1]].Integers, []int64{-1, 1}):
		at = repeating{planes: p, links: 1}
	case n.Op == "Concat" && begun && at.links%2 == 1 && n.Integer("axis", 0) == 1 &&
		len(n.Inputs) <= maxGrid &&
		!slices.ContainsFunc(n.Inputs, func(other string) bool { return other != name }):
		at.factor[1-at.links/2] = len(n.Inputs)
		at.links++
	case n.Op == "Reshape" && begun && at.links == 2:
		at.links++
	case n.Op == "Reshape" && begun && at.links == 4:
		_, err := r.step(&enlarged{factor: at.factor}, []int{at.planes}, n.Outputs[:1],
			[]int{r.field.planes[at.planes].channels})
		return err == nil
	default:
		return false
	}
	r.repeated[n.Outputs[0]] = at
	return true
}

func (r *reader) shape(name string) []int64 {
	if c, ok := r.Constants[name]; ok {
		return c.Shape
	}
	return r.shapes[name]
}
