package ofx

/*
#include "host.h"
*/
import "C"

import (
	"fmt"
	"sync"
	"sync/atomic"
	"unsafe"

	"impasto.net/render/picture"
)

// clipImage is a picture that the plugin has fetched. Its property set's handle is its own.
type clipImage struct {
	*Properties
	clip   *Clip
	call   *call // that fetched it, or nil
	buffer *buffer
	owned  bool // the buffer goes with the image
	once   sync.Once
}

var imageNumbers atomic.Uint64

// newImage gives the plugin a view of a buffer.
func (c *Clip) newImage(b *buffer, owned bool, call *call, time float64, defined rect) *clipImage {
	im := &clipImage{clip: c, call: call, buffer: b, owned: owned}
	s := &Properties{owner: "an image of clip " + c.Name, all: map[string]*property{}}
	im.Properties = s
	s.handle = handles.add(kindImage, im)
	s.fixed(C.kOfxPropType, C.kOfxTypeImage)
	s.fixed(C.kOfxImageEffectPropPixelDepth, c.depth)
	s.fixed(C.kOfxImageEffectPropComponents, c.components)
	s.fixed(C.kOfxImageEffectPropPreMultiplication, c.premultiplication)
	s.fixed(C.kOfxImageEffectPropRenderScale, c.instance.setup.Scale, c.instance.setup.Scale)
	s.fixed(C.kOfxImagePropPixelAspectRatio, c.aspect)
	s.fixed(C.kOfxImagePropData, b.data())
	s.fixed(C.kOfxImagePropBounds, b.bounds.anys()...)
	s.fixed(C.kOfxImagePropRegionOfDefinition, defined.anys()...)
	s.fixed(C.kOfxImagePropRowBytes, b.rowBytes())
	s.fixed(C.kOfxImagePropField, c.instance.setup.field())
	s.fixed(C.kOfxImagePropUniqueIdentifier, c.identifier(time))
	s.fixed(C.kOfxImageEffectPropOpenGLEnabled, 0)
	if call != nil {
		call.mu.Lock()
		if call.images != nil {
			call.images[im] = true
		}
		call.mu.Unlock()
	}
	return im
}

// identifier is the same for images that are the same.
func (c *Clip) identifier(time float64) string {
	if c.isOutput() {
		return fmt.Sprintf("Output %d", imageNumbers.Add(1))
	}
	return fmt.Sprintf("%s %s", c.Name, formatTime(time))
}

// release gives the image up.
func (im *clipImage) release() {
	im.once.Do(func() {
		handles.remove(im.handle)
		if im.call != nil {
			im.call.mu.Lock()
			delete(im.call.images, im)
			im.call.mu.Unlock()
		}
		if im.owned {
			im.buffer.release()
		}
	})
}

// fetch makes an image of what the clip shows at a time; nil where there is nothing.
func (c *Clip) fetch(call *call, time float64) (*clipImage, error) {
	if c.plate == nil {
		return nil, nil
	}
	now := c.instance.currentTime()
	if call != nil {
		now = call.time
	}
	if time != now {
		if c.properties.integer(C.kOfxImageEffectPropTemporalClipAccess) == 0 {
			report("an image of clip %s was fetched at another time than the frame's, without "+
				"saying TemporalClipAccess", c.Name)
		}
		if first, last := c.plate.Range(); time < first || time > last {
			return nil, nil
		}
	}
	if time == now {
		if b := call.take(c); b != nil {
			return c.newImage(b, true, call, time, b.bounds), nil
		}
	}
	im, err := c.plate.At(time)
	if im == nil || err != nil {
		return nil, err
	}
	b, err := c.draw(im)
	if err != nil {
		return nil, err
	}
	return c.newImage(b, true, call, time, b.bounds), nil
}

// draw is a picture as the plugin is to have it.
func (c *Clip) draw(im *picture.Image) (*buffer, error) {
	defined := c.instance.placed(im, c.aspect).pixels(c.instance.setup.Scale, c.aspect)
	components := componentCounts[c.components]
	b := newBuffer(defined, components*depthBytes[c.depth], c.instance.setup.Rows)
	if b == nil {
		return nil, fmt.Errorf("no memory for an image of %d×%d pixels", defined.width(),
			defined.height())
	}
	l := c.instance.layerOf(im, c.aspect)
	if c.mask && !im.HasAlpha && c.instance.host.Profile.opaqueIsNoMask {
		l = &layer{}
	}
	b.fill(l, components, c.depth)
	return b, nil
}

// prepare draws what the inputs show at the frame, as hosts have it in their caches: the
// time that the action takes is the plugin's own then. What cannot be had fails when it is
// fetched.
func (c *call) prepare(clips []*Clip) {
	c.ready = map[*Clip]*buffer{}
	for _, clip := range clips {
		if clip.isOutput() || clip.plate == nil {
			continue
		}
		if im, err := clip.plate.At(c.time); im != nil && err == nil {
			if b, err := clip.draw(im); err == nil {
				c.ready[clip] = b
			}
		}
	}
}

// take hands out what was prepared for a clip, once; nil where nothing is.
func (c *call) take(clip *Clip) *buffer {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.ready[clip]
	delete(c.ready, clip)
	return b
}

// dismiss gives back what was prepared and not fetched.
func (c *call) dismiss() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, b := range c.ready {
		b.release()
	}
	c.ready = nil
}

// renderCall finds the render action that a thread of the plugin's own works for.
func (i *Instance) renderCall(time float64) *call {
	if c := currentCall(); c != nil {
		return c
	}
	calls.mu.RLock()
	defer calls.mu.RUnlock()
	for _, c := range calls.active {
		if c.instance == i && c.timed && c.time == time &&
			c.action == C.kOfxImageEffectActionRender {
			return c
		}
	}
	return nil
}

//export goClipGetImage
func goClipGetImage(clip C.OfxImageClipHandle, time C.double, wanted *C.host_rect, result *C.OfxPropertySetHandle) C.OfxStatus {
	c, ok := lookup[*Clip](unsafe.Pointer(clip), "clipGetImage")
	if !ok {
		return C.kOfxStatErrBadHandle
	}
	if result == nil {
		report("clipGetImage was called without a place for the image of clip %s", c.Name)
		return C.kOfxStatErrValue
	}
	*result = nil
	call := c.instance.renderCall(float64(time))
	if c.isOutput() {
		if call != nil && call.withhold {
			call.mu.Lock()
			defer call.mu.Unlock()
			call.withheld = true
			return C.kOfxStatFailed
		}
		if call == nil || call.output == nil {
			report("an image of clip Output was fetched outside of Render")
			return C.kOfxStatFailed
		}
		im := c.newImage(call.output, false, call, float64(time), call.output.bounds)
		*result = C.OfxPropertySetHandle(im.handle)
		return C.kOfxStatOK
	}
	im, err := c.fetch(call, float64(time))
	if err != nil && call != nil {
		call.mu.Lock()
		call.problem = fmt.Errorf("clip %s: %w", c.Name, err)
		call.mu.Unlock()
	}
	if im == nil {
		return C.kOfxStatFailed
	}
	*result = C.OfxPropertySetHandle(im.handle)
	return C.kOfxStatOK
}

//export goClipReleaseImage
func goClipReleaseImage(h C.OfxPropertySetHandle) C.OfxStatus {
	im, ok := lookup[*clipImage](unsafe.Pointer(h), "clipReleaseImage")
	if !ok {
		return C.kOfxStatErrBadHandle
	}
	im.release()
	return C.kOfxStatOK
}
