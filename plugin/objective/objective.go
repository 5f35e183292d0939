package objective

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"impasto.net/plugin/network"
	"impasto.net/plugin/onnx"
	"impasto.net/plugin/style"
)

// Objective is an encoder's, ready to be computed for pictures of any size.
type Objective struct {
	encoder              *encoder
	device               network.Device
	threads              int
	view                 *onnx.View       // from the picture to the style layers and the content's
	targets, whole, part *network.Session // of those graphs; the last one where there are tiles

	frame                  *frame
	styles                 []target
	contents               [][]float32    // what the encoder sees of the plate in every tile
	plate                  network.Tensor // to look at again where that is not kept
	content                float64        // its weight
	variation, confinement float64        // their weights
	buffers                buffers
}

// target is what a style layer is to come to.
type target struct {
	gram   network.Tensor
	weight float64
}

// Weights are how much the parts of the objective count.
type Weights struct {
	Style, Content float64
	Variation      float64 // from one pixel to the next
	Confinement    float64 // of what leaves the range from black to white
}

// Loss is what the parts of the objective come to, with their weights; what confinement comes to
// is with the variation.
type Loss struct{ Style, Content, Variation float64 }

// Total is what is minimised.
func (l Loss) Total() float64 { return l.Style + l.Content + l.Variation }

// Load checks an encoder's files and makes sessions of them on a device.
func Load(m *style.Encoder, device network.Device, threads int) (o *Objective, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("the encoder %s: %w", m.Name, err)
		}
	}()
	files, err := m.Load(m.Graph)
	if err != nil {
		return nil, err
	}
	e, err := readEncoder(m, files[0], device.Provider != network.CPU)
	if err != nil {
		return nil, err
	}
	o = &Objective{encoder: e, device: device, threads: threads, buffers: newBuffers(len(e.Style))}
	if o.targets, err = o.session(e.targets); err == nil {
		o.whole, err = o.session(e.whole)
	}
	if err == nil {
		o.view, err = onnx.NewView(e.Model, m.Input.Name, append(slices.Clone(m.Style), m.Content))
	}
	if err != nil {
		return nil, errors.Join(err, o.Close())
	}
	return o, nil
}

func (o *Objective) session(build func() (*graph, error)) (*network.Session, error) {
	g, err := build()
	if err != nil {
		return nil, err
	}
	return network.Load(g.file, g.inputs, g.outputs, o.device, o.threads)
}

// Aim is what pictures are compared with, and how much each part counts. Every distance is
// relative to the square of what it is to: each style layer has its say, and weights mean
// the same for all encoders. So variation and confinement are relative to the number of pixels.
type Aim struct {
	Plate, Painting network.Tensor // RGB, 0 to 1
	Weights         Weights

	// Region is how much each pixel is to be of the painting's style, 0 to 1; nil is all of
	// them. It guides the Gram matrices (Gatys et al. 2017, Controlling Perceptual Factors in
	// Neural Style Transfer). What is outside is to be like the plate, as everything is.
	Region []float32
}

// Aim sets what is compared. Memory is what may be taken in bytes, about: pictures that take
// more are seen in tiles. Aim gives what is taken.
func (o *Objective) Aim(ctx context.Context, a *Aim, memory int) (taken int, err error) {
	f, err := o.newFrame(a.Painting, memory)
	if err != nil {
		return 0, err
	}
	grams, err := o.gather(ctx, f, a.Painting, nil)
	if err != nil {
		return 0, err
	}
	o.styles = nil
	for i, sums := range grams {
		gram := network.Tensor{Shape: []int64{int64(f.seen[i].Channels), int64(f.seen[i].Channels)},
			Values: make([]float32, len(sums))}
		square := 0.
		for i, v := range sums {
			gram.Values[i] = float32(v)
			square += v * v
		}
		o.styles = append(o.styles,
			target{gram, a.Weights.Style / float64(len(grams)) / some(square)})
	}
	if f, err = o.newFrame(a.Plate, memory); err != nil {
		return 0, err
	}
	o.frame, o.contents, o.plate, taken = f, nil, a.Plate, f.bytes
	if kept := f.contentBytes(); len(f.tiles) == 1 {
		o.contents = make([][]float32, 1)
	} else if kept <= memory/3 {
		if o.frame, err = o.newFrame(a.Plate, memory-kept); err != nil {
			return 0, err
		}
		o.contents, taken = make([][]float32, len(o.frame.tiles)), o.frame.bytes+kept
	}
	o.frame.guide(a.Region)
	square := 0.
	if _, err = o.gather(ctx, o.frame, a.Plate, func(i int, content network.Tensor) {
		square += o.frame.square(i, content)
		if o.contents != nil {
			o.contents[i] = slices.Clone(content.Values)
		}
	}); err != nil {
		return 0, err
	}
	if o.contents != nil {
		o.plate = network.Tensor{}
	}
	o.content = a.Weights.Content / some(square)
	count := float64(len(a.Plate.Values) / 3)
	o.variation, o.confinement = a.Weights.Variation/count, a.Weights.Confinement/count
	if len(o.frame.tiles) > 1 && o.part == nil {
		o.part, err = o.session(o.encoder.part)
	}
	return taken, err
}

// some is a sum of squares, and never nothing: what is to be compared with nothing at all
// has no size of its own.
func some(square float64) float64 { return max(square, 1e-6) }

// Evaluate computes the objective for a picture of the plate's size, and its gradient,
// which has the picture's shape.
func (o *Objective) Evaluate(ctx context.Context, picture network.Tensor,
	gradient []float32) (loss Loss, err error) {
	if len(o.frame.tiles) == 1 {
		loss, err = o.evaluate(ctx, picture, gradient)
	} else {
		loss, err = o.evaluateTiles(ctx, picture, gradient)
	}
	loss.Variation = o.vary(picture, gradient) + o.confine(picture, gradient)
	return loss, err
}

// evaluate is all but the variation, in one run.
func (o *Objective) evaluate(ctx context.Context, picture network.Tensor,
	gradient []float32) (Loss, error) {
	f := o.frame
	in := append([]network.Tensor{picture}, o.shares(f, &f.tiles[0])...)
	for _, s := range o.styles {
		in = append(in, s.gram, number(s.weight))
	}
	c := f.seen[len(f.seen)-1]
	in = append(in, network.Tensor{Shape: shape(c.Channels, c.Height, c.Width),
		Values: o.contents[0]}, everywhere(o.content))
	style, content := number(0), everywhere(0)
	err := o.whole.Run(ctx, in,
		[]network.Tensor{style, content, {Shape: picture.Shape, Values: gradient}})
	return Loss{Style: float64(style.Values[0]), Content: float64(content.Values[0])}, err
}

func number(v float64) network.Tensor {
	return network.Tensor{Shape: []int64{1}, Values: []float32{float32(v)}}
}

// everywhere is a plane that has the same value everywhere.
func everywhere(v float64) network.Tensor {
	return network.Tensor{Shape: shape(1, 1, 1), Values: []float32{float32(v)}}
}

func shape(channels, height, width int) []int64 {
	return []int64{1, int64(channels), int64(height), int64(width)}
}

// Grid is what the encoder sees the same picture as before by, where that moves by so many pixels.
func (o *Objective) Grid() int { return o.view.Grid }

// Close frees the sessions, which nobody may be running.
func (o *Objective) Close() error {
	var err error
	for _, s := range []*network.Session{o.targets, o.whole, o.part} {
		if s != nil {
			err = errors.Join(err, s.Close())
		}
	}
	return err
}
