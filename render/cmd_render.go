package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"impasto.net/render/effect"
	"impasto.net/render/exit"
	"impasto.net/render/ofx"
	"impasto.net/render/picture"
)

// options are the flags of impasto render, as written.
type options struct {
	plugin, effect, as                    string
	clips, layers, params                 []string
	frames, out                           string
	interpolation, missing                string
	depth, components, rows, compression  string
	scale                                 float64
	threads                               int
	skipExisting, continueOnError, strict bool
}

const renderLong = `render reads image sequences, hands them to an OpenFX effect frame by frame, and
writes what it makes.

Files are OpenEXR, PNG, JPEG, TIFF, DPX or, for reading, BMP and WebP. Names have the frame's number
as %04d or ####; a name without one is a still. A % or # that is in the name itself is written %% or
%#. A folder or a glob (in quotes) is all pictures in it: where those are numbered, the numbers are
their frames, else they are 1, 2, 3 in the order of their names. Pictures of several sizes are
rendered each at its own. OpenEXR and TIFF of floats are scene-linear, DPX is what its header says,
film's logarithm (Cineon) for one, and everything else sRGB; to the effect all are linear floats,
except for masks, whose values are taken as they are. DPX is written as 10 bits of logarithm, or as
16 bits of sRGB for plates that are neither that nor floats. The output keeps the data and display
windows, the pixel aspect, the depth, the tiles and the compression of the main clip's files (lossy
ones become ZIP; --compression says otherwise), and what else their headers say: timecode, camera,
primaries. Primaries that an OpenEXR header (chromaticities, colorInteropID) or an ICC profile
states are what the effect is told of the clip, and the output's. Every frame is written beside its
place and then renamed: under its own name there is a whole file or none.

Of an OpenEXR file a clip shows R, G, B and A, luminance and chroma (Y, RY, BY), or Y alone, of the
first part that has them. --layer NAME=[PART:][LAYER] chooses: PART is a part's name, its view or
its number from 0, LAYER a layer (diffuse, for diffuse.R, diffuse.G, diffuse.B), a view (right,
right.diffuse), a channel (Z) or up to four of them with commas (forward.u,forward.v), which become
red, green, blue and alpha. A layer's channels go by what they are called: R, r or red, X, Y, Z, in
any case, before the layer's name or behind it. A matte that is one channel may be called anything.
Of mip levels the largest is read. Deep pixels are not. The output has that layer's pixels as R, G,
B and A, and no other layers.

A mask is what a file has for alpha, or its luminance where it has none or is opaque everywhere. It
is laid over the plate, display window over display window: one of another size or of other pixels
is resampled, one of other proportions is refused.

Parameters are set with --param NAME=VALUE, numbers of several dimensions with commas:
size=0.5,0.25. Keys are VALUE@FRAME, with commas between them: mix=0@1001,1@1024. A choice is named
by its label or its number. They are set one after the other, as by hand, so that a preset sets here
what it sets there. "impasto describe" lists what there is.

While it renders, the plugin is watched: images that it does not release, answers that do not exist,
properties of the wrong type, handles that are gone and the like are listed at the end. --strict
looks as well for what OpenFX allows and hosts punish without a word: names with other characters
than letters, digits and _, parameters set while an instance is made, numbers without ranges, clips
fetched that the context does not have, an output that cannot be had and is not missed, processes
and files from before the first render.

--as takes on a host's name, what it declares, what it lacks and what it is known to do wrong.

Exit codes:
    0  all frames rendered (or were there already, or were skipped)
    1  some frames failed; which ones is said at the end, as --frames takes them
    2  the command line is wrong, or names files that cannot be used
    3  the plugin cannot be loaded, or its effect cannot be described or begun
    4  all rendered, but with --strict: the plugin does what hosts punish
    5  the plugin crashed; frames that were finished are kept
  130  interrupted (Ctrl-C or SIGTERM); frames that were finished are kept`

const renderExample = `  impasto render --clip Source=photos/ --param style=scream --out painted/
  impasto render --clip Source=plate.%04d.exr --clip Mask=matte.%04d.exr \
      --frames 1001-1048 --param mix=0@1001,1@1024 --out styled.%04d.exr
  impasto render --plugin Other.ofx.bundle --effect com.example.Blur --clip Source=in.####.png \
      --frames 1-100x2,120 --out out.####.png --threads 4 --skip-existing
  impasto render --clip Source=comp.####.exr --layer Source=beauty: \
      --clip Mask=comp.####.exr --layer Mask=mattes:hero.A --frames 1-48 --out out.####.exr
  impasto render --plugin MyPlugin.ofx.bundle --clip Source=still.exr --frames 1 --out check.exr \
      --as resolve --depth byte --rows negative --strict`

func renderCommand() *cobra.Command {
	var o options
	c := &cobra.Command{
		Use:     "render --clip NAME=FILES --out FILES",
		Short:   "Render frames through an effect",
		Long:    renderLong,
		Example: renderExample,
		Args: func(c *cobra.Command, args []string) error {
			if o.frames != "" { // some effects need no clip
				return needs("--out")(c, args)
			}
			return needs("--clip", "--out")(c, args)
		},
		RunE: func(*cobra.Command, []string) error { return render(&o) },
	}
	f := c.Flags()
	f.SortFlags = false
	pluginFlag(f, &o.plugin)
	f.StringVar(&o.effect, "effect", "", "the effect's `ID`, where the plugin has several")
	f.StringArrayVar(&o.clips, "clip", nil, "connect a clip: `NAME=FILES`; once for each")
	f.StringArrayVar(&o.layers, "layer", nil,
		"what a clip takes of OpenEXR files: `NAME=[PART:][LAYER]`; once for each")
	f.StringVar(&o.frames, "frames", "", "the `LIST` of frames to render: 1001-1048, "+
		"1-100x2,120 (default: all that the main clip has)")
	f.StringVar(&o.out, "out", "", "the `FILES` to write, "+picture.Writable+"; or a folder, "+
		"for files called as the main clip's")
	f.StringArrayVar(&o.params, "param", nil,
		"set a parameter: `NAME=VALUE` or NAME=VALUE@FRAME,…; once for each")
	f.StringVar(&o.interpolation, "interpolation", "linear",
		"`KIND` between keys: linear, smooth (eases in and out) or constant")
	f.StringVar(&o.missing, "missing", missingError,
		"`POLICY` for input frames that are missing: error, skip the frame, black, or hold the "+
			"last one before")
	f.BoolVar(&o.skipExisting, "skip-existing", false, "leave frames alone whose output is "+
		"there already: whole, of the frame's size, and written by Impasto")
	f.BoolVar(&o.continueOnError, "continue-on-error", false,
		"go on with the other frames after one has failed")
	f.IntVar(&o.threads, "threads", 1, "render `N` frames at once, where the effect allows it")
	f.StringVar(&o.depth, "depth", "float",
		"`DEPTH` that clips deliver: float, half, short or byte (these two sRGB-encoded)")
	f.StringVar(&o.compression, "compression", "",
		"the `KIND` of an OpenEXR output: "+strings.Join(compressionNames(), ", "))
	f.StringVar(&o.components, "components", "RGBA", "`CHANNELS` that clips deliver: RGBA or RGB")
	f.Float64Var(&o.scale, "render-scale", 1, "render at `SCALE`, as a proxy: more than 0, up to 1")
	f.StringVar(&o.as, "as", ofx.Profiles[0].Name,
		"the `HOST` to be, with its limits and quirks: "+ofx.ProfileNames())
	f.StringVar(&o.rows, "rows", "aligned",
		"`ORDER`, for testing plugins, in which rows lie in memory: aligned, packed or negative "+
			"(top row first)")
	f.BoolVar(&o.strict, "strict", false,
		"look harder, and exit with 4 if the plugin does what hosts punish")
	return c
}

func render(o *options) error {
	j, err := parse(o)
	if err != nil {
		return exit.With(exit.Usage, err)
	}
	if err := orOwn(&o.plugin); err != nil {
		return err
	}
	plates, err := j.plates()
	if err == nil {
		err = j.span(plates)
	}
	if err == nil {
		err = j.checkOutput()
	}
	if err != nil {
		return exit.With(exit.Usage, err)
	}
	report := newReport(len(j.frames))
	j.note = once(report.note)
	if of, ok := j.clips[j.main()].Sequence(); ok && len(j.frames) > 1 {
		report.note(fmt.Sprintf("every frame is the one picture %s; the sequence is %s",
			j.clips[j.main()], of))
	}
	p, err := effect.Load(o.plugin, o.effect, o.as, o.strict, report.message)
	if err != nil {
		return err
	}
	err = j.run(p, plates, report)
	p.Close()
	report.finish()
	if warn(p.Host) > 0 && o.strict && err == nil {
		err = exit.With(exit.Strict, errors.New("the plugin does what hosts punish"))
	}
	return err
}
