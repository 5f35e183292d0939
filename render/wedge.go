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

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"impasto.net/bridge"
	"impasto.net/render/picture"
)

const wedgeLong = `wedge optimises a plate once for every combination of values, and puts the pictures on a contact sheet, as the makers of
Come Swim did to choose theirs. The values of the last --param go across, those of the others down.

Parameters are the flags of impasto optimise that take a number, and start. The others have the values that their flags
have. Iterations are stills of one descent, and cost nothing.`

// mostWedge is how many pictures a wedge may have.
const mostWedge = 256

// iterations is the parameter whose values one descent has all of.
const iterations = "iterations"

type wedgeOptions struct {
	optimisation
	params []string
	out    string
}

func wedgeCommand() *cobra.Command {
	var o wedgeOptions
	c := &cobra.Command{
		Use:   "wedge PLATE",
		Short: "Put pictures over the parameters of optimise on a contact sheet",
		Long:  wedgeLong,
		Example: "  impasto wedge plate.exr --painting self-portrait.jpg --encoder encoders/vgg16 \\\n" +
			"      --param unrealness=2,3,4,5 --param iterations=16,64,256 -o sheet.png",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return wedge(args[0], c.Flags(), &o) },
	}
	o.flags(c)
	f := c.Flags()
	f.StringArrayVar(&o.params, "param", nil, "a parameter and its values, `NAME=VALUE,…`; once for each")
	f.StringVarP(&o.out, "out", "o", "", "the `file` to write, .png or .exr")
	for _, needed := range []string{"param", "out"} {
		if err := c.MarkFlagRequired(needed); err != nil {
			panic(err)
		}
	}
	return c
}

// wedgeParam is what --param says.
type wedgeParam struct {
	name   string
	values []string
}

func parseWedge(words []string, f *pflag.FlagSet) ([]wedgeParam, error) {
	var names []string // of what there is
	f.VisitAll(func(f *pflag.Flag) {
		switch f.Value.Type() {
		case "float64", "int", "uint64":
			names = append(names, f.Name)
		}
	})
	names = append(names, "start")
	var params []wedgeParam
	count := 1
	for _, word := range words {
		name, values, ok := strings.Cut(word, "=")
		switch {
		case !ok || values == "":
			return nil, fmt.Errorf("--param %s: write NAME=VALUE,…", word)
		case !slices.Contains(names, name):
			return nil, fmt.Errorf("--param %s: there is no such parameter; there are %s", word, strings.Join(names, ", "))
		case slices.ContainsFunc(params, func(p wedgeParam) bool { return p.name == name }):
			return nil, fmt.Errorf("--param %s: %s is there twice", word, name)
		}
		p := wedgeParam{name, strings.Split(values, ",")}
		params = append(params, p)
		if count *= len(p.values); count > mostWedge {
			return nil, fmt.Errorf("--param makes more than %d pictures: take fewer values", mostWedge)
		}
	}
	return params, nil
}

// combinations are all, the values of the last parameter being the first to change.
func combinations(params []wedgeParam) [][]string {
	all := [][]string{nil}
	for _, p := range params {
		var more [][]string
		for _, values := range all {
			for _, v := range p.values {
				more = append(more, append(slices.Clip(values), v))
			}
		}
		all = more
	}
	return all
}

// wedgeRun is one descent of a wedge.
type wedgeRun struct {
	job    bridge.Optimise
	stills map[int][]int // the places of the pictures, by iteration
}

func wedge(path string, f *pflag.FlagSet, o *wedgeOptions) error {
	params, err := parseWedge(o.params, f)
	if err != nil {
		return err
	}
	if err := picture.CanWrite(o.out); err != nil {
		return err
	}
	engine, err := ownEngine()
	if err != nil {
		return err
	}
	plate, err := o.read(path)
	if err != nil {
		return fail(exitFrames, err)
	}
	runs, labels, err := o.runs(params, f)
	if err != nil {
		return err
	}
	s, err := newSheet(len(params[len(params)-1].values), plate.DataWindow.Dx(), plate.DataWindow.Dy(), labels)
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
			if err := decode(i.Picture, plate); err != nil {
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
	return fail(exitFrames, picture.Write(o.out, s.Image))
}

// runs has one descent for all pictures that differ in their iterations alone, and a label
// for every picture.
func (o *wedgeOptions) runs(params []wedgeParam, f *pflag.FlagSet) (runs []*wedgeRun, labels []string, err error) {
	byRest := map[string]*wedgeRun{}
	for place, values := range combinations(params) {
		var label, rest []string
		for i, p := range params {
			if err := f.Set(p.name, values[i]); err != nil {
				return nil, nil, err
			}
			label = append(label, p.name+" "+values[i])
			if p.name != iterations {
				rest = append(rest, values[i])
			}
		}
		if err := o.check(); err != nil {
			return nil, nil, err
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
		labels = append(labels, strings.Join(label, "  "))
	}
	return runs, labels, nil
}
