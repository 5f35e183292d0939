package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"impasto.net/bridge/plain"
	"impasto.net/render/ofx"
	"impasto.net/render/sequence"
)

// report tells the user how the render goes: a bar on a terminal, otherwise a line a frame.
type report struct {
	mu          sync.Mutex
	bar         *progressbar.ProgressBar // nil: lines
	total, done int
	worked      int // frames that were rendered
	kept        int // frames that were skipped
	broken      []int
	start       time.Time
	said        map[string]bool
}

func newReport(total int) *report {
	r := &report{total: total, start: time.Now(), said: map[string]bool{}}
	if term.IsTerminal(int(os.Stderr.Fd())) && term.IsTerminal(int(os.Stdout.Fd())) {
		r.bar = newBar(total, "rendering")
	}
	return r
}

// rendered is a frame that was written.
func (r *report) rendered(frame int, took time.Duration, path, how string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.worked++
	text := path
	if how != "" {
		text += "  (" + how + ")"
	}
	r.line(plain.Out, fmt.Sprintf("frame %d  %s  %s", frame, seconds(took), text), false)
}

// skipped is a frame that was left alone.
func (r *report) skipped(frame int, why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept++
	r.line(plain.Out, fmt.Sprintf("frame %d  skipped: %s", frame, why), false)
}

// failed is a frame that was not rendered.
func (r *report) failed(frame int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.broken = append(r.broken, frame)
	r.line(plain.Err, fmt.Sprintf("frame %d  failed: %v", frame, err), true)
}

// line ends a frame. On a terminal the bar moves, and only what matters is printed above it.
func (r *report) line(to io.Writer, text string, matters bool) {
	r.done++
	if r.bar == nil {
		fmt.Fprintf(to, "%s  [%d/%d%s]\n", text, r.done, r.total, r.remaining())
		return
	}
	if matters {
		r.above(text)
	}
	r.bar.Set(r.done)
}

// remaining reckons how long the rest takes.
func (r *report) remaining() string {
	if r.worked == 0 || r.done == r.total {
		return ""
	}
	each := time.Since(r.start) / time.Duration(r.worked)
	return ", " + (each * time.Duration(r.total-r.done)).Round(time.Second).String() + " left"
}

// above prints a line without tearing the bar.
func (r *report) above(text string) {
	if r.bar != nil {
		r.bar.Clear()
	}
	fmt.Fprintln(plain.Err, text)
	if r.bar != nil {
		r.bar.RenderBlank()
	}
}

// message prints what the plugin says. What stays on the node is said once, not for every frame.
func (r *report) message(m ofx.Message) {
	r.mu.Lock()
	defer r.mu.Unlock()
	text := messageText(m)
	if m.Persistent {
		key := m.Kind + m.Text
		if r.said[key] {
			return
		}
		r.said[key] = true
	}
	r.above(text)
}

func (r *report) note(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.above("impasto: " + text)
}

// finish leaves the terminal as it should be, and sums up.
func (r *report) finish() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.bar != nil {
		fmt.Fprintln(os.Stderr)
	}
	if r.done == 0 {
		return
	}
	text := count(r.worked, "frame") + " rendered"
	if r.kept > 0 {
		text += fmt.Sprintf(", %d skipped", r.kept)
	}
	if len(r.broken) > 0 {
		slices.Sort(r.broken)
		text += fmt.Sprintf(", %d failed: %s", len(r.broken), sequence.FormatFrames(r.broken))
	}
	fmt.Printf("%s, in %s\n", text, seconds(time.Since(r.start)))
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }
