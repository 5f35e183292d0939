package pixels

import "impasto.net/bridge"

// Part is a rectangle, in pixels from a plate's upper left corner. It may reach beyond the plate.
type Part struct{ Left, Top, Right, Bottom float64 }

// Whole is the part of the plate that is all of it.
func (g *Geometry) Whole() Part {
	return Part{Right: float64(g.Across.Count), Bottom: float64(g.Down.Count)}
}

// Part is a window as a part of an image.
func (im *Image) Part(w bridge.Window) Part {
	in := im.Window
	return Part{float64(w[0] - in[0]), float64(in[3] - w[3]), float64(w[2] - in[0]),
		float64(in[3] - w[1])}
}

// Meet is what two parts have in common; the first where that is nothing.
func (p Part) Meet(q Part) Part {
	m := Part{max(p.Left, q.Left), max(p.Top, q.Top), min(p.Right, q.Right),
		min(p.Bottom, q.Bottom)}
	if m.Left >= m.Right || m.Top >= m.Bottom {
		return p
	}
	return m
}

// In says whether a part lies in another.
func (p Part) In(q Part) bool {
	return q.Left <= p.Left && q.Top <= p.Top && p.Right <= q.Right && p.Bottom <= q.Bottom
}

// A picture that has this much of a side of its frame counts as all of it, and with that much it is
// an object.
const allThere, objectThere = 0.8, 0.5

// Within is the part of a frame that is seen where there is a picture in this part of it: all of
// the frame where there is nearly all of the picture, so that what is seen stays where it is when
// the picture's bounds move; the picture where it is an object, which may be anywhere. From one to
// the other there is no jump.
func (p Part) Within(frame Part) Part {
	side := func(from, to, start, end float64) (float64, float64) {
		share := (to - from) / (end - start)
		by := float64(smoothStep(float32((share - objectThere) / (allThere - objectThere))))
		return from + by*(start-from), to + by*(end-to)
	}
	if p.In(frame) {
		p.Left, p.Right = side(p.Left, p.Right, frame.Left, frame.Right)
		p.Top, p.Bottom = side(p.Top, p.Bottom, frame.Top, frame.Bottom)
	}
	return p
}
