package main

import (
	"fmt"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"impasto.net/bridge"
)

// progress is a bar on a terminal, otherwise a line for every tenth iteration.
type progress struct {
	terminal bool
	bar      *progressbar.ProgressBar // from the first iteration on
	done     int
}

func newProgress() *progress { return &progress{terminal: term.IsTerminal(int(os.Stderr.Fd()))} }

func (p *progress) at(i *bridge.Iteration) {
	p.done++
	total := p.done + i.Left
	loss := i.Style + i.Content + i.Variation
	switch {
	case p.terminal:
		if p.bar == nil {
			p.bar = newBar(total, "optimising")
		}
		p.bar.Describe(fmt.Sprintf("loss %.4g", loss))
		_ = p.bar.Set(p.done) // a terminal that is gone is no reason to stop
	case i.Number%10 == 0 || i.Left == 0:
		fmt.Fprintf(os.Stderr, "detail %g  iteration %d  loss %.4g  [%d/%d]\n", i.Detail, i.Number,
			loss, p.done, total)
	}
}

func (p *progress) finish() {
	if p.bar != nil {
		fmt.Fprintln(os.Stderr)
	}
}
