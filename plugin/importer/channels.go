package importer

import (
	"math"
	"slices"
	"strings"

	"impasto.net/plugin/onnx"
)

// findChannels finds the order of a network's channels: from what the file says of it, or
// from the well-known mean of ImageNet, which has an order. RGB is usual.
func findChannels(m *onnx.Model, o *Options) string {
	if o.Channels != "" {
		return o.Channels
	}
	var says []string
	for key, text := range m.Metadata {
		says = append(says, key+" "+text)
	}
	for _, p := range m.Inputs {
		says = append(says, p.Name)
	}
	for _, text := range says {
		if text = strings.ToUpper(text); strings.Contains(text, "BGR") &&
			!strings.Contains(text, "RGB") {
			return "BGR"
		}
	}
	turned := false
	for _, n := range m.Nodes {
		turned = turned != turns(m, &n)
		if n.Op != "Sub" && n.Op != "Add" {
			continue
		}
		for _, name := range n.Inputs {
			c := m.Constants[name].Values
			if len(c) != 3 {
				continue
			}
			for _, mean := range [][3]float64{{103.94, 116.78, 123.68}, {0.406, 0.456, 0.485}} {
				near := func(i,
					j int) bool {
					return math.Abs(math.Abs(float64(c[i]))-mean[j]) < mean[1]/60
				}
				bgr, rgb := near(0, 0) && near(1, 1) && near(2, 2), near(0, 2) && near(1, 1) &&
					near(2, 0)
				if bgr || rgb {
					return map[bool]string{true: "BGR", false: "RGB"}[bgr != turned]
				}
			}
		}
	}
	return "RGB"
}

// turns says whether an operator makes RGB of BGR, or the other way round.
func turns(m *onnx.Model, n *onnx.Node) bool {
	constant := func(input int, values ...int64) bool {
		return input < len(n.Inputs) && slices.Equal(m.Constants[n.Inputs[input]].Integers, values)
	}
	return n.Op == "Gather" && constant(1, 2, 1, 0) || n.Op == "Slice" && constant(3, 1) &&
		constant(4, -1)
}
