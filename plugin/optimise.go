package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/vmihailenco/msgpack/v5"

	"impasto.net/bridge"
	"impasto.net/plugin/network"
	"impasto.net/plugin/optimise"
	"impasto.net/plugin/style"
)

// optimiseCommand paints one picture by descent for impasto optimise: what bridge.Optimise says.
func optimiseCommand([]string) error {
	bank, library, err := installed()
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
	j, err := newJob(ctx, &job, bank, threads)
	if err != nil {
		return err
	}
	_, err = j.Run(ctx, func(i *optimise.Iteration) error {
		said := bridge.Iteration{Number: i.Number, Left: i.Left, Detail: i.Detail, Style: i.Style, Content: i.Content, Variation: i.Variation}
		if i.Picture != nil {
			said.Picture = planes(*i.Picture)
		}
		return out.Encode(&said)
	})
	if errors.Is(err, network.ErrMemory) {
		return fmt.Errorf("a plate of %d × %d pixels takes more memory than there is: lower --detail, or close other programs (%w)", job.Plate.Width, job.Plate.Height, err)
	}
	return err
}

// newJob checks a job and reads its pictures, and paints what it starts from.
func newJob(ctx context.Context, o *bridge.Optimise, bank style.Bank, threads int) (*optimise.Job, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	j := &optimise.Job{
		Settings: optimise.Settings{
			Unrealness: o.Unrealness, Iterations: o.Iterations, Adam: o.Optimiser == bridge.OptimiserAdam, Detail: o.Detail, TextureScale: o.TextureScale,
			TextureCrop: o.TextureCrop, KeepColour: o.KeepColour, Seed: o.Seed,
		},
		Stills: o.Stills, Threads: threads,
	}
	var err error
	if j.Plate, err = tensor("plate", &o.Plate); err != nil {
		return nil, err
	}
	if j.Painting, err = tensor("painting", &o.Painting); err != nil {
		return nil, err
	}
	if len(o.Mask) > 0 {
		if j.Mask, err = floats("mask", o.Mask); err != nil {
			return nil, err
		}
		if len(j.Mask) != o.Plate.Width*o.Plate.Height {
			return nil, fmt.Errorf("the mask has %d values for %d × %d pixels", len(j.Mask), o.Plate.Width, o.Plate.Height)
		}
	}
	o.Plate.Values, o.Painting.Values = nil, nil // large ones are of 100 MB
	if strings.ContainsRune(o.Encoder, filepath.Separator) {
		j.Encoder, err = style.OpenEncoder(o.Encoder)
	} else {
		j.Encoder, err = bank.FindEncoder(o.Encoder)
	}
	if err != nil {
		return nil, err
	}
	if o.Start != "" {
		first, err := startOf(ctx, o.Start, j, bank)
		if err != nil {
			return nil, err
		}
		j.Start = &first
	}
	return j, nil
}

// tensor reads planes.
func tensor(what string, p *bridge.Planes) (network.Tensor, error) {
	if p.Width < 1 || p.Height < 1 || len(p.Values)/12 != p.Width*p.Height || len(p.Values)%12 != 0 {
		return network.Tensor{}, fmt.Errorf("the %s is %d × %d pixels in %d bytes", what, p.Width, p.Height, len(p.Values))
	}
	values, err := floats(what, p.Values)
	return network.NewPicture(values, p.Width, p.Height), err
}

func floats(what string, bytes []byte) ([]float32, error) {
	values := make([]float32, len(bytes)/4)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(bytes[4*i:]))
		if values[i]-values[i] != 0 {
			return nil, errors.New("the " + what + " has values that are no numbers")
		}
	}
	return values, nil
}

// planes writes a picture.
func planes(t network.Tensor) *bridge.Planes {
	p := &bridge.Planes{Width: int(t.Shape[3]), Height: int(t.Shape[2]), Values: make([]byte, 0, 4*len(t.Values))}
	for _, v := range t.Values {
		p.Values = binary.LittleEndian.AppendUint32(p.Values, math.Float32bits(v))
	}
	return p
}
