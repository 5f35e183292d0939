package optimise

import (
	"context"
	"math"
	"runtime/debug"
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
	// show, with four times as much the plate's own lines go. It is the style that brings the
	// noise: where that weighs less than the content, so does this, and leaves the plate alone.
	variationWeight = 10

	// confinementWeight is against values beyond black and white. Without it 3 % of a picture with
	// white walls are pure white and bare of strokes, with a tenth of it 0.4 %; with ten times as
	// much the loss is 4 % higher. It is the style that brings them, so it weighs as that does.
	confinementWeight = 10

	// Memory is what a descent may take, in bytes, however much the machine has: the picture
	// would differ between machines, in its last bits. Plates of more than 4K take more.
	Memory = 1650 << 20

	// leastSeeing is what there has to be for the encoder.
	leastSeeing = 256 << 20

	// leastRemembered and mostRemembered are how many earlier iterations are kept. With three
	// of them the loss is 3 % above that with a hundred after 64 iterations, at the most; of
	// ten, 1 %.
	leastRemembered, mostRemembered = 3, 25
)

// stage is the descent at one size.
type stage struct {
	detail     float64
	iterations int
	stills     []int // of which pictures are wanted
	after      int   // iterations that come after it; the last one brings a picture
}

// method is one of descent's.
type method interface {
	// Step moves a picture, given the objective and its gradient there.
	Step(picture []float32, loss float64, gradient []float32)

	// Settle ends the descent at a picture, given the objective there.
	Settle(picture []float32, loss float64)
}

// descend has a picture go down, with the plate at its place in it. At the end it gives what
// it has become, at the plate's size.
func (d *descending) descend(ctx context.Context, picture network.Tensor, place pixels.Geometry,
	s *stage) (done network.Tensor, err error) {
	if err := free(); err != nil { // what the last size took
		return done, err
	}
	size := func(n int) int { return side(float64(n), d.scale*s.detail) }
	painting := pixels.NewGeometry(int(d.painting.Shape[3]), int(d.painting.Shape[2]), 1, 1)
	small := pixels.NewGeometry(size(painting.Width), size(painting.Height), 1, d.least)
	// The gradient comes to what there is already, and two of the kind for the descent; to the
	// mask what it guides.
	x := picture.Values
	style := math.Pow(10, d.Unrealness-plainUnrealness)
	least := leastRemembered
	if d.Adam {
		least = 0
	}
	room := Memory - 4*(len(d.Plate.Values)+len(d.Painting.Values)+4*len(x)+4*len(d.Mask))
	taken, err := d.objective.Aim(ctx, &objective.Aim{
		Plate:    d.resampled(d.Plate, d.extent(), place),
		Painting: d.resampled(d.painting, painting, small),
		Weights: objective.Weights{Style: style, Content: 1,
			Variation: variationWeight * min(style, 1), Confinement: confinementWeight * style},
		Region: d.region(place),
	}, max(room-least*8*len(x), leastSeeing))
	if err != nil {
		return done, err
	}
	var m method = descent.NewAdam(d.Threads)
	if !d.Adam {
		m = descent.NewLBFGS(min(max((room-taken)/(8*len(x)), leastRemembered), mostRemembered),
			d.Threads)
	}
	gradient := make([]float32, len(x))
	if err := free(); err != nil {
		return done, err
	}
	at := func(i int) (*Iteration, error) {
		loss, err := d.objective.Evaluate(ctx, picture, gradient)
		return &Iteration{Loss: loss, Number: i, Left: s.after + s.iterations - i,
			Detail: s.detail}, err
	}
	for i := range s.iterations {
		now, err := at(i)
		if err != nil {
			return done, err
		}
		if slices.Contains(s.stills, i) { // as if it were the last
			still := copied(picture)
			m.Settle(still.Values, now.Total())
			done = d.finished(still, place)
			now.Picture = &done
		}
		m.Step(x, now.Total(), gradient)
		if err := d.say(now); err != nil {
			return done, err
		}
		if d.enough {
			s.iterations, s.after = i+1, 0
			break
		}
	}
	now, err := at(s.iterations)
	if err != nil {
		return done, err
	}
	m.Settle(x, now.Total())
	if s.after == 0 {
		m = nil // what it remembers makes room for the picture
		if err := free(); err != nil {
			return done, err
		}
		done = d.finished(picture, place)
		now.Picture = &done
	}
	return done, d.say(now)
}

// free gives back memory that nothing uses any more: Go would let as much as is used pile
// up, and ONNX Runtime keeps what it once took.
func free() error {
	debug.FreeOSMemory()
	return network.Shrink()
}
