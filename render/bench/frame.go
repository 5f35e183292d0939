package bench

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"impasto.net/render/effect"
	"impasto.net/render/ofx"
	"impasto.net/render/synthetic"
)

// Frames that are not counted: they load the style, and take the memory that later ones use again.
const warmUp = 6

// measurement is one line of the result; times are in milliseconds.
type measurement struct {
	Style   string             `json:"style"`
	Width   int                `json:"width"`
	Height  int                `json:"height"`
	Frames  int                `json:"frames"`
	Node    float64            `json:"node_ms"`
	Network float64            `json:"network_ms"`
	Ratio   float64            `json:"ratio"`
	Parts   map[string]float64 `json:"parts_ms"`
	PeakRSS map[string]int     `json:"peak_rss_kb"`
}

// parts are the columns of the table, and where a trace has them.
var parts = []struct {
	name string
	of   func(*trace) int
}{
	{"copy in", func(t *trace) int { return t.CopyIn }},
	{"convert in", func(t *trace) int { return t.Engine.ConvertIn }},
	{"run", func(t *trace) int { return t.Engine.Run }},
	{"convert out", func(t *trace) int { return t.Engine.ConvertOut }},
	{"copy out", func(t *trace) int { return t.CopyOut }},
	{"other", func(t *trace) int {
		return t.Total - t.CopyIn - t.Engine.ConvertIn - t.Engine.Run - t.Engine.ConvertOut - t.CopyOut
	}},
}

func table(w io.Writer, all []*measurement) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "size\tnode\tnetwork\tratio\t")
	for _, part := range parts {
		fmt.Fprintf(t, "%s\t", part.name)
	}
	fmt.Fprintln(t, "MB\t")
	for _, m := range all {
		fmt.Fprintf(t, "%d×%d\t%.1f\t%.1f\t%.3f\t", m.Width, m.Height, m.Node, m.Network, m.Ratio)
		for _, part := range parts {
			fmt.Fprintf(t, "%.1f\t", m.Parts[part.name])
		}
		fmt.Fprintf(t, "%d\t\n", m.PeakRSS["impasto-engine"]>>10)
	}
	return t.Flush()
}

// measure renders frames with the node and runs the network alone in turn.
func measure(
	bundle, style string, params effect.Settings, width, height, frames int,
) (*measurement, error) {
	traces, remove, err := traceFile()
	if err != nil {
		return nil, err
	}
	defer remove()
	var said []string
	say := func(m ofx.Message) { said = append(said, m.Text) }
	loaded, err := effect.Load(bundle, "", ofx.Profiles[0].Name, false, say)
	if err != nil {
		return nil, err
	}
	defer loaded.Close()
	instance, err := newNode(loaded, style, params, []string{"Source", "Mask"}, ofx.Setup{
		First: 0, Last: warmUp +
			frames - 1, Step: 1, Sequential: true, Depth: ofx.DepthFloat, Scale: 1,
		Clips: map[string]ofx.Plate{
			"Source": synthetic.NewNoise(width, height), "Mask": synthetic.Ramp(width, height),
		},
	})
	if err != nil {
		return nil, err
	}
	defer instance.Close()
	engine, err := effect.EngineOf(bundle)
	if err != nil {
		return nil, err
	}
	runtime, err := startNetwork(engine, style, width, height)
	if err != nil {
		return nil, err
	}
	defer runtime.stop()

	node := func(frame int) error {
		if _, err := instance.Render(frame); err != nil {
			return errors.Join(err, errors.New(strings.Join(said, "\n")))
		}
		return nil
	}
	var network []float64
	alone := func(int) error {
		ms, err := runtime.run()
		network = append(network, ms)
		return err
	}
	if err := takeTurns(warmUp+frames, node, alone); err != nil {
		return nil, err
	}
	lines, err := uncached(traces, frames)
	if err != nil {
		return nil, err
	}
	m := &measurement{
		Style: style, Width: width, Height: height, Frames: frames,
		Node:    milliseconds(lines, func(t *trace) int { return t.Total }),
		Network: median(network[warmUp:]),
		Parts:   map[string]float64{}, PeakRSS: map[string]int{},
	}
	m.Ratio = math.Round(m.Node/m.Network*1000) / 1000
	for _, part := range parts {
		m.Parts[part.name] = milliseconds(lines, part.of)
	}
	return m, peaks(bundle, runtime.cmd.Process.Pid, m.PeakRSS)
}

// newNode makes an instance with those clips, in a style and with settings.
func newNode(
	loaded *effect.Loaded, style string, params effect.Settings, clips []string, setup ofx.Setup,
) (*ofx.Instance, error) {
	context, err := loaded.Effect.ContextFor(clips)
	if err != nil {
		return nil, err
	}
	setup.Context = context
	setup.Edits = func(find func(string) *ofx.Param) error {
		if err := find("styleId").Set(style, ofx.Linear); err != nil {
			return err
		}
		return params.Apply(find, loaded.Effect, context, ofx.Linear)
	}
	return loaded.Effect.NewInstance(setup)
}

// takeTurns does two things for every frame. Whoever comes second finds the processor warm: they
// take turns at that, too.
func takeTurns(frames int, a, b func(frame int) error) error {
	for frame := range frames {
		turns := []func(int) error{a, b}
		if frame%2 == 1 {
			slices.Reverse(turns)
		}
		for _, turn := range turns {
			if err := turn(frame); err != nil {
				return err
			}
		}
	}
	return nil
}

// uncached are the traces of the frames that count, which the network has to have painted.
func uncached(traces string, frames int) ([]trace, error) {
	lines, err := readTraces(traces)
	if err != nil {
		return nil, err
	}
	if len(lines) != warmUp+frames {
		return nil, fmt.Errorf("%d frames were traced, of %d", len(lines), warmUp+frames)
	}
	lines = lines[warmUp:]
	if slices.ContainsFunc(lines, func(t trace) bool { return t.Cached }) {
		return nil, errors.New("frames came out of the cache, so the network was not measured")
	}
	return lines, nil
}

func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}

// milliseconds is the median of a part of frames.
func milliseconds(lines []trace, of func(*trace) int) float64 {
	values := make([]float64, len(lines))
	for i := range lines {
		values[i] = float64(of(&lines[i])) / 1000
	}
	return median(values)
}
