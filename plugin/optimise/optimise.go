// Package optimise paints a plate by the film's own method: by descent, from coarse to fine,
// to where an encoder sees the plate's content and a painting's texture.
package optimise

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"impasto.net/plugin/network"
	"impasto.net/plugin/objective"
	"impasto.net/plugin/pixels"
	"impasto.net/plugin/style"
)

const (
	// smallest is how short the shorter side of a picture may become, and halvings how often
	// it is halved, so that the descent begins with large strokes. What coarse iterations
	// there are at each of those sizes does not depend on how many are wanted at the last:
	// twice as many showed nothing more.
	smallest, halvings, coarse = 48, 2, 64

	// mostPainting is how many times the pixels of the frame a painting may have.
	mostPainting = 4
)

// Settings are what artists choose, in bridge.Optimise's ranges.
type Settings struct {
	Unrealness   float64
	Iterations   int     // at the working size
	Adam         bool    // instead of L-BFGS: less memory, more iterations
	Detail       float64 // the working size, of the plate's
	TextureScale float64 // how much larger the painting's strokes are
	// the part of the painting, of its width and height, y up: x1, y1, x2, y2
	TextureCrop [4]float64
	Seed        uint64
}

// Enough is what tell returns to have the descent end with what it has reached.
var Enough = errors.New("enough")

// Job is a picture that is to be painted. Pictures are sRGB, 0 to 1; none of them is
// changed.
type Job struct {
	Settings
	Encoder         *style.Encoder
	Plate, Painting network.Tensor
	// where the plate lies in its frame; nothing is a plate that is all of it
	Across, Down pixels.Side
	// of the plate's size, what the descent starts from; nil is the plate
	Start *network.Tensor
	// of the plate's size, the picture of the frame before: the descent starts from it, at the last
	// size only
	Before *network.Tensor
	// how much each pixel of the plate is to be of the painting's style, 0 to 1; nil is all of them
	Mask    []float32
	Stills  []int          // iterations that bring a picture, beside the last
	Device  network.Device // that the encoder runs on
	Threads int
}

// Iteration is how far a job is: at the start of every size, which is number 0, and after
// every iteration.
type Iteration struct {
	objective.Loss
	Number  int
	Left    int     // how many are to come, at all sizes
	Done    float64 // how much of the work is done: most of it is at the last size
	Detail  float64 // the size, of the plate's
	Picture *network.Tensor
}

// Run does the job, and gives the picture, of the plate's size. It tells of every
// iteration, and ends with tell's error if there is one, or, if that is Enough, with one more
// iteration, the last. The same job comes out the same on
// as many threads.
func (j *Job) Run(ctx context.Context, tell func(*Iteration) error) (network.Tensor, error) {
	d := &descending{Job: j, tell: tell, least: max(j.Encoder.Input.Minimum, 1)}
	if j.Mask != nil && slices.Max(j.Mask) <= 0 {
		return network.Tensor{}, errors.New("the mask is empty, and nothing of the plate is to " +
			"look like the painting: draw the mask, or paint without it")
	}
	d.scale, d.painting = j.enlarged(), Cropped(j.Painting, j.TextureCrop)
	across, down := j.frame()
	if times := d.scale * d.scale * float64(len(d.painting.Values)/3) / (across.Of *
		down.Of); times > mostPainting {
		return network.Tensor{}, fmt.Errorf("at texture scale %g the painting has %.0f times the "+
			"pixels of the frame: lower the texture scale, or take a smaller part of the painting",
			j.TextureScale, times)
	}
	if across, down := d.sides(j.Detail); min(across.Count, down.Count) < d.least {
		return network.Tensor{}, fmt.Errorf("at detail %g the plate is %d × %d pixels, and the "+
			"encoder %s takes pictures from %d × %d on",
			j.Detail, across.Count, down.Count, j.Encoder.Name, d.least, d.least)
	}
	var err error
	if d.objective, err = objective.Load(j.Encoder, j.Device, j.Threads); err != nil {
		return network.Tensor{}, err
	}
	defer d.objective.Close()
	return d.run(ctx)
}

// enlarged is how large the painting is made, at the plate's size: as high as the frame, so that
// strokes are as large a part of it as they are of the painting, whatever the sizes of the two.
func (j *Job) enlarged() float64 {
	_, down := j.frame()
	return j.TextureScale * down.Of / float64(j.Painting.Shape[2])
}

// frame is where the plate lies.
func (j *Job) frame() (across, down pixels.Side) {
	if j.Across.Count == 0 {
		return pixels.Alone(int(j.Plate.Shape[3])), pixels.Alone(int(j.Plate.Shape[2]))
	}
	return j.Across, j.Down
}

// descending is a job under way.
type descending struct {
	*Job
	tell      func(*Iteration) error
	work      float64 // of all iterations, and what is done of it: pixels, in plates
	done      float64
	painting  network.Tensor // the part of it
	scale     float64        // of the painting, at the plate's size
	least     int            // pixels of a side, for the encoder
	objective *objective.Objective
	enough    bool
}

// run goes through all sizes.
func (d *descending) run(ctx context.Context) (done network.Tensor, err error) {
	start := d.Plate
	if d.Start != nil {
		start = *d.Start
	}
	sizes := d.sizes()
	if d.Before != nil {
		start, sizes = *d.Before, sizes[len(sizes)-1:]
	}
	place := d.framed(sizes[0])
	picture := d.resampled(start, d.extent(), place)
	d.speckle(picture, place)
	left := (coarse+1)*(len(sizes)-1) + d.Iterations + 1
	for _, detail := range sizes[:len(sizes)-1] {
		d.work += (coarse + 1) * detail * detail
	}
	d.work += float64(d.Iterations+1) * d.Detail * d.Detail
	for i, detail := range sizes {
		stage := stage{detail: detail, iterations: coarse}
		if i == len(sizes)-1 {
			stage.iterations, stage.stills = d.Iterations, d.Stills
		}
		left -= stage.iterations + 1
		stage.after = left
		if i > 0 {
			from := place
			place = d.framed(detail)
			picture = d.resampled(picture, from, place)
		}
		if done, err = d.descend(ctx, picture, place, &stage); err != nil {
			return network.Tensor{}, err
		}
		if d.enough {
			break
		}
	}
	return done, nil
}

// say tells of an iteration.
func (d *descending) say(i *Iteration) error {
	d.done += i.Detail * i.Detail
	i.Done = min(d.done/d.work, 1)
	err := d.tell(i)
	if errors.Is(err, Enough) {
		d.enough = true
		return nil
	}
	return err
}

// sizes are what the descent goes through, of the plate's: strokes that are too large for
// an encoder to see at one size it sees at half of that (Gatys et al. 2017, Controlling
// Perceptual Factors in Neural Style Transfer).
func (d *descending) sizes() []float64 {
	sizes := []float64{d.Detail}
	for range halvings {
		next := sizes[0] / 2
		across, down := d.sides(next)
		if min(across.Of, down.Of) < float64(max(smallest, d.least)) ||
			min(across.Count, down.Count)+2*margin < d.least {
			break
		}
		sizes = slices.Insert(sizes, 0, next)
	}
	return sizes
}

// sides are the plate's in the frame at a size.
func (d *descending) sides(detail float64) (across, down pixels.Side) {
	across, down = d.frame()
	return across.Scaled(side(across.Of, detail)), down.Scaled(side(down.Of, detail))
}
