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

// flags has them on the command line. What they set is the node's message with the node's defaults
// and ranges, which a test holds against each other. They differ on purpose where the node is one
// of a comp:
//   - Exposure, mix, an inverted mask, the GPU's number, precision and memory have no flags, and
//     the node's defaults. impasto render sets them. Statistics are not sent: a descent has none.
//   - auto is the GPU also where nobody watches, where the node takes the CPU: one picture does not
//     flicker.
//   - Values out of range are refused, and those of the node are set to the end of the range: hosts
//     may have them from an older project.
//   - A mask that shows nothing of the plate is refused, and in the node leaves the plate.
//   - An encoder may be a folder; Adam, a style to start from and a picture to go on from are the
//     command's alone, starting from the frame before is the node's.
func (o *optimisation) flags(c *cobra.Command) {
	o.Render = bridge.NewFrame(bridge.Image{}, bridge.SpaceLinear)
	r, d := &o.Render, o.Render.Descent
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&o.painting, "painting", "", "the `picture` to paint like")
	f.StringVar(&r.Style, "encoder", "vgg16",
		"the encoder: its `name`, or with a / its folder; impasto models list has them")
	f.StringVar(&o.Start, "start", "", "the `style` whose picture of the plate it starts from, "+
		"instead of the plate; impasto models list has them")
	f.StringVar(&o.continued, "continue", "",
		"a `picture` of the plate to go on from, at the last size: what an interrupted run left")
	f.Float64VarP(&r.Unrealness, "unrealness", "u", r.Unrealness, "how much of the style, -2 to 8")
	f.IntVar(&d.Iterations, "iterations", bridge.DefaultIterations,
		"how many at the last size, 1 to 1000")
	f.StringVar(&o.Optimiser, "optimiser", bridge.OptimiserLBFGS, "lbfgs, or adam, "+
		"which takes less memory and more iterations: for plates of more than 4K")
	f.Float64Var(&r.Size.Detail, "detail", r.Size.Detail,
		"the size to work at, of the plate's, 0.1 to 2")
	f.Float64Var(&r.Size.TextureScale, "texture-scale", r.Size.TextureScale,
		"how much larger the painting's strokes are, 0.1 to 10")
	f.Float64SliceVar(&o.textureCrop, "texture-crop", d.TextureCrop[:], "the part of the painting "+
		"to paint like: `x1,y1,x2,y2`, from 0,0 at the lower left to 1,1")
	f.Float64Var(&r.KeepColour, "keep-colour", r.KeepColour,
		"0 is the painting's colour, 1 the plate's")
	f.StringVar(&o.mask, "mask", "",
		"a `picture` of the plate's frame: where it is to be painted, "+
			"by its alpha, or by its grey where it has none")
	f.BoolVar(&d.MatchMask, "match-mask", d.MatchMask,
		"compare the painting with what the mask shows alone, not with all of the plate")
	f.IntVar(&d.Seed, "seed", d.Seed, "of the grain that even areas start from, 0 to 1000000")
	f.StringVar(&r.Device.Kind, "device", bridge.DeviceAuto,
		"auto, cpu or gpu: auto is the GPU where one works")
	f.StringVar(&o.space, "plate-space", autoSpace,
		"what the plate's values are, and the picture's: "+strings.Join(plateSpaces(), ", "))
	f.StringArrayVar(&o.layers, "layer", nil, "what to take of the plate's OpenEXR file, "+
		"`[PART:][LAYER]`; with Mask= or Style= before it, of the mask's or the painting's")
}

// check finds what is wrong with the flags.
func (o *optimisation) check() error {
	if len(o.textureCrop) != 4 {
		return fmt.Errorf("--texture-crop has %d numbers, wanted are x1,y1,x2,y2",
			len(o.textureCrop))
	}
	if o.Render.Descent.MatchMask && o.mask == "" {
		return errors.New("--match-mask needs a --mask")
	}
	if o.Start != "" && o.continued != "" {
		return errors.New("--start and --continue both say what to start from: leave one of " +
			"them out")
	}
	if err := o.Render.Device.Check(); err != nil {
		return fmt.Errorf("--device is %q: it is auto, cpu or gpu", o.Render.Device.Kind)
	}
	if _, err := one("plate-space", o.space, plateSpaces(), plateSpaces()); err != nil {
		return err
	}
	if err := o.checkLayers(); err != nil {
		return err
	}
	o.Render.Descent.TextureCrop = [4]float64(o.textureCrop)
	return o.Check()
}

// layerOf is the clip whose file --layer is said of, and the layer: the plate's where it names
// none.
func layerOf(word string) (clip, layer string) {
	if clip, layer, named := strings.Cut(word, "="); named {
		return clip, layer
	}
	return "Source", word
}

// checkLayers finds clips that there are not.
func (o *optimisation) checkLayers() error {
	for _, word := range o.layers {
		switch clip, _ := layerOf(word); {
		case clip == "Mask" && o.mask == "":
			return fmt.Errorf("--layer %s needs a --mask", word)
		case clip != "Source" && clip != "Mask" && clip != "Style":
			return fmt.Errorf("--layer %s: write [PART:][LAYER], with Mask= or Style= before it "+
				"where it is not the plate's", word)
		}
	}
	return nil
}

// source is how the file of a clip is read.
func (o *optimisation) source(clip string) picture.Source {
	s := picture.Source{Data: clip == "Mask"}
	for _, word := range o.layers {
		if of, layer := layerOf(word); of == clip {
			s.Layer = layer
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
	sayRemark(path, plate)
	sayRemark(o.painting, painting)
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

// sayRemark says what may not be expected of a picture, as impasto render does.
func sayRemark(path string, im *picture.Image) {
	if im.Remark != "" {
		printNote(path + " " + im.Remark)
	}
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
	if !shows(mask, plate) {
		return nil, fmt.Errorf("%s is empty: there is nothing to paint", o.mask)
	}
	im := maskOf(mask)
	return &im, nil
}

// shows says whether a mask shows any of a plate's pixels.
func shows(mask, plate *picture.Image) bool {
	both := mask.DataWindow.Intersect(plate.DataWindow)
	for y := both.Min.Y; y < both.Max.Y; y++ {
		row := mask.Row(y)[4*(both.Min.X-mask.DataWindow.Min.X):]
		for x := range both.Dx() {
			if row[4*x+3] > 0 {
				return true
			}
		}
	}
	return false
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
