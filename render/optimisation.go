package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/vmihailenco/msgpack/v5"

	"impasto.net/bridge"
	"impasto.net/render/picture"
)

// optimisation is what the flags of impasto optimise say of the picture.
type optimisation struct {
	bridge.Optimise
	painting    string
	textureCrop []float64
}

// flags has them on the command line.
func (o *optimisation) flags(c *cobra.Command) {
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&o.painting, "painting", "", "the `picture` to paint like")
	f.StringVar(&o.Encoder, "encoder", "", "the encoder's `folder`")
	f.StringVar(&o.Start, "start", "", "the `style` whose picture of the plate it starts from, instead of the plate; impasto models list has them")
	f.Float64VarP(&o.Unrealness, "unrealness", "u", bridge.DefaultUnrealness, "how much of the style, -2 to 8")
	f.IntVar(&o.Iterations, "iterations", 64, "how many at the last size, 1 to 1000")
	f.Float64Var(&o.Detail, "detail", 1, "the size to work at, of the plate's, 0.1 to 2")
	f.Float64Var(&o.TextureScale, "texture-scale", 1, "how much larger the painting's strokes are, 0.1 to 10")
	f.Float64SliceVar(&o.textureCrop, "texture-crop", []float64{0, 0, 1, 1}, "the part of the painting to paint like: `x1,y1,x2,y2`, from 0,0 at the lower left to 1,1")
	f.Float64Var(&o.KeepColour, "keep-colour", 0, "0 is the painting's colour, 1 the plate's")
	f.Uint64Var(&o.Seed, "seed", 1, "of the grain that even areas start from")
}

// require has a command refuse to run without these flags.
func require(c *cobra.Command, flags ...string) {
	for _, flag := range flags {
		if err := c.MarkFlagRequired(flag); err != nil {
			panic(err)
		}
	}
}

// check finds what is wrong with the flags.
func (o *optimisation) check() error {
	if len(o.textureCrop) != 4 {
		return fmt.Errorf("--texture-crop has %d numbers, wanted are x1,y1,x2,y2", len(o.textureCrop))
	}
	o.TextureCrop = [4]float64(o.textureCrop)
	return o.Check()
}

// read takes a plate, and reads the painting.
func (o *optimisation) read(plate *picture.Image) error {
	painting, err := picture.Read(o.painting)
	if err != nil {
		return err
	}
	o.Plate, o.Painting = encoded(plate), encoded(painting)
	return nil
}

// descend has an engine do a job. The last that it tells of has a picture. The engine stops
// when the context ends, or this process does.
func descend(ctx context.Context, engine string, job *bridge.Optimise, tell func(*bridge.Iteration) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := exec.CommandContext(ctx, engine, "optimise")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt is for this process
	var complaint strings.Builder
	cmd.Stderr = &complaint
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	cmd.Cancel, cmd.WaitDelay = in.Close, 5*time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	err = msgpack.NewEncoder(in).Encode(job)
	done := false
	for steps := msgpack.NewDecoder(out); err == nil && !done; {
		var step bridge.Iteration
		if err = steps.Decode(&step); err == nil {
			err = tell(&step)
			done = step.Left == 0 && step.Picture != nil
		}
	}
	cancel()
	ended := cmd.Wait()
	if done {
		return err
	}
	if said := strings.TrimPrefix(strings.TrimSpace(complaint.String()), "impasto optimise: "); said != "" {
		return errors.New(said)
	}
	return fmt.Errorf("the engine ended: %w", errors.Join(ended, err))
}

// encoded gives a picture's planes as sRGB, not premultiplied, within 0 to 1. What is no
// number is 0.
func encoded(im *picture.Image) bridge.Planes {
	n := len(im.Pix) / 4
	p := bridge.Planes{Width: im.DataWindow.Dx(), Height: im.DataWindow.Dy(), Values: make([]byte, 12*n)}
	for i := range n {
		alpha := im.Pix[4*i+3]
		for c := range 3 {
			v := im.Pix[4*i+c]
			if alpha > 0 {
				v /= alpha
			}
			v = float32(picture.Encoded(float64(min(max(v, 0), 1))))
			if v != v {
				v = 0
			}
			binary.LittleEndian.PutUint32(p.Values[4*(c*n+i):], math.Float32bits(v))
		}
	}
	return p
}

// decode puts planes into a picture in place of what it was; its alpha stays.
func decode(p *bridge.Planes, im *picture.Image) error {
	n := len(im.Pix) / 4
	if len(p.Values) != 12*n {
		return fmt.Errorf("the engine gave %d bytes for %d pixels", len(p.Values), n)
	}
	for i := range n {
		for c := range 3 {
			v := picture.Linear(float64(math.Float32frombits(binary.LittleEndian.Uint32(p.Values[4*(c*n+i):]))))
			im.Pix[4*i+c] = float32(v) * im.Pix[4*i+3]
		}
	}
	return nil
}
