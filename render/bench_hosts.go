package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// Frames of a round: one node alone renders as many, and then all nodes of all hosts.
const benchRound = 20

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

// benchHosts measures what nodes and hosts lose when they render at once.
func benchHosts(h *hosted, hosts int) (*together, error) {
	m := &together{Style: h.Style, Width: h.Width, Height: h.Height, Hosts: hosts, Nodes: h.Nodes, Frames: h.Frames}
	var all []*benchHost
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
	for range (h.Frames + benchRound - 1) / benchRound {
		one, oneWork, err := benchTurn(all, all[:1], 1)
		if err != nil {
			return nil, err
		}
		fps, work, err := benchTurn(all, all, h.Nodes)
		if err != nil {
			return nil, err
		}
		alone, sum, ratios = append(alone, one), append(sum, fps), append(ratios, fps/one)
		aloneWork, allWork, workRatios = append(aloneWork, oneWork), append(allWork, work), append(workRatios, oneWork/work)
		mb, err := resident(all)
		if err != nil {
			return nil, err
		}
		m.Memory = append(m.Memory, mb)
	}
	m.Alone, m.All, m.Ratio = rounded(median(alone)), rounded(median(sum)), rounded(median(ratios))
	m.AloneWork, m.AllWork, m.WorkRatio = rounded(median(aloneWork)), rounded(median(allWork)), rounded(median(workRatios))
	return m, nil
}

// benchTurn has some of the hosts render a round at once, and gives the frames of a second
// and the processor time of a frame, in milliseconds.
func benchTurn(all, some []*benchHost, nodes int) (fps, work float64, err error) {
	before, err := processorTime(all)
	if err != nil {
		return 0, 0, err
	}
	start := time.Now()
	var running errgroup.Group
	for _, b := range some {
		running.Go(func() error {
			_, err := b.render(turn{nodes, benchRound})
			return err
		})
	}
	if err := running.Wait(); err != nil {
		return 0, 0, err
	}
	frames, seconds := float64(len(some)*nodes*benchRound), time.Since(start).Seconds()
	after, err := processorTime(all)
	return frames / seconds, (after - before) / frames, err
}

// family is hosts and all that they started.
func family(hosts []*benchHost) (pids []int, err error) {
	wanted := map[int]bool{}
	for _, b := range hosts {
		wanted[b.cmd.Process.Pid] = true
	}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	parents := map[int]int{}
	for _, name := range stats {
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		if fields := statOf(pid); err == nil && len(fields) > 1 {
			parents[pid], _ = strconv.Atoi(fields[1])
		}
	}
	for pid := range parents {
		for p := pid; p > 1; p = parents[p] {
			if wanted[p] {
				pids = append(pids, pid)
				break
			}
		}
	}
	return pids, nil
}

// statOf is what the kernel's list of a process has, from the third entry on; one that has
// ended has nothing.
func statOf(pid int) []string {
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, after, _ := strings.Cut(string(stat), ") ")
	return strings.Fields(after)
}

// resident is what hosts and what they started have in memory, in megabytes, counting what
// they share for each.
func resident(hosts []*benchHost) (mb map[string]int, err error) {
	pids, err := family(hosts)
	mb = map[string]int{}
	for _, pid := range pids {
		process := fmt.Sprintf("/proc/%d", pid)
		kb, err := memoryOf(process, "VmRSS")
		if err != nil {
			return nil, err
		}
		if kb > 0 {
			program, _ := os.Readlink(filepath.Join(process, "exe"))
			mb[filepath.Base(program)] += kb >> 10
		}
	}
	return mb, err
}

// processorTime is what they have had of processors so far, in milliseconds.
func processorTime(hosts []*benchHost) (ms float64, err error) {
	const tick = 10 // milliseconds, on Linux
	pids, err := family(hosts)
	for _, pid := range pids {
		if fields := statOf(pid); len(fields) > 12 {
			for _, f := range fields[11:13] { // of programs and of the kernel
				n, _ := strconv.ParseFloat(f, 64)
				ms += n * tick
			}
		}
	}
	return ms, err
}

// printTogether prints a result as a line of JSON, and as a sentence.
func printTogether(m *together) error {
	line, err := json.Marshal(m)
	if err != nil {
		return err
	}
	fmt.Println(string(line))
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
	_, err = fmt.Fprintf(os.Stderr, "%d hosts with %d nodes each, %d×%d: %.2f frames a second alone, %.2f together (%.3f); %.1f ms of processor time a frame alone, %.1f together (%.3f); %d MB after frame %d, %d MB at the most until frame %d\n",
		m.Hosts, m.Nodes, m.Width, m.Height, m.Alone, m.All, m.Ratio, m.AloneWork, m.AllWork, m.WorkRatio, first, benchRound, most, len(m.Memory)*benchRound)
	return err
}

func rounded(v float64) float64 { return math.Round(v*1000) / 1000 }
