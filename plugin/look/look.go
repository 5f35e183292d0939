// Package look says in what a frame is painted: a style of the bank, or what lies between two.
package look

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

// Looks are the styles that frames are painted in.
type Looks struct {
	Bank style.Bank
	kept *cache.LRU[string, *Look] // by ID
}

// Look is what a frame is painted in: a style, or what lies between two. It is not changed.
type Look struct {
	ID, Label string // of the style, or of both
	Network   *style.Network
	Encoder   *style.Encoder // in place of a network: plates are optimised
	Vector    []float32      // nil where the style has its network to itself
	plain     []float32      // the network's vector that paints the least, where it has one
	Strength  float64        // of the style: 1 as it was made
	Key       pixels.Key     // of vector and strength
}

// New finds styles in a bank.
func New(bank style.Bank) *Looks { return &Looks{bank, cache.NewLRU[string, *Look](keptLooks)} }

// Get gives the style that an id names. Without a version the disk decides which one it is.
func (l *Looks) Get(id string) (*Look, error) {
	if x, ok := l.kept.Get(id); ok {
		return x, nil
	}
	x, err := l.read(id)
	if err != nil {
		return nil, bridge.Failure(bridge.CodeStyle, nil, "%s.", bridge.Sentence(err))
	}
	l.kept.Add(x.ID, x, int64(4*len(x.Vector)+8<<10))
	return x, nil
}

func (l *Looks) read(id string) (*Look, error) {
	s, err := l.Bank.Find(id)
	if errors.Is(err, style.ErrMissing) {
		e, other := l.Bank.FindEncoder(id)
		if other == nil {
			return &Look{ID: e.ID, Label: e.Label, Encoder: e}, nil
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
	n, err := l.Bank.Network(s)
	if err != nil {
		return nil, err
	}
	x := &Look{ID: s.ID, Label: s.Label, Network: n, Strength: 1}
	if n.Norms != nil {
		if x.Vector, err = s.LoadVector(n.Norms.Length); err != nil {
			return nil, fmt.Errorf("the style %q cannot be used: %w", s.Label, err)
		}
		if x.plain, err = n.LoadPlain(); err != nil {
			return nil, fmt.Errorf("the style %q cannot be used: %w", s.Label, err)
		}
		x.Key = pixels.Digest(x.Vector)
	}
	return x, nil
}

// Forget has every style looked for on disk the next time.
func (l *Looks) Forget() { l.kept.Clear() }

// Mix gives what lies between two styles, 0 being the first and 1 the second, as unreal as it
// is wanted. One that has no part in it need not be there.
func (l *Looks) Mix(idA, idB string, mix, unrealness float64) (*Look, error) {
	x, err := l.between(idA, idB, mix)
	if err != nil {
		return nil, err
	}
	return x.at(strength(unrealness)), nil
}

func (l *Looks) between(idA, idB string, mix float64) (*Look, error) {
	switch mix {
	case 0:
		return l.Get(idA)
	case 1:
		return l.Get(idB)
	}
	a, err := l.Get(idA)
	if err != nil {
		return nil, err
	}
	b, err := l.Get(idB)
	if err != nil {
		return nil, err
	}
	if a.ID == b.ID {
		return a, nil
	}
	if a.Encoder != nil || b.Encoder != nil {
		return nil, bridge.Failure(bridge.CodeStyle, nil,
			"The styles %q and %q cannot be mixed, because what is optimised has no network: "+
				"choose two of one network, or mix 0 or 1 of the second.", a.Label, b.Label)
	}
	if a.Network.ID != b.Network.ID {
		return nil, bridge.Failure(bridge.CodeStyle, nil,
			"The styles %q and %q cannot be mixed, because each has another network: choose two "+
				"of one network, or mix 0 or 1 of the second.", a.Label, b.Label)
	}
	x := *a
	x.ID, x.Label = a.ID+" and "+b.ID, a.Label+" and "+b.Label
	x.Vector = towards(a.Vector, b.Vector, mix)
	x.Key = pixels.Digest(x.Vector)
	return &x, nil
}

// strength is how much of a style there is at an unrealness: nothing at the least, 1 at the
// default, half as much again at the most. One step of unrealness below the default is a
// sixth of the way from the network's plain vector to the style's, above it an eighth.
func strength(unrealness float64) float64 {
	if unrealness <= bridge.DefaultUnrealness {
		return (unrealness - bridge.MinUnrealness) / (bridge.DefaultUnrealness -
			bridge.MinUnrealness)
	}
	return 1 + (unrealness-bridge.DefaultUnrealness)/8
}

// at gives the look at a strength. Of a network that takes neither a vector nor a number for
// that it is always the same, and an encoder has no strength of its own.
func (x *Look) at(strength float64) *Look {
	if strength == 1 || x.Encoder != nil || x.plain == nil && x.Network.Alpha == "" {
		return x
	}
	y := *x
	y.Strength = strength
	if y.plain != nil {
		y.Vector = towards(x.plain, x.Vector, strength)
	}
	y.Key = pixels.Digest(append(slices.Clip(y.Vector), float32(strength)))
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
