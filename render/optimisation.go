package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os/exec"
	"slices"
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
	painting, mask string
	matchMask      bool
	textureCrop    []float64
	blend          []float32 // how much of every pixel is painted; nil is all
	source         []float32 // the plate's pixels, where there is a blend
}

// flags has them on the command line.
func (o *optimisation) flags(c *cobra.Command) {
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&o.painting, "painting", "", "the `picture` to paint like")
	f.StringVar(&o.Encoder, "encoder", "vgg16", "the encoder: its `name`, or with a / its folder; impasto models list has them")
	f.StringVar(&o.Start, "start", "", "the `style` whose picture of the plate it starts from, instead of the plate; impasto models list has them")
	f.Float64VarP(&o.Unrealness, "unrealness", "u", bridge.DefaultUnrealness, "how much of the style, -2 to 8")
	f.IntVar(&o.Iterations, "iterations", 64, "how many at the last size, 1 to 1000")
	f.StringVar(&o.Optimiser, "optimiser", bridge.OptimiserLBFGS, "lbfgs, or adam, which takes less memory and more iterations: for plates of more than 4K")
	f.Float64Var(&o.Detail, "detail", 1, "the size to work at, of the plate's, 0.1 to 2")
	f.Float64Var(&o.TextureScale, "texture-scale", 1, "how much larger the painting's strokes are, 0.1 to 10")
	f.Float64SliceVar(&o.textureCrop, "texture-crop", []float64{0, 0, 1, 1}, "the part of the painting to paint like: `x1,y1,x2,y2`, from 0,0 at the lower left to 1,1")
	f.Float64Var(&o.KeepColour, "keep-colour", 0, "0 is the painting's colour, 1 the plate's")
	f.StringVar(&o.mask, "mask", "", "a `picture` of the plate's size: where it is to be painted, by its alpha, or by its grey where it has none")
	f.BoolVar(&o.matchMask, "match-mask", false, "compare the painting with what the mask shows alone, not with all of the plate")
	f.Uint64Var(&o.Seed, "seed", 1, "of the grain that even areas start from")
}

// check finds what is wrong with the flags.
func (o *optimisation) check() error {
	if len(o.textureCrop) != 4 {
		return fmt.Errorf("--texture-crop has %d numbers, wanted are x1,y1,x2,y2", len(o.textureCrop))
	}
	if o.matchMask && o.mask == "" {
		return errors.New("--match-mask needs a --mask")
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
	if o.mask == "" {
		return nil
	}
	return o.readMask(plate)
}

// readMask reads the mask of a plate.
func (o *optimisation) readMask(plate *picture.Image) error {
	mask, err := picture.Source{Data: true}.Read(o.mask)
	if err != nil {
		return err
	}
	if mask.DataWindow.Size() != plate.DataWindow.Size() {
		return fmt.Errorf("%s is %d × %d pixels and the plate %d × %d: a mask has the plate's size",
			o.mask, mask.DataWindow.Dx(), mask.DataWindow.Dy(), plate.DataWindow.Dx(), plate.DataWindow.Dy())
	}
	if !mask.HasAlpha {
		greyToAlpha(mask)
	}
	o.source, o.blend = slices.Clone(plate.Pix), make([]float32, len(mask.Pix)/4)
	for i := range o.blend {
		if v := mask.Pix[4*i+3]; v > 0 { // what is no number is 0
			o.blend[i] = min(v, 1)
		}
	}
	if slices.Max(o.blend) == 0 {
		return fmt.Errorf("%s is empty: there is nothing to paint", o.mask)
	}
	if o.matchMask {
		for _, v := range o.blend {
			o.Mask = binary.LittleEndian.AppendUint32(o.Mask, math.Float32bits(v))
		}
	}
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

// decode puts planes into a picture in place of what it was, where there is a mask as much as
// that says; its alpha stays.
func (o *optimisation) decode(p *bridge.Planes, im *picture.Image) error {
	n := len(im.Pix) / 4
	if len(p.Values) != 12*n {
		return fmt.Errorf("the engine gave %d bytes for %d pixels", len(p.Values), n)
	}
	for i := range n {
		for c := range 3 {
			v := picture.Linear(float64(math.Float32frombits(binary.LittleEndian.Uint32(p.Values[4*(c*n+i):]))))
			painted := float32(v) * im.Pix[4*i+3]
			if o.blend != nil {
				switch k, was := o.blend[i], o.source[4*i+c]; k {
				case 0: // the very bits, and what is no number
					painted = was
				case 1:
				default:
					painted = was*(1-k) + painted*k
				}
			}
			im.Pix[4*i+c] = painted
		}
	}
	return nil
}
