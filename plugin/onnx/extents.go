package onnx

import "slices"

// extents say how the lengths of a shape follow from planes of a height and a width:
// length i is p[first[i]] · p[second[i]] · times[i] / by[i] where p is the planes' shape,
// whose first number is 1.
type extents struct {
	height, width            int64
	first, second, times, by []int64
}

// find finds height and width in a shape, and says whether they are there. Values stay in
// their order when a tensor gets another shape, so rows come before what is in a row.
func (x *extents) find(shape []int64) bool {
	n := len(shape)
	x.first, x.second = make([]int64, n), make([]int64, n)
	x.times, x.by = slices.Clone(shape), slices.Repeat([]int64{1}, n)
	if n < 2 {
		return false
	}
	last := n - 1
	h, hBy, isHeight := ratio(shape[last-1], x.height)
	w, wBy, isWidth := ratio(shape[last], x.width)
	area := x.height * x.width
	switch i := slices.Index(shape, area); {
	case n > 2 && isHeight && isWidth && h == w && hBy == wBy: // [1, c, 2h, 2w]
		x.set(last-1, 2, 0, h, hBy)
		x.set(last, 3, 0, w, wBy)
	case n == 6 && shape[2] == x.height && shape[4] == x.width: // [1, c, h, 2, w, 2]
		x.set(2, 2, 0, 1, 1)
		x.set(4, 3, 0, 1, 1)
	case i >= 0: // [c, hw]
		x.set(i, 2, 3, 1, 1)
	case shape[last] > 0 && shape[last]%area == 0: // [1, c·hw]
		x.set(last, 2, 3, shape[last]/area, 1)
	case n == 2 && isWidth: // [-1, 2w]
		x.set(last, 3, 0, w, wBy)
	default:
		return false
	}
	return true
}

func (x *extents) set(i int, first, second, times, by int64) {
	x.first[i], x.second[i], x.times[i], x.by[i] = first, second, times, by
}

// ratio is a length by that of a plane, where one is a small multiple of the other.
func ratio(length, plane int64) (times, by int64, ok bool) {
	const small = 16
	switch {
	case length < 2:
		return 0, 0, false
	case length%plane == 0:
		return length / plane, 1, length/plane <= small
	case plane%length == 0:
		return 1, plane / length, plane/length <= small
	}
	return 0, 0, false
}
