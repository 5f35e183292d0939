package objective

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"

	"impasto.net/plugin/network"
	"impasto.net/plugin/style"
)

// nearness is how far a GPU's gradient may be from the CPU's, relative to its length. A right one
// is some 1e-6 off, a wrong one a tenth and more.
const nearness = 1e-2

// tried are the pairs of encoder and GPU of which Try found that they work.
var tried sync.Map

// Try says why an encoder cannot be used on a device. Providers for GPUs have computed wrong
// convolutions without a word, so that the gradient of a small picture is compared with the CPU's.
func Try(ctx context.Context, m *style.Encoder, device network.Device, threads int) error {
	pair := [2]string{m.ID, device.String()}
	if _, works := tried.Load(pair); works || device.Provider == network.CPU {
		return nil
	}
	if err := device.Try(); err != nil {
		return err
	}
	got, err := gradientOn(ctx, m, device, threads)
	if err != nil {
		return err
	}
	want, err := gradientOn(ctx, m, network.Device{}, threads)
	if err != nil {
		return err
	}
	off, length := 0., 0.
	for i, v := range want {
		off += math.Pow(float64(got[i]-v), 2)
		length += math.Pow(float64(v), 2)
	}
	if !(off <= nearness*nearness*length) {
		return fmt.Errorf("%w: it computes another gradient of %s than the CPU does",
			network.ErrDevice, m.Name)
	}
	tried.Store(pair, true)
	return nil
}

// gradientOn is that of a small picture of noise between two others.
func gradientOn(ctx context.Context, m *style.Encoder, device network.Device,
	threads int) ([]float32, error) {
	o, err := Load(m, device, threads)
	if err != nil {
		return nil, err
	}
	defer o.Close()
	side := max(m.Input.Minimum, 32)
	random := rand.New(rand.NewPCG(1, 0))
	noise := func() network.Tensor {
		values := make([]float32, 3*side*side)
		for i := range values {
			values[i] = random.Float32()
		}
		return network.NewPicture(values, side, side)
	}
	aim := Aim{Plate: noise(), Painting: noise(), Weights: Weights{Style: 1, Content: 1}}
	if _, err := o.Aim(ctx, &aim, math.MaxInt32); err != nil {
		return nil, err
	}
	gradient := make([]float32, 3*side*side)
	_, err = o.Evaluate(ctx, noise(), gradient)
	return gradient, err
}
