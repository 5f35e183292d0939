package bench

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"impasto.net/render/effect"
	"impasto.net/render/ofx"
	"impasto.net/render/synthetic"
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

// Host is the process. It loads nothing before it is asked for a frame, so that the first takes
// what it takes when a project is opened.
func Host() error {
	in, out := json.NewDecoder(bufio.NewReader(os.Stdin)), json.NewEncoder(os.Stdout)
	var h hosted
	if err := in.Decode(&h); err != nil {
		return err
	}
	var nodes rendering
	defer nodes.close()
	plate := synthetic.NewBrightened(h.Width, h.Height)
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
}

// rendering is the nodes of a host.
type rendering struct {
	loaded *effect.Loaded
	nodes  []*ofx.Instance
	next   []int // frame of each
	mutex  sync.Mutex
	said   []string
}

func (r *rendering) open(h *hosted, plate ofx.Plate) error {
	if r.loaded != nil {
		return nil
	}
	params, err := effect.ParseSettings(h.Params)
	if err != nil {
		return err
	}
	r.loaded, err = effect.Load(h.Plugin, "", ofx.Profiles[0].Name, false, func(m ofx.Message) {
		r.mutex.Lock()
		defer r.mutex.Unlock()
		r.said = append(r.said, m.Text)
	})
	if err != nil {
		return err
	}
	for range h.Nodes {
		node, err := newNode(r.loaded, h.Style, params, []string{"Source"}, ofx.Setup{
			First: 0, Last: h.Frames - 1, Step: 1, Depth: ofx.DepthFloat, Scale: h.Scale,
			Clips: map[string]ofx.Plate{"Source": plate},
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
	if r.loaded != nil {
		r.loaded.Close()
	}
}

// hostProcess is a host from outside.
type hostProcess struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *json.Decoder
}

func startHost(h *hosted) (*hostProcess, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	b := &hostProcess{cmd: exec.Command(self, "bench-host")}
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
func (b *hostProcess) render(t turn) (float64, error) {
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
func (b *hostProcess) stop() {
	b.in.Close()
	_ = b.cmd.Wait() // what it had to say was said by render
}
