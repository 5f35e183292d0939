// Package session has the networks that are loaded, and says on which device and how finely they
// run.
package session

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"impasto.net/bridge"
	"impasto.net/plugin/look"
	"impasto.net/plugin/network"
	"impasto.net/plugin/onnx"
	"impasto.net/plugin/pixels"
	"impasto.net/plugin/style"
	"impasto.net/plugin/tiling"
)

// maxSessions is how many networks stay loaded.
const maxSessions = 4

// Sessions are the networks that are loaded, one for all of its styles. Whoever holds one
// has a lease on it: nothing is destroyed in use.
type Sessions struct {
	mutex sync.Mutex
	list  []*Session // the longest unused first
}

// Session is a network that is loaded, or being loaded until ready is closed.
type Session struct {
	*style.Network
	Place    Placement
	Device   network.Device // that the painter is on; the others are on the CPU
	InHalf   bool           // the painter is the one at half precision
	Why      string         // it is on none that is better; empty where there is none
	Encoders pixels.Encoders
	Decoders pixels.Decoders
	Inverse  pixels.Encoders // of the decoders

	Painter    *network.Session
	OfPainting *network.Session // of networks that take a painting's vectors
	statistics *network.Session // of networks that styles share

	// For whoever has the device: the painter as tiles go through it, and what goes into
	// statistics and comes out of it.
	Tiles        tiling.Graph
	Small, norms network.Tensor

	ready chan struct{}
	err   error
	users int
}

// Get finds or loads the network of a look, for a place. The caller has to put it back.
// loading is called when there is something to wait for.
func (s *Sessions) Get(ctx context.Context, l *look.Look, place Placement, threads int,
	loading func(label string)) (*Session, error) {
	x := s.lease(l, place, threads)
	select {
	case <-x.ready:
	default:
		loading(l.Label)
		select {
		case <-x.ready:
		case <-ctx.Done():
			s.Put(x)
			return nil, ctx.Err()
		}
	}
	if x.err != nil {
		s.Put(x)
		if errors.Is(x.err, network.ErrMemory) {
			return nil, bridge.Failure(bridge.CodeMemory, x.err,
				"There is not enough memory to load the style %q.", l.Label)
		}
		if errors.Is(x.err, errHalf) {
			return nil, bridge.Failure(bridge.CodeDevice, nil,
				"The style %q is not painted at 16 bits: %v. Set Precision to Auto or 32 bit.",
				l.Label, x.err)
		}
		if errors.Is(x.err, network.ErrDevice) {
			return nil, bridge.Failure(bridge.CodeDevice, x.err,
				"The style %q cannot be painted on a GPU: %s. Set Device to CPU or Auto, or ask "+
					"impasto doctor what is wrong.", l.Label, bridge.Brief(x.err))
		}
		return nil, bridge.Failure(bridge.CodeStyle, nil,
			"The style %q cannot be used, because its network %s in %s cannot: %v.", l.Label, x.ID,
			x.Folder, x.err)
	}
	return x, nil
}

func (s *Sessions) lease(l *look.Look, place Placement, threads int) *Session {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	x := s.find(l.Network.ID, place)
	if x == nil {
		x = &Session{Network: l.Network, Place: place, ready: make(chan struct{})}
		x.users++ // the loader's
		s.list = append(s.list, x)
		go func() {
			defer s.Put(x)
			defer close(x.ready)
			x.err = x.load(l.Vector, threads)
		}()
	}
	x.users++
	return x
}

// find looks among the loaded, and makes what it finds the last that is dropped.
func (s *Sessions) find(id string, place Placement) *Session {
	for i, x := range s.list {
		if x.ID == id && x.Place == place {
			s.list = append(append(s.list[:i], s.list[i+1:]...), x)
			return x
		}
	}
	return nil
}

// Hold is one more lease on what the caller has a lease on.
func (s *Sessions) Hold(x *Session) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	x.users++
}

// Put ends a lease.
func (s *Sessions) Put(x *Session) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	x.users--
	kept := s.list[:0]
	left := len(s.list)
	for _, x := range s.list {
		// What could not be loaded is tried again the next time.
		if x.users == 0 && (x.err != nil || left > maxSessions) {
			left--
			x.Tiles.Close()
			for _, n := range []*network.Session{x.Painter, x.OfPainting, x.statistics} {
				if n != nil {
					_ = n.Close() // fails for what is closed already only
				}
			}
			continue
		}
		kept = append(kept, x)
	}
	clear(s.list[len(kept):])
	s.list = kept
}

// load loads a network. The vector is that of a style, to try it with.
func (x *Session) load(vector []float32, threads int) error {
	in, out := &x.Input, &x.Output
	inputs := []network.Port{port(in.Name, in.Size)}
	files := []string{x.Graph}
	switch {
	case x.Norms != nil:
		files = append(files, x.Norms.Graph)
	case x.Vectors != nil:
		files = append(files, x.Vectors.Graph)
	}
	graphs, err := x.Load(files...)
	if err != nil {
		return err
	}
	// Each takes one thread: the graph beside the painter is loaded at the same time.
	var other errgroup.Group
	beside := func(to **network.Session, file string, takes, gives []network.Port) {
		other.Go(func() (err error) {
			if *to, err = network.Load(graphs[1], takes, gives, network.Device{},
				threads); err != nil {
				err = fmt.Errorf("%s: %w", file, err)
			}
			return err
		})
	}
	switch {
	case x.Norms != nil:
		n := x.Norms
		length := []int64{int64(n.Length)}
		takes := []network.Port{network.Picture(n.Picture, n.Size, n.Size),
			{Name: n.Style, Shape: length}}
		beside(&x.statistics, n.Graph, takes, []network.Port{{Name: n.Output, Shape: length}})
		x.Small = network.NewPicture(make([]float32, 3*n.Size*n.Size), n.Size, n.Size)
		x.norms = network.Tensor{Shape: length, Values: make([]float32, n.Length)}
		inputs = append(inputs, network.Port{Name: n.Input, Shape: length})
	case x.Vectors != nil:
		v := x.Vectors
		var gives []network.Port
		for i := range v.Outputs {
			gives = append(gives, network.Port{Name: v.Outputs[i]})
			inputs = append(inputs, network.Port{Name: v.Inputs[i]})
		}
		beside(&x.OfPainting, v.Graph, []network.Port{port(x.Painting.Name, x.Painting.Size)},
			gives)
	case x.Painting != nil:
		inputs = append(inputs, port(x.Painting.Name, x.Painting.Size))
	}
	if x.Alpha != "" {
		inputs = append(inputs, network.Port{Name: x.Alpha})
	}
	outputs := []network.Port{port(out.Name, in.Size)}
	err = x.settle(graphs[0], inputs, outputs, threads)
	if failed := other.Wait(); failed != nil {
		return failed
	}
	if err != nil {
		return err
	}
	if x.Place.Precision != 32 {
		if err := x.halve(graphs[0], inputs, outputs, vector, threads); err != nil {
			return err
		}
	}
	x.Tiles = tiling.Graph{ID: x.ID, Input: in, Output: out, Device: x.Device, Run: x.Run}
	if in.Size == nil {
		// What is not known well enough is painted whole.
		x.Tiles.Field, x.Tiles.Stages, _ = onnx.NewStages(graphs[0], in.Name, out.Name)
	}
	for _, p := range inputs[1:] {
		x.Tiles.Extra = append(x.Tiles.Extra, p.Name)
	}
	x.Encoders = pixels.NewEncoders(in.Range[0], in.Range[1])
	x.Decoders = pixels.NewDecoders(out.Range[0], out.Range[1])
	x.Inverse = pixels.NewEncoders(out.Range[0], out.Range[1])
	return nil
}

// port is that of a picture, whose size may be fixed.
func port(name string, size *[2]int) network.Port {
	if size == nil {
		return network.Picture(name, 0, 0)
	}
	return network.Picture(name, size[0], size[1])
}

// Sample makes the small picture of a frame that the norms are made of, where styles share
// the network.
func (x *Session) Sample(workers int, picture []float32, g *pixels.Geometry) {
	if x.Norms == nil {
		return
	}
	pixels.Average(workers, picture, g, g.Whole(), x.Small.Values, x.Norms.Size)
}

// NormsOf makes the norms of the small picture and a vector: what such a network takes
// beside the frame. For others there is nothing to be made.
func (x *Session) NormsOf(ctx context.Context, vector []float32) ([]network.Tensor, error) {
	if x.Norms == nil {
		return nil, nil
	}
	in := []network.Tensor{x.Small, {Shape: x.norms.Shape, Values: vector}}
	return []network.Tensor{x.norms}, x.statistics.Run(ctx, in, []network.Tensor{x.norms})
}

// Run is one run of the network: pictures of three planes, and what it takes beside the
// plate.
func (x *Session) Run(ctx context.Context, in, out []float32, width, height int,
	beside []network.Tensor) error {
	inputs := append([]network.Tensor{network.NewPicture(in, width, height)}, beside...)
	return x.Painter.Run(ctx, inputs, []network.Tensor{network.NewPicture(out, width, height)})
}
