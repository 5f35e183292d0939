package main

import (
	"errors"
	"fmt"
	"os"

	"impasto.net/render/ofx"
)

// wedgeFrames puts what an effect renders of a plate on a sheet.
func wedgeFrames(s *sheet, path string, o *wedgeOptions, params []wedgeParam, all [][]string) error {
	if err := orOwn(&o.plugin); err != nil {
		return err
	}
	j, err := parse(&options{
		plugin: o.plugin, clips: []string{"Source=" + path}, frames: "1", out: o.out, threads: 1, scale: 1,
		interpolation: "linear", missing: missingError, depth: "float", components: "RGBA", rows: "aligned",
	})
	if err != nil {
		return err
	}
	j.setup.Scale, j.setup.First, j.setup.Last, j.setup.Step = 1, 1, 1, 1
	plates, err := j.plates()
	if err != nil {
		return fail(exitUsage, err)
	}
	p, err := open(o.plugin, "", ofx.Profiles[0].Name, false, printMessage)
	if err != nil {
		return err
	}
	defer p.close()
	stop := interruptible(p.host)
	defer stop()
	for i, values := range all {
		fmt.Fprintf(os.Stderr, "picture %d of %d\n", i+1, len(all))
		j.params = nil
		for k, v := range values {
			j.params = append(j.params, setting{params[k].name, v})
		}
		err := j.onto(s, i, p, plates)
		if p.host.Aborted() {
			return fail(exitInterrupted, errors.New("interrupted; nothing was written"))
		}
		if err != nil {
			return fail(exitFrames, err)
		}
	}
	return nil
}

// onto renders a frame onto a sheet.
func (j *job) onto(s *sheet, place int, p *plugin, plates map[string]*plate) error {
	instance, err := j.instance(p, plates)
	if err != nil {
		return err
	}
	defer instance.Close()
	out, err := instance.Render(j.frames[0])
	if err != nil {
		return err
	}
	if w := out.Picture.DataWindow; w.Dx() != s.width || w.Dy() != s.height {
		return fmt.Errorf("the effect made %d × %d pixels of %d × %d, which are no place on the sheet", w.Dx(), w.Dy(), s.width, s.height)
	}
	s.put(place, out.Picture)
	return nil
}
