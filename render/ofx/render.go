package ofx

/*
#include "host.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"math"

	"impasto.net/render/picture"
)

// Output is a frame that was rendered.
type Output struct {
	Picture  *picture.Image
	Identity string // the clip that it is a copy of, where the effect said that it does nothing
}

// mostFramesNeeded bounds how many frames are read before an action, of those that it says it
// needs.
const mostFramesNeeded = 64

// Render renders a frame. What the file of the main plate says beside the pixels goes with it. It
// may be called from several goroutines; where the effect does not allow that, they wait for each
// other.
func (i *Instance) Render(frame int) (*Output, error) {
	// Reading pictures needs no turn. What fails here fails again where it is asked for.
	var from picture.Image
	for _, c := range i.clips {
		if c.plate == nil {
			continue
		}
		if im, err := c.plate.At(float64(frame)); err == nil && im != nil && c.Name == i.main {
			from = *im
		}
	}
	out, err := i.renderInTurn(frame)
	if err != nil {
		return nil, err
	}
	labelled := *out.Picture
	labelled.Metadata, labelled.Colourspace = from.Metadata, from.Colourspace
	return &Output{Picture: &labelled, Identity: out.Identity}, nil
}

// renderInTurn renders a frame when the effect may.
func (i *Instance) renderInTurn(frame int) (*Output, error) {
	time := float64(frame)
	bracketed := i.host.Profile.sequencePerFrame
	switch safety := i.descriptor.properties.str(C.kOfxImageEffectPluginRenderThreadSafety); {
	case safety == C.kOfxImageEffectRenderUnsafe:
		i.host.unsafe.Lock()
		defer i.host.unsafe.Unlock()
	case safety == C.kOfxImageEffectRenderInstanceSafe || bracketed &&
		!i.host.Profile.sequencesOverlap:
		i.rendering.Lock()
		defer i.rendering.Unlock()
	}
	if i.host.Aborted() {
		return nil, ErrAborted
	}
	if bracketed {
		if err := i.begin(frame, frame); err != nil {
			return nil, err
		}
		defer i.end(frame, frame)
	}
	output := i.clip(C.kOfxImageEffectOutputClipName)
	defined, err := i.regionOfDefinition(time)
	if err != nil {
		return nil, err
	}
	window := defined.pixels(i.setup.Scale, output.aspect)
	if out, err := i.identity(time, window); out != nil || err != nil {
		return out, err
	}
	if err := i.framesNeeded(time); err != nil {
		return nil, err
	}
	if err := i.regionsOfInterest(time, defined); err != nil {
		return nil, err
	}
	return i.render(time, defined, window, output)
}

// arguments are those that the actions on a frame share.
func (i *Instance) arguments(action string, time float64) *Properties {
	in := newProperties("the arguments of " + actionName(action))
	in.fixed(C.kOfxPropTime, time)
	in.fixed(C.kOfxImageEffectPropRenderScale, i.setup.Scale, i.setup.Scale)
	in.fixed(C.kOfxImageEffectPropThumbnailRender, 0)
	i.host.Profile.trim(ofArguments, in)
	return in
}

// regionOfDefinition is where the output has pixels. One without an end is cut to the format.
func (i *Instance) regionOfDefinition(time float64) (region, error) {
	format := region{0, 0, i.project.width, i.project.height}
	defined, err := i.defaultRegion(time, format)
	if err != nil {
		return region{}, err
	}
	if i.host.Profile.ownRegions {
		return format, nil
	}
	in := i.arguments(C.kOfxImageEffectActionGetRegionOfDefinition, time)
	defer in.close()
	out := newProperties("the region of definition")
	defer out.close()
	out.free(C.kOfxImageEffectPropRegionOfDefinition, defined.anys()...)
	trapped, err := i.action(C.kOfxImageEffectActionGetRegionOfDefinition, &time, in, out)
	if err != nil {
		return region{}, err
	}
	if r := out.doubles(C.kOfxImageEffectPropRegionOfDefinition); trapped {
		defined = region{r[0], r[1], r[2], r[3]}
	}
	if !i.host.Profile.multiResolution {
		return format, nil
	}
	const huge = 1 << 20
	defined.x1, defined.x2 = cut(defined.x1, defined.x2, format.x1, format.x2, huge)
	defined.y1, defined.y2 = cut(defined.y1, defined.y2, format.y1, format.y2, huge)
	if defined.empty() { // nothing there is a black frame
		return format, nil
	}
	return defined, nil
}

// cut replaces the ends of a range that lie past any picture.
func cut(low, high, formatLow, formatHigh, huge float64) (float64, float64) {
	if !(low > -huge) {
		low = formatLow
	}
	if !(high < huge) {
		high = formatHigh
	}
	return low, high
}

func (i *Instance) defaultRegion(time float64, format region) (region, error) {
	var union region
	for _, c := range i.clips {
		optional := c.properties.integer(C.kOfxImageClipPropOptional) != 0
		if c.plate == nil || (optional && c.Name != C.kOfxImageEffectSimpleSourceClipName) {
			continue
		}
		r, err := c.region(time)
		if err != nil {
			return region{}, err
		}
		union = union.union(r)
	}
	if union.empty() {
		return format, nil
	}
	return union, nil
}

// identity asks whether the effect does nothing at a time, and if so returns what it leaves alone.
func (i *Instance) identity(time float64, window rect) (*Output, error) {
	in := i.arguments(C.kOfxImageEffectActionIsIdentity, time)
	defer in.close()
	in.fixed(C.kOfxImageEffectPropFieldToRender, i.setup.field())
	if i.host.Profile.wholePlane {
		window = rect{math.MinInt32, math.MinInt32, math.MaxInt32, math.MaxInt32}
	}
	in.fixed(C.kOfxImageEffectPropRenderWindow, window.anys()...)
	out := newProperties("the result of IsIdentity")
	defer out.close()
	out.free(C.kOfxPropName, "")
	out.free(C.kOfxPropTime, time)
	trapped, err := i.action(C.kOfxImageEffectActionIsIdentity, &time, in, out)
	if err != nil || !trapped {
		return nil, err
	}
	name := out.str(C.kOfxPropName)
	c := i.clip(name)
	if c == nil || c.isOutput() {
		i.host.findings.add(fmt.Sprintf("IsIdentity names clip %q, which is not an input", name),
			"IsIdentity")
		return nil, nil
	}
	var im *picture.Image
	if c.plate != nil {
		if im, err = c.plate.At(out.double(C.kOfxPropTime)); err != nil {
			return nil, fmt.Errorf("clip %s: %w", name, err)
		}
	}
	switch {
	case im == nil:
		im = picture.New(i.window.scaled(i.setup.Scale))
	case i.setup.Scale != 1:
		im = i.small(im)
	}
	return &Output{Picture: im, Identity: name}, nil
}

// small is a picture at the render scale.
func (i *Instance) small(im *picture.Image) *picture.Image {
	l := i.layerOf(im, float64(im.PixelAspect))
	b := newBuffer(l.rect, 16, Packed)
	defer b.release()
	b.fill(l, 4, C.kOfxBitDepthFloat)
	result := i.picture(b, &Clip{delivery: delivery{
		depth: C.kOfxBitDepthFloat, components: C.kOfxImageComponentRGBA,
		aspect: float64(im.PixelAspect),
	}})
	result.HasAlpha, result.Depth, result.Compression, result.Tile = im.HasAlpha, im.Depth, im.Compression, im.Tile
	return result
}

// framesNeeded asks which frames of its inputs the effect needs, and sees that they are there.
func (i *Instance) framesNeeded(time float64) error {
	in := i.arguments(C.kOfxImageEffectActionGetFramesNeeded, time)
	defer in.close()
	out := newProperties("the frames needed")
	defer out.close()
	for _, c := range i.clips {
		if !c.isOutput() {
			out.list("OfxImageClipPropFrameRange_"+c.Name, 0.0, time, time)
		}
	}
	if _, err := i.action(C.kOfxImageEffectActionGetFramesNeeded, &time, in, out); err != nil {
		return err
	}
	for _, c := range i.clips {
		if c.isOutput() || c.plate == nil {
			continue
		}
		ranges := out.doubles("OfxImageClipPropFrameRange_" + c.Name)
		if len(ranges)%2 != 0 {
			i.host.findings.add(fmt.Sprintf("GetFramesNeeded gives an odd number of frames for "+
				"clip %s", c.Name), "GetFramesNeeded")
			continue
		}
		if err := c.read(time, ranges); err != nil {
			return err
		}
	}
	return nil
}

// read reads the pictures of ranges of times, those that lie within the plate.
func (c *Clip) read(now float64, ranges []float64) error {
	first, last := c.plate.Range()
	left := mostFramesNeeded
	for r := 0; r < len(ranges); r += 2 {
		for t := math.Max(ranges[r], math.Min(first, now)); t <= math.Min(ranges[r+1],
			math.Max(last, now)) && left > 0; t++ {
			if t != now && (t < first || t > last) {
				continue
			}
			if _, err := c.plate.At(t); err != nil {
				return fmt.Errorf("clip %s: %w", c.Name, err)
			}
			left--
		}
	}
	return nil
}

// regionsOfInterest tells the effect what will be rendered. Inputs are delivered whole, whatever
// it answers.
func (i *Instance) regionsOfInterest(time float64, defined region) error {
	in := i.arguments(C.kOfxImageEffectActionGetRegionsOfInterest, time)
	defer in.close()
	in.fixed(C.kOfxImageEffectPropRegionOfInterest, defined.anys()...)
	out := newProperties("the regions of interest")
	defer out.close()
	for _, c := range i.clips {
		if !c.isOutput() {
			out.free("OfxImageClipPropRoI_"+c.Name, defined.anys()...)
		}
	}
	_, err := i.action(C.kOfxImageEffectActionGetRegionsOfInterest, &time, in, out)
	return err
}

// render calls the render action for the whole frame.
func (i *Instance) render(time float64, defined region, window rect,
	output *Clip) (*Output, error) {
	pixelBytes := componentCounts[output.components] * depthBytes[output.depth]
	if err := picture.CheckSize(window.width(), window.height()); err != nil {
		return nil, fmt.Errorf("the output cannot be rendered: %w", err)
	}
	b := newBuffer(window, pixelBytes, i.setup.Rows)
	if b == nil {
		return nil, fmt.Errorf("no memory for an output of %d×%d pixels", window.width(),
			window.height())
	}
	defer b.release()
	b.markUnwritten(output.depth)
	in := i.arguments(C.kOfxImageEffectActionRender, time)
	defer in.close()
	in.fixed(C.kOfxImageEffectPropFieldToRender, i.setup.field())
	in.fixed(C.kOfxImageEffectPropRenderWindow, window.anys()...)
	i.addRenderStatus(in)
	if i.host.Strict {
		i.rehearsal.Do(func() { i.rehearse(time, in) })
	}
	c := &call{time: time, output: b, defined: defined}
	c.prepare(i.clips)
	defer c.dismiss()
	trapped, err := i.actionOf(c, C.kOfxImageEffectActionRender, &time, in, nil)
	where := c.place()
	if !b.intact() {
		i.host.findings.add("Render wrote outside of the output's pixels", where)
	}
	switch {
	case err != nil:
		return nil, err
	case i.host.Aborted(): // what it returned then is not to be used
		return nil, ErrAborted
	case !trapped:
		return nil, errors.New("the effect does not render")
	}
	if n := b.countUnwritten(output.depth, pixelBytes); n > 0 {
		i.host.findings.add("Render left pixels of the output unwritten", where)
	}
	return &Output{Picture: i.picture(b, output)}, nil
}
