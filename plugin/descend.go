package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"impasto.net/bridge"
	"impasto.net/plugin/descent"
	"impasto.net/plugin/network"
	"impasto.net/plugin/objective"
	"impasto.net/plugin/pixels"
	"impasto.net/plugin/style"
)

const (
	// plainUnrealness is where style and content weigh the same. Both are relative to what
	// they are compared with, so that one scale fits all encoders. At 4, where artists start,
	// style counts ten times: a tenth of that hardly leaves the plate.
	plainUnrealness = 3

	// variationWeight is against noise of single pixels: with a fifth of it coloured dots
	// show, with four times as much the plate's own lines go.
	variationWeight = 10

	// grain is how far the start is from the plate, at the most: in an even area all
	// gradients are alike, and something has to tell one pixel from the next.
	grain = 2. / 255

	// remembered is what may be kept of earlier iterations, in bytes. The more there are the
	// faster the descent; of a hundred none is missed.
	remembered     = 1 << 30
	mostRemembered = 100
)

// descending is a job of impasto optimise under way.
type descending struct {
	*bridge.Optimise
	bank      style.Bank
	threads   int
	tell      func(*bridge.Iteration) error
	objective *objective.Objective
}

// run does the job, and tells of every iteration.
func (d *descending) run(ctx context.Context) error {
	plate, err := tensor("plate", &d.Plate)
	if err != nil {
		return err
	}
	painting, err := tensor("painting", &d.Painting)
	if err != nil {
		return err
	}
	encoder, err := style.OpenEncoder(d.Encoder)
	if err != nil {
		return err
	}
	if least := int64(encoder.Input.Minimum); min(plate.Shape[2], plate.Shape[3]) < least {
		return fmt.Errorf("the plate is %d × %d pixels, and the encoder %s takes pictures from %d × %d on", plate.Shape[3], plate.Shape[2], encoder.Name, least, least)
	}
	if d.objective, err = objective.Load(encoder, d.threads); err != nil {
		return err
	}
	defer d.objective.Close()
	picture := plate
	if d.Start != "" {
		if picture, err = d.paint(ctx, plate, painting); err != nil {
			return err
		}
	}
	painting = fit(d.threads, painting, plate, encoder.Input.Minimum)
	if err := d.objective.Aim(ctx, plate, painting, objective.Weights{
		Style: math.Pow(10, d.Unrealness-plainUnrealness), Content: 1, Variation: variationWeight,
	}); err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(d.Seed, 0))
	for i := range picture.Values {
		picture.Values[i] += grain * (2*random.Float32() - 1)
	}
	return d.descend(ctx, picture)
}

// descend has a picture go down.
func (d *descending) descend(ctx context.Context, picture network.Tensor) error {
	x, gradient := picture.Values, make([]float32, len(picture.Values))
	history := min(mostRemembered, max(1, remembered/(8*len(x))))
	l := descent.NewLBFGS(history, d.threads)
	for i := range d.Iterations + 1 {
		loss, err := d.objective.Evaluate(ctx, picture, gradient)
		if err != nil {
			return err
		}
		now := bridge.Iteration{Number: i, Style: loss.Style, Content: loss.Content, Variation: loss.Variation}
		if i < d.Iterations {
			l.Step(x, loss.Total(), gradient)
		} else {
			l.Settle(x, loss.Total())
			now.Picture = planes(picture)
		}
		if err := d.tell(&now); err != nil {
			return err
		}
	}
	return nil
}

// fit makes a painting that is larger than the plate as large as that, so that its
// strokes are of a size with what is to be painted.
func fit(threads int, painting, plate network.Tensor, least int) network.Tensor {
	width, height := int(painting.Shape[3]), int(painting.Shape[2])
	by := min(1, math.Sqrt(float64(len(plate.Values))/float64(len(painting.Values))))
	side := func(n int) int { return max(least, int(math.Round(float64(n)*by))) }
	from, to := pixels.NewGeometry(width, height, 1, 1), pixels.NewGeometry(side(width), side(height), 1, 1)
	if to == from {
		return painting
	}
	values := make([]float32, 3*to.Plane())
	pixels.Resample(threads, painting.Values, &from, values, &to)
	return network.NewPicture(values, to.Width, to.Height)
}
