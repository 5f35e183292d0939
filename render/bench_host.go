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
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"impasto.net/render/effect"
	"impasto.net/render/ofx"
	"impasto.net/render/picture"
)

// An OFX host that is measured is a process of its own: this program, which is told on
// standard input what to render, and answers on standard output how long that took.

// hosted is what such a host loads and renders.
type hosted struct {
	Plugin, Style string
	Params        []string
	Width, Height int     // of the frame at full resolution
	Scale         float64 // of the proxy
	Nodes, Frames int     // that it is asked for, each node
}

// turn is some more frames, on the first so many nodes at once.
type turn struct{ Nodes, Frames int }

// turned is the answer, in milliseconds.
type turned struct {
	Milliseconds float64
	Error        string
}

// benchHostCommand is the process. It loads nothing before it is asked for a frame, so that
// the first takes what it takes when a project is opened.
func benchHostCommand() *cobra.Command {
	return &cobra.Command{
		Use: "bench-host", Hidden: true, Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			in, out := json.NewDecoder(bufio.NewReader(os.Stdin)), json.NewEncoder(os.Stdout)
			var h hosted
			if err := in.Decode(&h); err != nil {
				return err
			}
			var nodes rendering
			defer nodes.close()
			plate := newBrightened(h.Width, h.Height)
			for {
				var t turn
				if err := in.Decode(&t); errors.Is(err, io.EOF) {
					return nil
				} else if err != nil {
					return err
				}
				var answer turned
				start := time.Now()
				err := nodes.open(&h, plate)
				if err == nil {
					err = nodes.render(&t)
				}
				answer.Milliseconds = float64(time.Since(start).Microseconds()) / 1000
				if err != nil {
					answer.Error = err.Error()
				}
				if err := out.Encode(&answer); err != nil {
					return err
				}
			}
		},
	}
}

// rendering is the nodes of a host.
type rendering struct {
	plugin *effect.Loaded
	nodes  []*ofx.Instance
	next   []int // frame of each
	mutex  sync.Mutex
	said   []string
}

func (r *rendering) open(h *hosted, plate ofx.Plate) error {
	if r.plugin != nil {
		return nil
	}
	params, err := effect.ParseSettings(h.Params)
	if err != nil {
		return err
	}
	r.plugin, err = effect.Load(h.Plugin, "", ofx.Profiles[0].Name, false, func(m ofx.Message) {
		r.mutex.Lock()
		defer r.mutex.Unlock()
		r.said = append(r.said, m.Text)
	})
	if err != nil {
		return err
	}
	context, err := r.plugin.Effect.ContextFor([]string{"Source"})
	if err != nil {
		return err
	}
	for range h.Nodes {
		node, err := r.plugin.Effect.NewInstance(ofx.Setup{
			Context: context, First: 0, Last: h.Frames - 1, Step: 1, Depth: ofx.DepthFloat, Scale: h.Scale,
			Clips: map[string]ofx.Plate{"Source": plate},
			Edits: func(find func(string) *ofx.Param) error {
				if err := find("styleId").Set(h.Style, ofx.Linear); err != nil {
					return err
				}
				return params.Apply(find, r.plugin.Effect, context, ofx.Linear)
			},
		})
		if err != nil {
			return err
		}
		r.nodes = append(r.nodes, node)
	}
	r.next = make([]int, h.Nodes)
	return nil
}

func (r *rendering) render(t *turn) error {
	failed := make([]error, t.Nodes)
	var all sync.WaitGroup
	for i := range t.Nodes {
		all.Go(func() {
			for range t.Frames {
				if _, failed[i] = r.nodes[i].Render(r.next[i]); failed[i] != nil {
					return
				}
				r.next[i]++
			}
		})
	}
	all.Wait()
	if err := errors.Join(failed...); err != nil {
		return errors.Join(err, errors.New(strings.Join(r.said, "\n")))
	}
	return nil
}

func (r *rendering) close() {
	for _, node := range r.nodes {
		node.Close()
	}
	if r.plugin != nil {
		r.plugin.Close()
	}
}

// brightened is a plate that costs next to nothing to make: a picture, brighter from frame to
// frame.
type brightened struct{ first *picture.Image }

func newBrightened(width, height int) *brightened {
	im := picture.New(image.Rect(0, 0, width, height))
	im.HasAlpha = true
	random := rand.New(rand.NewPCG(1, 1))
	for y := range height {
		row := im.Row(y)
		for i := range row {
			row[i] = float32(0.3 + 0.2*math.Sin(float64(i/4)/90)*math.Cos(float64(y)/70) + 0.05*random.Float64())
			if i%4 == 3 {
				row[i] = 1
			}
		}
	}
	return &brightened{im}
}

func (b *brightened) At(time float64) (*picture.Image, error) {
	im := picture.New(b.first.DataWindow)
	im.HasAlpha = true
	for i, v := range b.first.Pix {
		if i%4 < 3 {
			v *= 1 + float32(time)/1000
		}
		im.Pix[i] = v
	}
	return im, nil
}

func (b *brightened) Example() (*picture.Image, error) { return b.first, nil }
func (b *brightened) Range() (first, last float64)     { return 0, math.MaxInt32 }

// benchHost is a host from outside.
type benchHost struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *json.Decoder
}

func startHost(h *hosted) (*benchHost, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	b := &benchHost{cmd: exec.Command(self, "bench-host")}
	b.cmd.Stderr = os.Stderr
	if b.in, err = b.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := b.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	b.out = json.NewDecoder(out)
	if err := b.cmd.Start(); err != nil {
		return nil, err
	}
	return b, json.NewEncoder(b.in).Encode(h)
}

// render has frames rendered, and gives how long that took, in milliseconds.
func (b *benchHost) render(t turn) (float64, error) {
	if err := json.NewEncoder(b.in).Encode(&t); err != nil {
		return 0, err
	}
	var answer turned
	if err := b.out.Decode(&answer); err != nil {
		return 0, fmt.Errorf("an OFX host ended: %w", err)
	}
	if answer.Error != "" {
		return 0, errors.New(answer.Error)
	}
	return answer.Milliseconds, nil
}

// stop ends the host, and waits for it.
func (b *benchHost) stop() {
	b.in.Close()
	_ = b.cmd.Wait() // what it had to say was said by render
}
