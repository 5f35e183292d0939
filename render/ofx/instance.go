package ofx

/*
#include "host.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"image"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"

	"impasto.net/render/picture"
)

// Depth is a bit depth, by the interface's name.
type Depth string

// The depths that clips can deliver.
const (
	DepthByte  Depth = C.kOfxBitDepthByte
	DepthShort Depth = C.kOfxBitDepthShort
	DepthHalf  Depth = C.kOfxBitDepthHalf
	DepthFloat Depth = C.kOfxBitDepthFloat
)

func (d Depth) String() string { return string(d) }

// Setup is what an instance is made for.
type Setup struct {
	Context     string
	Clips       map[string]Plate
	First, Last int
	Step        int
	Sequential  bool // frames come one by one, in order
	Depth       Depth
	RGB         bool    // clips deliver RGB rather than RGBA
	Scale       float64 // of the render
	Rows        Rows
	Fields      bool // the lower field alone is rendered
	// Params sets values and keys before the plugin sees the instance, as of a project that is
	// loaded.
	Params func(find func(name string) *Param) error
	// Edits sets some when it has, as a user does: the plugin hears of each, and may set others.
	Edits func(find func(name string) *Param) error
}

// components is what a picture is delivered as, before the plugin's wishes.
func (s *Setup) components(im *picture.Image, mask bool) string {
	switch {
	case mask:
		return C.kOfxImageComponentAlpha
	case s.RGB:
		return C.kOfxImageComponentRGB
	}
	return C.kOfxImageComponentRGBA
}

// field is what of a frame is rendered.
func (s *Setup) field() string {
	if s.Fields {
		return C.kOfxImageFieldLower
	}
	return C.kOfxImageFieldNone
}

// Instance is an effect at work.
type Instance struct {
	effect     *Effect
	host       *Host
	descriptor *descriptor
	setup      Setup
	project    projectSize
	aspect     float64
	window     windows
	main       string // the clip that the output is like, if any

	handle     unsafe.Pointer
	properties *Properties
	params     *paramSet
	clips      []*Clip
	rehearsal  sync.Once
	edited     bool        // the user is at its parameters
	unshown    atomic.Bool // the display of progress is asked for, and not there yet
	rendering  sync.Mutex  // held by renders of effects that allow one at a time in an instance
}

// NewInstance makes an instance, has it say what it prefers, and tells it that a sequence begins.
func (e *Effect) NewInstance(setup Setup) (*Instance, error) {
	i := &Instance{effect: e, host: e.host, descriptor: e.descriptors[setup.Context], setup: setup,
		aspect: 1}
	examples, err := i.measure()
	if err != nil {
		return nil, err
	}
	i.handle = handles.add(kindEffect, i)
	i.properties = i.newProperties()
	i.params = newParamSet(i.host, i, "the instance")
	for _, p := range i.descriptor.params.order {
		i.params.instantiate(p, i.project)
	}
	for _, d := range i.descriptor.clips {
		i.clips = append(i.clips, i.newClip(d, setup.Clips[d.name], examples[d.name]))
	}
	if setup.Params != nil {
		if err := setup.Params(i.params.find); err != nil {
			i.release()
			return nil, err
		}
	}
	if _, err := i.action(C.kOfxActionCreateInstance, nil, nil, nil); err != nil {
		i.release()
		return nil, fmt.Errorf("an instance of %s cannot be made: %w", e.ID, err)
	}
	if err := i.agree(); err != nil {
		i.destroy()
		return nil, fmt.Errorf("%s does not say what it prefers: %w", e.ID, err)
	}
	if err := i.edit(); err != nil {
		i.destroy()
		return nil, err
	}
	if !i.host.Profile.sequencePerFrame {
		if err := i.begin(setup.First, setup.Last); err != nil {
			i.destroy()
			return nil, err
		}
	}
	return i, nil
}

// edit makes the user's edits, after which the plugin may prefer something else.
func (i *Instance) edit() error {
	if i.setup.Edits == nil {
		return nil
	}
	i.edited = true
	err := i.setup.Edits(i.params.find)
	i.edited = false
	if err != nil {
		return err
	}
	return i.agree()
}

// MainClips are those whose format is the project's, in the order of preference.
var MainClips = []string{C.kOfxImageEffectSimpleSourceClipName,
	C.kOfxImageEffectTransitionSourceFromClipName}

// measure looks at a picture of every plate, and takes the project's format from the main one.
// Without any, the project is HD.
func (i *Instance) measure() (map[string]*picture.Image, error) {
	examples := map[string]*picture.Image{}
	i.project = projectSize{1920, 1080}
	i.window = windows{display: image.Rect(0, 0, 1920, 1080), depth: picture.Half}
	names := append([]string(nil), MainClips...)
	for _, d := range i.descriptor.clips {
		names = append(names, d.name)
	}
	for _, name := range names {
		plate := i.setup.Clips[name]
		if plate == nil || examples[name] != nil {
			continue
		}
		im, err := plate.Example()
		if err != nil {
			return nil, fmt.Errorf("clip %s: %w", name, err)
		}
		examples[name] = im
		if i.main == "" {
			i.main = name
			i.window = windows{display: im.DisplayWindow, depth: im.Depth, log: im.Log,
				compression: im.Compression, tile: im.Tile}
			i.aspect = float64(im.PixelAspect)
			i.project = projectSize{float64(im.DisplayWindow.Dx()) * i.aspect,
				float64(im.DisplayWindow.Dy())}
		}
	}
	return examples, nil
}

// depths are those that the host and the effect both know, as the host prefers.
func (i *Instance) depths() []string {
	both := slices.Clone(i.host.Profile.depths)
	if i.host.Profile.anyDepth {
		return both
	}
	return slices.DeleteFunc(both, func(d string) bool {
		return !slices.Contains(i.descriptor.properties.strs(C.kOfxImageEffectPropSupportedPixelDepths), d)
	})
}

func (i *Instance) clip(name string) *Clip {
	for _, c := range i.clips {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// currentTime is that of the action under way, or the first frame.
func (i *Instance) currentTime() float64 {
	if c := currentCall(); c != nil && c.timed {
		return c.time
	}
	return float64(i.setup.First)
}

// action calls an action of the instance; time is nil where the action has none.
func (i *Instance) action(name string, time *float64, in, out *Properties) (bool, error) {
	return i.actionOf(&call{}, name, time, in, out)
}

// actionOf is action for a call that has been told more.
func (i *Instance) actionOf(c *call, name string, time *float64, in,
	out *Properties) (bool, error) {
	c.host, c.action, c.instance = i.host, name, i
	if time != nil {
		c.time, c.timed = *time, true
	}
	trapped, err := c.do(i.effect.plugin.mainEntry, i.handle, in, out)
	if errors.Is(err, errMemory) { // the interface has both sides give back memory, and try again
		pool.empty()
		purge := &call{host: i.host, action: C.kOfxActionPurgeCaches, instance: i}
		purge.do(i.effect.plugin.mainEntry, i.handle, nil, nil)
		if trapped, err = c.do(i.effect.plugin.mainEntry, i.handle, in, out); errors.Is(err,
			errMemory) {
			err = &ActionError{Action: actionName(name), Status: C.kOfxStatErrMemory,
				Said: c.said()}
		}
	}
	if c.problem != nil { // a plate could not be read: whatever the plugin made of that is wrong
		err = c.problem
	}
	return trapped, err
}

// agree asks for the plugin's preferences, and settles what the clips deliver.
func (i *Instance) agree() error {
	out := newProperties("the clip preferences")
	defer out.close()
	output := i.clip(C.kOfxImageEffectOutputClipName)
	if output == nil {
		return errors.New("it has no clip Output")
	}
	for _, c := range i.clips {
		c.delivery = c.offer
	}
	i.defaultOutput(output)
	for _, c := range i.clips {
		out.free("OfxImageClipPropComponents_"+c.Name, c.components)
		out.free("OfxImageClipPropDepth_"+c.Name, c.depth)
		out.free("OfxImageClipPropPAR_"+c.Name, c.aspect)
		out.list("OfxImageClipPropPreferredColourspaces_"+c.Name, "")
	}
	out.free(C.kOfxImageEffectPropFrameRate, frameRate)
	out.free(C.kOfxImageClipPropFieldOrder, C.kOfxImageFieldNone)
	out.free(C.kOfxImageEffectPropPreMultiplication, output.premultiplication)
	out.free(C.kOfxImageClipPropContinuousSamples, 0)
	out.free(C.kOfxImageEffectFrameVarying, 0)
	if _, err := i.action(C.kOfxImageEffectActionGetClipPreferences, nil, nil, out); err != nil {
		return err
	}
	for _, c := range i.clips {
		i.prefer(c, out)
	}
	switch premultiplication := out.str(C.kOfxImageEffectPropPreMultiplication); premultiplication {
	case C.kOfxImageOpaque, C.kOfxImagePreMultiplied, C.kOfxImageUnPreMultiplied:
		output.premultiplication = premultiplication
	default:
		i.findPreference("premultiplication %q of the output, which does not exist",
			premultiplication)
	}
	for _, c := range i.clips {
		c.publish()
	}
	return nil
}

func (i *Instance) findPreference(format string, args ...any) {
	i.host.findings.add("the plugin prefers "+fmt.Sprintf(format, args...), "GetClipPreferences")
}

// defaultOutput makes the output like the main input.
func (i *Instance) defaultOutput(output *Clip) {
	var like *Clip
	for _, c := range i.clips {
		if c.plate != nil && !c.mask && (like == nil || slices.Contains(MainClips, c.Name)) {
			like = c
		}
	}
	if like == nil {
		output.premultiplication = C.kOfxImagePreMultiplied
		return
	}
	supported := output.properties.strs(C.kOfxImageEffectPropSupportedComponents)
	output.components = fitComponents(like.components, supported, i.host.Profile.comps)
	output.depth, output.aspect, output.premultiplication = like.depth, like.aspect, like.premultiplication
}

// prefer takes on the plugin's wish for a clip where it is one that it may have.
func (i *Instance) prefer(c *Clip, out *Properties) {
	components := out.str("OfxImageClipPropComponents_" + c.Name)
	if slices.Contains(c.properties.strs(C.kOfxImageEffectPropSupportedComponents), components) &&
		slices.Contains(i.host.Profile.comps, components) {
		c.components = components
	} else if components != c.components {
		i.findPreference("components %s for clip %s, which it did not say it supports", components,
			c.Name)
	}
	depth := out.str("OfxImageClipPropDepth_" + c.Name)
	several := i.host.Profile.multipleDepths &&
		i.descriptor.properties.integer(C.kOfxImageEffectPropSupportsMultipleClipDepths) != 0
	switch {
	case depth == c.depth:
	case !slices.Contains(i.depths(), depth):
		i.findPreference("depth %s for clip %s, which it did not say it supports", depth, c.Name)
	case several:
		c.depth = depth
	}
	if aspect := out.double("OfxImageClipPropPAR_" + c.Name); !(aspect > 0) {
		i.findPreference("pixel aspect %g for clip %s", aspect, c.Name)
	} else if c.isOutput() {
		c.aspect = aspect
	}
}

// sequence tells the plugin that a sequence begins or ends.
func (i *Instance) sequence(action string, first, last int) error {
	in := newProperties("the arguments of " + actionName(action))
	defer in.close()
	in.fixed(C.kOfxImageEffectPropFrameRange, float64(first), float64(last))
	in.fixed(C.kOfxImageEffectPropFrameStep, float64(i.setup.Step))
	in.fixed(C.kOfxPropIsInteractive, 0)
	i.addRenderStatus(in)
	_, err := i.action(action, nil, in, nil)
	return err
}

// Changed tells the plugin that its user changed a parameter, or pressed a button, at a frame.
func (i *Instance) Changed(param string, frame float64) error {
	in := newProperties("the arguments of InstanceChanged")
	defer in.close()
	in.fixed(C.kOfxPropType, C.kOfxTypeParameter)
	in.fixed(C.kOfxPropName, param)
	in.fixed(C.kOfxPropChangeReason, C.kOfxChangeUserEdited)
	in.fixed(C.kOfxPropTime, frame)
	in.fixed(C.kOfxImageEffectPropRenderScale, i.setup.Scale, i.setup.Scale)
	var failed error
	for _, action := range []string{C.kOfxActionBeginInstanceChanged, C.kOfxActionInstanceChanged,
		C.kOfxActionEndInstanceChanged} {
		if _, err := i.action(action, &frame, in, nil); err != nil && failed == nil {
			failed = err
		}
	}
	return failed
}

func (i *Instance) begin(first, last int) error {
	if err := i.sequence(C.kOfxImageEffectActionBeginSequenceRender, first, last); err != nil {
		return fmt.Errorf("%s cannot begin to render: %w", i.effect.ID, err)
	}
	return nil
}

func (i *Instance) end(first, last int) {
	err := i.sequence(C.kOfxImageEffectActionEndSequenceRender, first, last)
	if err != nil && !errors.Is(err, ErrAborted) {
		i.host.findings.add("EndSequenceRender failed: "+err.Error(), "EndSequenceRender")
	}
}

// addRenderStatus adds what all of the render actions are told.
func (i *Instance) addRenderStatus(in *Properties) {
	in.fixed(C.kOfxImageEffectPropRenderScale, i.setup.Scale, i.setup.Scale)
	in.fixed(C.kOfxImageEffectPropSequentialRenderStatus,
		flag(i.setup.Sequential || i.Sequential() || i.host.Profile.claimsOrder))
	in.fixed(C.kOfxImageEffectPropInteractiveRenderStatus, 0)
	in.fixed(C.kOfxImageEffectPropRenderQualityDraft, 0)
	in.fixed(C.kOfxImageEffectPropThumbnailRender, 0)
	in.fixed(C.kOfxImageEffectPropNoSpatialAwareness, "false")
	for _, gpu := range []string{C.kOfxImageEffectPropOpenGLEnabled,
		C.kOfxImageEffectPropCudaEnabled,
		C.kOfxImageEffectPropMetalEnabled, C.kOfxImageEffectPropOpenCLEnabled} {
		in.fixed(gpu, 0)
	}
	i.host.Profile.trim(ofArguments, in)
}

// Concurrent says whether several frames can be rendered at once.
func (e *Effect) Concurrent() bool {
	return e.base.properties.str(C.kOfxImageEffectPluginRenderThreadSafety) == C.kOfxImageEffectRenderFullySafe &&
		!e.Sequential()
}

// Sequential says whether the effect must have its frames in order.
func (e *Effect) Sequential() bool {
	return e.base.properties.integer(C.kOfxImageEffectInstancePropSequentialRender) == 1
}

// Sequential says whether the instance must have its frames in order, as it is set now, and
// gets them so. A host that does not say whether it can do that does not.
func (i *Instance) Sequential() bool {
	return !i.host.Profile.claimsOrder &&
		i.properties.integer(C.kOfxImageEffectInstancePropSequentialRender) == 1 &&
		!slices.Contains(i.host.Profile.missing[ofHost],
			C.kOfxImageEffectInstancePropSequentialRender)
}

// Close ends the sequence and destroys the instance.
func (i *Instance) Close() {
	if !i.host.Profile.sequencePerFrame {
		i.end(i.setup.First, i.setup.Last)
	}
	i.destroy()
}

func (i *Instance) destroy() {
	trapped, err := i.action(C.kOfxActionDestroyInstance, nil, nil, nil)
	if !trapped && i.host.Profile.destroysTwice {
		_, err = i.action(C.kOfxActionDestroyInstance, nil, nil, nil)
	}
	if err != nil && !errors.Is(err, ErrAborted) {
		i.host.findings.add("DestroyInstance failed: "+err.Error(), "DestroyInstance")
	}
	i.release()
}

// release gives up the handles.
func (i *Instance) release() {
	for _, c := range i.clips {
		c.close()
	}
	i.params.close()
	i.properties.close()
	handles.remove(i.handle)
}

// ShortName is an interface name without what all of them begin with.
func ShortName(name string) string {
	for _, prefix := range []string{"OfxImageEffectContext", "OfxImageComponent", "OfxBitDepth",
		"OfxParamType",
		"OfxImageEffectRender", "OfxParamStringIs", "OfxParamDoubleType"} {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			return rest
		}
	}
	return name
}
