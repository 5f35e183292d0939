package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"impasto.net/bridge"
	"impasto.net/render/picture"
)

// optimisation is what the flags of impasto optimise say of the picture.
type optimisation struct {
	bridge.Optimise
	painting, mask, continued string
	space                     string
	layers                    []string
	textureCrop               []float64
}

// flags has them on the command line.
func (o *optimisation) flags(c *cobra.Command) {
	o.Render = bridge.NewFrame(bridge.Image{}, bridge.SpaceLinear)
	r, d := &o.Render, o.Render.Descent
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&o.painting, "painting", "", "the `picture` to paint like")
	f.StringVar(&r.Style, "encoder", "vgg16", "the encoder: its `name`, or with a / its folder; impasto models list has them")
	f.StringVar(&o.Start, "start", "", "the `style` whose picture of the plate it starts from, instead of the plate; impasto models list has them")
	f.StringVar(&o.continued, "continue", "", "a `picture` of the plate to go on from, at the last size: what an interrupted run left")
	f.Float64VarP(&r.Unrealness, "unrealness", "u", bridge.DefaultUnrealness, "how much of the style, -2 to 8")
	f.IntVar(&d.Iterations, "iterations", 64, "how many at the last size, 1 to 1000")
	f.StringVar(&o.Optimiser, "optimiser", bridge.OptimiserLBFGS, "lbfgs, or adam, which takes less memory and more iterations: for plates of more than 4K")
	f.Float64Var(&r.Size.Detail, "detail", 1, "the size to work at, of the plate's, 0.1 to 2")
	f.Float64Var(&r.Size.TextureScale, "texture-scale", 1, "how much larger the painting's strokes are, 0.1 to 10")
	f.Float64SliceVar(&o.textureCrop, "texture-crop", []float64{0, 0, 1, 1}, "the part of the painting to paint like: `x1,y1,x2,y2`, from 0,0 at the lower left to 1,1")
	f.Float64Var(&r.KeepColour, "keep-colour", 0, "0 is the painting's colour, 1 the plate's")
	f.StringVar(&o.mask, "mask", "", "a `picture` of the plate's frame: where it is to be painted, by its alpha, or by its grey where it has none")
	f.BoolVar(&d.MatchMask, "match-mask", false, "compare the painting with what the mask shows alone, not with all of the plate")
	f.IntVar(&d.Seed, "seed", 1, "of the grain that even areas start from")
	f.StringVar(&r.Device.Kind, "device", bridge.DeviceAuto, "auto, cpu or gpu: auto is the GPU where one works")
	f.StringVar(&o.space, "plate-space", autoSpace, "what the plate's values are, and the picture's: "+strings.Join(plateSpaces(), ", "))
	f.StringArrayVar(&o.layers, "layer", nil, "what to take of the plate's OpenEXR file, `[PART:][LAYER]`; with Mask= or Style= before it, of the mask's or the painting's")
}

// check finds what is wrong with the flags.
func (o *optimisation) check() error {
	if len(o.textureCrop) != 4 {
		return fmt.Errorf("--texture-crop has %d numbers, wanted are x1,y1,x2,y2", len(o.textureCrop))
	}
	if o.Render.Descent.MatchMask && o.mask == "" {
		return errors.New("--match-mask needs a --mask")
	}
	if o.Start != "" && o.continued != "" {
		return errors.New("--start and --continue both say what to start from: leave one of them out")
	}
	if err := o.Render.Device.Check(); err != nil {
		return fmt.Errorf("--device is %q: it is auto, cpu or gpu", o.Render.Device.Kind)
	}
	if _, err := one("plate-space", o.space, plateSpaces(), plateSpaces()); err != nil {
		return err
	}
	o.Render.Descent.TextureCrop = [4]float64(o.textureCrop)
	return o.Check()
}

// source is how the file of a clip is read.
func (o *optimisation) source(clip string) picture.Source {
	s := picture.Source{Data: clip == "Mask"}
	for _, layer := range o.layers {
		name, what, named := strings.Cut(layer, "=")
		if !named {
			name, what = "Source", layer
		}
		if name == clip {
			s.Layer = what
		}
	}
	return s
}

// read reads the plate and what goes with it.
func (o *optimisation) read(path string) (*picture.Image, error) {
	plate, err := o.source("Source").Read(path)
	if err != nil {
		return nil, err
	}
	painting, err := o.source("Style").Read(o.painting)
	if err != nil {
		return nil, err
	}
	r := &o.Render
	if r.Space, err = spaceOf(path, plate, o.space); err != nil {
		return nil, err
	}
	r.Painting = &bridge.Painting{Premultiplied: true, Image: imageOf(painting)}
	if r.Painting.Space, err = spaceOf(o.painting, painting, autoSpace); err != nil {
		return nil, err
	}
	r.Plate, r.Premultiplied, r.Size.PixelAspect = imageOf(plate), true, float64(plate.PixelAspect)
	r.Size.Format = frameOf(plate)
	r.Output = r.Plate
	r.Output.Pixels = nil
	if o.mask != "" {
		if r.Mask, err = o.readMask(plate); err != nil {
			return nil, err
		}
	}
	if o.continued != "" {
		if o.Continued, err = o.readContinued(plate); err != nil {
			return nil, err
		}
	}
	return plate, nil
}

// readMask reads the mask of a plate.
func (o *optimisation) readMask(plate *picture.Image) (*bridge.Image, error) {
	mask, err := o.source("Mask").Read(o.mask)
	if err != nil {
		return nil, err
	}
	if mask, err = mask.Fit(plate); err != nil {
		return nil, fmt.Errorf("%s cannot be used: %w", o.mask, err)
	}
	for i := 3; i < len(mask.Pix); i += 4 {
		if mask.Pix[i] > 0 {
			im := maskOf(mask)
			return &im, nil
		}
	}
	return nil, fmt.Errorf("%s is empty: there is nothing to paint", o.mask)
}

// readContinued reads a picture to go on from. Where it has no pixels the plate's are taken: PNG
// has those of the display window.
func (o *optimisation) readContinued(plate *picture.Image) (*bridge.Image, error) {
	reached, err := picture.Read(o.continued)
	if err == nil {
		err = sameFrame(o.continued, reached, plate)
	}
	if err == nil {
		reached, err = reached.In(plate.Colourspace)
	}
	if err != nil {
		return nil, err
	}
	whole := *plate
	whole.Pix = slices.Clone(plate.Pix)
	move := plate.DisplayWindow.Min.Sub(reached.DisplayWindow.Min)
	both := plate.DataWindow.Intersect(reached.DataWindow.Add(move))
	for y := both.Min.Y; y < both.Max.Y; y++ {
		to := whole.Row(y)[4*(both.Min.X-plate.DataWindow.Min.X):]
		from := reached.Row(y - move.Y)[4*(both.Min.X-move.X-reached.DataWindow.Min.X):]
		copy(to[:4*both.Dx()], from)
	}
	im := imageOf(&whole)
	return &im, nil
}
