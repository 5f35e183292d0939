package bench

import (
	"fmt"
	"math"
	"os"
	"time"

	"golang.org/x/sync/errgroup"
)

// Frames of a round: one node alone renders as many, and then all nodes of all hosts.
const roundFrames = 20

// together is the result of hosts that render at once.
type together struct {
	Style  string  `json:"style"`
	Width  int     `json:"width"`
	Height int     `json:"height"`
	Hosts  int     `json:"hosts"`
	Nodes  int     `json:"nodes"` // of each
	Frames int     `json:"frames"`
	Alone  float64 `json:"alone_fps"`    // of one node
	All    float64 `json:"together_fps"` // of all nodes, summed up
	Ratio  float64 `json:"ratio"`        // median of the rounds

	// Processor time of a frame: where other programs run it says more than the clock does.
	AloneWork float64 `json:"alone_cpu_ms"`
	AllWork   float64 `json:"together_cpu_ms"`
	WorkRatio float64 `json:"cpu_ratio"`

	Memory []map[string]int `json:"memory_mb"` // of every program's processes, after every round
}

// measureHosts measures what nodes and hosts lose when they render at once.
func measureHosts(h *hosted, hosts int) (*together, error) {
	m := &together{
		Style: h.Style, Width: h.Width, Height: h.Height,
		Hosts: hosts, Nodes: h.Nodes, Frames: h.Frames,
	}
	var all []*hostProcess
	defer func() {
		for _, b := range all {
			b.stop()
		}
	}()
	for range hosts {
		b, err := startHost(h)
		if err != nil {
			return nil, err
		}
		all = append(all, b)
		if _, err := b.render(turn{h.Nodes, 1}); err != nil { // it loads the style
			return nil, err
		}
	}
	var alone, sum, ratios, aloneWork, allWork, workRatios []float64
	for range (h.Frames + roundFrames - 1) / roundFrames {
		one, oneWork, err := round(all, all[:1], 1)
		if err != nil {
			return nil, err
		}
		fps, work, err := round(all, all, h.Nodes)
		if err != nil {
			return nil, err
		}
		alone, sum, ratios = append(alone, one), append(sum, fps), append(ratios, fps/one)
		aloneWork, allWork = append(aloneWork, oneWork), append(allWork, work)
		workRatios = append(workRatios, oneWork/work)
		mb, err := resident(all)
		if err != nil {
			return nil, err
		}
		m.Memory = append(m.Memory, mb)
	}
	m.Alone, m.All, m.Ratio = rounded(median(alone)), rounded(median(sum)), rounded(median(ratios))
	m.AloneWork, m.AllWork = rounded(median(aloneWork)), rounded(median(allWork))
	m.WorkRatio = rounded(median(workRatios))
	return m, nil
}

// round has some of the hosts render a round at once, and gives the frames of a second
// and the processor time of a frame, in milliseconds.
func round(all, some []*hostProcess, nodes int) (fps, work float64, err error) {
	before, err := processorTime(all)
	if err != nil {
		return 0, 0, err
	}
	start := time.Now()
	var running errgroup.Group
	for _, b := range some {
		running.Go(func() error {
			_, err := b.render(turn{nodes, roundFrames})
			return err
		})
	}
	if err := running.Wait(); err != nil {
		return 0, 0, err
	}
	frames, seconds := float64(len(some)*nodes*roundFrames), time.Since(start).Seconds()
	after, err := processorTime(all)
	return frames / seconds, (after - before) / frames, err
}

// printTogether prints a result as a line of JSON, and as a sentence.
func printTogether(m *together) error {
	if err := printLine(m); err != nil {
		return err
	}
	sum := func(mb map[string]int) (sum int) {
		for _, n := range mb {
			sum += n
		}
		return sum
	}
	first, most := sum(m.Memory[0]), 0
	for _, mb := range m.Memory {
		most = max(most, sum(mb))
	}
	_, err := fmt.Fprintf(os.Stderr, "%d hosts with %d nodes each, %d×%d: "+
		"%.2f frames a second alone, %.2f together (%.3f); "+
		"%.1f ms of processor time a frame alone, %.1f together (%.3f); "+
		"%d MB after frame %d, %d MB at the most until frame %d\n",
		m.Hosts, m.Nodes, m.Width, m.Height, m.Alone, m.All, m.Ratio, m.AloneWork, m.AllWork,
		m.WorkRatio,
		first, roundFrames, most, len(m.Memory)*roundFrames)
	return err
}

func rounded(v float64) float64 { return math.Round(v*1000) / 1000 }
