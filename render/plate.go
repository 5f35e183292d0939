package main

import (
	"fmt"
	"image"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"impasto.net/render/picture"
	"impasto.net/render/sequence"
)

// The policies for frames that a plate lacks.
const (
	missingError = "error"
	missingSkip  = "skip"
	missingBlack = "black"
	missingHold  = "hold"
)

// format is what an instance of an effect is made for.
type format struct {
	display     image.Rectangle
	aspect      float32
	alpha       bool
	colourspace string
	depth       picture.Depth
	compression picture.Compression
	tile        image.Point
}

func formatOf(im *picture.Image) format {
	return format{im.DisplayWindow, im.PixelAspect, im.HasAlpha, im.Colourspace, im.Depth,
		im.Compression, im.Tile}
}

// plate is the files that a clip shows.
type plate struct {
	pattern sequence.Pattern
	missing string
	source  picture.Source
	frames  []int          // that there are files of, in order; none of a still
	example *picture.Image // the one that was taken for it; nil: the first that can be read
	under   *picture.Image // the plate that a matte is laid over, without pixels; nil: none

	mu     sync.Mutex
	recent *simplelru.LRU[string, *reading] // by path
}

// reading is a picture that is being read, or was.
type reading struct {
	path string
	done sync.Once
	im   *picture.Image
	err  error

	mu    sync.Mutex
	under *picture.Image // the plate that laid fits
	laid  *picture.Image
}

// newPlate opens the files of a clip, of which it holds on to the last so many pictures.
func newPlate(pattern sequence.Pattern, layer, missing string, keep int) (*plate, error) {
	p := &plate{pattern: pattern, missing: missing, source: picture.Source{Layer: layer}}
	var err error
	if p.recent, err = simplelru.NewLRU[string, *reading](keep, nil); err != nil {
		return nil, err
	}
	if p.frames, err = pattern.Existing(); err != nil {
		return nil, err
	}
	if len(p.frames) == 0 && !pattern.Still() {
		if exists(pattern.String()) {
			return nil, fmt.Errorf("there is no file %s; write %%# for a # that is in the name",
				pattern)
		}
		return nil, fmt.Errorf("there is no file %s", pattern)
	}
	return p, nil
}

// has says whether there is a file for a frame.
func (p *plate) has(frame int) bool {
	_, found := slices.BinarySearch(p.frames, frame)
	return found || p.pattern.Still()
}

// shown is the frame whose file is shown at a frame, if any is.
func (p *plate) shown(frame int) (int, bool) {
	if !p.has(frame) && p.missing == missingHold {
		return p.nearest(frame), true
	}
	return frame, p.has(frame)
}

// At reads the picture at a time, or what the policy has in its place.
func (p *plate) At(time float64) (*picture.Image, error) {
	frame := int(math.Round(time))
	if shown, ok := p.shown(frame); ok {
		return p.read(shown)
	}
	switch p.missing {
	case missingBlack:
		like, err := p.Example()
		if err != nil {
			return nil, err
		}
		black := picture.New(like.DisplayWindow)
		clear(black.Pix)
		black.HasAlpha, black.PixelAspect = true, like.PixelAspect
		return black, nil
	case missingSkip:
		return nil, nil
	}
	return nil, fmt.Errorf("%s is missing; there are %s",
		p.pattern.Path(frame), shortened(sequence.FormatFrames(p.frames)))
}

// shortened is a list of frames of a readable length.
func shortened(list string) string {
	const most = 60
	if len(list) <= most {
		return list
	}
	begin := strings.LastIndexByte(list[:most/2], ',')
	return list[:begin+1] + " … " + list[strings.LastIndexByte(list, ','):]
}

// nearest is the last frame before that there is a file of, or else the first after.
func (p *plate) nearest(frame int) int {
	i, _ := slices.BinarySearch(p.frames, frame)
	return p.frames[max(i-1, 0)]
}

// Example reads the first picture that can be read: one that is broken fails its own frame only.
func (p *plate) Example() (im *picture.Image, err error) {
	if p.example != nil {
		return p.example, nil
	}
	if p.pattern.Still() {
		return p.read(0)
	}
	for _, frame := range p.frames {
		if im, err = p.read(frame); err == nil {
			break
		}
	}
	return im, err
}

// Range is the first and last frame; a still has any.
func (p *plate) Range() (first, last float64) {
	if p.pattern.Still() {
		return math.Inf(-1), math.Inf(1)
	}
	return float64(p.frames[0]), float64(p.frames[len(p.frames)-1])
}

// read reads a file, once for all who ask at about the same time.
func (p *plate) read(frame int) (*picture.Image, error) {
	path := p.pattern.Path(frame)
	p.mu.Lock()
	r, there := p.recent.Get(path)
	if !there {
		r = &reading{path: path}
		p.recent.Add(path, r)
	}
	p.mu.Unlock()
	r.done.Do(func() { r.im, r.err = p.source.Read(path) })
	if r.err != nil || p.under == nil {
		return r.im, r.err
	}
	return r.over(p.under)
}

// over is the picture as a matte of a plate.
func (r *reading) over(plate *picture.Image) (*picture.Image, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.under != plate {
		laid, err := r.im.Fit(plate)
		if err != nil {
			return nil, fmt.Errorf("%s cannot be used: %w", r.path, err)
		}
		r.under, r.laid = plate, laid
	}
	return r.laid, nil
}
