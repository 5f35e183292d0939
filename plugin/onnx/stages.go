package onnx

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// Stages cut a graph with statistics of the whole picture into graphs without. One ends
// where statistics are taken, and those after it take them for inputs. What later stages
// need of a stage is kept as a whole, or made again from what an earlier stage kept,
// whichever there is memory for and costs less.
type Stages struct {
	Field   *Field
	file    []byte
	model   *Model
	makers  map[string]int // the nodes that tensors come from
	sources []int          // planes whose statistics are taken, in the order of the graph
}

// NewStages finds the statistics in a graph. There are none where the second result is nil,
// and then a piece is as good as the whole.
func NewStages(file []byte, input, output string) (*Field, *Stages, error) {
	m, err := Read(file)
	if err != nil {
		return nil, nil, err
	}
	f, err := NewField(m, input, output)
	if err != nil {
		return nil, nil, err
	}
	s := &Stages{Field: f, file: file, model: m, makers: map[string]int{}}
	for i := range m.Nodes {
		for _, name := range m.Nodes[i].Outputs {
			s.makers[name] = i
		}
	}
	for _, t := range f.statistics {
		s.sources = append(s.sources, t.of)
	}
	slices.Sort(s.sources)
	s.sources = slices.Compact(s.sources)
	if len(s.sources) == 0 {
		return f, nil, nil
	}
	if len(s.sources) > maxStages {
		return nil, nil, fmt.Errorf("it takes statistics at %d places", len(s.sources))
	}
	switch {
	case m.OperatorSet < 7:
		return nil, nil, errors.New("it is of an operator set before 7")
	case s.sources[0] == 0:
		return nil, nil, errors.New("it takes statistics of the picture itself")
	}
	return f, s, nil
}

// maxStages bounds what a stranger's graph can make us plan.
const maxStages = 64

// ancestors are the planes that some are made of, themselves included, back to those where
// that stops.
func (f *Field) ancestors(of, stop []int) map[int]bool {
	found := map[int]bool{}
	for _, p := range of {
		found[p] = true
	}
	for i := len(f.steps) - 1; i >= 0; i-- {
		s := &f.steps[i]
		if !slices.ContainsFunc(s.out, func(p int) bool {
			return found[p] &&
				!slices.Contains(stop, p)
		}) {
			continue
		}
		for _, p := range s.in {
			found[p] = true
		}
	}
	return found
}

// Planes are a tensor between two stages, or the picture.
type Planes struct {
	Name          string
	Channels      int
	Height, Width int // of the whole
	index         int
}

// Statistic goes into a stage: the mean, or the variance, of every channel of planes.
type Statistic struct {
	Name     string
	Shape    []int64
	Of       string
	Variance bool
}

// Stage is a graph between two places where statistics are taken.
type Stage struct {
	View
	From []Planes // that it takes; the picture may be among them
	Out  []Planes // that it gives,
	To   []Planes // those of them that are kept: the picture, at the end
	Of   *Planes  // that of them whose statistics are taken; none at the end
	Work float64  // in multiplications, or what takes as long, for a pixel

	// Bytes that a run takes for a pixel of the piece of the picture, with what goes in and
	// comes out.
	Bytes  int
	stages *Stages
}

// Plan cuts the graph for pictures of a size, so that what is kept takes no more than some
// bytes at a time, or as little as it can.
func (s *Stages) Plan(height, width int, room int) ([]*Stage, error) {
	var sizes [2][]reach
	for axis, length := range []int{height, width} {
		var err error
		if sizes[axis], err = s.Field.whole.trace(axis, length, edges{true, true}); err != nil {
			return nil, err
		}
	}
	live := s.live()
	n := len(live) - 1
	work := s.spans(live)
	values := func(planes []int) (sum float64) {
		for _, p := range planes {
			if p != 0 {
				sum += float64(s.Field.planes[p].channels) * float64(sizes[0][p].size) *
					float64(sizes[1][p].size)
			}
		}
		return sum
	}
	// The cheapest way from the picture to the end, by places where all that is live is kept.
	cost, before := make([]float64, n+1), make([]int, n+1)
	for most := max(float64(room), 1); ; most *= 2 {
		for to := 1; to <= n; to++ {
			cost[to] = math.Inf(1)
			for from := range to {
				c := cost[from] + work[from][to] + keeping*values(live[to])/float64(height*width)
				if c < cost[to] && 4*values(union(live[from], live[to])) <= most {
					cost[to], before[to] = c, from
				}
			}
		}
		if !math.IsInf(cost[n], 1) {
			break
		}
	}
	var plan []*Stage
	for to := n; to > 0; to = before[to] {
		from := before[to]
		var stages []*Stage
		for i := from; i < to; i++ {
			var kept []int
			if i == to-1 {
				kept = live[to]
			}
			stages = append(stages, s.stage(live[from], i, kept, sizes))
		}
		plan = append(stages, plan...)
	}
	return plan, nil
}

// live is what is needed of all that there is at the picture, at every place where
// statistics are taken, and at the end.
func (s *Stages) live() [][]int {
	f := s.Field
	all := [][]int{{0}}
	for i := range s.sources {
		done := f.ancestors(s.sources[:i+1], nil)
		later := f.ancestors(append(slices.Clone(s.sources[i+1:]), f.output), nil)
		var live []int
		for _, step := range f.steps {
			if !done[step.out[0]] && later[step.out[0]] {
				live = union(live,
					slices.DeleteFunc(slices.Clone(step.in), func(p int) bool { return !done[p] }))
			}
		}
		all = append(all, live)
	}
	return append(all, []int{f.output})
}

// spans is the work of all stages from what is live at one place to another one.
func (s *Stages) spans(live [][]int) [][]float64 {
	f := s.Field
	all := make([][]float64, len(live))
	for from := range all {
		all[from] = make([]float64, len(live))
		for to := from + 1; to < len(live); to++ {
			target := f.output
			if to <= len(s.sources) {
				target = s.sources[to-1]
			}
			all[from][to] = all[from][to-1] + f.work(f.between(live[from], []int{target}))
		}
	}
	return all
}

// between are the steps that some planes are made with of others.
func (f *Field) between(from, to []int) (steps []step) {
	found := f.ancestors(to, from)
	for _, x := range f.steps {
		if found[x.out[0]] && !slices.Contains(from, x.out[0]) {
			steps = append(steps, x)
		}
	}
	return steps
}

// work is that of some steps, for a pixel.
func (f *Field) work(steps []step) (sum float64) {
	for _, x := range steps {
		sum += x.work * f.values(x.out[0])
	}
	return sum
}

// keeping is what it takes to keep a value and read it again, in multiplications.
const keeping = 30

func union(a, b []int) []int {
	all := append(slices.Clone(a), b...)
	slices.Sort(all)
	return slices.Compact(all)
}

// stage goes from what is kept to a target, and gives what is kept then.
func (s *Stages) stage(from []int, target int, kept []int, sizes [2][]reach) *Stage {
	st := &Stage{View: View{Field: s.Field}, stages: s}
	if target < len(s.sources) {
		of := s.Field.sized(s.sources[target], sizes)
		st.Of, st.Out, st.outputs = &of, []Planes{of}, []int{of.index}
	}
	for _, p := range kept {
		if slices.Contains(from, p) {
			continue
		}
		st.To = append(st.To, s.Field.sized(p, sizes))
		if !slices.Contains(st.outputs, p) {
			st.Out, st.outputs = append(st.Out, s.Field.sized(p, sizes)), append(st.outputs, p)
		}
	}
	found := st.ancestors(st.outputs, from)
	for _, p := range from {
		if found[p] {
			st.From, st.sources = append(st.From, s.Field.sized(p, sizes)), append(st.sources, p)
		}
	}
	steps := st.between(from, st.outputs)
	st.Work = st.work(steps)
	st.Bytes = st.memory(steps, st.outputs)
	for _, p := range union(st.sources, st.outputs) {
		st.Bytes += int(4*st.values(p)) + 1
	}
	return st
}

// Graph is the ONNX file of a stage, with the statistics that it takes and the names of the
// inputs of the whole graph that it takes beside them.
func (st *Stage) Graph() (file []byte, statistics []Statistic, others []string, err error) {
	m, f := st.stages.model, st.Field
	made := map[string]bool{} // names that nothing has to be made for
	for _, p := range st.sources {
		made[f.planes[p].name] = true
	}
	nodes := make([]bool, len(m.Nodes))
	used := map[string]bool{}
	taken := map[string]bool{}
	take := func(name string) bool {
		i := slices.IndexFunc(f.statistics, func(s statistic) bool { return s.name == name })
		if i < 0 {
			return false
		}
		if s := f.statistics[i]; !taken[name] {
			taken[name] = true
			statistics = append(statistics,
				Statistic{s.name, s.shape, f.planes[s.of].name, s.variance})
		}
		return true
	}
	var need []string
	for _, p := range st.outputs {
		need = append(need, f.planes[p].name)
	}
	for len(need) > 0 {
		name := need[len(need)-1]
		need = need[:len(need)-1]
		if name == "" || made[name] || take(name) {
			continue
		}
		made[name], used[name] = true, true
		i, ok := st.stages.makers[name]
		if !ok || nodes[i] {
			continue
		}
		nodes[i] = true
		need = append(need, m.Nodes[i].Inputs...)
		if m.Nodes[i].Op == "InstanceNormalization" {
			take(meanOf + m.Nodes[i].Inputs[0])
			take(varianceOf + m.Nodes[i].Inputs[0])
		}
	}
	for _, p := range m.Inputs {
		if used[p.Name] {
			others = append(others, p.Name)
		}
	}
	file, err = rewriteGraph(st.stages.file, func(_ *Model, graph []byte) ([]byte, error) {
		i := -1
		graph, err := rewrite(graph,
			func(field protowire.Number, value []byte) ([][]byte, bool, error) {
				switch field {
				case graphNode:
					i++
					if n := &m.Nodes[i]; nodes[i] && n.Op == "InstanceNormalization" {
						inputs := append(slices.Clone(n.Inputs), meanOf+n.Inputs[0],
							varianceOf+n.Inputs[0])
						var attributes [][]byte
						if epsilon := n.attributes["epsilon"]; epsilon != nil {
							attributes = append(attributes, epsilon)
						}
						return [][]byte{nodeBytes("BatchNormalization", inputs, n.Outputs,
							attributes...)}, true, nil
					}
					return nil, !nodes[i], nil
				case graphInitializer:
					name, err := tensorsName(value)
					return nil, !used[name], err
				case graphInput:
					p, err := port(value)
					return nil, !used[p.Name], err
				case graphOutput, graphValueInfo:
					return nil, true, nil
				}
				return nil, false, nil
			})
		planes := func(field protowire.Number, all []int) {
			for _, p := range all {
				t := &f.planes[p]
				graph = bytesField(graph, field,
					portBytes(Port{t.name, TypeFloat, []int64{1, int64(t.channels), Any, Any}}))
			}
		}
		planes(graphInput, st.sources)
		for _, s := range statistics {
			graph = bytesField(graph, graphInput, portBytes(Port{s.Name, TypeFloat, s.Shape}))
		}
		planes(12, st.outputs)
		return graph, err
	})
	return file, statistics, others, err
}

// tensorsName is that of a tensor.
func tensorsName(b []byte) (name string, err error) {
	err = each(b, func(field protowire.Number, value []byte, _ uint64) error {
		if field == tensorName {
			name = string(value)
		}
		return nil
	})
	return name, err
}
