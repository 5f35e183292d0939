package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"impasto.net/render/effect"
	"impasto.net/render/exit"
	"impasto.net/render/ofx"
	"impasto.net/render/picture"
	"impasto.net/render/sequence"
)

// job is what is to be rendered: options, understood.
type job struct {
	frames []int // in the order of rendering
	out    sequence.Pattern
	clips  map[string]sequence.Pattern
	layers map[string]string // by clip
	params effect.Settings
	setup  ofx.Setup
	interp ofx.Interpolation
	packed *picture.Compression // of the output, or nil for the plate's
	note   func(string)         // says something that the user should know
	*options
}

// parse checks everything that can be checked before the plugin is there.
func parse(o *options) (*job, error) {
	j := &job{options: o, note: once(printNote), clips: map[string]sequence.Pattern{},
		layers: map[string]string{}}
	var errs [6]error
	if o.frames != "" {
		j.frames, errs[0] = sequence.ParseFrames(o.frames)
	}
	j.interp, errs[1] = one("interpolation", o.interpolation,
		[]string{"linear", "smooth", "constant"},
		[]ofx.Interpolation{ofx.Linear, ofx.Smooth, ofx.Constant})
	_, errs[2] = one("missing", o.missing,
		[]string{missingError, missingSkip, missingBlack, missingHold}, make([]bool, 4))
	j.setup.Depth, errs[3] = one("depth", o.depth, []string{"float", "half", "short", "byte"},
		[]ofx.Depth{ofx.DepthFloat, ofx.DepthHalf, ofx.DepthShort, ofx.DepthByte})
	j.setup.RGB, errs[4] = one("components", o.components, []string{"RGBA", "RGB"},
		[]bool{false, true})
	j.setup.Rows, errs[5] = one("rows", o.rows, []string{"aligned", "packed", "negative"},
		[]ofx.Rows{ofx.Aligned, ofx.Packed, ofx.Negative})
	if err := errors.Join(errs[:]...); err != nil {
		return nil, firstOf(errs[:])
	}
	if o.compression != "" {
		kind, err := one("compression", o.compression, compressionNames(), picture.Compressions())
		if err != nil {
			return nil, err
		}
		j.packed = &kind
	}
	if !(o.scale > 0 && o.scale <= 1) {
		return nil, fmt.Errorf("--render-scale is more than 0 and up to 1, not %g", o.scale)
	}
	if o.threads < 1 {
		return nil, fmt.Errorf("--threads is 1 or more, not %d", o.threads)
	}
	if err := j.parseClips(); err != nil {
		return nil, err
	}
	params, err := effect.ParseSettings(o.params)
	if err != nil {
		return nil, err
	}
	j.params = params
	if j.out, err = j.output(); err != nil {
		return nil, fmt.Errorf("--out: %w", err)
	}
	return j, nil
}

// parseClips reads what --clip and --layer say.
func (j *job) parseClips() error {
	for _, clip := range j.options.clips {
		name, files, ok := strings.Cut(clip, "=")
		if !ok || name == "" {
			return fmt.Errorf("--clip %s: write NAME=FILES, such as "+
				"Source=plate.%%04d.exr", clip)
		}
		if _, twice := j.clips[name]; twice {
			return fmt.Errorf("--clip %s is there twice", name)
		}
		pattern, err := sequence.Find(files)
		if err != nil {
			return fmt.Errorf("--clip %s: %w", name, err)
		}
		j.clips[name] = pattern
	}
	for _, layer := range j.options.layers {
		name, what, ok := strings.Cut(layer, "=")
		if _, there := j.clips[name]; !ok || !there {
			return fmt.Errorf("--layer %s: write NAME=[PART:][LAYER], with the NAME of a "+
				"--clip", layer)
		}
		j.layers[name] = what
	}
	return nil
}

// output is the pattern of the output's files. Those that go into a folder are called as the main
// clip's are.
func (j *job) output() (sequence.Pattern, error) {
	if !isFolder(j.options.out) {
		return sequence.ParsePattern(j.options.out)
	}
	main, ok := j.clips[j.main()]
	if !ok {
		return main, fmt.Errorf("%s is a folder, and there is no clip whose names the files "+
			"could have", j.options.out)
	}
	return main.Into(j.options.out, func(name string) string {
		if picture.CanWrite(name) == nil {
			return name
		}
		return strings.TrimSuffix(name, filepath.Ext(name)) + ".png"
	}), nil
}

// main is the clip that the output is like, if any.
func (j *job) main() string {
	for _, name := range ofx.MainClips {
		if _, ok := j.clips[name]; ok {
			return name
		}
	}
	return ""
}

func compressionNames() []string {
	var names []string
	for _, c := range picture.Compressions() {
		names = append(names, c.String())
	}
	return names
}

func firstOf(errs []error) error {
	return errs[slices.IndexFunc(errs, func(err error) bool { return err != nil })]
}

// checkOutput finds out early what would fail after the first frame's minutes, and makes the
// folders.
func (j *job) checkOutput() error {
	if j.out.Still() && len(j.frames) > 1 {
		return fmt.Errorf("--out %s has no place for the number of %d frames: write %%04d or ####",
			j.out, len(j.frames))
	}
	made, folders := map[string]bool{}, map[string]string{} // a file in each of them
	for _, frame := range j.frames {
		path := j.out.Path(frame)
		if made[path] {
			return fmt.Errorf("--out: two pictures would both become %s: name the files with "+
				"#### instead", path)
		}
		made[path] = true
		folders[filepath.Dir(path)] = path
		for name, clip := range j.clips {
			if clip.Path(frame) == path {
				return fmt.Errorf("--out would overwrite the files of clip %s", name)
			}
		}
	}
	for _, path := range folders {
		if err := canWrite(path); err != nil {
			return fmt.Errorf("--out: %w", err)
		}
	}
	return nil
}

// span takes all frames that the main clip has where none are named, and tells the host.
func (j *job) span(plates map[string]*plate) error {
	if main := plates[j.main()]; j.options.frames == "" && main != nil {
		if j.frames = main.frames; main.pattern.Still() {
			j.frames = []int{1}
		}
	}
	if len(j.frames) == 0 {
		return errors.New("no clip says what frames there are: name them with --frames")
	}
	j.setup.Scale = j.scale
	j.setup.First, j.setup.Last = slices.Min(j.frames), slices.Max(j.frames)
	j.setup.Step = 1
	if len(j.frames) > 1 {
		j.setup.Step = max(1, j.frames[1]-j.frames[0])
	}
	return nil
}

// plates opens the clips' sequences.
func (j *job) plates() (map[string]*plate, error) {
	plates := map[string]*plate{}
	for name, pattern := range j.clips {
		p, err := newPlate(pattern, j.layers[name], j.missing, j.threads+1)
		if err != nil {
			return nil, fmt.Errorf("clip %s: %w", name, err)
		}
		plates[name] = p
	}
	return plates, nil
}

// instance makes the effect's instance for the job.
func (j *job) instance(p *effect.Loaded, plates map[string]*plate) (*ofx.Instance, error) {
	names := make([]string, 0, len(plates))
	for name := range plates {
		names = append(names, name)
	}
	slices.Sort(names)
	context, err := p.Effect.ContextFor(names)
	if err != nil {
		return nil, exit.With(exit.Usage, err)
	}
	setup := j.setup
	setup.Context = context
	setup.Sequential = p.Effect.Sequential()
	setup.Clips = map[string]ofx.Plate{}
	under, err := j.under(plates)
	if err != nil {
		return nil, exit.With(exit.Usage, err)
	}
	for name, plate := range plates {
		if slices.Contains(p.Effect.Masks(context), name) {
			plate.source.Data, plate.under = true, under
		}
		if _, err := plate.Example(); err != nil {
			return nil, exit.With(exit.Usage, fmt.Errorf("clip %s: %w", name, err))
		}
		setup.Clips[name] = plate
	}
	setup.Edits = func(find func(string) *ofx.Param) error {
		return j.params.Apply(find, p.Effect, context, j.interp)
	}
	i, err := p.Effect.NewInstance(setup)
	if err == nil {
		j.saySpaces(i, plates)
	}
	return i, exit.With(exit.Plugin, err)
}

// under is what mattes are laid over: the main clip's picture, without its pixels; nil where there
// is none.
func (j *job) under(plates map[string]*plate) (*picture.Image, error) {
	main := plates[j.main()]
	if main == nil {
		return nil, nil
	}
	im, err := main.Example()
	if err != nil {
		return nil, fmt.Errorf("clip %s: %w", j.main(), err)
	}
	format := *im
	format.Pix = nil
	return &format, nil
}
