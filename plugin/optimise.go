package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"runtime"

	"github.com/vmihailenco/msgpack/v5"

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

// optimise paints one picture by descent for impasto optimise: what bridge.Optimise says.
func optimise([]string) error {
	_, library, err := installed()
	if err != nil {
		return err
	}
	if err := network.Start(library); err != nil {
		return err
	}
	threads, err := threadLimit()
	if err != nil {
		return err
	}
	if threads == 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	in, out := bufio.NewReader(os.Stdin), msgpack.NewEncoder(os.Stdout)
	var job bridge.Optimise
	if err := msgpack.NewDecoder(in).Decode(&job); err != nil {
		return fmt.Errorf("a job that cannot be read: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		_, _ = io.Copy(io.Discard, in) // it ends when who started this does, or wants it to
		cancel()
	}()
	err = descend(ctx, &job, threads, func(i *bridge.Iteration) error { return out.Encode(i) })
	if errors.Is(err, network.ErrMemory) {
		return fmt.Errorf("a plate of %d × %d pixels takes more memory than there is: scale it down, or close other programs (%w)", job.Plate.Width, job.Plate.Height, err)
	}
	return err
}

// descend does a job, and tells of every iteration.
func descend(ctx context.Context, job *bridge.Optimise, threads int, tell func(*bridge.Iteration) error) error {
	plate, err := tensor("plate", &job.Plate)
	if err != nil {
		return err
	}
	painting, err := tensor("painting", &job.Painting)
	if err != nil {
		return err
	}
	encoder, err := style.OpenEncoder(job.Encoder)
	if err != nil {
		return err
	}
	if least := int64(encoder.Input.Minimum); min(plate.Shape[2], plate.Shape[3]) < least {
		return fmt.Errorf("the plate is %d × %d pixels, and the encoder %s takes pictures from %d × %d on", plate.Shape[3], plate.Shape[2], encoder.Name, least, least)
	}
	o, err := objective.Load(encoder, threads)
	if err != nil {
		return err
	}
	defer o.Close()
	painting = fit(threads, painting, plate, encoder.Input.Minimum)
	if err := o.Aim(ctx, plate, painting, objective.Weights{
		Style: math.Pow(10, job.Unrealness-plainUnrealness), Content: 1, Variation: variationWeight,
	}); err != nil {
		return err
	}

	x, gradient := plate.Values, make([]float32, len(plate.Values))
	random := rand.New(rand.NewPCG(job.Seed, 0))
	for i := range x {
		x[i] += grain * (2*random.Float32() - 1)
	}
	history := min(mostRemembered, max(1, remembered/(8*len(x))))
	l := descent.NewLBFGS(history, threads)
	for i := range job.Iterations + 1 {
		loss, err := o.Evaluate(ctx, plate, gradient)
		if err != nil {
			return err
		}
		now := bridge.Iteration{Number: i, Style: loss.Style, Content: loss.Content, Variation: loss.Variation}
		if i < job.Iterations {
			l.Step(x, loss.Total(), gradient)
		} else {
			l.Settle(x, loss.Total())
			now.Picture = planes(plate)
		}
		if err := tell(&now); err != nil {
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

// tensor reads planes.
func tensor(what string, p *bridge.Planes) (network.Tensor, error) {
	if p.Width < 1 || p.Height < 1 || len(p.Values)/12 != p.Width*p.Height || len(p.Values)%12 != 0 {
		return network.Tensor{}, fmt.Errorf("the %s is %d × %d pixels in %d bytes", what, p.Width, p.Height, len(p.Values))
	}
	values := make([]float32, len(p.Values)/4)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(p.Values[4*i:]))
		if values[i]-values[i] != 0 {
			return network.Tensor{}, errors.New("the " + what + " has values that are no numbers")
		}
	}
	return network.NewPicture(values, p.Width, p.Height), nil
}

// planes writes a picture, within 0 to 1.
func planes(t network.Tensor) *bridge.Planes {
	p := &bridge.Planes{Width: int(t.Shape[3]), Height: int(t.Shape[2]), Values: make([]byte, 0, 4*len(t.Values))}
	for _, v := range t.Values {
		p.Values = binary.LittleEndian.AppendUint32(p.Values, math.Float32bits(min(max(v, 0), 1)))
	}
	return p
}
