package main

import (
	"fmt"
	"image"
	"sync"

	"impasto.net/render/effect"
	"impasto.net/render/ofx"
	"impasto.net/render/picture"
)

// fitting has an instance of the effect for frames of one format, and makes another where a frame
// of another format comes: photographs have sizes of their own, and an instance one for all.
type fitting struct {
	*job
	plugin *effect.Loaded
	plates map[string]*plate

	mu       sync.RWMutex // held for writing while the instance changes
	instance *ofx.Instance
	format   format
}

// make makes an instance for the main clip's example.
func (f *fitting) make() (err error) {
	if f.instance, err = f.job.instance(f.plugin, f.plates); err != nil {
		return err
	}
	if main := f.plates[f.main()]; main != nil {
		im, err := main.Example()
		if err != nil {
			return err
		}
		f.format = formatOf(im)
	}
	return nil
}

func (f *fitting) close() {
	if f.instance != nil {
		f.instance.Close()
	}
}

// render renders a frame in an instance of its format.
func (f *fitting) render(frame int) (*ofx.Output, error) {
	f.mu.RLock()
	if f.fits(frame) {
		defer f.mu.RUnlock()
		return f.instance.Render(frame)
	}
	f.mu.RUnlock()
	f.mu.Lock() // until the frame is rendered, or two formats in turn would never come to it
	defer f.mu.Unlock()
	if !f.fits(frame) {
		if err := f.remake(frame); err != nil {
			return nil, err
		}
	}
	return f.instance.Render(frame)
}

// fits says whether a frame has the instance's format. One that has no picture of its own fits:
// rendering it says what is wrong.
func (f *fitting) fits(frame int) bool {
	if f.instance == nil {
		return false
	}
	im, err := f.picture(frame)
	return im == nil || err != nil || formatOf(im) == f.format
}

// picture is the main clip's, nil where it has none of its own.
func (f *fitting) picture(frame int) (*picture.Image, error) {
	main := f.plates[f.main()]
	if main == nil {
		return nil, nil
	}
	shown, ok := main.shown(frame)
	if !ok {
		return nil, nil
	}
	return main.read(shown)
}

// remake makes an instance for a frame.
func (f *fitting) remake(frame int) error {
	im, err := f.picture(frame)
	if err != nil {
		return err
	}
	if im != nil {
		f.plates[f.main()].example = im
	}
	f.close()
	f.instance = nil
	return f.make()
}

// finished says what is wrong with a file that is there for a frame already; nil: it is a whole one
// of the frame's format, which Impasto wrote.
func (f *fitting) finished(frame int, path string) error {
	has, windowed, err := picture.Whole(path)
	if err != nil {
		return err
	}
	want := f.displayed(frame)
	if !windowed {
		want = want.Sub(want.Min)
	}
	if has != want {
		return fmt.Errorf("is a frame of %s and not of %s", inWords(has), inWords(want))
	}
	return nil
}

func inWords(window image.Rectangle) string {
	text := fmt.Sprintf("%d × %d pixels", window.Dx(), window.Dy())
	if window.Min != (image.Point{}) {
		text += fmt.Sprintf(" at %d,%d", window.Min.X, window.Min.Y)
	}
	return text
}

// displayed is the display window of a frame's output.
func (f *fitting) displayed(frame int) image.Rectangle {
	f.mu.RLock()
	defer f.mu.RUnlock()
	display := f.format.display
	if main := f.plates[f.main()]; main != nil && main.has(frame) {
		if window, err := main.source.Display(main.pattern.Path(frame)); err == nil {
			display = window
		}
	}
	if f.instance == nil {
		return display
	}
	return f.instance.Displayed(display)
}
