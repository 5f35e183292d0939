package objective

import (
	"context"
	"errors"
	"fmt"

	"impasto.net/plugin/network"
	"impasto.net/plugin/style"
)

// Objective is an encoder's, ready to be computed for pictures of any size.
type Objective struct {
	targets, objective *network.Session
	layers             int              // of style
	aim                []network.Tensor // the objective's inputs but for the picture
}

// Weights are how much the parts of the objective count.
type Weights struct{ Style, Content, Variation float64 }

// Loss is what the parts of the objective come to, with their weights.
type Loss struct{ Style, Content, Variation float64 }

// Total is what is minimised.
func (l Loss) Total() float64 { return l.Style + l.Content + l.Variation }

// Load checks an encoder's files and makes sessions of them.
func Load(m *style.Encoder, threads int) (o *Objective, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("the encoder %s: %w", m.Name, err)
		}
	}()
	files, err := m.Load(m.Graph)
	if err != nil {
		return nil, err
	}
	e, err := readEncoder(m, files[0])
	if err != nil {
		return nil, err
	}
	o = &Objective{layers: len(m.Style)}
	for _, part := range []struct {
		build func() (*graph, error)
		to    **network.Session
	}{{e.targets, &o.targets}, {e.objective, &o.objective}} {
		g, err := part.build()
		if err == nil {
			*part.to, err = network.Load(g.file, g.inputs, g.outputs, network.Device{}, threads)
		}
		if err != nil {
			return nil, errors.Join(err, o.Close())
		}
	}
	return o, nil
}

// Aim sets what pictures are compared with, and how much each part counts. Every distance
// is relative to the square of what it is to: each style layer has its say, and weights
// mean the same for all encoders. So the variation is relative to the number of pixels.
// Pictures are RGB, 0 to 1.
func (o *Objective) Aim(ctx context.Context, plate, painting network.Tensor, w Weights) error {
	seen := make([]network.Tensor, o.layers+1)
	if err := o.targets.Run(ctx, []network.Tensor{painting}, seen); err != nil {
		return err
	}
	grams := seen[:o.layers]
	seen = make([]network.Tensor, o.layers+1)
	if err := o.targets.Run(ctx, []network.Tensor{plate}, seen); err != nil {
		return err
	}
	content := seen[o.layers]
	o.aim = nil
	for _, g := range grams {
		o.aim = append(o.aim, g, number(w.Style/float64(o.layers)/square(g)))
	}
	o.aim = append(o.aim, content, number(w.Content/square(content)), number(w.Variation*3/float64(len(plate.Values))))
	return nil
}

// square is the sum of a tensor's squares, and never nothing: what is to be compared with
// nothing at all has no size of its own.
func square(t network.Tensor) float64 {
	sum := 0.
	for _, v := range t.Values {
		sum += float64(v) * float64(v)
	}
	return max(sum, 1e-6)
}

func number(v float64) network.Tensor {
	return network.Tensor{Shape: []int64{1}, Values: []float32{float32(v)}}
}

// Evaluate computes the objective for a picture of the plate's size, and its gradient,
// which has the picture's shape.
func (o *Objective) Evaluate(ctx context.Context, picture network.Tensor, gradient []float32) (Loss, error) {
	var style, content, variation [1]float32
	scalar := func(v *[1]float32) network.Tensor { return network.Tensor{Shape: []int64{1}, Values: v[:]} }
	err := o.objective.Run(ctx, append([]network.Tensor{picture}, o.aim...),
		[]network.Tensor{scalar(&style), scalar(&content), scalar(&variation), {Shape: picture.Shape, Values: gradient}})
	return Loss{float64(style[0]), float64(content[0]), float64(variation[0])}, err
}

// Close frees the sessions, which nobody may be running.
func (o *Objective) Close() error {
	var err error
	for _, s := range []*network.Session{o.targets, o.objective} {
		if s != nil {
			err = errors.Join(err, s.Close())
		}
	}
	return err
}
