package ofx

/*
#include "host.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unsafe"
)

// Effect is an effect that is loaded and described.
type Effect struct {
	Entry

	library     *Library
	host        *Host
	base        *descriptor
	descriptors map[string]*descriptor // by context
}

// descriptor is what an effect is in a context, or before there is any.
type descriptor struct {
	host       *Host
	handle     unsafe.Pointer
	properties *Properties
	params     *paramSet
	clips      []*clipDescription
}

type clipDescription struct {
	name       string
	properties *Properties
}

func (h *Host) newDescriptor(name, file string) *descriptor {
	d := &descriptor{host: h}
	d.handle = handles.add(kindEffect, d)
	d.properties = newDescriptorProperties(name, file)
	h.Profile.trim(ofEffect, d.properties)
	d.params = newParamSet(h, nil, "effect "+name)
	return d
}

func (d *descriptor) close() {
	for _, c := range d.clips {
		c.properties.close()
	}
	d.params.close()
	d.properties.close()
	handles.remove(d.handle)
}

// Load loads an effect of the library and has it describe itself, in itself and in every context
// that this host has too.
func (l *Library) Load(entry Entry) (*Effect, error) {
	e := &Effect{Entry: entry, library: l, host: l.host, descriptors: map[string]*descriptor{}}
	if l.host.Strict && !plainIdentifier.MatchString(e.ID) {
		l.host.findings.add(fmt.Sprintf("the effect is called %s: some hosts allow only "+
			"letters, digits, _, . and :", e.ID), "its binary")
	}
	C.host_set_host(e.plugin, l.host.c)
	if _, err := e.action(C.kOfxActionLoad, nil, nil); err != nil {
		return nil, fmt.Errorf("effect %s cannot be loaded: %w", e.ID, err)
	}
	e.base = l.host.newDescriptor(e.ID, l.Bundle)
	if _, err := e.action(C.kOfxActionDescribe, e.base, nil); err != nil {
		e.Close()
		return nil, e.undescribed(err)
	}
	if len(e.base.properties.strs(C.kOfxImageEffectPropSupportedContexts)) == 0 {
		e.Close()
		return nil, fmt.Errorf("effect %s names no context that it works in", e.ID)
	}
	var failed error
	for _, context := range l.host.Profile.contexts {
		if !slices.Contains(e.base.properties.strs(C.kOfxImageEffectPropSupportedContexts),
			context) {
			continue
		}
		if err := e.describeIn(context); err != nil {
			failed = err
		}
	}
	if len(e.descriptors) == 0 {
		defer e.Close()
		if failed != nil {
			return nil, e.undescribed(failed)
		}
		return nil, fmt.Errorf("effect %s works in none of the contexts that %s has", e.ID,
			l.host.Profile.label)
	}
	return e, nil
}

// undescribed words the failure of a description.
func (e *Effect) undescribed(err error) error {
	var action *ActionError
	if errors.As(err, &action) && action.Said == "" &&
		action.Status == C.kOfxStatErrMissingHostFeature {
		return fmt.Errorf("effect %s does not work in this host (%s): it misses a feature", e.ID,
			e.host.Profile.label)
	}
	return fmt.Errorf("effect %s cannot be described: %w", e.ID, err)
}

func (e *Effect) describeIn(context string) error {
	d := e.host.newDescriptor(e.ID, e.library.Bundle)
	d.properties.copyFrom(e.base.properties)
	in := newProperties("the arguments of DescribeInContext")
	defer in.close()
	in.fixed(C.kOfxImageEffectPropContext, context)
	if _, err := e.action(C.kOfxImageEffectActionDescribeInContext, d, in); err != nil {
		d.close()
		return err
	}
	e.checkParams(d)
	e.descriptors[context] = d
	return nil
}

// action calls an action of the description.
func (e *Effect) action(name string, d *descriptor, in *Properties) (bool, error) {
	var handle unsafe.Pointer
	if d != nil {
		handle = d.handle
	}
	c := &call{host: e.host, action: name}
	return c.do(e.plugin.mainEntry, handle, in, nil)
}

// Close unloads the effect. Its instances must have been destroyed.
func (e *Effect) Close() {
	if _, err := e.action(C.kOfxActionUnload, nil, nil); err != nil {
		e.host.findings.add("Unload failed: "+err.Error(), "Unload")
	}
	e.host.unfreed()
	for _, d := range e.descriptors {
		d.close()
	}
	if e.base != nil {
		e.base.close()
	}
}

// Contexts are those that the effect was described in, the host's preferred one first.
func (e *Effect) Contexts() []string {
	var list []string
	for _, c := range e.host.Profile.contexts {
		if e.descriptors[c] != nil {
			list = append(list, c)
		}
	}
	return list
}

// ContextFor chooses the context for the clips that will be connected.
func (e *Effect) ContextFor(clips []string) (string, error) {
	var missing string
	for _, context := range e.Contexts() {
		d := e.descriptors[context]
		fits := true
		for _, c := range d.clips {
			optional := c.properties.integer(C.kOfxImageClipPropOptional) != 0
			if c.name != C.kOfxImageEffectOutputClipName && !optional &&
				!slices.Contains(clips, c.name) {
				fits, missing = false, c.name
			}
		}
		for _, name := range clips {
			fits = fits && slices.ContainsFunc(d.clips,
				func(c *clipDescription) bool { return c.name == name })
		}
		if fits {
			return context, nil
		}
	}
	for _, name := range clips {
		known := slices.ContainsFunc(e.Contexts(), func(context string) bool {
			return slices.ContainsFunc(e.descriptors[context].clips,
				func(c *clipDescription) bool { return c.name == name })
		})
		if !known || name == C.kOfxImageEffectOutputClipName {
			return "", fmt.Errorf("effect %s has no input clip %s; it has %s", e.ID, name,
				e.inputs())
		}
	}
	if missing != "" {
		return "", fmt.Errorf("effect %s needs clip %s: connect it with --clip %s=…", e.ID, missing,
			missing)
	}
	return "", fmt.Errorf("effect %s has no context with all of these clips", e.ID)
}

func (e *Effect) inputs() string {
	var names []string
	for _, context := range e.Contexts() {
		for _, c := range e.descriptors[context].clips {
			if c.name != C.kOfxImageEffectOutputClipName && !slices.Contains(names, c.name) {
				names = append(names, c.name)
			}
		}
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
