package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"impasto.net/bridge/plain"
	"impasto.net/plugin/config"
	"impasto.net/plugin/importer"
	"impasto.net/plugin/style"
	"impasto.net/render/effect"
	"impasto.net/render/exit"
)

const addLong = `add makes a style of a network in an ONNX file, so that the node can paint with it:
put the style's name into Style ID. A folder that is a finished package, a style that was trained or
an encoder for one, is tried and copied.

Of an ONNX file it looks at the graph and tries it, to find out

    what its inputs are        a plate; a painting, which then comes from the node's Style input;
                               how much of it
    what sizes it takes        any, multiples of a number, or one only, to which plates are scaled
                               and back
    what values it takes       0 to 1, 0 to 255, -1 to 1 or normalised as for ImageNet, and what
                               it gives
    the order of its channels  RGB, or BGR where the file says so
    the styles that it has     where it chooses among several: each becomes a style, and they mix

and prints what it found. A flag says what cannot be found out, or was found out wrong.

--as encoder makes an encoder of a network that recognises things, such as VGG: in the node its name
does for a style, in which the plate is optimised towards the painting on Style, and impasto
optimise takes it. What is said of layers and values goes by --style, --content, --range, --mean,
--std and --channels; else they are those of VGG and of torchvision.

Networks in two graphs, one of which makes vectors of the painting, are added by the one that
paints, with the other as --style-graph.

The style goes into the first folder of IMPASTO_STYLE_PATH that can be written to, or into
~/.local/share/impasto/styles.`

// modelsCommand is impasto models: the styles that are installed, and those that are brought.
func modelsCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "models", Short: "List styles, and add networks that others made",
		Long: "models lists the styles that the node can paint with, and adds networks that " +
			"others made.",
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return c.Help()
			}
			text := fmt.Sprintf("unknown command %q for %q", args[0], c.CommandPath())
			if like := c.SuggestionsFor(args[0]); len(like) > 0 {
				text += "\n\nDid you mean this?\n\t" + strings.Join(like, "\n\t")
			}
			return errors.New(text)
		},
	}
	list := &cobra.Command{
		Use: "list", Short: "List all styles", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return exit.With(exit.Failed, listStyles()) },
	}
	info := &cobra.Command{
		Use: "info NAME", Short: "Print what is known of a style", Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return exit.With(exit.Failed, printPackage(args[0]))
		},
	}
	verify := &cobra.Command{
		Use: "verify NAME", Short: "Compare a style's files with their checksums, and run it",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return exit.With(exit.Failed, verifyPackage(args[0]))
		},
	}
	remove := &cobra.Command{
		Use: "remove NAME", Short: "Remove a style that was added", Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return exit.With(exit.Failed, removePackage(args[0]))
		},
	}
	c.AddCommand(addCommand(), list, info, verify, remove)
	return c
}

func addCommand() *cobra.Command {
	var o importer.Options
	var values, outputValues, size, mean, std, as string
	c := &cobra.Command{
		Use:   "add NETWORK.onnx|FOLDER",
		Short: "Make a style of a network, or take a finished package",
		Long:  addLong, Args: cobra.ExactArgs(1),
		Example: "  impasto models add candy.onnx --licence MIT\n" +
			"  impasto models add stylize.onnx --style-graph encode.onnx --name any-painting\n" +
			"  impasto models add vgg16-features.onnx --as encoder\n" +
			"  impasto models add build/train/starry-night",
		RunE: func(c *cobra.Command, args []string) error {
			if st, err := os.Stat(args[0]); err == nil && st.IsDir() {
				if c.Flags().NFlag() > 0 {
					return fmt.Errorf("%s is a folder: what the flags say, a finished package "+
						"says of itself", args[0])
				}
				return exit.With(exit.Failed, addPackage(args[0]))
			}
			if as != "style" && as != "encoder" {
				return fmt.Errorf("--as: %q is neither style nor encoder", as)
			}
			var err error
			for _, f := range []struct {
				flag, text string
				read       func(string) error
			}{
				{"range", values,
					func(s string) error { o.Range, err = importer.ParseRange(s); return err }},
				{"output-range", outputValues, func(s string) error {
					o.OutputRange, err = importer.ParseRange(s)
					return err
				}},
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
			if as == "encoder" {
				return exit.With(exit.Failed, addEncoder(args[0], &o))
			}
			return exit.With(exit.Failed, addStyle(args[0], &o))
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&as, "as", "style", "what it becomes: a `style`, or an encoder")
	f.StringVar(&o.Name, "name", "",
		"of the style: lower-case letters, digits and hyphens (default: the file's)")
	f.StringVar(&o.Label, "label", "", "of the style, for people (default: the name)")
	f.StringVar(&o.Licence, "licence", "", "of the network's weights (default: what its file says)")
	f.StringVar(&o.Origin, "origin", "", "of the network")
	f.StringVar(&o.StyleGraph, "style-graph", "",
		"the ONNX `file` of the graph that makes vectors of the painting")
	f.StringVar(&values, "range", "",
		"the values of black and white that the network takes, `0-255` for one")
	f.StringVar(&outputValues, "output-range", "",
		"those that it gives, where they differ, `0-1` for one")
	f.StringVar(&o.Channels, "channels", "", "`RGB` or BGR")
	f.StringVar(&mean, "mean", "",
		"what is to be subtracted from the channels, after the range, such as `123.7,116.8,103.9`")
	f.StringVar(&std, "std", "", "what they are to be divided by then, such as `58.4,57.1,57.4`")
	f.StringVar(&size, "size", "", "the one `widthxheight` that the network takes")
	f.StringVar(&o.Content, "content", "",
		"the `input` for the plate; of an encoder the layer that the plate is compared at")
	f.StringVar(&o.Style, "style", "", "the `input` for the painting; of an encoder the layers "+
		"that it is compared at, with commas")
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
	if n, err := fmt.Sscanf(text, "%dx%d", &v[0], &v[1]); n != 2 || err != nil || v[0] < 1 ||
		v[1] < 1 {
		return nil, fmt.Errorf("a size is like 720x720, not %q", text)
	}
	return &v, nil
}

func addStyle(path string, o *importer.Options) error {
	all, err := add(func(ctx context.Context, im *importer.Importer) ([]*style.Style, error) {
		return im.Add(ctx, path, o)
	})
	if err != nil {
		return err
	}
	if len(all) == 1 {
		return added(all[0])
	}
	fmt.Fprintf(plain.Out, "Added %d styles of one network, which mix. In the node, put one of "+
		"these into Style ID:\n\n", len(all))
	for _, s := range all {
		fmt.Fprintf(plain.Out, "  %s\n", s.Name)
	}
	fmt.Fprintln(plain.Out)
	return printPackage(all[0].ID)
}

func addPackage(path string) error {
	bank, err := installedStyles()
	if err != nil {
		return err
	}
	p, err := add(func(ctx context.Context, im *importer.Importer) (style.Any, error) {
		return im.AddPackage(ctx, path, bank)
	})
	switch {
	case err != nil:
		return err
	case p.Style != nil:
		return added(p.Style)
	case p.Encoder != nil:
		return addedEncoder(p.Encoder)
	}
	fmt.Fprintf(plain.Out, "Added the network %s, for styles of it.\n\n", p.Network.ID)
	return describePackage(p)
}

func addEncoder(path string, o *importer.Options) error {
	e, err := add(func(ctx context.Context, im *importer.Importer) (*style.Encoder, error) {
		return im.AddEncoder(ctx, path, o)
	})
	if err != nil {
		return err
	}
	return addedEncoder(e)
}

func addedEncoder(e *style.Encoder) error {
	fmt.Fprintf(plain.Out, "Added the encoder %s. In the node, put %s into Style ID and connect "+
		"a painting to Style.\n\n", e.ID, e.Name)
	return describePackage(style.Any{Encoder: e})
}

// add has a package put into the folder for it. An interrupt leaves nothing behind.
func add[P any](put func(context.Context, *importer.Importer) (P, error)) (p P, err error) {
	folder, err := writableFolder()
	if err != nil {
		return p, err
	}
	engine, err := effect.OwnEngine()
	if err != nil {
		return p, err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, unix.SIGTERM)
	defer stop()
	p, err = put(ctx, &importer.Importer{Engine: engine, Folder: folder})
	if errors.Is(err, context.Canceled) {
		err = errors.New("interrupted")
	}
	return p, err
}

func added(s *style.Style) error {
	fmt.Fprintf(plain.Out, "Added the style %s. In the node, put %s into Style ID.\n\n", s.ID,
		s.Name)
	return printPackage(s.ID)
}

// writableFolder is where styles are added.
func writableFolder() (string, error) {
	var tried []string
	for _, folder := range config.StylePath() {
		if unix.Access(folder, unix.W_OK) == nil {
			return folder, nil
		}
		tried = append(tried, folder)
	}
	if folder := config.UserFolder(); folder != "" {
		return folder, nil
	}
	return "", fmt.Errorf("there is no folder to put a style into: of IMPASTO_STYLE_PATH (%s) "+
		"none can be written to, and neither HOME nor XDG_DATA_HOME is set",
		strings.Join(tried, ", "))
}

func listStyles() error {
	bank, err := installedStyles()
	if err != nil {
		return err
	}
	all, broken := bank.All()
	networks, brokenNetworks := bank.Networks()
	encoders, brokenEncoders := bank.Encoders()
	for _, err := range bank.Unreadable() {
		fmt.Fprintln(plain.Err, "impasto models:", err)
	}
	t := tabwriter.NewWriter(plain.Out, 0, 0, 2, ' ', 0)
	for _, s := range all {
		network := s.Network
		if network == "" {
			network = "a network of its own"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", s.ID, s.Label, network, s.Folder)
	}
	for _, n := range networks {
		fmt.Fprintf(t, "%s\t(a network)\t\t%s\n", n.ID, n.Folder)
	}
	for _, e := range encoders {
		fmt.Fprintf(t, "%s\t%s\t(an encoder)\t%s\n", e.ID, e.Label, e.Folder)
	}
	return errors.Join(append(slices.Concat(broken, brokenNetworks, brokenEncoders), t.Flush())...)
}

// installedStyles are those that the node finds.
func installedStyles() (style.Bank, error) {
	engine, err := effect.OwnEngine()
	if err != nil {
		return nil, err
	}
	bank, _, err := config.Installed(engine)
	return bank, err
}

// find is what an id names of what is installed, a style or else a network or an encoder,
// and the bank that it was found in.
func find(id string) (bank style.Bank, p style.Any, err error) {
	if bank, err = installedStyles(); err != nil {
		return nil, p, err
	}
	if p.Style, err = bank.Find(id); err == nil {
		return bank, p, nil
	}
	var other error
	if p.Network, other = bank.FindNetwork(id); other == nil {
		return bank, p, nil
	}
	if p.Encoder, other = bank.FindEncoder(id); other == nil {
		return bank, p, nil
	}
	return nil, p, err
}

func printPackage(id string) error {
	bank, p, err := find(id)
	if err == nil && p.Style != nil {
		p.Network, err = bank.Network(p.Style)
	}
	if err != nil {
		return err
	}
	return describePackage(p)
}

// describePackage prints what is known of a style and its network, of a network, or of an encoder.
func describePackage(of style.Any) error {
	t := tabwriter.NewWriter(plain.Out, 0, 0, 2, ' ', 0)
	row := func(key, format string, args ...any) {
		fmt.Fprintf(t, "%s\t%s\n", key, plain.Line(fmt.Sprintf(format, args...)))
	}
	s, n, p := of.Style, of.Network, of.Head()
	if s != nil {
		p = &s.Package
		row("style", "%s", s.ID)
		row("label", "%s", s.Label)
		row("folder", "%s", s.Folder)
	}
	if e := of.Encoder; e != nil {
		row("encoder", "%s", e.ID)
		row("label", "%s", e.Label)
		row("folder", "%s", e.Folder)
		row("plate", "%s", describeInput(&e.Input))
		row("painting", "from the node's Style input")
		row("style", "%s", strings.Join(e.Style, ", "))
		row("content", "%s", e.Content)
		row("licence", "%s", p.Licence)
		row("origin", "%s", p.Origin)
		return t.Flush()
	}
	if n.Norms != nil {
		row("network", "%s", n.ID)
		if s == nil {
			row("folder", "%s", n.Folder)
		}
		row("vector", "%d numbers", n.Norms.Length)
		if n.Norms.Size > 1 { // and not the one pixel of a graph that does not look at it
			row("norms", "made of the vector and the frame at %d × %d pixels by %s", n.Norms.Size,
				n.Norms.Size, n.Norms.Graph)
		}
	}
	row("plate", "%s", describeInput(&n.Input))
	if n.Painting != nil {
		row("painting", "%s; from the node's Style input", describeInput(n.Painting))
	}
	if n.Vectors != nil {
		row("vectors", "%s, made of the painting by %s", strings.Join(n.Vectors.Outputs, ", "),
			n.Vectors.Graph)
	}
	if n.Alpha != "" {
		row("alpha", "%q: how much of the painting, by Unrealness", n.Alpha)
	}
	row("picture", "%q, %s, values %g to %g", n.Output.Name, n.Output.Channels, n.Output.Range[0],
		n.Output.Range[1])
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

func verifyPackage(id string) error {
	bank, of, err := find(id)
	if err != nil {
		return err
	}
	engine, err := effect.OwnEngine()
	if err != nil {
		return err
	}
	p := of.Head()
	im := importer.Importer{Engine: engine}
	if err := im.Verify(context.Background(), of, bank); err != nil {
		return fmt.Errorf("%s in %s does not paint: %w", p.ID, p.Folder, err)
	}
	fmt.Fprintf(plain.Out, "%s is whole, and paints.\n", p.ID)
	return nil
}

func removePackage(id string) error {
	bank, of, err := find(id)
	if err != nil {
		return err
	}
	p := of.Head()
	if filepath.Dir(p.Folder) == bank[len(bank)-1] {
		return fmt.Errorf("%q came with Impasto and stays in its bundle", p.Name)
	}
	if n := of.Network; n != nil {
		all, _ := bank.All()
		for _, s := range all {
			if s.Network == n.ID {
				return fmt.Errorf("the style %q is of the network %q: remove that style first",
					s.Name, n.Name)
			}
		}
	}
	if err := os.RemoveAll(p.Folder); err != nil {
		return err
	}
	fmt.Fprintf(plain.Out, "Removed %s.\n", p.Folder)
	return nil
}
