package optimise

import (
	"context"
	"math"
	"slices"

	"impasto.net/plugin/descent"
	"impasto.net/plugin/network"
	"impasto.net/plugin/objective"
	"impasto.net/plugin/pixels"
)

const (
	// plainUnrealness is where style and content weigh the same. Both are relative to what
	// they are compared with, so that one scale fits all encoders. At 4, where artists start,
	// style counts ten times: a tenth of that hardly leaves the plate.
	plainUnrealness = 3

	// variationWeight is against noise of single pixels: with a fifth of it coloured dots
	// show, with four times as much the plate's own lines go.
	variationWeight = 10

	// remembered is what may be kept of earlier iterations, in bytes. The more there are the
	// faster the descent; of a hundred none is missed.
	remembered     = 1 << 30
	mostRemembered = 100
)

// stage is the descent at one size.
type stage struct {
	detail     float64
	iterations int
	stills     []int // of which pictures are wanted, the last one's too
	after      int   // iterations that come after it
}

// descend has a picture go down, with the plate at its place in it, and gives the last
// still.
func (d *descending) descend(ctx context.Context, picture network.Tensor, place pixels.Geometry, s *stage) (last network.Tensor, err error) {
	size := func(n int64) int { return side(n, d.scale*s.detail) }
	small := pixels.NewGeometry(size(d.painting.Shape[3]), size(d.painting.Shape[2]), 1, d.least)
	if err := d.objective.Aim(ctx, d.resampled(d.Plate, extent(d.Plate), place), d.resampled(d.painting, extent(d.painting), small), objective.Weights{
		Style: math.Pow(10, d.Unrealness-plainUnrealness), Content: 1, Variation: variationWeight,
	}); err != nil {
		return last, err
	}
	x, gradient := picture.Values, make([]float32, len(picture.Values))
	history := min(mostRemembered, max(1, remembered/(8*len(x))))
	l := descent.NewLBFGS(history, d.Threads)
	for i := range s.iterations + 1 {
		now := Iteration{Number: i, Left: s.after + s.iterations - i, Detail: s.detail}
		if now.Loss, err = d.objective.Evaluate(ctx, picture, gradient); err != nil {
			return last, err
		}
		if slices.Contains(s.stills, i) { // as if it were the last
			still := copied(picture)
			l.Settle(still.Values, now.Total())
			last = d.finished(still, place)
			now.Picture = &last
		}
		if i < s.iterations {
			l.Step(x, now.Total(), gradient)
		} else {
			l.Settle(x, now.Total())
		}
		if err := d.tell(&now); err != nil {
			return last, err
		}
	}
	return last, nil
}
