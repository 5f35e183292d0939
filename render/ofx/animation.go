package ofx

import (
	"math"
	"sort"
)

// Interpolation is how a parameter goes from one key to the next.
type Interpolation int

// Linear goes straight. Smooth eases out of the first key and into the last, and passes the ones
// between without going past any value. Constant holds each key until the next.
const (
	Linear Interpolation = iota
	Smooth
	Constant
)

// Key is a value at a time. Before the first key and after the last the value is held.
type Key struct {
	Time  float64
	Value []float64
}

// Curve is an animated value of one or more dimensions.
type Curve struct {
	Keys          []Key // in the order of time, at least one
	Interpolation Interpolation
}

// put adds a key, in the place of one at the same time.
func (c *Curve) put(k Key) {
	i := sort.Search(len(c.Keys), func(i int) bool { return c.Keys[i].Time >= k.Time })
	if i < len(c.Keys) && c.Keys[i].Time == k.Time {
		c.Keys[i] = k
		return
	}
	c.Keys = append(c.Keys, Key{})
	copy(c.Keys[i+1:], c.Keys[i:])
	c.Keys[i] = k
}

// segment is one dimension of the way between two keys: a cubic over s from 0 to 1, in powers of s.
type segment struct {
	start, length float64
	a             [4]float64
}

// at returns the segment that a time lies in; outside the keys one that is level and has no length.
func (c *Curve) at(t float64, dimension int) segment {
	n := len(c.Keys)
	i := sort.Search(n, func(i int) bool { return c.Keys[i].Time > t })
	if i == 0 {
		return segment{start: t, a: [4]float64{c.Keys[0].Value[dimension]}}
	}
	if i == n {
		return segment{start: t, a: [4]float64{c.Keys[n-1].Value[dimension]}}
	}
	from, to := c.Keys[i-1], c.Keys[i]
	h := to.Time - from.Time
	v0, v1 := from.Value[dimension], to.Value[dimension]
	s := segment{start: from.Time, length: h, a: [4]float64{v0}}
	switch c.Interpolation {
	case Linear:
		s.a[1] = v1 - v0
	case Smooth:
		m0, m1 := h*c.slope(i-1, dimension), h*c.slope(i, dimension)
		s.a[1] = m0
		s.a[2] = 3*(v1-v0) - 2*m0 - m1
		s.a[3] = 2*(v0-v1) + m0 + m1
	}
	return s
}

// slope is a smooth curve's at a key: level at the ends and where the values turn, and between
// them the weighted harmonic mean of both sides' slopes, which keeps the curve monotone (Fritsch
// and Butland, 1984).
func (c *Curve) slope(i, dimension int) float64 {
	if i == 0 || i == len(c.Keys)-1 {
		return 0
	}
	before, at, after := c.Keys[i-1], c.Keys[i], c.Keys[i+1]
	h0, h1 := at.Time-before.Time, after.Time-at.Time
	d0 := (at.Value[dimension] - before.Value[dimension]) / h0
	d1 := (after.Value[dimension] - at.Value[dimension]) / h1
	if d0*d1 <= 0 {
		return 0
	}
	w0, w1 := 2*h1+h0, h1+2*h0
	return (w0 + w1) / (w0/d0 + w1/d1)
}

func (s segment) place(t float64) float64 {
	if s.length == 0 {
		return 0
	}
	return (t - s.start) / s.length
}

// Value is the curve's value at a time.
func (c *Curve) Value(t float64, dimension int) float64 {
	s := c.at(t, dimension)
	u := s.place(t)
	return s.a[0] + u*(s.a[1]+u*(s.a[2]+u*s.a[3]))
}

// Derivative is the change per frame at a time.
func (c *Curve) Derivative(t float64, dimension int) float64 {
	s := c.at(t, dimension)
	if s.length == 0 {
		return 0
	}
	u := s.place(t)
	return (s.a[1] + u*(2*s.a[2]+u*3*s.a[3])) / s.length
}

// Integral is the sum over the frames between two times; negative if they are the wrong way round.
func (c *Curve) Integral(from, to float64, dimension int) float64 {
	if from > to {
		return -c.Integral(to, from, dimension)
	}
	sum := 0.0
	for t := from; t < to; {
		end := to
		if i := sort.Search(len(c.Keys),
			func(i int) bool { return c.Keys[i].Time > t }); i < len(c.Keys) {
			end = math.Min(to, c.Keys[i].Time)
		}
		s := c.at(t, dimension)
		if s.length == 0 {
			sum += s.a[0] * (end - t)
		} else {
			sum += s.length * (s.antiderivative(end) - s.antiderivative(t))
		}
		t = end
	}
	return sum
}

func (s segment) antiderivative(t float64) float64 {
	u := s.place(t)
	return u * (s.a[0] + u*(s.a[1]/2+u*(s.a[2]/3+u*s.a[3]/4)))
}
