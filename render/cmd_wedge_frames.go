package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"impasto.net/render/effect"
	"impasto.net/render/exit"
	"impasto.net/render/ofx"
)

// frames puts what an effect renders of a plate on the sheet.
func (w *wedged) frames(path string) error {
	if err := orOwn(&w.plugin); err != nil {
		return err
	}
	plain := strings.NewReplacer("%", "%%", "#", "%#").Replace(path) // the name of one file
	o := &options{
		plugin: w.plugin, clips: []string{"Source=" + plain}, frames: "1", out: w.out,
		threads: 1, scale: 1, interpolation: "linear", missing: missingError,
		depth: "float", components: "RGBA", rows: "aligned",
	}
	for _, layer := range w.layers {
		o.layers = append(o.layers, "Source="+strings.TrimPrefix(layer, "Source="))
	}
	j, err := parse(o)
	if err != nil {
		return err
	}
	plates, err := j.plates()
	if err == nil {
		err = j.span(plates)
	}
	if err != nil {
		return exit.With(exit.Usage, err)
	}
	p, err := effect.Load(w.plugin, "", ofx.Profiles[0].Name, false, printMessage)
	if err != nil {
		return err
	}
	defer p.Close()
	stop := interruptible(p.Host)
	defer stop()
	// What is wrong with the values is said before anything is painted.
	for i := range w.all {
		j.params = w.settings(i)
		instance, err := j.instance(p, plates)
		if err != nil {
			return fmt.Errorf("%s: %w", w.label(i), err)
		}
		instance.Close()
	}
	for i := range w.all {
		fmt.Fprintf(os.Stderr, "picture %d of %d\n", i+1, len(w.all))
		j.params = w.settings(i)
		if err := w.render(i, j, p, plates); errors.Is(err, ofx.ErrAborted) || p.Host.Aborted() {
			break
		} else if err != nil {
			w.fail(i, err)
		}
	}
	return w.ended(p.Host.Aborted())
}

// settings are a picture's.
func (w *wedged) settings(i int) (s effect.Settings) {
	for k, v := range w.all[i] {
		s = append(s, effect.Setting{Name: w.params[k].name, Value: v})
	}
	return s
}

// render renders a frame onto the sheet. The first one's size is that of all.
func (w *wedged) render(place int, j *job, p *effect.Loaded, plates map[string]*plate) error {
	instance, err := j.instance(p, plates)
	if err != nil {
		return err
	}
	defer instance.Close()
	out, err := instance.Render(j.frames[0])
	if err != nil {
		return err
	}
	if w.Sheet == nil {
		if err := w.lay(out.Picture.DataWindow.Size()); err != nil {
			return err
		}
	}
	if err := w.Put(place, out.Picture); err != nil {
		return fmt.Errorf("the effect made %w", err)
	}
	return nil
}
