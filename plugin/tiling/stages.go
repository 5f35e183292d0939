package tiling

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"impasto.net/plugin/lease"
	"impasto.net/plugin/network"
	"impasto.net/plugin/onnx"
	"impasto.net/plugin/pixels"
)

const (
	// stageMemory is what a tile of a stage may take, in bytes. The stages between two norms
	// need little around their cores, so that larger ones save nothing. ONNX Runtime holds
	// on to up to twice that, because every stage has tensors of other sizes. Of little room
	// it is a quarter.
	stageMemory = 256 << 20

	// ownMemory is what the engine takes with nothing to paint, and the weights.
	ownMemory = 128 << 20
)

// plan is the stages that frames of one size go through, with their graphs loaded.
type plan struct {
	width, height int
	room          int // bytes of what is kept
	stages        []*loadedStage
	checked       bool // that tiles make the same picture as a whole run
	failed        int  // bytes for a tile that there was not enough memory for; 0 is none
}

type loadedStage struct {
	*onnx.Stage
	session    *network.Session
	statistics []onnx.Statistic
	others     []string
}

func (p *plan) close() {
	for _, s := range p.stages {
		_ = s.session.Close() // fails for what is closed already only
	}
	p.stages = nil
}

// staged takes a picture through a network that takes statistics of the whole of it. It
// owns the picture as Paint does.
func (t *Tiler) staged(ctx context.Context, g *Graph, picture []float32, width, height int,
	extra []network.Tensor, painted func(float64)) ([]float32, error) {
	err := t.check(ctx, g, extra)
	if err != nil && ctx.Err() == nil && !errors.Is(err, network.ErrMemory) &&
		!errors.Is(err, network.ErrDevice) {
		t.Log.Warn("a network that is not painted in tiles", "network", g.ID, "error", err)
		g.Field = nil
		return t.Paint(ctx, g, picture, width, height, extra, painted)
	}
	var out []float32
	if err == nil {
		run := staging{Tiler: t, graph: g, ctx: ctx, extra: extra, painted: painted, width: width,
			height: height}
		run.bytes = min(stageMemory, t.Budget.Room()/4)
		run.room = max(min(t.Budget.Room(),
			lease.MostMemory-pictureBytes*width*height-ownMemory)-2*run.bytes, run.bytes)
		out, err = run.run(picture)
	}
	if err != nil || !same(out, picture) {
		t.Buffers.Put(picture)
	}
	return out, err
}

// same says whether two buffers are one.
func same(a, b []float32) bool { return len(a) > 0 && len(b) > 0 && &a[0] == &b[0] }

// checkSide is about the side of the picture that stages are tried with, in pixels.
const checkSide = 384

// check tries the stages of a network on a small picture, once: what a stranger's graph
// does has been told from its operators, and they may have been taken for others.
func (t *Tiler) check(ctx context.Context, g *Graph, extra []network.Tensor) error {
	if g.plan.checked {
		return nil
	}
	in := g.Input
	size := pixels.NewGeometry(checkSide, checkSide-g.Field.Grid, in.MultipleOf, in.Minimum)
	picture, want := make([]float32, 3*size.Plane()), make([]float32, 3*size.Plane())
	random := rand.New(rand.NewPCG(1, 1))
	for i := range picture {
		picture[i] = float32(in.Range[0] + (in.Range[1]-in.Range[0])*random.Float64())
	}
	pixels.Normalise(t.Threads(), in.Mean, in.Std, picture)
	if err := g.Run(ctx, picture, want, size.Width, size.Height, extra); err != nil {
		return err
	}
	run := staging{Tiler: t, graph: g, ctx: ctx, extra: extra, painted: func(float64) {},
		width: size.Width, height: size.Height, room: triedMemory, bytes: stageMemory}
	var got []float32
	err := network.ErrMemory
	for run.pixels = size.Plane() / 3; errors.Is(err, network.ErrMemory) &&
		run.pixels <= 3*size.Plane(); run.pixels *= 3 {
		got, err = run.run(picture) // where a stage needs much around its cores, in fewer tiles
	}
	if err != nil {
		return err
	}
	defer func() {
		if !same(got, picture) {
			t.Buffers.Put(got)
		}
	}()
	for i, v := range got {
		if !(math.Abs(float64(v-want[i])) <= 1e-3*(g.Output.Range[1]-g.Output.Range[0])) {
			return fmt.Errorf("value %d of a small picture is %g in tiles, and %g as a whole", i, v,
				want[i])
		}
	}
	g.plan.checked = true
	return nil
}

// staging takes one picture through the stages.
type staging struct {
	*Tiler
	graph         *Graph
	ctx           context.Context
	extra         []network.Tensor
	painted       func(fraction float64)
	width, height int
	room          int // bytes of what is kept
	bytes         int // of a tile, at the most
	pixels        int // of a tile, where that is asked for

	kept       map[string][]float32
	statistics map[string]*moments
	work, done float64
}

func (t *staging) run(picture []float32) (out []float32, err error) {
	if err := t.load(); err != nil {
		return nil, err
	}
	source := t.graph.Input.Name
	t.kept, t.statistics = map[string][]float32{source: picture}, map[string]*moments{}
	defer func() {
		for _, values := range t.kept {
			if !same(values, out) && !same(values, picture) {
				t.Buffers.Put(values)
			}
		}
	}()
	stages := t.graph.plan.stages
	for _, st := range stages {
		t.work += st.Work
	}
	for i, st := range stages {
		for _, p := range st.To {
			if st.Of == nil && !takes(stages[i:], source) {
				t.kept[p.Name] = picture // which nothing needs any more
				continue
			}
			values, err := t.Buffers.Get(p.Channels * p.Height * p.Width)
			if err != nil {
				return nil, err
			}
			t.kept[p.Name] = values
		}
		for {
			if err = t.pass(st); !errors.Is(err, network.ErrMemory) || t.most() < leastTile {
				break
			}
			t.graph.plan.failed = t.most()
		}
		if err != nil {
			return nil, err
		}
		t.done += st.Work
		if st.Of == nil {
			return t.kept[st.To[0].Name], nil
		}
		for name, values := range t.kept {
			if name != source && !takes(stages[i+1:], name) {
				delete(t.kept, name)
				t.Buffers.Put(values)
			}
		}
	}
	return nil, errors.New("the network's stages have no end")
}

// most is what a tile may take, in bytes.
func (t *staging) most() int {
	if failed := t.graph.plan.failed; failed > 0 {
		return min(failed/2, t.bytes)
	}
	return t.bytes
}

// leastTile is where there is no use in halving a tile any more, in bytes.
const leastTile = 1 << 20

// takes says whether one of some stages takes a tensor.
func takes(stages []*loadedStage, name string) bool {
	return slices.ContainsFunc(stages, func(s *loadedStage) bool {
		return slices.ContainsFunc(s.From, func(p onnx.Planes) bool { return p.Name == name })
	})
}

// load plans the stages for the picture's size and loads their graphs, where those of the
// last picture are not the same, or keep more than there is room for, or far less.
func (t *staging) load() error {
	p := &t.graph.plan
	if p.width == t.width && p.height == t.height && p.stages != nil && p.room <= t.room &&
		t.room/2 <= p.room {
		return nil
	}
	p.close()
	stages, err := t.graph.Stages.Plan(t.height, t.width, t.room)
	if err != nil {
		return err
	}
	for _, st := range stages {
		l, err := t.loaded(st)
		if err != nil {
			p.close()
			return err
		}
		p.stages = append(p.stages, l)
	}
	p.width, p.height, p.room = t.width, t.height, t.room
	return nil
}

// loaded is a stage with its graph loaded.
func (t *staging) loaded(st *onnx.Stage) (*loadedStage, error) {
	graph, statistics, others, err := st.Graph()
	if err != nil {
		return nil, err
	}
	ports := func(all []onnx.Planes) (ports []network.Port) {
		for _, p := range all {
			ports = append(ports,
				network.Port{Name: p.Name, Shape: []int64{1, int64(p.Channels), -1, -1}})
		}
		return ports
	}
	in := ports(st.From)
	for _, q := range statistics {
		in = append(in, network.Port{Name: q.Name, Shape: q.Shape})
	}
	for _, name := range others {
		in = append(in, network.Port{Name: name})
	}
	s, err := network.Load(graph, in, ports(st.Out), t.graph.Device, t.Threads())
	return &loadedStage{st, s, statistics, others}, err
}

// pass takes the picture through one stage.
func (t *staging) pass(st *loadedStage) error {
	most := t.pixels
	if most == 0 {
		most = t.most() / st.Bytes
	}
	columns, rows, err := cut(st.Pieces, t.width, t.height, most)
	if err != nil {
		return err
	}
	all := append(slices.Clone(st.From), st.Out...)
	across, widths, err := parts(st.Stage, 1, t.width, columns, all)
	if err != nil {
		return err
	}
	down, heights, err := parts(st.Stage, 0, t.height, rows, all)
	if err != nil {
		return err
	}
	extra, err := t.numbers(st)
	if err != nil {
		return err
	}
	tiles := make([]cube, len(all))
	for i, p := range all {
		tiles[i].channels = p.Channels
		if tiles[i].values, err = t.Buffers.Get(p.Channels * heights[i] * widths[i]); err != nil {
			return err
		}
		defer t.Buffers.Put(tiles[i].values)
	}
	var sums *moments
	if st.Of != nil {
		sums = &moments{sum: make([]float64, st.Of.Channels),
			squares: make([]float64, st.Of.Channels)}
		t.statistics[st.Of.Name] = sums
	}
	done := 0
	for r, y := range rows {
		for c, x := range columns {
			if err := t.tile(st, all, tiles, down[r], across[c], extra, sums); err != nil {
				return err
			}
			done += (y.CoreTo - y.CoreFrom) * (x.CoreTo - x.CoreFrom)
			t.painted((t.done + st.Work*float64(done)/float64(t.width*t.height)) / t.work)
		}
	}
	return nil
}

// parts are what pieces of the picture are of some planes, along an axis, and how long
// they are at the most.
func parts(st *onnx.Stage, axis, length int, pieces []onnx.Piece,
	of []onnx.Planes) (all [][]onnx.Part, longest []int, err error) {
	longest = make([]int, len(of))
	for _, p := range pieces {
		q, err := st.Parts(axis, length, p, of)
		if err != nil {
			return nil, nil, err
		}
		all = append(all, q)
		for i := range q {
			longest[i] = max(longest[i], q[i].Size)
		}
	}
	return all, longest, nil
}

// numbers is what a stage takes extra planes.
func (t *staging) numbers(st *loadedStage) (all []network.Tensor, err error) {
	for _, q := range st.statistics {
		all = append(all, network.Tensor{Shape: q.Shape, Values: t.statistics[q.Of].of(q.Variance)})
	}
	for _, name := range st.others {
		i := slices.Index(t.graph.Extra, name)
		if i < 0 {
			return nil, fmt.Errorf("a stage takes %q, which the network does not", name)
		}
		all = append(all, t.extra[i])
	}
	return all, nil
}

// tile takes one tile through a stage: its part of what is kept in, and its core of what is
// to be kept out.
func (t *staging) tile(st *loadedStage, all []onnx.Planes, tiles []cube, down, across []onnx.Part,
	extra []network.Tensor, sums *moments) error {
	if err := t.ctx.Err(); err != nil {
		return err
	}
	workers := t.Threads()
	var in, out []network.Tensor
	for i, p := range all {
		v, h, tile := down[i], across[i], &tiles[i]
		tile.height, tile.width = v.Size, h.Size
		if i < len(st.From) {
			whole := cube{t.kept[p.Name], p.Channels, p.Height, p.Width}
			whole.copyTo(workers, tile, v.From, h.From, 0, 0, v.Size, h.Size)
			in = append(in, tile.tensor())
		} else {
			out = append(out, tile.tensor())
		}
	}
	if err := st.session.Run(t.ctx, append(in, extra...), out); err != nil {
		return err
	}
	for i := len(st.From); i < len(all); i++ {
		p, v, h := all[i], down[i], across[i]
		y, x, height, width := v.CoreFrom-v.From, h.CoreFrom-h.From, v.CoreTo-v.CoreFrom,
			h.CoreTo-h.CoreFrom
		if values, ok := t.kept[p.Name]; ok {
			tiles[i].copyTo(workers, &cube{values, p.Channels, p.Height, p.Width}, y, x, v.CoreFrom,
				h.CoreFrom, height, width)
		}
		if st.Of != nil && p.Name == st.Of.Name {
			sums.add(workers, &tiles[i], y, x, height, width)
		}
	}
	return nil
}
