package main

import (
	"fmt"
	"strings"

	"impasto.net/bridge"
	"impasto.net/plugin/pixels"
	"impasto.net/plugin/style"
)

// keptLooks is what styles at hand may take, in bytes: more than a thousand.
const keptLooks = 16 << 20

// looks are the styles that frames are painted in.
type looks struct {
	bank style.Bank
	kept *lru[string, *look] // by ID
}

// look is what a frame is painted in: a style, or what lies between two. It is not changed.
type look struct {
	id, label string // of the style, or of both
	network   *style.Network
	vector    []float32  // nil where the style has its network to itself
	key       pixels.Key // of the vector
}

func newLooks(bank style.Bank) *looks { return &looks{bank, newLRU[string, *look](keptLooks)} }

// get gives the style that an id names. Without a version the disk decides which one it is.
func (l *looks) get(id string) (*look, error) {
	if x, ok := l.kept.get(id); ok {
		return x, nil
	}
	x, err := l.read(id)
	if err != nil {
		return nil, failure(bridge.CodeStyle, nil, "%s.", sentence(err))
	}
	l.kept.add(x.id, x, int64(4*len(x.vector)+8<<10))
	return x, nil
}

func (l *looks) read(id string) (*look, error) {
	s, err := l.bank.Find(id)
	if err != nil {
		return nil, err
	}
	n, err := l.bank.Network(s)
	if err != nil {
		return nil, err
	}
	x := &look{id: s.ID, label: s.Label, network: n}
	if n.Norms != nil {
		if x.vector, err = s.LoadVector(n.Norms.Length); err != nil {
			return nil, fmt.Errorf("the style %q cannot be used: %w", s.ID, err)
		}
		x.key = pixels.Digest(x.vector)
	}
	return x, nil
}

// forget has every style looked for on disk the next time.
func (l *looks) forget() { l.kept.clear() }

// mix gives what lies between two styles, 0 being the first and 1 the second. One that has
// no part in it need not be there.
func (l *looks) mix(idA, idB string, mix float64) (*look, error) {
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
	if a.network.ID != b.network.ID {
		return nil, failure(bridge.CodeStyle, nil, "The styles %q and %q cannot be mixed, because each has another network: choose two of one network, or mix 0 or 1 of the second.", a.label, b.label)
	}
	x := &look{id: a.id + " and " + b.id, label: a.label + " and " + b.label, network: a.network, vector: make([]float32, len(a.vector))}
	for i := range x.vector {
		// Converted, so that the products are rounded alike on all processors.
		x.vector[i] = float32(float64((1-mix)*float64(a.vector[i])) + float64(mix*float64(b.vector[i])))
	}
	x.key = pixels.Digest(x.vector)
	return x, nil
}

// sentence gives an error a capital letter.
func sentence(err error) string {
	s := fmt.Sprint(err)
	return strings.ToUpper(s[:1]) + s[1:]
}
