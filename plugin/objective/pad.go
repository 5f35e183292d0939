package objective

import (
	"errors"
	"fmt"
	"slices"

	"impasto.net/plugin/onnx"
)

// pad is by a constant or by reflection.
func pad(w *walk, n *onnx.Node) (string, error) {
	x, err := w.tensor(n, 0)
	if err != nil {
		return "", err
	}
	pads := n.Integers("pads") // until operator set 10
	old := pads != nil
	if !old {
		c, err := w.constant(n, 1)
		if err != nil {
			return "", err
		}
		pads = c.Integers
	}
	if len(pads) != 8 || slices.Min(pads) < 0 || slices.Max(pads) > maxWindow ||
		pads[0]+pads[1]+pads[4]+pads[5] > 0 || len(n.Inputs) > 3 {
		return "", fmt.Errorf("its pads are %v, wanted are those of height and width", pads)
	}
	value := n.Float("value")
	if !old && len(n.Inputs) > 2 && n.Inputs[2] != "" {
		_, values, err := w.floatsOf(n, 2)
		if err != nil || len(values) != 1 {
			return "", errors.Join(errors.New("its value is not one number"), err)
		}
		value = values[0]
	}
	mode := n.Text("mode")
	var back func(gradient string, axis, before, after int64) string
	switch mode {
	case "", "constant":
		mode, back = "constant", w.cut
	case "reflect":
		back = w.fold
	default:
		return "", fmt.Errorf("the mode %q has no gradient here", mode)
	}
	y := w.node("Pad", onnx.Attributes{"mode": mode}, x, w.integers(pads...), w.number(value))
	return w.made(y, w.channels[x], func(gradient string) {
		for axis := int64(2); axis < 4; axis++ {
			if before, after := pads[axis], pads[axis+4]; before+after > 0 {
				gradient = back(gradient, axis, before, after)
			}
		}
		w.send(x, gradient)
	}), nil
}

// cut is the gradient of a constant's pad.
func (t *tape) cut(gradient string, axis, before, after int64) string {
	return t.slice(gradient, axis, before, -after)
}

// fold is the gradient of a reflection: what is beyond an edge belongs to what it
// reflects, which begins behind the outermost row. The picture has to have at least two
// rows more than are reflected: the graph fails on smaller ones.
func (t *tape) fold(gradient string, axis, before, after int64) string {
	part := func(start, end int64) string { return t.slice(gradient, axis, start, end) }
	var parts []string
	if before > 0 {
		reflected := t.reversed(part(0, before), axis, before)
		parts = append(parts, part(before, before+1),
			t.node("Add", nil, part(before+1, 2*before+1), reflected))
	}
	if after == 0 {
		parts = append(parts, part(2*before+1, 0))
	} else {
		start := int64(0)
		if before > 0 {
			start = 2*before + 1
		}
		reflected := t.reversed(part(-after, 0), axis, after)
		parts = append(parts, part(start, -2*after-1),
			t.node("Add", nil, part(-2*after-1, -after-1), reflected), part(-after-1, -after))
	}
	return t.node("Concat", onnx.Attributes{"axis": axis}, parts...)
}

// reversed turns round as many rows as there are. A slice by steps of -1 would do that, too, but
// not on WebGPU, where it comes out wrong (ONNX Runtime 1.30).
func (t *tape) reversed(x string, axis, rows int64) string {
	order := make([]int64, rows)
	for i := range order {
		order[i] = rows - 1 - int64(i)
	}
	return t.node("Gather", onnx.Attributes{"axis": axis}, x, t.integers(order...))
}
