package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"github.com/vmihailenco/msgpack/v5"
	"golang.org/x/term"

	"impasto.net/bridge"
	"impasto.net/render/picture"
)

const optimiseLong = `optimise paints a picture as the makers of Come Swim did: not by a network that was trained for a
style, but by descent towards any painting (Gatys, Ecker and Bethge 2015). It starts from the plate and changes it until
an encoder sees the plate's content and the painting's texture in it. That takes minutes where a render takes
milliseconds.

--start paints the plate in a style first, with the style's network, and goes on from there: strokes as large as the
network's stay. Choose the style that is nearest to the painting.

-u is the unrealness: each step is ten times as much of the style. More than 256 iterations hardly change a picture.

An encoder is a folder with an ONNX graph and encoder.json, which names the layers that are compared.

Plates of scene-linear light are taken as sRGB, and lights brighter than white are white. Paintings larger than the plate
are scaled down to as many pixels.`

type optimiseOptions struct {
	painting, out, encoder, start string
	unrealness                    float64
	iterations                    int
	seed                          uint64
	plot, log                     string
}

func optimiseCommand() *cobra.Command {
	var o optimiseOptions
	c := &cobra.Command{
		Use:     "optimise PLATE",
		Short:   "Paint one picture by the film's own method",
		Long:    optimiseLong,
		Example: "  impasto optimise plate.exr --painting self-portrait.jpg --encoder encoders/vgg16 -u 3.5 -o painted.exr",
		Args:    cobra.ExactArgs(1),
		RunE:    func(_ *cobra.Command, args []string) error { return optimise(args[0], &o) },
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&o.painting, "painting", "", "the `picture` to paint like")
	f.StringVarP(&o.out, "out", "o", "", "the `file` to write, .exr or .png")
	f.StringVar(&o.encoder, "encoder", "", "the encoder's `folder`")
	f.StringVar(&o.start, "start", "", "the `style` whose picture of the plate it starts from, instead of the plate; impasto models list has them")
	f.Float64VarP(&o.unrealness, "unrealness", "u", 4, "how much of the style, -2 to 8")
	f.IntVar(&o.iterations, "iterations", 256, "how many, 1 to 1000")
	f.Uint64Var(&o.seed, "seed", 1, "of the grain that even areas start from")
	f.StringVar(&o.plot, "plot", "", "a `file` for a plot of the loss, .png")
	f.StringVar(&o.log, "log", "", "a `file` for the loss, a line of JSON for every iteration")
	for _, needed := range []string{"painting", "out", "encoder"} {
		if err := c.MarkFlagRequired(needed); err != nil {
			panic(err)
		}
	}
	return c
}

// iteration is a line of the log.
type iteration struct {
	Number    int     `json:"iteration"`
	Loss      float64 `json:"loss"`
	Style     float64 `json:"style"`
	Content   float64 `json:"content"`
	Variation float64 `json:"variation"`
}

func optimise(path string, o *optimiseOptions) error {
	switch {
	case !(o.unrealness >= -2 && o.unrealness <= 8):
		return fmt.Errorf("--unrealness is -2 to 8, not %g", o.unrealness)
	case o.iterations < 1 || o.iterations > 1000:
		return fmt.Errorf("--iterations is 1 to 1000, not %d", o.iterations)
	case o.plot != "" && !strings.EqualFold(filepath.Ext(o.plot), ".png"):
		return fmt.Errorf("--plot: %s: plots are written as .png", o.plot)
	}
	if err := picture.CanWrite(o.out); err != nil {
		return err
	}
	bundle, err := ownBundle()
	if err != nil {
		return fail(exitPlugin, err)
	}
	engine, err := engineOf(bundle)
	if err != nil {
		return fail(exitPlugin, err)
	}
	plate, err := picture.Read(path)
	if err != nil {
		return fail(exitFrames, err)
	}
	painting, err := picture.Read(o.painting)
	if err != nil {
		return fail(exitFrames, err)
	}
	log := io.Discard
	if o.log != "" {
		f, err := os.Create(o.log)
		if err != nil {
			return err
		}
		defer f.Close()
		log = f
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	progress := newProgress(o.iterations)
	var curve []iteration
	lines := json.NewEncoder(log)
	painted, err := descend(ctx, engine, &bridge.Optimise{
		Encoder: o.encoder, Start: o.start, Unrealness: o.unrealness, Iterations: o.iterations, Seed: o.seed,
		Plate: encoded(plate), Painting: encoded(painting),
	}, func(i *bridge.Iteration) error {
		now := iteration{i.Number, i.Style + i.Content + i.Variation, i.Style, i.Content, i.Variation}
		curve = append(curve, now)
		progress.at(&now)
		return lines.Encode(&now)
	})
	progress.finish()
	if ctx.Err() != nil {
		return fail(exitInterrupted, errors.New("interrupted; nothing was written but the log"))
	}
	if err != nil {
		return fail(exitFrames, err)
	}
	if err := decode(painted, plate); err != nil {
		return fail(exitFrames, err)
	}
	if err := picture.Write(o.out, plate); err != nil {
		return fail(exitFrames, err)
	}
	if o.plot != "" {
		return fail(exitFrames, plotLoss(o.plot, curve))
	}
	return nil
}

// descend has an engine do a job, and gives the picture. The engine stops when the context
// ends, or this process does.
func descend(ctx context.Context, engine string, job *bridge.Optimise, tell func(*bridge.Iteration) error) (*bridge.Planes, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := exec.CommandContext(ctx, engine, "optimise")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt is for this process
	var complaint strings.Builder
	cmd.Stderr = &complaint
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	cmd.Cancel, cmd.WaitDelay = in.Close, 5*time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	var last bridge.Iteration
	err = msgpack.NewEncoder(in).Encode(job)
	for steps := msgpack.NewDecoder(out); err == nil && last.Picture == nil; {
		last = bridge.Iteration{}
		if err = steps.Decode(&last); err == nil {
			err = tell(&last)
		}
	}
	cancel()
	ended := cmd.Wait()
	if last.Picture != nil {
		return last.Picture, err
	}
	if said := strings.TrimPrefix(strings.TrimSpace(complaint.String()), "impasto optimise: "); said != "" {
		return nil, errors.New(said)
	}
	return nil, fmt.Errorf("the engine ended: %w", errors.Join(ended, err))
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

// progress is a bar on a terminal, otherwise a line for every tenth iteration.
type progress struct {
	bar   *progressbar.ProgressBar // nil: lines
	total int
}

func newProgress(total int) *progress {
	p := &progress{total: total}
	if term.IsTerminal(int(os.Stderr.Fd())) {
		p.bar = newBar(total, "optimising")
	}
	return p
}

func (p *progress) at(i *iteration) {
	switch {
	case p.bar != nil:
		p.bar.Describe(fmt.Sprintf("loss %.4g", i.Loss))
		_ = p.bar.Set(i.Number) // a terminal that is gone is no reason to stop
	case i.Number%10 == 0 || i.Number == p.total:
		fmt.Fprintf(os.Stderr, "iteration %d  loss %.4g  [%d/%d]\n", i.Number, i.Loss, i.Number, p.total)
	}
}

func (p *progress) finish() {
	if p.bar != nil {
		fmt.Fprintln(os.Stderr)
	}
}
