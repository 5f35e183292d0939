package ofx

/*
#include "host.h"
*/
import "C"

import (
	"fmt"
	"math"
	"slices"
	"unsafe"

	"impasto.net/render/picture"
)

// Plate is what a clip shows.
type Plate interface {
	// At is the picture at a time, or nil where there is none.
	At(time float64) (*picture.Image, error)
	// Example is any picture of the plate, to know its format by.
	Example() (*picture.Image, error)
	// Range is the first and last time with a picture.
	Range() (first, last float64)
}

// Clip is an input or the output of an instance.
type Clip struct {
	Name string

	instance   *Instance
	plate      Plate // nil: not connected
	handle     unsafe.Pointer
	properties *Properties
	mask       bool

	offer delivery // before the plugin says what it prefers
	delivery
}

// delivery is what a clip's images are.
type delivery struct {
	depth, components, premultiplication string
	aspect                               float64
}

const frameRate = 24.0

// newClip makes a clip of an instance; example is a picture of its plate, or nil.
func (i *Instance) newClip(d *clipDescription, plate Plate, example *picture.Image) *Clip {
	c := &Clip{Name: d.name, instance: i, plate: plate, delivery: delivery{aspect: i.aspect}}
	c.handle = handles.add(kindClip, c)
	c.mask = d.properties.integer(C.kOfxImageClipPropIsMask) != 0
	supported := d.properties.strs(C.kOfxImageEffectPropSupportedComponents)
	unmapped, premultiplication := C.kOfxImageComponentNone, C.kOfxImageOpaque
	frames := []any{float64(i.setup.First), float64(i.setup.Last)}
	if plate != nil {
		if first, last := plate.Range(); !math.IsInf(last-first, 0) {
			frames = []any{first, last}
		}
		unmapped = fitComponents(i.setup.components(example, c.mask), i.host.Profile.comps,
			i.host.Profile.comps)
		if unmapped != C.kOfxImageComponentRGB && example.HasAlpha ||
			unmapped == C.kOfxImageComponentAlpha {
			premultiplication = C.kOfxImagePreMultiplied
		}
		if i.host.Profile.multiplePARs {
			c.aspect = float64(example.PixelAspect)
		}
	}
	c.components = fitComponents(unmapped, supported, i.host.Profile.comps)
	if plate != nil && c.mask && !example.HasAlpha {
		unmapped = C.kOfxImageComponentRGB // the mask is made of what has none
	}
	c.depth = fitDepth(i.setup.Depth.String(), i.depths())
	c.premultiplication = premultiplication
	c.offer = c.delivery

	s := newProperties("clip " + d.name)
	c.properties = s
	connected := plate != nil || c.isOutput() || i.host.Profile.allConnected
	s.fixed(C.kOfxPropType, C.kOfxTypeClip)
	s.fixed(C.kOfxPropName, d.name)
	addClipDescription(s, d.name)
	s.copyFrom(d.properties)
	s.fixed(C.kOfxImageEffectPropPixelDepth, c.depth)
	s.fixed(C.kOfxImageEffectPropComponents, c.components)
	s.fixed(C.kOfxImageClipPropUnmappedPixelDepth,
		fitDepth(i.setup.Depth.String(), i.host.Profile.depths))
	s.fixed(C.kOfxImageClipPropUnmappedComponents, unmapped)
	s.fixed(C.kOfxImageEffectPropPreMultiplication, premultiplication)
	s.fixed(C.kOfxImagePropPixelAspectRatio, c.aspect)
	s.fixed(C.kOfxImageEffectPropFrameRate, frameRate)
	s.fixed(C.kOfxImageEffectPropUnmappedFrameRate, frameRate)
	s.fixed(C.kOfxImageEffectPropFrameRange, frames...)
	s.fixed(C.kOfxImageEffectPropUnmappedFrameRange, frames...)
	s.fixed(C.kOfxImageClipPropFieldOrder, C.kOfxImageFieldNone)
	s.fixed(C.kOfxImageClipPropConnected, flag(connected))
	s.fixed(C.kOfxImageClipPropContinuousSamples, 0)
	if plate != nil {
		s.fixed(C.kOfxImageClipPropColourspace,
			c.colourspace(i.properties.str(C.kOfxImageEffectPropColourManagementStyle),
				example.Colourspace))
	}
	i.host.Profile.trim(ofClip, s)
	return c
}

func (c *Clip) isOutput() bool { return c.Name == C.kOfxImageEffectOutputClipName }

func (c *Clip) close() {
	c.properties.close()
	handles.remove(c.handle)
}

// publish shows the plugin what was agreed on in GetClipPreferences.
func (c *Clip) publish() {
	c.properties.set(C.kOfxImageEffectPropPixelDepth, c.depth)
	c.properties.set(C.kOfxImageEffectPropComponents, c.components)
	c.properties.set(C.kOfxImageEffectPropPreMultiplication, c.premultiplication)
	c.properties.set(C.kOfxImagePropPixelAspectRatio, c.aspect)
}

// fitComponents chooses what a clip delivers: what is there, or the nearest that both sides know.
func fitComponents(there string, supported, host []string) string {
	for _, c := range []string{there, C.kOfxImageComponentRGBA, C.kOfxImageComponentRGB,
		C.kOfxImageComponentAlpha} {
		if slices.Contains(supported, c) && slices.Contains(host, c) {
			return c
		}
	}
	return there
}

// fitDepth chooses a depth: what is there, or else the deepest that both sides know.
func fitDepth(there string, both []string) string {
	for _, d := range []string{there, C.kOfxBitDepthFloat, C.kOfxBitDepthHalf, C.kOfxBitDepthShort,
		C.kOfxBitDepthByte} {
		if slices.Contains(both, d) {
			return d
		}
	}
	return there
}

// rect is a rectangle of pixels at the render scale, y up.
type rect struct{ x1, y1, x2, y2 int }

func (r rect) width() int  { return r.x2 - r.x1 }
func (r rect) height() int { return r.y2 - r.y1 }
func (r rect) empty() bool { return r.x2 <= r.x1 || r.y2 <= r.y1 }
func (r rect) anys() []any { return []any{r.x1, r.y1, r.x2, r.y2} }

func (r rect) intersect(o rect) rect {
	return rect{max(r.x1, o.x1), max(r.y1, o.y1), min(r.x2, o.x2), min(r.y2, o.y2)}
}

// region is a rectangle in canonical coordinates: square pixels at full size, y up.
type region struct{ x1, y1, x2, y2 float64 }

func (r region) anys() []any { return []any{r.x1, r.y1, r.x2, r.y2} }
func (r region) empty() bool { return !(r.x2 > r.x1 && r.y2 > r.y1) }

func (r region) union(o region) region {
	switch {
	case r.empty():
		return o
	case o.empty():
		return r
	}
	return region{math.Min(r.x1, o.x1), math.Min(r.y1, o.y1), math.Max(r.x2, o.x2),
		math.Max(r.y2, o.y2)}
}

// pixels is the smallest rectangle of pixels around a region. A hair over an edge is not over it.
func (r region) pixels(scale, aspect float64) rect {
	const hair = 1e-4
	return rect{
		int(math.Floor(r.x1*scale/aspect + hair)), int(math.Floor(r.y1*scale + hair)),
		int(math.Ceil(r.x2*scale/aspect - hair)), int(math.Ceil(r.y2*scale - hair)),
	}
}

// region is where a clip is defined at a time.
func (c *Clip) region(time float64) (region, error) {
	if c.plate == nil {
		return region{}, nil
	}
	im, err := c.plate.At(time)
	if err != nil {
		return region{}, fmt.Errorf("clip %s: %w", c.Name, err)
	}
	if im == nil {
		return region{}, nil
	}
	return c.instance.placed(im, c.aspect), nil
}

// placed is where a picture lies: its display window's lower left corner is the origin.
func (i *Instance) placed(im *picture.Image, aspect float64) region {
	if !i.host.Profile.multiResolution {
		return region{0, 0, i.project.width, i.project.height}
	}
	data, display := im.DataWindow, im.DisplayWindow
	return region{
		float64(data.Min.X-display.Min.X) * aspect, float64(display.Max.Y - data.Max.Y),
		float64(data.Max.X-display.Min.X) * aspect, float64(display.Max.Y - data.Min.Y),
	}
}
