package ofx

import (
	"fmt"
	"sync"
)

// Finding is something that a plugin did against the interface.
type Finding struct {
	What  string
	Where string // the action in which it was seen first
	Count int
}

func (f Finding) String() string {
	if f.Count > 1 {
		return fmt.Sprintf("%s (in %s; %d times)", f.What, f.Where, f.Count)
	}
	return fmt.Sprintf("%s (in %s)", f.What, f.Where)
}

// findings collects what was seen, once each.
type findings struct {
	mu   sync.Mutex
	list []Finding
	seen map[string]int // index into list, by What
}

func (f *findings) add(what, where string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if i, ok := f.seen[what]; ok {
		f.list[i].Count++
		return
	}
	if f.seen == nil {
		f.seen = map[string]int{}
	}
	f.seen[what] = len(f.list)
	f.list = append(f.list, Finding{What: what, Where: where, Count: 1})
}

// Findings are what the plugin has done against the interface so far, in order.
func (h *Host) Findings() []Finding {
	h.findings.mu.Lock()
	defer h.findings.mu.Unlock()
	return append([]Finding(nil), h.findings.list...)
}

var openHosts struct {
	mu  sync.Mutex
	all map[*Host]bool
}

// report notes something that the plugin did on this thread. Outside an action there is no telling
// which host it is about; all of them hear it.
func report(format string, args ...any) {
	what := fmt.Sprintf(format, args...)
	if c := currentCall(); c != nil {
		c.host.findings.add(what, c.place())
		return
	}
	openHosts.mu.Lock()
	defer openHosts.mu.Unlock()
	for h := range openHosts.all {
		h.findings.add(what, "no action")
	}
}
