package onnx

import "slices"

// layout is a tensor that Reshape and Transpose made of planes: what every axis runs over,
// the slowest first.
type layout struct {
	planes int
	axes   [][]int64 // numbers of channels or of places in one, rows and columns
}

// All rows and all columns are factors of lengths like numbers, and cannot be taken for any:
// they are primes above them.
const (
	rows    = maxChannels + 7
	columns = maxChannels + 13
)

// maxAxes bounds what a stranger's graph can make of a tensor.
const maxAxes = 16

// shuffles takes the nodes that move channels to places beside each other, so that planes
// become larger, value by value.
func (r *reader) shuffles(n *Node) bool {
	l, begun := r.layouts[n.Inputs[0]]
	if p, ok := r.known[n.Inputs[0]]; ok {
		l, begun = layout{p,
			[][]int64{nil, {int64(r.field.planes[p].channels)}, {rows}, {columns}}}, true
	}
	if !begun {
		return false
	}
	integers := r.constantIntegers(n, 1)
	switch n.Op {
	case "Reshape":
		l.axes = reshaped(l.axes, integers)
	case "Transpose":
		l.axes = transposed(l.axes, n.Integers("perm"))
	case "Unsqueeze":
		if integers == nil {
			integers = n.Integers("axes")
		}
		if !slices.Equal(integers, []int64{0}) {
			return false
		}
		l.axes = slices.Insert(slices.Clone(l.axes), 0, nil)
	default:
		return false
	}
	if l.axes == nil || len(l.axes) > maxAxes {
		return false
	}
	if a := l.axes; len(a) == 4 && product(a[0]) == 1 {
		down, across := product(a[2]), product(a[3])
		if len(a[2]) > 0 && len(a[3]) > 0 && a[2][0] == rows && a[3][0] == columns &&
			max(down/rows, across/columns) <= maxGrid {
			larger := &enlarged{factor: [2]int{int(down / rows), int(across / columns)}}
			_, err := r.step(larger, []int{l.planes}, n.Outputs[:1], []int{int(product(a[1]))})
			return err == nil
		}
	}
	r.layouts[n.Outputs[0]] = l
	return true
}

func product(axis []int64) int64 {
	n := int64(1)
	for _, f := range axis {
		n *= f
	}
	return n
}

func transposed(axes [][]int64, perm []int64) [][]int64 {
	if len(perm) != len(axes) {
		return nil
	}
	to := make([][]int64, len(perm))
	for i, p := range perm {
		// An axis that comes twice would make lengths beyond what an int64 holds.
		if p < 0 || p >= int64(len(axes)) || slices.Contains(perm[:i], p) {
			return nil
		}
		to[i] = axes[p]
	}
	return to
}

// reshaped cuts axes and joins them, to a shape where 0 is as it was and -1 what is left.
// Nil is that it is not known how.
func reshaped(axes [][]int64, shape []int64) [][]int64 {
	all := slices.Concat(axes...)
	left, open := product(all), -1
	lengths := slices.Clone(shape)
	for i, n := range lengths {
		switch {
		case n == -1 && open < 0:
			open = i
			continue
		case n == 0 && i < len(axes):
			n = product(axes[i])
		case n < 1 || n > maxChannels:
			return nil
		}
		if left%n != 0 {
			return nil
		}
		lengths[i], left = n, left/n
	}
	if open >= 0 {
		lengths[open] = left
	} else if left != 1 {
		return nil
	}
	to := make([][]int64, len(lengths))
	for i, n := range lengths {
		for n > 1 {
			f := all[0]
			switch {
			case n%f == 0:
				all = all[1:]
			case f%n == 0:
				all[0], f = f/n, n
			default:
				return nil
			}
			to[i], n = append(to[i], f), n/f
		}
	}
	return to
}
