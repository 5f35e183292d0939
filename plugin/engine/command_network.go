package engine

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"time"

	"impasto.net/bridge"
	"impasto.net/plugin/config"
	"impasto.net/plugin/look"
	"impasto.net/plugin/network"
	"impasto.net/plugin/pixels"
	"impasto.net/plugin/session"
)

// networkCommand is what impasto bench compares a render with: the same style in the same session,
// run on a random picture with nothing around it. For each line on standard input that
// says "run" it prints how many milliseconds one run took.
func networkCommand(args []string) error {
	flags := flag.NewFlagSet("impasto-engine network", flag.ContinueOnError)
	id := flags.String("style", "", "the style's `name`")
	width := flags.Int("width", 1920, "of the plate, in `pixels`")
	height := flags.Int("height", 1080, "of the plate, in `pixels`")
	threads := flags.Int("threads", runtime.GOMAXPROCS(0), "that the network runs on")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *id == "" || *width < 1 || *height < 1 || *threads < 1 || flags.NArg() > 0 {
		return errors.New("wanted are --style, and numbers above 0")
	}
	bank, err := ready()
	if err != nil {
		return err
	}
	l, err := look.New(bank).Get(*id)
	if err != nil {
		return err
	}
	if l.Encoder != nil {
		return fmt.Errorf("the style %q is optimised: this measures networks only", l.Label)
	}
	var s session.Sessions
	d := session.Devices{GPUs: bridge.GPUs, Background: true}
	if d.Override, err = config.Device(); err != nil {
		return err
	}
	place, _ := d.Place(bridge.Device{Kind: bridge.DeviceAuto})
	x, err := s.Get(context.Background(), l, place, *threads, func(string) {})
	if err != nil {
		return err
	}
	defer s.Put(x)
	if x.Painting != nil || x.Input.Size != nil {
		return fmt.Errorf("the style %q takes a painting or pictures of one size: this measures "+
			"others only", l.Label)
	}
	g := pixels.NewGeometry(*width, *height, x.Input.MultipleOf, x.Input.Minimum)
	var buffers network.Buffers
	in, err := buffers.Get(3 * g.Plane())
	if err != nil {
		return err
	}
	out, err := buffers.Get(3 * g.Plane())
	if err != nil {
		return err
	}
	r := x.Input.Range
	for i := range in {
		in[i] = float32(r[0] + (r[1]-r[0])*rand.Float64())
	}
	x.Sample(*threads, in, &g)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		if lines.Text() != "run" {
			return fmt.Errorf("%q on standard input, wanted is run", lines.Text())
		}
		start := time.Now()
		norms, err := x.NormsOf(context.Background(), l.Vector)
		if err != nil {
			return err
		}
		if err := x.Run(context.Background(), in, out, g.Width, g.Height, norms); err != nil {
			return err
		}
		fmt.Println(float64(time.Since(start).Microseconds()) / 1000)
	}
	return lines.Err()
}
