package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"impasto.net/bridge"
	"impasto.net/render/effect"
	"impasto.net/render/exit"
	"impasto.net/render/picture"
)

// wedgeRun is one descent of a wedge.
type wedgeRun struct {
	job    bridge.Optimise
	stills map[int][]int // the places of the pictures, by iteration
}

// descents puts what descents make of a plate on the sheet.
func (w *wedged) descents(path string, f *pflag.FlagSet) error {
	engine, err := effect.OwnEngine()
	if err != nil {
		return err
	}
	plate, err := w.read(path)
	if err != nil {
		return exit.With(exit.Failed, err)
	}
	runs, err := w.runs(f)
	if err != nil {
		return err
	}
	if err := w.lay(plate.DataWindow.Size()); err != nil {
		return err
	}
	ends := newInterrupts()
	defer ends.done()
	for i, r := range runs {
		fmt.Fprintf(os.Stderr, "descent %d of %d\n", i+1, len(runs))
		err := w.descend(ends, engine, r, plate)
		if ends.enough.Err() != nil {
			break
		}
		if err != nil {
			w.fail(r.first(), err)
		}
	}
	return w.ended(ends.enough.Err() != nil)
}

// descend puts the pictures of one descent on the sheet.
func (w *wedged) descend(ends *interrupts, engine string, r *wedgeRun, plate *picture.Image) error {
	progress := newProgress()
	defer progress.finish()
	return descend(ends, engine, &r.job, func(i *bridge.Iteration) error {
		progress.at(i)
		if i.Output == nil || i.Detail != r.job.Render.Size.Detail { // not so far, but interrupted
			return nil
		}
		im, err := withPixels(plate, i.Output)
		if err != nil {
			return err
		}
		for _, place := range r.stills[i.Number] {
			if err := w.Put(place, im); err != nil {
				return err
			}
		}
		return nil
	})
}

// first is the first place that a descent has a picture for.
func (r *wedgeRun) first() int {
	var all []int
	for _, places := range r.stills {
		all = append(all, places...)
	}
	return slices.Min(all)
}

// runs has one descent for all pictures that differ in their iterations alone.
func (w *wedged) runs(f *pflag.FlagSet) (runs []*wedgeRun, err error) {
	var names []string // of what there is
	f.VisitAll(func(f *pflag.Flag) {
		switch f.Value.Type() {
		case "float64", "int":
			names = append(names, f.Name)
		}
	})
	names = append(names, "start")
	byRest := map[string]*wedgeRun{}
	for place, values := range w.all {
		var rest []string
		for i, p := range w.params {
			if !slices.Contains(names, p.name) {
				return nil, fmt.Errorf("--param: there is no parameter %s; there are %s", p.name,
					strings.Join(names, ", "))
			}
			if err := f.Set(p.name, values[i]); err != nil {
				return nil, err
			}
			if p.name != "iterations" {
				rest = append(rest, values[i])
			}
		}
		if err := w.check(); err != nil {
			return nil, err
		}
		key := strings.Join(rest, ",")
		r := byRest[key]
		if r == nil {
			r = &wedgeRun{job: w.copied(), stills: map[int][]int{}}
			byRest[key] = r
			runs = append(runs, r)
		}
		n := w.Render.Descent.Iterations
		r.job.Render.Descent.Iterations = max(r.job.Render.Descent.Iterations, n)
		r.job.Stills = append(r.job.Stills, n)
		r.stills[n] = append(r.stills[n], place)
	}
	return runs, nil
}

// copied is the job as it is now.
func (w *wedged) copied() bridge.Optimise {
	job, descent := w.Optimise, *w.Render.Descent
	job.Render.Descent = &descent
	return job
}
