package main

import (
	"fmt"
	"strconv"
	"sync"

	"impasto.net/bridge"
)

// mostLabels bounds what is remembered of a host that asks for ever new styles.
const mostLabels = 1000

// labels are what styles are called: requests have their identities, and artists know them by
// what the menu says.
type labels struct {
	mu   sync.Mutex
	byID map[string]string
}

// learn takes from the answer to a request what there is in it.
func (l *labels) learn(request, answer bridge.Message) {
	var p bridge.Prepare
	var d bridge.Done
	if request.Kind != bridge.KindPrepare || answer.Kind != bridge.KindDone ||
		request.Decode(&p) != nil || answer.Decode(&d) != nil || d.Style == "" {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.byID == nil || len(l.byID) >= mostLabels {
		l.byID = make(map[string]string)
	}
	l.byID[p.Style] = d.Style
}

// of is a style's label, or the identity of one that was never loaded.
func (l *labels) of(id string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if label := l.byID[id]; label != "" {
		return label
	}
	return id
}

// describe says what a request is about, as in "the engine was …".
func (l *labels) describe(m bridge.Message) string {
	switch m.Kind {
	case bridge.KindRender:
		var r bridge.Render
		if m.Decode(&r) == nil {
			styles := fmt.Sprintf("the style %q", l.of(r.Style))
			if r.StyleMix > 0 {
				styles = fmt.Sprintf("the styles %q and %q", l.of(r.Style), l.of(r.StyleB))
			}
			return fmt.Sprintf("rendering frame %s with %s",
				strconv.FormatFloat(r.Frame, 'f', -1, 64), styles)
		}
	case bridge.KindPrepare:
		var p bridge.Prepare
		if m.Decode(&p) == nil {
			return fmt.Sprintf("loading the style %q", l.of(p.Style))
		}
	}
	return fmt.Sprintf("answering a %q request", m.Kind)
}
