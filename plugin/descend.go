package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

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

	// smallest is how short the shorter side of a picture may become, and halvings how often
	// it is halved, so that the descent begins with large strokes. What coarse iterations
	// there are at each of those sizes does not depend on how many are wanted at the last:
	// twice as many showed nothing more.
	smallest, halvings, coarse = 48, 2, 64

	// margin is what a picture is painted beyond its edges, in pixels, on reflections: what an
	// encoder sees there is not all picture, and a rim would show.
	margin = 16

	// mostPainting is how many times the pixels of the plate a painting may have.
	mostPainting = 4

	// remembered is what may be kept of earlier iterations, in bytes. The more there are the
	// faster the descent; of a hundred none is missed.
	remembered     = 1 << 30
	mostRemembered = 100
)

// descending is a job of impasto optimise under way.
type descending struct {
	*bridge.Optimise
	bank            style.Bank
	threads         int
	tell            func(*bridge.Iteration) error
	plate, painting network.Tensor
	scale           float64 // of the painting, at the plate's size
	least           int     // pixels of a side, for the encoder
	objective       *objective.Objective
}

// run does the job, and tells of every iteration.
func (d *descending) run(ctx context.Context) error {
	if err := d.prepare(); err != nil {
		return err
	}
	encoder, err := style.OpenEncoder(d.Encoder)
	if err != nil {
		return err
	}
	d.least = max(encoder.Input.Minimum, 1)
	if width, height := d.sides(d.Detail); min(width, height) < d.least {
		return fmt.Errorf("at detail %g the plate is %d × %d pixels, and the encoder %s takes pictures from %d × %d on",
			d.Detail, width, height, encoder.Name, d.least, d.least)
	}
	if d.objective, err = objective.Load(encoder, d.threads); err != nil {
		return err
	}
	defer d.objective.Close()
	picture := d.plate
	if d.Start != "" {
		if picture, err = d.paint(ctx); err != nil {
			return err
		}
	}
	sizes := d.sizes()
	place := d.framed(sizes[0])
	picture = d.resampled(picture, extent(picture), place)
	random := rand.New(rand.NewPCG(d.Seed, 0))
	for i := range picture.Values {
		picture.Values[i] += grain * (2*random.Float32() - 1)
	}
	left := (coarse+1)*(len(sizes)-1) + d.Iterations + 1
	for i, detail := range sizes {
		stage := stage{detail: detail, iterations: coarse}
		if i == len(sizes)-1 {
			stage.iterations, stage.stills = d.Iterations, append(d.Stills, d.Iterations)
		}
		left -= stage.iterations + 1
		stage.after = left
		if i > 0 {
			from := place
			place = d.framed(detail)
			picture = d.resampled(picture, from, place)
		}
		if err := d.descend(ctx, picture, place, &stage); err != nil {
			return err
		}
	}
	return nil
}

// prepare checks the job and reads its pictures.
func (d *descending) prepare() (err error) {
	if err := d.Check(); err != nil {
		return err
	}
	if d.plate, err = tensor("plate", &d.Plate); err != nil {
		return err
	}
	if d.painting, err = tensor("painting", &d.Painting); err != nil {
		return err
	}
	// A painting that is larger than the plate is made as large as that, so that its
	// strokes are of a size with what is to be painted.
	d.scale = d.TextureScale * min(1, math.Sqrt(float64(len(d.plate.Values))/float64(len(d.painting.Values))))
	d.painting = cropped(d.painting, d.TextureCrop)
	if times := d.scale * d.scale * float64(len(d.painting.Values)) / float64(len(d.plate.Values)); times > mostPainting {
		return fmt.Errorf("at texture scale %g the painting has %.0f times the pixels of the plate: lower --texture-scale, or take a smaller part with --texture-crop", d.TextureScale, times)
	}
	return nil
}

// sizes are what the descent goes through, of the plate's: strokes that are too large for
// an encoder to see at one size it sees at half of that (Gatys et al. 2017, Controlling
// Perceptual Factors in Neural Style Transfer).
func (d *descending) sizes() []float64 {
	sizes := []float64{d.Detail}
	for range halvings {
		next := sizes[0] / 2
		if width, height := d.sides(next); min(width, height) < max(smallest, d.least) {
			break
		}
		sizes = slices.Insert(sizes, 0, next)
	}
	return sizes
}

// sides are the plate's at a size.
func (d *descending) sides(detail float64) (width, height int) {
	return side(d.plate.Shape[3], detail), side(d.plate.Shape[2], detail)
}

// stage is the descent at one size.
type stage struct {
	detail     float64
	iterations int
	stills     []int // of which pictures are wanted
	after      int   // iterations that come after it
}

// descend has a picture go down, with the plate at its place in it.
func (d *descending) descend(ctx context.Context, picture network.Tensor, place pixels.Geometry, s *stage) error {
	size := func(n int64) int { return side(n, d.scale*s.detail) }
	small := pixels.NewGeometry(size(d.painting.Shape[3]), size(d.painting.Shape[2]), 1, d.least)
	if err := d.objective.Aim(ctx, d.resampled(d.plate, extent(d.plate), place), d.resampled(d.painting, extent(d.painting), small), objective.Weights{
		Style: math.Pow(10, d.Unrealness-plainUnrealness), Content: 1, Variation: variationWeight,
	}); err != nil {
		return err
	}
	x, gradient := picture.Values, make([]float32, len(picture.Values))
	history := min(mostRemembered, max(1, remembered/(8*len(x))))
	l := descent.NewLBFGS(history, d.threads)
	for i := range s.iterations + 1 {
		loss, err := d.objective.Evaluate(ctx, picture, gradient)
		if err != nil {
			return err
		}
		now := bridge.Iteration{
			Number: i, Left: s.after + s.iterations - i, Detail: s.detail,
			Style: loss.Style, Content: loss.Content, Variation: loss.Variation,
		}
		if slices.Contains(s.stills, i) { // as if it were the last
			still := copied(picture)
			l.Settle(still.Values, loss.Total())
			now.Picture = d.finished(still, place)
		}
		if i < s.iterations {
			l.Step(x, loss.Total(), gradient)
		} else {
			l.Settle(x, loss.Total())
		}
		if err := d.tell(&now); err != nil {
			return err
		}
	}
	return nil
}
