package importer

import (
	"errors"
	"fmt"
	"slices"

	"impasto.net/plugin/onnx"
)

// noisy are the operators that give other values every time.
var noisy = []string{"RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike",
	"Multinomial", "Bernoulli"}

// refuseNoise says no to a network that would paint one picture otherwise every time.
func refuseNoise(file []byte, m *onnx.Model) error {
	return onnx.EachNode(file, func(n *onnx.Node) error {
		switch {
		case slices.Contains(noisy, n.Op):
			return fmt.Errorf("its operator %s makes noise, so that no frame would be painted "+
				"twice alike: export it without noise, "+
				"or with the noise of one draw as a constant", n.Op)
		case n.Op == "Dropout" && trains(m, n):
			return errors.New("its operator Dropout is as in training, where it drops values at " +
				"random: " +
				"export it for inference, in PyTorch after model.eval()")
		}
		return nil
	})
}

// trains says whether a Dropout does anything: since operator set 12 an input says so, until
// 6 an attribute that it does not.
func trains(m *onnx.Model, n *onnx.Node) bool {
	if m.OperatorSet < 7 {
		return n.Integer("is_test", 0) == 0
	}
	if len(n.Inputs) < 3 || n.Inputs[2] == "" {
		return false
	}
	c, known := m.Constants[n.Inputs[2]]
	return !known || !slices.Equal(c.Integers, []int64{0})
}
