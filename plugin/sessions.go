package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"impasto.net/bridge"
	"impasto.net/plugin/network"
	"impasto.net/plugin/pixels"
	"impasto.net/plugin/style"
)

// maxSessions is how many styles stay loaded.
const maxSessions = 4

// sessions are the styles that are loaded. Whoever holds one has a lease on it: nothing is
// destroyed in use.
type sessions struct {
	bank style.Bank

	mutex sync.Mutex
	list  []*session // the longest unused first
}

// session is a style that is loaded, or being loaded until ready is closed.
type session struct {
	style    *style.Package
	ready    chan struct{}
	err      error
	network  *network.Session
	vectors  *network.Session           // of styles that have such a graph
	encoders map[string]*pixels.Encoder // by bridge.Encoding…
	decoders map[string]*pixels.Decoder
	users    int
}

// get finds or loads the style that an id names. The caller has to put it back. loading
// is called when there is something to wait for.
func (s *sessions) get(ctx context.Context, id string, threads int, loading func(label string)) (*session, error) {
	x, err := s.lease(id, threads)
	if err != nil {
		return nil, failure(bridge.CodeStyle, nil, "%s.", sentence(err))
	}
	select {
	case <-x.ready:
	default:
		loading(x.style.Label)
		select {
		case <-x.ready:
		case <-ctx.Done():
			s.put(x)
			return nil, ctx.Err()
		}
	}
	if x.err != nil {
		s.put(x)
		if errors.Is(x.err, network.ErrMemory) {
			return nil, failure(bridge.CodeMemory, x.err, "There is not enough memory to load the style %q.", x.style.Label)
		}
		return nil, failure(bridge.CodeStyle, nil, "The style %q in %s cannot be used: %v.", x.style.ID, x.style.Folder, x.err)
	}
	return x, nil
}

func (s *sessions) lease(id string, threads int) (*session, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	x := s.find(id)
	if x == nil {
		// Without a version the disk decides which one it is.
		p, err := s.bank.Find(id)
		if err != nil {
			return nil, err
		}
		if x = s.find(p.ID); x == nil {
			x = &session{style: p, ready: make(chan struct{})}
			x.users++ // the loader's
			s.list = append(s.list, x)
			go func() {
				defer s.put(x)
				defer close(x.ready)
				x.err = x.load(threads)
			}()
		}
	}
	x.users++
	return x, nil
}

// find looks among the loaded, and makes what it finds the last that is dropped.
func (s *sessions) find(id string) *session {
	for i, x := range s.list {
		if x.style.ID == id {
			s.list = append(append(s.list[:i], s.list[i+1:]...), x)
			return x
		}
	}
	return nil
}

// hold is one more lease on what the caller has a lease on.
func (s *sessions) hold(x *session) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	x.users++
}

// put ends a lease.
func (s *sessions) put(x *session) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	x.users--
	kept := s.list[:0]
	left := len(s.list)
	for _, x := range s.list {
		// What could not be loaded is tried again the next time.
		if x.users == 0 && (x.err != nil || left > maxSessions) {
			left--
			for _, n := range []*network.Session{x.network, x.vectors} {
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

func (x *session) load(threads int) error {
	graph, vectors, err := x.style.Load()
	if err != nil {
		return err
	}
	in, out := &x.style.Input, &x.style.Output
	inputs := []network.Port{port(in.Name, in.Size)}
	if v := x.style.Vectors; v != nil {
		var outputs []network.Port
		for i := range v.Outputs {
			outputs = append(outputs, network.Port{Name: v.Outputs[i]})
			inputs = append(inputs, network.Port{Name: v.Inputs[i]})
		}
		painting := []network.Port{port(x.style.Painting.Name, x.style.Painting.Size)}
		if x.vectors, err = network.Load(vectors, painting, outputs, threads); err != nil {
			return fmt.Errorf("%s: %w", v.Graph, err)
		}
	} else if p := x.style.Painting; p != nil {
		inputs = append(inputs, port(p.Name, p.Size))
	}
	if x.style.Alpha != "" {
		inputs = append(inputs, network.Port{Name: x.style.Alpha})
	}
	if x.network, err = network.Load(graph, inputs, []network.Port{port(out.Name, in.Size)}, threads); err != nil {
		return err
	}
	x.encoders = make(map[string]*pixels.Encoder)
	x.decoders = make(map[string]*pixels.Decoder)
	for _, encoding := range []string{bridge.EncodingLinear, bridge.EncodingSRGB} {
		linear := encoding == bridge.EncodingLinear
		x.encoders[encoding] = pixels.NewEncoder(linear, in.Range[0], in.Range[1])
		x.decoders[encoding] = pixels.NewDecoder(linear, out.Range[0], out.Range[1])
	}
	return nil
}

// port is that of a picture, whose size may be fixed.
func port(name string, size *[2]int) network.Port {
	if size == nil {
		return network.Picture(name, 0, 0)
	}
	return network.Picture(name, size[0], size[1])
}

// run is one run of the network: pictures of three planes, and what it takes from a
// painting.
func (x *session) run(ctx context.Context, in, out []float32, width, height int, painting []network.Tensor) error {
	inputs := append([]network.Tensor{network.NewPicture(in, width, height)}, painting...)
	if x.style.Alpha != "" {
		inputs = append(inputs, x.network.One(len(inputs)))
	}
	return x.network.Run(ctx, inputs, []network.Tensor{network.NewPicture(out, width, height)})
}

// sentence gives an error a capital letter.
func sentence(err error) string {
	s := fmt.Sprint(err)
	return strings.ToUpper(s[:1]) + s[1:]
}
