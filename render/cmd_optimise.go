package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"impasto.net/bridge"
	"impasto.net/render/effect"
	"impasto.net/render/exit"
	"impasto.net/render/picture"
)

const optimiseLong = `optimise paints a picture as the makers of Come Swim did: not by a network
that was trained for a style, but by descent towards any painting (Gatys, Ecker and Bethge 2015). It
starts from the plate and changes it until an encoder sees the plate's content and the painting's
texture in it. That takes minutes where a render takes milliseconds.

It begins at a quarter of the size, goes on at half, and ends at the whole of it: so there are
large strokes and small ones. --iterations are those at the last size; more than the default
hardly change a picture, and 64 are enough to choose other values by.

--start paints the plate in a style first, with the style's network, and goes on from there: the
colour and the large strokes of the network's picture stay. Choose the style that is nearest to
the painting.

-u is the unrealness: each step is ten times as much of the style.

--texture-scale makes the painting's strokes larger or smaller, --texture-crop takes them from a
part of it. --keep-colour gives the painted picture the plate's colour; its light and dark stay
the painting's.

--mask says where to paint: elsewhere the plate stays as it is. With --match-mask the painting's
texture is looked for in what the mask shows alone, so that skies and faces can have paintings of
their own, one run after the other.

--detail is the size to work at. What was painted smaller than the plate is enlarged and gets the
plate's edges.

An encoder is a package like a style, with an ONNX graph and encoder.json, which names the layers
that are compared. --encoder takes others than the one that ships: impasto models add vgg16.onnx
--as encoder makes one.

Pictures are read and written as impasto render does: windows, layers, primaries, alpha and what
else headers say, and light brighter than white, come through. The painting is taken to be as high
as the frame: its strokes come out as large as they are in it, at every size of plate.

An interrupt (Ctrl-C) ends it after the iteration that is under way, with what was reached by then
in --out and exit code 130. --continue goes on from such a picture: at the last size, so that what
the smaller sizes had not come to is not made up for. A second interrupt ends it at once, and
writes nothing.`

type optimiseOptions struct {
	optimisation
	out, plot, log string
}

func optimiseCommand() *cobra.Command {
	var o optimiseOptions
	c := &cobra.Command{
		Use:   "optimise PLATE",
		Short: "Paint one picture by the film's own method",
		Long:  optimiseLong,
		Example: "  impasto optimise plate.exr --painting self-portrait.jpg " +
			"--start self-portrait -o painted.exr",
		Args: needs("PLATE", "--painting", "--out"),
		RunE: func(_ *cobra.Command, args []string) error { return optimise(args[0], &o) },
	}
	o.flags(c)
	f := c.Flags()
	f.StringVarP(&o.out, "out", "o", "", "the `file` to write, "+picture.Writable)
	f.StringVar(&o.plot, "plot", "", "a `file` for a plot of the loss, .png")
	f.StringVar(&o.log, "log", "", "a `file` for the loss, a line of JSON for every iteration")
	return c
}

// iteration is a line of the log.
type iteration struct {
	Detail    float64 `json:"detail"`
	Number    int     `json:"iteration"`
	Loss      float64 `json:"loss"`
	Style     float64 `json:"style"`
	Content   float64 `json:"content"`
	Variation float64 `json:"variation"`
}

// checkFiles finds out before the minutes what would fail after them.
func (o *optimiseOptions) checkFiles() error {
	for flag, path := range map[string]string{"plot": o.plot, "log": o.log} {
		if path == "" {
			continue
		}
		if err := canCreate(path); err != nil {
			return fmt.Errorf("--%s: %w", flag, err)
		}
	}
	if err := canWrite(o.out); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	return nil
}

func optimise(path string, o *optimiseOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	if o.plot != "" && !strings.EqualFold(filepath.Ext(o.plot), ".png") {
		return fmt.Errorf("--plot: %s: plots are written as .png", o.plot)
	}
	engine, err := effect.OwnEngine()
	if err != nil {
		return err
	}
	plate, err := o.read(path)
	if err != nil {
		return exit.With(exit.Failed, err)
	}
	if err := o.checkFiles(); err != nil {
		return err
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
	ends := newInterrupts()
	defer ends.done()
	curve, painted, err := o.paint(ends, engine, log)
	if err == nil {
		plate, err = withPixels(plate, painted)
	}
	if err == nil {
		err = picture.Write(o.out, plate)
	}
	if err == nil && o.plot != "" {
		err = plotLoss(o.plot, curve)
	}
	reached := curve.last()
	early := reached.Number < o.Render.Descent.Iterations || reached.Detail < o.Render.Size.Detail
	switch {
	case err != nil && ends.stop.Err() != nil:
		return exit.With(exit.Interrupted,
			errors.New("interrupted; nothing was written but the log"))
	case err == nil && ends.enough.Err() != nil && early:
		return exit.With(exit.Interrupted,
			fmt.Errorf("interrupted after iteration %d at detail %g; "+
				"%s is what was reached, and --continue %[3]s goes on from it", reached.Number,
				reached.Detail, o.out))
	}
	return exit.With(exit.Failed, err)
}

// losses are those of a descent.
type losses []iteration

// last is the last of them.
func (l losses) last() iteration {
	if len(l) == 0 {
		return iteration{}
	}
	return l[len(l)-1]
}

// paint has the engine paint, and says and logs how it goes.
func (o *optimiseOptions) paint(
	ends *interrupts, engine string, log io.Writer,
) (curve losses, painted []byte, err error) {
	progress, lines := newProgress(), json.NewEncoder(log)
	defer progress.finish()
	err = descend(ends, engine, &o.Optimise, func(i *bridge.Iteration) error {
		painted = i.Output
		progress.at(i)
		loss := i.Style + i.Content + i.Variation
		curve = append(curve, iteration{i.Detail, i.Number, loss, i.Style, i.Content, i.Variation})
		return lines.Encode(curve.last())
	})
	return curve, painted, err
}
