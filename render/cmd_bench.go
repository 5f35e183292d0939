package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"impasto.net/render/effect"
	"impasto.net/render/exit"
	"impasto.net/render/ofx"
	"impasto.net/render/picture"
)

const benchLong = `bench measures what a frame costs: the render action of the node, in this process as its OFX host,
against a bare run of ONNX Runtime with the same network, session options and threads on data that
lies ready. Both run in turn, so that a machine's moods meet both alike; medians are printed.

The plate is linear float RGBA with highlights, another one for every frame, so that nothing is cached; a soft
mask is on.
Standard output gets one line of JSON a size, standard error a table in milliseconds:

    node         the render action, from call to return
    bare         the bare run
    ratio        node / bare
    copy in      plate and mask from the host's images to shared memory
    convert in   to the network's layout, range and encoding
    run          the network
    convert out  back, with the blend
    copy out     from shared memory to the host's image
    other        messages, waiting, cleaning up
    MB           what the engine had in memory at the most, shared frames included

With --hosts or --nodes one node renders alone, then so many OFX hosts with so many nodes each at once, in
turn: frames a second, processor time a frame, and what all processes have in memory after every twenty frames of
a node. --first measures what passes from when an OFX host that has just been started loads the node until it has
its first frame, at scales of a proxy.`

type benchOptions struct {
	plugin, style string
	sizes, params []string
	frames        int
	hosts, nodes  int
	first         []string
}

func benchCommand() *cobra.Command {
	var o benchOptions
	c := &cobra.Command{
		Use:     "bench",
		Short:   "Measure what a frame costs with Impasto's node",
		Long:    benchLong,
		Example: "  impasto bench\n  impasto bench --size 960x540 --size 1920x1080 --frames 20\n  impasto bench --hosts 2 --size 640x360 --frames 200\n  impasto bench --first 0.25,0.5",
		Args:    cobra.NoArgs,
		RunE:    func(*cobra.Command, []string) error { return bench(&o) },
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&o.plugin, "plugin", "", "the Impasto.ofx.bundle (default: the one that was built beside this program)")
	f.StringVar(&o.style, "style", "", "the style's name (default: the first of the menu)")
	f.StringArrayVar(&o.sizes, "size", []string{"1920x1080"}, "of the frame; once for each")
	f.StringArrayVar(&o.params, "param", nil, "set a parameter: `NAME=VALUE`; once for each")
	f.IntVar(&o.frames, "frames", 10, "how many are counted, after six that are not")
	f.IntVar(&o.hosts, "hosts", 1, "OFX hosts that render at once; more than one, or more nodes, measures what that costs")
	f.IntVar(&o.nodes, "nodes", 1, "that each of them renders at once")
	f.StringSliceVar(&o.first, "first", nil, "measure the first frame after a start, at these proxy `scales`: 0.25,0.5")
	return c
}

// Frames that are not counted: they load the style, and take the memory that later ones use again.
const benchWarmUp = 6

// measurement is one line of the result; times are in milliseconds.
type measurement struct {
	Style   string             `json:"style"`
	Width   int                `json:"width"`
	Height  int                `json:"height"`
	Frames  int                `json:"frames"`
	Node    float64            `json:"node_ms"`
	Bare    float64            `json:"bare_ms"`
	Ratio   float64            `json:"ratio"`
	Parts   map[string]float64 `json:"parts_ms"`
	PeakRSS map[string]int     `json:"peak_rss_kb"`
}

// benchParts are the columns of the table, and where a trace has them.
var benchParts = []struct {
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

// trace is a line that Impasto.ofx writes to the file IMPASTO_TRACE, in microseconds.
type trace struct {
	Cached                 bool
	CopyIn, CopyOut, Total int
	Engine                 struct{ ConvertIn, Run, ConvertOut int }
}

func bench(o *benchOptions) error {
	for flag, n := range map[string]int{"frames": o.frames, "hosts": o.hosts, "nodes": o.nodes} {
		if n < 1 {
			return fmt.Errorf("--%s is 1 or more, not %d", flag, n)
		}
	}
	bundle := o.plugin
	if bundle == "" {
		var err error
		if bundle, err = effect.OwnBundle(); err != nil {
			return exit.With(exit.Plugin, err)
		}
	}
	params, err := effect.ParseSettings(o.params)
	if err != nil {
		return err
	}
	style := o.style
	if style == "" {
		if style, err = shippedStyle(bundle); err != nil {
			return exit.With(exit.Plugin, err)
		}
	}
	var all []*measurement
	for _, size := range o.sizes {
		var width, height int
		if n, err := fmt.Sscanf(size, "%dx%d", &width, &height); n != 2 || err != nil || width < 1 || height < 1 {
			return fmt.Errorf("--size is like 1920x1080, not %q", size)
		}
		h := hosted{Plugin: bundle, Style: style, Params: o.params, Width: width, Height: height, Scale: 1, Nodes: o.nodes, Frames: max(o.frames, 2)}
		if o.hosts > 1 || o.nodes > 1 || o.first != nil {
			if err := benchProcesses(&h, o); err != nil {
				return exit.With(exit.Failed, fmt.Errorf("%s: %w", size, err))
			}
			continue
		}
		m, err := measure(bundle, style, params, width, height, o.frames)
		if err != nil {
			return exit.With(exit.Failed, fmt.Errorf("%s: %w", size, err))
		}
		all = append(all, m)
		line, err := json.Marshal(m)
		if err != nil {
			return err
		}
		fmt.Println(string(line))
	}
	if all == nil {
		return nil
	}
	return table(os.Stderr, all)
}

// shippedStyle is the first of the bundle's.
func shippedStyle(bundle string) (string, error) {
	shipped, err := filepath.Glob(filepath.Join(bundle, "Contents/Resources/styles/*/style.json"))
	if err != nil || len(shipped) == 0 {
		return "", fmt.Errorf("%s holds no style", bundle)
	}
	return filepath.Base(filepath.Dir(shipped[0])), nil
}

func table(w io.Writer, all []*measurement) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "size\tnode\tbare\tratio\t")
	for _, part := range benchParts {
		fmt.Fprintf(t, "%s\t", part.name)
	}
	fmt.Fprintln(t, "MB\t")
	for _, m := range all {
		fmt.Fprintf(t, "%d×%d\t%.1f\t%.1f\t%.3f\t", m.Width, m.Height, m.Node, m.Bare, m.Ratio)
		for _, part := range benchParts {
			fmt.Fprintf(t, "%.1f\t", m.Parts[part.name])
		}
		fmt.Fprintf(t, "%d\t\n", m.PeakRSS["impasto-engine"]>>10)
	}
	return t.Flush()
}

// measure renders frames through the node and runs the bare network in turn.
func measure(bundle, style string, params effect.Settings, width, height, frames int) (*measurement, error) {
	traces, remove, err := traceFile()
	if err != nil {
		return nil, err
	}
	defer remove()
	var said []string
	p, err := effect.Load(bundle, "", ofx.Profiles[0].Name, false, func(m ofx.Message) { said = append(said, m.Text) })
	if err != nil {
		return nil, err
	}
	defer p.Close()
	context, err := p.Effect.ContextFor([]string{"Source", "Mask"})
	if err != nil {
		return nil, err
	}
	instance, err := p.Effect.NewInstance(ofx.Setup{
		Context: context, First: 0, Last: benchWarmUp + frames - 1, Step: 1, Sequential: true, Depth: ofx.DepthFloat, Scale: 1,
		Clips: map[string]ofx.Plate{"Source": &noise{width: width, height: height}, "Mask": ramp(width, height)},
		Edits: func(find func(string) *ofx.Param) error {
			if err := find("styleId").Set(style, ofx.Linear); err != nil {
				return err
			}
			return params.Apply(find, p.Effect, context, ofx.Linear)
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
	runtime, err := startBare(engine, style, width, height)
	if err != nil {
		return nil, err
	}
	defer runtime.stop()

	m := &measurement{Style: style, Width: width, Height: height, Frames: frames, Parts: map[string]float64{}, PeakRSS: map[string]int{}}
	var bare []float64
	node := func(frame int) error {
		if _, err := instance.Render(frame); err != nil {
			return errors.Join(err, errors.New(strings.Join(said, "\n")))
		}
		return nil
	}
	alone := func(int) error {
		ms, err := runtime.run()
		bare = append(bare, ms)
		return err
	}
	for frame := range benchWarmUp + frames {
		// Whoever comes second finds the processor warm: they take turns at that, too.
		turns := []func(int) error{node, alone}
		if frame%2 == 1 {
			slices.Reverse(turns)
		}
		for _, turn := range turns {
			if err := turn(frame); err != nil {
				return nil, err
			}
		}
	}
	bare = bare[benchWarmUp:]
	lines, err := readTraces(traces)
	if err != nil {
		return nil, err
	}
	if len(lines) != benchWarmUp+frames {
		return nil, fmt.Errorf("%d frames were traced, of %d", len(lines), benchWarmUp+frames)
	}
	lines = lines[benchWarmUp:]
	if slices.ContainsFunc(lines, func(t trace) bool { return t.Cached }) {
		return nil, errors.New("frames came out of the cache, so the network was not measured")
	}
	m.Node, m.Bare = milliseconds(lines, func(t *trace) int { return t.Total }), median(bare)
	m.Ratio = math.Round(m.Node/m.Bare*1000) / 1000
	for _, part := range benchParts {
		m.Parts[part.name] = milliseconds(lines, part.of)
	}
	return m, peaks(bundle, runtime.cmd.Process.Pid, m.PeakRSS)
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

// traceFile has the node write its traces to a file of their own, which is to be removed.
func traceFile() (path string, remove func(), err error) {
	folder, err := os.MkdirTemp("", "impasto-bench-")
	if err != nil {
		return "", nil, err
	}
	remove = func() { os.RemoveAll(folder) }
	path = filepath.Join(folder, "trace")
	if err := os.Setenv("IMPASTO_TRACE", path); err != nil {
		remove()
		return "", nil, err
	}
	return path, remove, nil
}

func readTraces(path string) ([]trace, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var lines []trace
	for decoder := json.NewDecoder(strings.NewReader(string(data))); decoder.More(); {
		var t trace
		if err := decoder.Decode(&t); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		lines = append(lines, t)
	}
	return lines, nil
}

// peaks reads what this process and those of the bundle had in memory at the most, but for
// one of them.
func peaks(bundle string, except int, kilobytes map[string]int) error {
	bundle, err := filepath.EvalSymlinks(bundle)
	if err != nil {
		return err
	}
	if bundle, err = filepath.Abs(bundle); err != nil {
		return err
	}
	links, err := filepath.Glob("/proc/[0-9]*/exe")
	if err != nil {
		return err
	}
	for _, link := range links {
		exe, err := os.Readlink(link)
		ours := filepath.Dir(link) == fmt.Sprintf("/proc/%d", os.Getpid())
		other := filepath.Dir(link) == fmt.Sprintf("/proc/%d", except)
		if err != nil || other || !ours && !strings.HasPrefix(exe, bundle) {
			continue
		}
		kb, err := memoryOf(filepath.Dir(link), "VmHWM")
		if err != nil {
			return err
		}
		if kb > 0 {
			kilobytes[filepath.Base(exe)] = max(kilobytes[filepath.Base(exe)], kb)
		}
	}
	return nil
}

// memoryOf is an entry of the memory of a process, by its folder, in kilobytes. One that has
// ended has none.
func memoryOf(process, key string) (kilobytes int, err error) {
	status, _ := os.ReadFile(filepath.Join(process, "status"))
	_, after, _ := strings.Cut(string(status), key+":")
	fields := strings.Fields(after)
	if len(fields) == 0 {
		return 0, nil
	}
	if kilobytes, err = strconv.Atoi(fields[0]); err != nil {
		return 0, fmt.Errorf("%s: %w", process, err)
	}
	return kilobytes, nil
}

// bareRuntime is an impasto-engine that runs the network and nothing else.
type bareRuntime struct {
	cmd       *exec.Cmd
	in        io.WriteCloser
	out       *bufio.Scanner
	complaint strings.Builder
}

func startBare(engine, style string, width, height int) (*bareRuntime, error) {
	b := &bareRuntime{cmd: exec.Command(engine, "bare", "--style", style, "--width", fmt.Sprint(width), "--height", fmt.Sprint(height))}
	in, err := b.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := b.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	b.in, b.out = in, bufio.NewScanner(out)
	b.cmd.Stderr = &b.complaint
	return b, b.cmd.Start()
}

// run is one run of the network, in milliseconds.
func (b *bareRuntime) run() (float64, error) {
	if _, err := fmt.Fprintln(b.in, "run"); err != nil || !b.out.Scan() {
		return 0, fmt.Errorf("the bare run ended: %s", strings.TrimSpace(b.complaint.String()))
	}
	return strconv.ParseFloat(b.out.Text(), 64)
}

func (b *bareRuntime) stop() {
	b.in.Close()
	_ = b.cmd.Wait() // what it had to say was said by run
}

// noise is a plate of soft shapes with grain, a tenth of it above 1, another one for every
// frame. Frames are asked for in order, and only the last one is kept.
type noise struct {
	width, height int
	time          float64
	im            *picture.Image
}

func (n *noise) At(time float64) (*picture.Image, error) {
	if n.im != nil && n.time == time {
		return n.im, nil
	}
	im := picture.New(image.Rect(0, 0, n.width, n.height))
	im.HasAlpha = true
	random := rand.New(rand.NewPCG(1, uint64(time)))
	for y := range n.height {
		row := im.Row(y)
		for x := range n.width {
			shape := 1.1 * math.Pow(math.Sin(float64(x)/90+time)*math.Cos(float64(y)/70), 2)
			for c := range 3 {
				row[4*x+c] = float32(shape*(1-0.2*float64(c)) + 0.05*random.Float64())
			}
		}
	}
	n.time, n.im = time, im
	return im, nil
}

func (n *noise) Example() (*picture.Image, error) { return n.At(0) }
func (n *noise) Range() (first, last float64)     { return 0, math.MaxInt32 }

// still is one picture at all times.
type still struct{ im *picture.Image }

func (s still) At(float64) (*picture.Image, error) { return s.im, nil }
func (s still) Example() (*picture.Image, error)   { return s.im, nil }
func (s still) Range() (first, last float64)       { return 0, math.MaxInt32 }

// ramp is a mask that rises from left to right.
func ramp(width, height int) still {
	im := picture.New(image.Rect(0, 0, width, height))
	im.HasAlpha = true
	for p := 0; p < len(im.Pix); p += 4 {
		v := float32(p/4%width) / float32(width)
		copy(im.Pix[p:], []float32{v, v, v, v})
	}
	return still{im}
}
