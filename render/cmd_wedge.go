package main

import (
	"errors"
	"fmt"
	"image"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"impasto.net/render/exit"
	"impasto.net/render/picture"
	"impasto.net/render/sheet"
)

const wedgeLong = `wedge puts pictures of a plate on a contact sheet, one for every combination of
values, as the makers of Come Swim did to choose theirs. The values of the last --param go across,
those of the others down.

With --painting the pictures are those of impasto optimise. Parameters are its flags that take a
number, and start; the others have the values that their flags have. Iterations are stills of one
descent, and cost nothing.

What fails or was interrupted leaves its place empty, and the exit code says so.

Without, they are those of impasto render, and parameters are the node's, or those of the effect in
--plugin.`

// mostWedge is how many pictures a wedge may have.
const mostWedge = 256

type wedgeOptions struct {
	optimisation
	plugin string
	params []string
	out    string
}

func wedgeCommand() *cobra.Command {
	var o wedgeOptions
	c := &cobra.Command{
		Use:   "wedge PLATE",
		Short: "Put pictures over parameters on a contact sheet",
		Long:  wedgeLong,
		Example: "  impasto wedge plate.exr --painting self-portrait.jpg \\\n" +
			"      --param unrealness=2,3,4,5 --param iterations=16,64,256 -o sheet.png\n" +
			"  impasto wedge plate.exr --param styleId=scream,cliffs --param unrealness=2,4,6 " +
			"-o sheet.png",
		Args: needs("PLATE", "--param", "--out"),
		RunE: func(c *cobra.Command, args []string) error { return wedge(args[0], c.Flags(), &o) },
	}
	o.flags(c)
	f := c.Flags()
	f.StringVar(&o.plugin, "plugin", "",
		"the .ofx.bundle of another effect at `PATH`, instead of a painting")
	f.StringArrayVar(&o.params, "param", nil,
		"a parameter and its values, `NAME=VALUE,…`; once for each")
	f.StringVarP(&o.out, "out", "o", "", "the `file` to write, "+picture.Writable)
	c.MarkFlagsMutuallyExclusive("painting", "plugin")
	return c
}

// wedgeParam is what --param says.
type wedgeParam struct {
	name   string
	values []string
}

func parseWedge(words []string) ([]wedgeParam, error) {
	var params []wedgeParam
	count := 1
	for _, word := range words {
		name, values, ok := strings.Cut(word, "=")
		switch {
		case !ok || name == "" || values == "":
			return nil, fmt.Errorf("--param %s: write NAME=VALUE,…", word)
		case slices.ContainsFunc(params, func(p wedgeParam) bool { return p.name == name }):
			return nil, fmt.Errorf("--param %s: %s is there twice", word, name)
		}
		p := wedgeParam{name, strings.Split(values, ",")}
		params = append(params, p)
		if count *= len(p.values); count > mostWedge {
			return nil, fmt.Errorf("--param makes more than %d pictures: take fewer values",
				mostWedge)
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

func wedge(path string, f *pflag.FlagSet, o *wedgeOptions) error {
	params, err := parseWedge(o.params)
	if err != nil {
		return err
	}
	if err := o.checkKind(f); err != nil {
		return err
	}
	if err := canWrite(o.out); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	w := &wedged{wedgeOptions: o, params: params, all: combinations(params)}
	if o.painting == "" {
		err = w.frames(path)
	} else {
		err = w.descents(path, f)
	}
	if w.Sheet == nil || w.Placed == 0 {
		return err
	}
	if written := picture.Write(o.out, w.Image); written != nil {
		return exit.With(exit.Failed, written)
	}
	if err != nil {
		return exit.With(exit.Failed,
			fmt.Errorf("%w; %s has %d of %s", err, o.out, w.Placed, count(len(w.all), "picture")))
	}
	return nil
}

// checkKind refuses flags of the descent where the node paints.
func (o *wedgeOptions) checkKind(f *pflag.FlagSet) (err error) {
	own := []string{"param", "out", "plugin", "layer"}
	f.Visit(func(flag *pflag.Flag) {
		if o.painting == "" && !slices.Contains(own, flag.Name) {
			err = fmt.Errorf("--%s is of no use without --painting: what the node paints with "+
				"goes by --param NAME=VALUE", flag.Name)
		}
	})
	return err
}

// wedged is a wedge under way.
type wedged struct {
	*wedgeOptions
	*sheet.Sheet // from when the size of the pictures is known
	params       []wedgeParam
	all          [][]string // the values of every picture
	failed       []error
}

// lay makes the sheet for pictures of a size.
func (w *wedged) lay(size image.Point) (err error) {
	labels := make([]string, len(w.all))
	for i := range w.all {
		labels[i] = w.label(i)
	}
	w.Sheet, err = sheet.New(len(w.params[len(w.params)-1].values), size.X, size.Y, labels)
	return err
}

// label says which values a picture has.
func (w *wedged) label(i int) string {
	var words []string
	for j, p := range w.params {
		words = append(words, p.name+" "+w.all[i][j])
	}
	return strings.Join(words, "  ")
}

// fail notes that there will be no picture in a place.
func (w *wedged) fail(i int, err error) {
	w.failed = append(w.failed, fmt.Errorf("%s failed: %w", w.label(i), err))
}

// ended is how it went; what failed left its places empty.
func (w *wedged) ended(interrupted bool) error {
	if interrupted {
		return exit.With(exit.Interrupted, errors.New("interrupted"))
	}
	return exit.With(exit.Failed, errors.Join(w.failed...))
}
