package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/pflag"

	"impasto.net/bridge"
	"impasto.net/render/picture"
)

// wedgeRun is one descent of a wedge.
type wedgeRun struct {
	job    bridge.Optimise
	stills map[int][]int // the places of the pictures, by iteration
}

// wedgeDescents puts what descents make of a plate on a sheet.
func wedgeDescents(s *sheet, plate *picture.Image, f *pflag.FlagSet, o *wedgeOptions, params []wedgeParam, all [][]string) error {
	engine, err := ownEngine()
	if err != nil {
		return err
	}
	if err := o.read(plate); err != nil {
		return fail(exitFrames, err)
	}
	runs, err := o.runs(f, params, all)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	for i, r := range runs {
		fmt.Fprintf(os.Stderr, "descent %d of %d\n", i+1, len(runs))
		progress := newProgress()
		err := descend(ctx, engine, &r.job, func(i *bridge.Iteration) error {
			progress.at(i)
			if i.Picture == nil {
				return nil
			}
			if err := o.decode(i.Picture, plate); err != nil {
				return err
			}
			for _, place := range r.stills[i.Number] {
				s.put(place, plate)
			}
			return nil
		})
		progress.finish()
		if ctx.Err() != nil {
			return fail(exitInterrupted, errors.New("interrupted; nothing was written"))
		}
		if err != nil {
			return fail(exitFrames, err)
		}
	}
	return nil
}

// runs has one descent for all pictures that differ in their iterations alone.
func (o *wedgeOptions) runs(f *pflag.FlagSet, params []wedgeParam, all [][]string) (runs []*wedgeRun, err error) {
	var names []string // of what there is
	f.VisitAll(func(f *pflag.Flag) {
		switch f.Value.Type() {
		case "float64", "int", "uint64":
			names = append(names, f.Name)
		}
	})
	names = append(names, "start")
	byRest := map[string]*wedgeRun{}
	for place, values := range all {
		var rest []string
		for i, p := range params {
			if !slices.Contains(names, p.name) {
				return nil, fmt.Errorf("--param: there is no parameter %s; there are %s", p.name, strings.Join(names, ", "))
			}
			if err := f.Set(p.name, values[i]); err != nil {
				return nil, err
			}
			if p.name != "iterations" {
				rest = append(rest, values[i])
			}
		}
		if err := o.check(); err != nil {
			return nil, err
		}
		key := strings.Join(rest, ",")
		r := byRest[key]
		if r == nil {
			r = &wedgeRun{job: o.Optimise, stills: map[int][]int{}}
			byRest[key] = r
			runs = append(runs, r)
		}
		r.job.Iterations = max(r.job.Iterations, o.Iterations)
		r.job.Stills = append(r.job.Stills, o.Iterations)
		r.stills[o.Iterations] = append(r.stills[o.Iterations], place)
	}
	return runs, nil
}
