package engine

import (
	"errors"
	"fmt"
	"slices"

	"impasto.net/bridge"
	"impasto.net/plugin/cache"
	"impasto.net/plugin/pixels"
	"impasto.net/plugin/style"
)

// keptLooks is what styles at hand may take, in bytes: more than a thousand.
const keptLooks = 16 << 20

// looks are the styles that frames are painted in.
type looks struct {
	bank style.Bank
	kept *cache.LRU[string, *look] // by ID
}

// look is what a frame is painted in: a style, or what lies between two. It is not changed.
type look struct {
	id, label string // of the style, or of both
	network   *style.Network
	encoder   *style.Encoder // in place of a network: plates are optimised
	vector    []float32      // nil where the style has its network to itself
	plain     []float32      // the network's vector that paints the least, where it has one
	strength  float64        // of the style: 1 as it was made
	key       pixels.Key     // of vector and strength
}

func newLooks(bank style.Bank) *looks { return &looks{bank, cache.NewLRU[string, *look](keptLooks)} }

// get gives the style that an id names. Without a version the disk decides which one it is.
func (l *looks) get(id string) (*look, error) {
	if x, ok := l.kept.Get(id); ok {
		return x, nil
	}
	x, err := l.read(id)
	if err != nil {
		return nil, bridge.Failure(bridge.CodeStyle, nil, "%s.", bridge.Sentence(err))
	}
	l.kept.Add(x.id, x, int64(4*len(x.vector)+8<<10))
	return x, nil
}

func (l *looks) read(id string) (*look, error) {
	s, err := l.bank.Find(id)
	if errors.Is(err, style.ErrMissing) {
		e, other := l.bank.FindEncoder(id)
		if other == nil {
			return &look{id: e.ID, label: e.Label, encoder: e}, nil
		}
		if !errors.Is(other, style.ErrMissing) {
			err = other
		}
	}
	if err != nil {
		return nil, err
	}
	if x, ok := l.kept.Get(s.ID); ok {
		return x, nil // and its network's files need not be read for every frame
	}
	n, err := l.bank.Network(s)
	if err != nil {
		return nil, err
	}
	x := &look{id: s.ID, label: s.Label, network: n, strength: 1}
	if n.Norms != nil {
		if x.vector, err = s.LoadVector(n.Norms.Length); err != nil {
			return nil, fmt.Errorf("the style %q cannot be used: %w", s.Label, err)
		}
		if x.plain, err = n.LoadPlain(); err != nil {
			return nil, fmt.Errorf("the style %q cannot be used: %w", s.Label, err)
		}
		x.key = pixels.Digest(x.vector)
	}
	return x, nil
}

// forget has every style looked for on disk the next time.
func (l *looks) forget() { l.kept.Clear() }

// mix gives what lies between two styles, 0 being the first and 1 the second, as unreal as it
// is wanted. One that has no part in it need not be there.
func (l *looks) mix(idA, idB string, mix, unrealness float64) (*look, error) {
	x, err := l.between(idA, idB, mix)
	if err != nil {
		return nil, err
	}
	return x.at(strength(unrealness)), nil
}

func (l *looks) between(idA, idB string, mix float64) (*look, error) {
	switch mix {
	case 0:
		return l.get(idA)
	case 1:
		return l.get(idB)
	}
	a, err := l.get(idA)
	if err != nil {
		return nil, err
	}
	b, err := l.get(idB)
	if err != nil {
		return nil, err
	}
	if a.id == b.id {
		return a, nil
	}
	if a.encoder != nil || b.encoder != nil {
		return nil, bridge.Failure(bridge.CodeStyle, nil, "The styles %q and %q cannot be mixed, because what is optimised has no network: choose two of one network, or mix 0 or 1 of the second.", a.label, b.label)
	}
	if a.network.ID != b.network.ID {
		return nil, bridge.Failure(bridge.CodeStyle, nil, "The styles %q and %q cannot be mixed, because each has another network: choose two of one network, or mix 0 or 1 of the second.", a.label, b.label)
	}
	x := *a
	x.id, x.label = a.id+" and "+b.id, a.label+" and "+b.label
	x.vector = towards(a.vector, b.vector, mix)
	x.key = pixels.Digest(x.vector)
	return &x, nil
}

// strength is how much of a style there is at an unrealness: nothing at the least, 1 at the
// default, half as much again at the most. One step of unrealness below the default is a
// sixth of the way from the network's plain vector to the style's, above it an eighth.
func strength(unrealness float64) float64 {
	if unrealness <= bridge.DefaultUnrealness {
		return (unrealness - bridge.MinUnrealness) / (bridge.DefaultUnrealness - bridge.MinUnrealness)
	}
	return 1 + (unrealness-bridge.DefaultUnrealness)/8
}

// at gives the look at a strength. Of a network that takes neither a vector nor a number for
// that it is always the same, and an encoder has no strength of its own.
func (x *look) at(strength float64) *look {
	if strength == 1 || x.encoder != nil || x.plain == nil && x.network.Alpha == "" {
		return x
	}
	y := *x
	y.strength = strength
	if y.plain != nil {
		y.vector = towards(x.plain, x.vector, strength)
	}
	y.key = pixels.Digest(append(slices.Clip(y.vector), float32(strength)))
	return &y
}

// towards is what lies between two vectors, 0 being the first and 1 the second.
func towards(a, b []float32, t float64) []float32 {
	to := make([]float32, len(a))
	for i := range to {
		// Converted, so that the products are rounded alike on all processors.
		to[i] = float32(float64((1-t)*float64(a[i])) + float64(t*float64(b[i])))
	}
	return to
}
