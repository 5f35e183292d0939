package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"impasto.net/render/effect"
	"impasto.net/render/exit"
)

// needs refuses a command line that lacks arguments or flags, all of which it names, or that has
// more arguments than that. Flags begin with hyphens.
func needs(what ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		var lacks []string
		wanted := 0
		for _, w := range what {
			flag, isFlag := strings.CutPrefix(w, "--")
			if !isFlag {
				wanted++
			}
			if isFlag && !c.Flags().Changed(flag) || !isFlag && len(args) < wanted {
				lacks = append(lacks, w)
			}
		}
		switch {
		case len(lacks) > 0:
			return fmt.Errorf("%s needs %s; see %[1]s --help", c.CommandPath(), list(lacks))
		case len(args) > wanted:
			return fmt.Errorf("%s does not know what to do with %s; see %[1]s --help",
				c.CommandPath(), strings.Join(args[wanted:], " "))
		}
		return nil
	}
}

// one finds a word in a list of words.
func one[T any](flag, word string, words []string, values []T) (T, error) {
	if i := slices.Index(words, word); i >= 0 {
		return values[i], nil
	}
	var none T
	return none, fmt.Errorf("--%s is %s, not %q", flag, strings.Join(words, ", "), word)
}

// pluginFlag has --plugin among the flags; see orOwn.
func pluginFlag(f *pflag.FlagSet, path *string) {
	f.StringVar(path, "plugin", "",
		"the .ofx.bundle at `PATH`, or the .ofx file in it (default: Impasto's own)")
}

// orOwn puts Impasto's own bundle in the place of one that is not named.
func orOwn(path *string) (err error) {
	if *path == "" {
		*path, err = effect.OwnBundle()
	}
	return exit.With(exit.Plugin, err)
}
