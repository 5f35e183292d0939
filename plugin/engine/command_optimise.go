package engine

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
	"strings"

	"github.com/hashicorp/go-hclog"
	"github.com/vmihailenco/msgpack/v5"

	"impasto.net/bridge"
	"impasto.net/plugin/config"
	"impasto.net/plugin/look"
	"impasto.net/plugin/network"
	"impasto.net/plugin/optimise"
	"impasto.net/plugin/pixels"
	"impasto.net/plugin/style"
)

// optimiseCommand paints one picture by descent for impasto optimise: what bridge.Optimise says.
// The arguments are folders that it names.
func optimiseCommand(folders []string) error {
	bank, err := ready(folders...)
	if err != nil {
		return err
	}
	threads, err := config.Threads()
	if err != nil {
		return err
	}
	in, out := bufio.NewReader(os.Stdin), msgpack.NewEncoder(os.Stdout)
	var job bridge.Optimise
	if err := msgpack.NewDecoder(in).Decode(&job); err != nil {
		return fmt.Errorf("a job that cannot be read: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	enough, reached := context.WithCancel(ctx)
	go func() {
		if _, err := in.ReadByte(); err == nil {
			reached()
			_, _ = io.Copy(io.Discard, in) // it ends when who started this does, or wants it to
		}
		cancel()
	}()
	o := &ordered{newEngine(bank, threads, hclog.NewNullLogger()), &job, nil}
	if o.engine.devices.Override, err = config.Device(); err != nil {
		return err
	}
	err = o.run(ctx, func(i *bridge.Iteration) error {
		if err := out.Encode(i); err != nil || enough.Err() == nil {
			return err
		}
		return optimise.Enough
	})
	if errors.Is(err, network.ErrMemory) {
		w := job.Render.Plate.Window
		return fmt.Errorf("a plate of %d × %d pixels takes more memory than there is: lower "+
			"--detail, or close other programs (%w)", w.Width(), w.Height(), err)
	}
	return err
}

// ordered is a picture that impasto optimise has painted.
type ordered struct {
	engine *engine
	*bridge.Optimise
	frame *frame
}

// run paints it as the node does, and tells of every iteration.
func (o *ordered) run(ctx context.Context, tell func(*bridge.Iteration) error) error {
	if err := o.Check(); err != nil {
		return err
	}
	var err error
	if o.frame, err = newFrame(&o.Render, nil); err != nil {
		return err
	}
	if o.frame.look, err = o.encoder(); err != nil {
		return err
	}
	job, err := o.job(ctx)
	if err != nil {
		return err
	}
	_, err = job.Run(ctx, func(i *optimise.Iteration) error {
		said := bridge.Iteration{Number: i.Number, Left: i.Left, Detail: i.Detail, Style: i.Style,
			Content: i.Content, Variation: i.Variation}
		if i.Picture != nil {
			if said.Output, err = o.output(ctx, i.Picture); err != nil {
				return err
			}
		}
		return tell(&said)
	})
	return err
}

// encoder gives the look of an encoder in a folder, or of that name.
func (o *ordered) encoder() (*look.Look, error) {
	open := o.engine.looks.Bank.FindEncoder
	if strings.ContainsRune(o.Render.Style, filepath.Separator) {
		open = style.OpenEncoder
	}
	e, err := open(o.Render.Style)
	if err != nil {
		return nil, err
	}
	return &look.Look{ID: e.ID, Label: e.Label, Encoder: e}, nil
}

// job reads the pictures, and paints what the descent starts from.
func (o *ordered) job(ctx context.Context) (*optimise.Job, error) {
	f, e := o.frame, o.engine
	settings, err := f.settings()
	if err != nil {
		return nil, err
	}
	settings.Adam = o.Optimiser == bridge.OptimiserAdam
	seen, err := o.read(ctx, &f.plate)
	if err != nil {
		return nil, err
	}
	painting, err := e.wholePainting(ctx, f)
	if err != nil {
		return nil, err
	}
	j := e.job(f, settings, painting, seen, f.shares())
	if j.Device, _, err = e.whereOptimised(ctx, f.look, f.Device); err != nil {
		return nil, err
	}
	j.Stills = o.Stills
	if o.Start != "" {
		first, err := startOf(ctx, o.Start, j, e)
		if err != nil {
			return nil, err
		}
		j.Start = &first
	}
	if o.Continued != nil {
		if o.Continued.Window != o.Render.Plate.Window {
			return nil, errors.New("the picture to go on from has another size than the plate")
		}
		if err := o.Continued.Check(4, 0); err != nil {
			return nil, err
		}
		im := pixels.NewImage(o.Continued, o.Continued.Pixels)
		before, err := o.read(ctx, &im)
		if err != nil {
			return nil, err
		}
		picture := e.sizedFor(before, &f.native, &f.working)
		j.Before = &picture
	}
	return j, nil
}

// read reads a picture of the plate's window, as the encoder sees it.
func (o *ordered) read(ctx context.Context, im *pixels.Image) ([]float32, error) {
	values, r := make([]float32, 3*o.frame.native.Plane()), o.frame.optimisedReader()
	_, err := r.Read(ctx, int(o.engine.threads.Load()), im, &o.frame.native, values)
	return values, err
}

// output is the plate with what was painted of it.
func (o *ordered) output(ctx context.Context, painted *network.Tensor) ([]byte, error) {
	f, e := o.frame, o.engine
	bytes := make([]byte, o.Render.Output.Size())
	to, w := pixels.NewImage(&o.Render.Output, bytes), f.writer()
	w.Decoders, w.Inverse = fromOptimised(), toOptimised()
	values := e.sizedFor(painted.Values, &f.working, &f.native).Values
	return bytes, w.Write(ctx, int(e.threads.Load()), &f.plate, f.mask, &to, &f.native, values)
}

// startOf gives a job's plate as the node paints it in the style that the descent starts
// from. A style that takes a painting gets the job's.
func startOf(ctx context.Context, in string, j *optimise.Job, e *engine) (network.Tensor, error) {
	r := bridge.NewFrame(image(j.Plate), bridge.SpaceSRGB)
	r.Style, r.Size.TextureScale = in, j.TextureScale
	r.Painting = &bridge.Painting{Space: bridge.SpaceSRGB,
		Image: image(optimise.Cropped(j.Painting, j.TextureCrop))}
	done, err := e.render(ctx, &r, nil, func(float64, string) {})
	if err != nil {
		return network.Tensor{}, err
	}
	return fromImage(done.Pixels, j.Plate), nil
}

// image is a picture as a plate, opaque.
func image(t network.Tensor) bridge.Image {
	width, height := int(t.Shape[3]), int(t.Shape[2])
	n := width * height
	im := bridge.Image{Window: bridge.Window{0, 0, width, height}, Channels: 4,
		RowBytes: 16 * width, Pixels: make([]byte, 0, 16*n)}
	for y := range height {
		for x := range width {
			at := (height-1-y)*width + x
			for _, v := range [4]float32{t.Values[at], t.Values[n+at], t.Values[2*n+at], 1} {
				im.Pixels = binary.LittleEndian.AppendUint32(im.Pixels, math.Float32bits(v))
			}
		}
	}
	return im
}

// fromImage is the opposite of image, for a picture of the size of another one.
func fromImage(pixels []byte, like network.Tensor) network.Tensor {
	width, height := int(like.Shape[3]), int(like.Shape[2])
	values := make([]float32, len(like.Values))
	for i := range values {
		c, at := i/(width*height), i%(width*height)
		from := 4 * (4*((height-1-at/width)*width+at%width) + c)
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(pixels[from:]))
	}
	return network.NewPicture(values, width, height)
}
