// Package bench measures what Impasto's node costs.
package bench

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"impasto.net/render/effect"
	"impasto.net/render/exit"
)

// Options are the flags of impasto bench.
type Options struct {
	Plugin, Style string
	Sizes, Params []string
	Frames        int
	Hosts, Nodes  int
	First         []string
}

// Run measures, and prints what it found.
func Run(o *Options) error {
	for flag, n := range map[string]int{"frames": o.Frames, "hosts": o.Hosts, "nodes": o.Nodes} {
		if n < 1 {
			return fmt.Errorf("--%s is 1 or more, not %d", flag, n)
		}
	}
	bundle := o.Plugin
	if bundle == "" {
		var err error
		if bundle, err = effect.OwnBundle(); err != nil {
			return exit.With(exit.Plugin, err)
		}
	}
	params, err := effect.ParseSettings(o.Params)
	if err != nil {
		return err
	}
	style := o.Style
	if style == "" {
		if style, err = shippedStyle(bundle); err != nil {
			return exit.With(exit.Plugin, err)
		}
	}
	var all []*measurement
	for _, size := range o.Sizes {
		width, height, err := parseSize(size)
		if err != nil {
			return err
		}
		if o.Hosts > 1 || o.Nodes > 1 || o.First != nil {
			h := hosted{
				Plugin: bundle, Style: style, Params: o.Params, Width: width, Height: height,
				Scale: 1,
				Nodes: o.Nodes, Frames: max(o.Frames, 2),
			}
			if err := measureProcesses(&h, o); err != nil {
				return exit.With(exit.Failed, fmt.Errorf("%s: %w", size, err))
			}
			continue
		}
		m, err := measure(bundle, style, params, width, height, o.Frames)
		if err != nil {
			return exit.With(exit.Failed, fmt.Errorf("%s: %w", size, err))
		}
		all = append(all, m)
		if err := printLine(m); err != nil {
			return err
		}
	}
	if all == nil {
		return nil
	}
	return table(os.Stderr, all)
}

func parseSize(size string) (width, height int, err error) {
	n, err := fmt.Sscanf(size, "%dx%d", &width, &height)
	if n != 2 || err != nil || width < 1 || height < 1 {
		return 0, 0, fmt.Errorf("--size is like 1920x1080, not %q", size)
	}
	return width, height, nil
}

// printLine prints a result as a line of JSON.
func printLine(result any) error {
	return json.NewEncoder(os.Stdout).Encode(result)
}

// shippedStyle is the first of the bundle's.
func shippedStyle(bundle string) (string, error) {
	shipped, err := filepath.Glob(filepath.Join(bundle, "Contents/Resources/styles/*/style.json"))
	if err != nil || len(shipped) == 0 {
		return "", fmt.Errorf("%s holds no style", bundle)
	}
	return filepath.Base(filepath.Dir(shipped[0])), nil
}
