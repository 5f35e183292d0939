package main

import (
	"github.com/spf13/cobra"

	"impasto.net/render/bench"
)

const benchLong = `bench measures what a frame costs: the render action of the node, in this process
as its OFX host, against a run of ONNX Runtime alone with the same network, session options and
threads on data that lies ready. Both run in turn, so that a machine's moods meet both alike;
medians are printed.

The plate is linear float RGBA with highlights, another one for every frame, so that nothing is
cached; a soft mask is on. Standard output gets one line of JSON a size, standard error a table in
milliseconds:

    node         the render action, from call to return
    network      the network alone
    ratio        node / network
    copy in      plate and mask from the host's images to shared memory
    convert in   to the network's layout, range and encoding
    run          the network
    convert out  back, with the blend
    copy out     from shared memory to the host's image
    other        messages, waiting, cleaning up
    MB           what the engine had in memory at the most, shared frames included

With --hosts or --nodes one node renders alone, then so many OFX hosts with so many nodes each at
once, in turn: frames a second, processor time a frame, and what all processes have in memory
after every twenty frames of a node. --first measures what passes from when an OFX host that has
just been started loads the node until it has its first frame, at scales of a proxy.`

func benchCommand() *cobra.Command {
	var o bench.Options
	c := &cobra.Command{
		Use:   "bench",
		Short: "Measure what a frame costs with Impasto's node",
		Long:  benchLong,
		Example: "  impasto bench\n" +
			"  impasto bench --size 960x540 --size 1920x1080 --frames 20\n" +
			"  impasto bench --hosts 2 --size 640x360 --frames 200\n" +
			"  impasto bench --first 0.25,0.5",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return bench.Run(&o) },
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&o.Plugin, "plugin", "",
		"the Impasto.ofx.bundle (default: the one that was built beside this program)")
	f.StringVar(&o.Style, "style", "", "the style's name (default: the first of the menu)")
	f.StringArrayVar(&o.Sizes, "size", []string{"1920x1080"}, "of the frame; once for each")
	f.StringArrayVar(&o.Params, "param", nil, "set a parameter: `NAME=VALUE`; once for each")
	f.IntVar(&o.Frames, "frames", 10, "how many are counted, after six that are not")
	f.IntVar(&o.Hosts, "hosts", 1,
		"OFX hosts that render at once; more than one, or more nodes, measures what that costs")
	f.IntVar(&o.Nodes, "nodes", 1, "that each of them renders at once")
	f.StringSliceVar(&o.First, "first", nil,
		"measure the first frame after a start, at these proxy `scales`: 0.25,0.5")
	return c
}

// benchHostCommand is an OFX host that is measured: bench starts this program as one.
func benchHostCommand() *cobra.Command {
	return &cobra.Command{
		Use: "bench-host", Hidden: true, Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return bench.Host() },
	}
}
