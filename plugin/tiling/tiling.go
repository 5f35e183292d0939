// Package tiling takes frames through networks with as much memory as there is: whole, in tiles
// that have a halo of as many pixels as the network's receptive field reaches, or, where the
// network takes statistics of the whole frame, stage by stage.
package tiling

import (
	"context"
	"errors"

	"github.com/hashicorp/go-hclog"

	"impasto.net/plugin/lease"
	"impasto.net/plugin/network"
	"impasto.net/plugin/onnx"
	"impasto.net/plugin/style"
)

// Graph is a network that frames go through, and what was found out about it on the way. It
// belongs to whoever has the device.
type Graph struct {
	ID     string
	Input  *style.Input
	Output *style.Output
	Extra  []string // names of what it takes beside the plate
	Device network.Device
	Field  *onnx.Field  // nil where frames are not painted in tiles
	Stages *onnx.Stages // of those that take statistics of the whole frame

	// Run is one run of it: pictures of three planes, and the extra inputs.
	Run func(ctx context.Context, in, out []float32, width, height int,
		extra []network.Tensor) error

	failed int  // how many pixels there was not enough memory for
	plan   plan // the stages that frames of one size go through
}

// Close unloads what was loaded on the way.
func (g *Graph) Close() { g.plan.close() }

// Tiler is what all frames of an engine have in common.
type Tiler struct {
	Buffers *network.Buffers
	Budget  *lease.Budget
	Threads func() int
	Log     hclog.Logger
}

const (
	// pictureBytes is what a picture takes for a pixel.
	pictureBytes = 12

	// tileMemory is what one tile may take of the budget: a sixth of an 8K frame for the shipped
	// network. What tiles have around their cores is then an eighth of all that is painted.
	tileMemory = 800 << 20

	// triedMemory is tried where there seems to be less.
	triedMemory = 64 << 20

	// unknownBytes is taken for what a pixel takes where that is not known: about what it
	// does for the classic network.
	unknownBytes = 1 << 10
)

// Needs is what painting that many pixels takes: at the least, and what it makes use of
// where there is so much room.
func (g *Graph) Needs(pixels int) (least int, most func(room int) int) {
	if g.Field == nil {
		whole := pixels * unknownBytes
		return whole, func(room int) int { return min(whole, room) }
	}
	whole := pixels * (g.Field.Bytes + pictureBytes)
	return min(whole, triedMemory), func(room int) int {
		if whole > room && g.Stages == nil {
			return min(room, tileMemory)
		}
		return min(whole, room)
	}
}

// Paint takes a picture through the network, whole where there is memory for that and
// else tile by tile. What it gives may be in the picture's own buffer; it puts that back
// where it is not. painted is told how much is done.
func (t *Tiler) Paint(ctx context.Context, g *Graph, picture []float32, width, height int,
	extra []network.Tensor, painted func(float64)) ([]float32, error) {
	err := network.ErrMemory
	if area := width * height; g.Field == nil || !g.tooLarge(area) &&
		area*(g.Field.Bytes+pictureBytes) <= t.Budget.Room() {
		var out []float32
		if out, err = t.Buffers.Get(len(picture)); err == nil {
			if err = g.Run(ctx, picture, out, width, height, extra); err == nil {
				t.Buffers.Put(picture)
				return out, nil
			}
			t.Buffers.Put(out)
		}
		if errors.Is(err, network.ErrMemory) {
			g.failed = area
		}
	}
	if g.Field != nil && errors.Is(err, network.ErrMemory) {
		if g.Stages != nil {
			return t.staged(ctx, g, picture, width, height, extra, painted)
		}
		tiles := &tiled{Tiler: t, graph: g, ctx: ctx, extra: extra,
			frame: planar{picture, width, height}, painted: painted}
		err = tiles.run()
	}
	if err != nil {
		t.Buffers.Put(picture)
		return nil, err
	}
	return picture, nil
}

// tooLarge says whether there was not enough memory for as many pixels before.
func (g *Graph) tooLarge(pixels int) bool { return g.failed > 0 && pixels >= g.failed }
