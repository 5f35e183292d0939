// Command impasto renders image sequences through OpenFX effects, without a compositor.
package main

import (
	"fmt"
	"os"

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
		Long: "impasto renders image sequences through OpenFX effects, " +
			"on the command line or a farm:\n" +
			"Impasto's own node, and any other .ofx.bundle.",
		Version:       bridge.Version,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	ofx.WatchCrashes(exit.Crash)
	root.AddCommand(renderCommand(), describeCommand(), benchCommand(), optimiseCommand(),
		wedgeCommand(), doctorCommand(), benchHostCommand(),
		modelsCommand(), cacheCommand())
	os.Exit(code(root.Execute()))
}

// code prints an error and returns what to exit with.
func code(err error) int {
	if err != nil {
		fmt.Fprintln(plain.Err, "impasto:", err)
	}
	return exit.Code(err)
}
