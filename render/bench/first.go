package bench

import (
	"fmt"
	"os"
	"strconv"
)

// starts is how often a first frame is measured.
const starts = 7

// firstFrame is the result of starts; times are in milliseconds, medians.
type firstFrame struct {
	Style  string             `json:"style"`
	Width  int                `json:"width"`
	Height int                `json:"height"`
	Scale  float64            `json:"scale"`
	First  float64            `json:"first_ms"`
	Parts  map[string]float64 `json:"parts_ms"`
}

// measureFirst measures what passes from when an OFX host that has just been started loads the
// node until it has its first frame, without what the host itself does for a frame: that
// is what a second frame takes beside the node.
func measureFirst(h *hosted) (*firstFrame, error) {
	traces, remove, err := traceFile()
	if err != nil {
		return nil, err
	}
	defer remove()
	var took [2][]float64 // of first and second frames
	for range starts {
		b, err := startHost(h)
		if err != nil {
			return nil, err
		}
		for i := range took {
			var ms float64
			if ms, err = b.render(turn{1, 1}); err != nil {
				break
			}
			took[i] = append(took[i], ms)
		}
		b.stop()
		if err != nil {
			return nil, err
		}
	}
	traced, err := readTraces(traces)
	if err != nil {
		return nil, err
	}
	if len(traced) != 2*starts {
		return nil, fmt.Errorf("%d frames were traced, of %d", len(traced), 2*starts)
	}
	var times []float64
	var lines []trace
	for i := range starts {
		first, second := traced[2*i], traced[2*i+1]
		lines = append(lines, first)
		times = append(times, took[0][i]-(took[1][i]-float64(second.Total)/1000))
	}
	m := &firstFrame{
		Style: h.Style, Width: h.Width, Height: h.Height, Scale: h.Scale,
		First: median(times), Parts: map[string]float64{},
	}
	m.Parts["run"] = milliseconds(lines, func(t *trace) int { return t.Engine.Run })
	m.Parts["frame"] = milliseconds(lines, func(t *trace) int { return t.Total })
	m.Parts["start"] = m.First - m.Parts["frame"]
	return m, nil
}

// measureProcesses measures what takes OFX hosts of their own.
func measureProcesses(h *hosted, o *Options) error {
	if o.First == nil {
		m, err := measureHosts(h, o.Hosts)
		if err != nil {
			return err
		}
		return printTogether(m)
	}
	for _, text := range o.First {
		scale, err := strconv.ParseFloat(text, 64)
		if err != nil || !(scale > 0 && scale <= 1) {
			return fmt.Errorf("--first takes scales above 0 and up to 1, not %q", text)
		}
		h.Scale = scale
		m, err := measureFirst(h)
		if err != nil {
			return err
		}
		if err := printLine(m); err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "%d×%d at %g: the first frame after %.0f ms, "+
			"of which programs and style take %.0f to start, the network %.0f\n",
			m.Width, m.Height, m.Scale, m.First, m.Parts["start"], m.Parts["run"])
	}
	return nil
}
