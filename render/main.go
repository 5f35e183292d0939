// Command impasto renders image sequences through OpenFX effects, without a compositor.
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"impasto.net/bridge"
	"impasto.net/bridge/plain"
	"impasto.net/render/exit"
	"impasto.net/render/ofx"
)

func main() {
	root := &cobra.Command{
		Use:   "impasto",
		Short: "Render image sequences through OpenFX effects",
		Long: "impasto renders image sequences through OpenFX effects, on the command line or a farm:\n" +
			"Impasto's own node, and any other .ofx.bundle.",
		Version:       bridge.Version,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	ofx.WatchCrashes(exit.Crash)
	root.AddCommand(renderCommand(), describeCommand(), benchCommand(), optimiseCommand(), wedgeCommand(), doctorCommand(), benchHostCommand(),
		modelsCommand(), cacheCommand())
	os.Exit(code(root.Execute()))
}

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
			return fmt.Errorf("%s does not know what to do with %s; see %[1]s --help", c.CommandPath(), strings.Join(args[wanted:], " "))
		}
		return nil
	}
}

// list is words as a sentence has them: a, b and c.
func list(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// code prints an error and returns what to exit with.
func code(err error) int {
	if err != nil {
		fmt.Fprintln(plain.Err, "impasto:", err)
	}
	return exit.Code(err)
}
