package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"impasto.net/plugin/importer"
	"impasto.net/plugin/style"
)

const addLong = `add makes a style of a network in an ONNX file, so that the node can paint with it: put the style's
name into Style ID. It looks at the graph and tries it, to find out

    what its inputs are        a plate; a painting, which then comes from the node's Style input; how much of it
    what sizes it takes        any, multiples of a number, or one only, to which plates are scaled and back
    what values it takes       0 to 1, 0 to 255 or -1 to 1, and what it gives
    the order of its channels  RGB, or BGR where the file says so

and prints what it found. A flag says what cannot be found out, or was found out wrong.

Networks in two graphs, one of which makes vectors of the painting, are added by the one that paints,
with the other as --style-graph.

The style goes into the first folder of IMPASTO_STYLE_PATH that can be written to, or into
~/.local/share/impasto/styles.`

// models is impasto models: the styles that are installed, and those that are brought.
func models(args []string) error {
	root := &cobra.Command{
		Use: "models", Annotations: map[string]string{cobra.CommandDisplayNameAnnotation: "impasto models"}, Short: "List and add styles", SilenceErrors: true, SilenceUsage: true,
		Long: "models lists the styles that the node can paint with, and adds networks that others made.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.CompletionOptions.DisableDefaultCmd = true
	list := &cobra.Command{
		Use: "list", Short: "List all styles", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return listStyles() },
	}
	info := &cobra.Command{
		Use: "info NAME", Short: "Print what is known of a style", Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return printStyle(args[0]) },
	}
	verify := &cobra.Command{
		Use: "verify NAME", Short: "Compare a style's files with their checksums, and run it", Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return verifyStyle(args[0]) },
	}
	remove := &cobra.Command{
		Use: "remove NAME", Short: "Remove a style that was added", Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return removeStyle(args[0]) },
	}
	root.AddCommand(addCommand(), list, info, verify, remove)
	root.SetArgs(args)
	return root.Execute()
}

func addCommand() *cobra.Command {
	var o importer.Options
	var values, outputValues, size, mean, std string
	c := &cobra.Command{
		Use: "add NETWORK.onnx", Short: "Make a style of a network", Long: addLong, Args: cobra.ExactArgs(1),
		Example: "  impasto models add candy.onnx --licence MIT\n" +
			"  impasto models add stylize.onnx --style-graph encode.onnx --name any-painting",
		RunE: func(_ *cobra.Command, args []string) error {
			var err error
			for _, f := range []struct {
				flag, text string
				read       func(string) error
			}{
				{"range", values, func(s string) error { o.Range, err = importer.ParseRange(s); return err }},
				{"output-range", outputValues, func(s string) error { o.OutputRange, err = importer.ParseRange(s); return err }},
				{"mean", mean, func(s string) error { o.Mean, err = parseThree(s); return err }},
				{"std", std, func(s string) error { o.Std, err = parseThree(s); return err }},
				{"size", size, func(s string) error { o.Size, err = parseSize(s); return err }},
				{"channels", o.Channels, func(s string) error {
					if s != "RGB" && s != "BGR" {
						return fmt.Errorf("%q is neither RGB nor BGR", s)
					}
					return nil
				}},
			} {
				if f.text == "" {
					continue
				}
				if err := f.read(f.text); err != nil {
					return fmt.Errorf("--%s: %w", f.flag, err)
				}
			}
			return addStyle(args[0], &o)
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&o.Name, "name", "", "of the style: lower-case letters, digits and hyphens (default: the file's)")
	f.StringVar(&o.Label, "label", "", "of the style, for people (default: the name)")
	f.StringVar(&o.Licence, "licence", "", "of the network's weights")
	f.StringVar(&o.Origin, "origin", "", "of the network")
	f.StringVar(&o.StyleGraph, "style-graph", "", "the ONNX `file` of the graph that makes vectors of the painting")
	f.StringVar(&values, "range", "", "the values of black and white that the network takes, `0-255` for one")
	f.StringVar(&outputValues, "output-range", "", "those that it gives, where they differ, `0-1` for one")
	f.StringVar(&o.Channels, "channels", "", "`RGB` or BGR")
	f.StringVar(&mean, "mean", "", "what is to be subtracted from the channels, after the range, such as `123.7,116.8,103.9`")
	f.StringVar(&std, "std", "", "what they are to be divided by then, such as `58.4,57.1,57.4`")
	f.StringVar(&size, "size", "", "the one `widthxheight` that the network takes")
	f.StringVar(&o.Content, "content", "", "the `input` for the plate")
	f.StringVar(&o.Style, "style", "", "the `input` for the painting")
	f.StringVar(&o.Output, "output", "", "the `output` that is the picture")
	return c
}

func parseThree(text string) (*[3]float64, error) {
	var v [3]float64
	if n, err := fmt.Sscanf(text, "%g,%g,%g", &v[0], &v[1], &v[2]); n != 3 || err != nil {
		return nil, fmt.Errorf("wanted are three numbers such as 123.7,116.8,103.9, not %q", text)
	}
	return &v, nil
}

func parseSize(text string) (*[2]int, error) {
	var v [2]int
	if n, err := fmt.Sscanf(text, "%dx%d", &v[0], &v[1]); n != 2 || err != nil || v[0] < 1 || v[1] < 1 {
		return nil, fmt.Errorf("a size is like 720x720, not %q", text)
	}
	return &v, nil
}

func addStyle(path string, o *importer.Options) error {
	folder, err := writableFolder()
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	im := importer.Importer{Engine: self, Folder: folder}
	// An interrupt leaves nothing behind.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, unix.SIGTERM)
	defer stop()
	p, err := im.Add(ctx, path, o)
	if errors.Is(err, context.Canceled) {
		return errors.New("interrupted")
	}
	if err != nil {
		return err
	}
	fmt.Printf("Added the style %s. In the node, put %s into Style ID.\n\n", p.ID, p.Name)
	return describeStyle(p)
}

// writableFolder is where styles are added.
func writableFolder() (string, error) {
	var tried []string
	for _, folder := range stylePath() {
		if unix.Access(folder, unix.W_OK) == nil {
			return folder, nil
		}
		tried = append(tried, folder)
	}
	if folder := userFolder(); folder != "" {
		return folder, nil
	}
	return "", fmt.Errorf("there is no folder to put a style into: of IMPASTO_STYLE_PATH (%s) none can be written to, and neither HOME nor XDG_DATA_HOME is set", strings.Join(tried, ", "))
}

func listStyles() error {
	bank, _, err := installed()
	if err != nil {
		return err
	}
	all, broken := bank.All()
	t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, p := range all {
		fmt.Fprintf(t, "%s\t%s\t%s\n", p.ID, p.Label, p.Folder)
	}
	return errors.Join(append(broken, t.Flush())...)
}

// find is an installed style, and the bank that it was found in.
func find(id string) (*style.Package, style.Bank, error) {
	bank, _, err := installed()
	if err != nil {
		return nil, nil, err
	}
	p, err := bank.Find(id)
	return p, bank, err
}

func printStyle(id string) error {
	p, _, err := find(id)
	if err != nil {
		return err
	}
	return describeStyle(p)
}

func describeStyle(p *style.Package) error {
	t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	row := func(key, format string, args ...any) { fmt.Fprintf(t, "%s\t%s\n", key, fmt.Sprintf(format, args...)) }
	row("style", "%s", p.ID)
	row("label", "%s", p.Label)
	row("folder", "%s", p.Folder)
	row("plate", "%s", describeInput(&p.Input))
	if p.Painting != nil {
		row("painting", "%s; from the node's Style input", describeInput(p.Painting))
	}
	if p.Vectors != nil {
		row("vectors", "%s, made of the painting by %s", strings.Join(p.Vectors.Outputs, ", "), p.Vectors.Graph)
	}
	if p.Alpha != "" {
		row("alpha", "%q: how much of the painting, always 1", p.Alpha)
	}
	row("picture", "%q, %s, values %g to %g", p.Output.Name, p.Output.Channels, p.Output.Range[0], p.Output.Range[1])
	row("licence", "%s", p.Licence)
	row("origin", "%s", p.Origin)
	return t.Flush()
}

func describeInput(in *style.Input) string {
	s := fmt.Sprintf("%q, %s, values %g to %g", in.Name, in.Channels, in.Range[0], in.Range[1])
	if in.Mean != nil {
		s += fmt.Sprintf(", minus %v", *in.Mean)
	}
	if in.Std != nil {
		s += fmt.Sprintf(", divided by %v", *in.Std)
	}
	if in.Size != nil {
		return s + fmt.Sprintf(", scaled to %d × %d pixels", in.Size[0], in.Size[1])
	}
	if in.MultipleOf > 1 {
		s += fmt.Sprintf(", multiples of %d pixels", in.MultipleOf)
	}
	return s + fmt.Sprintf(", at least %d", in.Minimum)
}

func verifyStyle(id string) error {
	p, _, err := find(id)
	if err != nil {
		return err
	}
	if _, _, err := p.Load(); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	im := importer.Importer{Engine: self}
	if err := im.Verify(context.Background(), p); err != nil {
		return fmt.Errorf("the style %q in %s does not paint: %w", p.ID, p.Folder, err)
	}
	fmt.Printf("%s is whole, and paints.\n", p.ID)
	return nil
}

func removeStyle(id string) error {
	p, bank, err := find(id)
	if err != nil {
		return err
	}
	if filepath.Dir(p.Folder) == bank[len(bank)-1] {
		return fmt.Errorf("the style %q came with Impasto and stays in its bundle", p.Name)
	}
	if err := os.RemoveAll(p.Folder); err != nil {
		return err
	}
	fmt.Printf("Removed %s.\n", p.Folder)
	return nil
}
