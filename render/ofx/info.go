package ofx

/*
#include "host.h"
*/
import "C"

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Info is what an effect says of itself.
type Info struct {
	ID           string        `json:"id"`
	Version      string        `json:"version"`
	Label        string        `json:"label"`
	Grouping     string        `json:"grouping,omitempty"`
	Description  string        `json:"description,omitempty"`
	Depths       []string      `json:"depths"`
	ThreadSafety string        `json:"threadSafety"`
	Tiles        bool          `json:"tiles"`
	MultiRes     bool          `json:"multiResolution"`
	Temporal     bool          `json:"temporalAccess"`
	Contexts     []ContextInfo `json:"contexts"`
}

// ContextInfo is an effect in one context.
type ContextInfo struct {
	Name   string      `json:"name"`
	Clips  []ClipInfo  `json:"clips"`
	Params []ParamInfo `json:"params"`
}

// ClipInfo is a clip of a description.
type ClipInfo struct {
	Name       string   `json:"name"`
	Components []string `json:"components"`
	Optional   bool     `json:"optional"`
	Mask       bool     `json:"mask"`
}

// ParamInfo is a parameter of a description.
type ParamInfo struct {
	Name     string   `json:"name"`
	Label    string   `json:"label"`
	Type     string   `json:"type"`
	Hint     string   `json:"hint,omitempty"`
	Parent   string   `json:"parent,omitempty"`
	Default  string   `json:"default,omitempty"`
	Min      []string `json:"min,omitempty"`
	Max      []string `json:"max,omitempty"`
	Options  []string `json:"options,omitempty"`
	Values   []string `json:"values,omitempty"` // of string choices, what the options stand for
	Animates bool     `json:"animates"`
	Secret   bool     `json:"secret"`
}

func shortNames(names []string) []string {
	short := make([]string, len(names))
	for i, n := range names {
		short[i] = ShortName(n)
	}
	return short
}

// Info describes the effect.
func (e *Effect) Info() Info {
	p := e.base.properties
	info := Info{
		ID:           e.ID,
		Version:      fmt.Sprintf("%d.%d", e.Major, e.Minor),
		Label:        p.str(C.kOfxPropLabel),
		Grouping:     p.str(C.kOfxImageEffectPluginPropGrouping),
		Description:  p.str(C.kOfxPropPluginDescription),
		Depths:       shortNames(p.strs(C.kOfxImageEffectPropSupportedPixelDepths)),
		ThreadSafety: ShortName(p.str(C.kOfxImageEffectPluginRenderThreadSafety)),
		Tiles:        p.integer(C.kOfxImageEffectPropSupportsTiles) != 0,
		MultiRes:     p.integer(C.kOfxImageEffectPropSupportsMultiResolution) != 0,
		Temporal:     p.integer(C.kOfxImageEffectPropTemporalClipAccess) != 0,
	}
	for _, context := range e.Contexts() {
		d := e.descriptors[context]
		c := ContextInfo{Name: ShortName(context), Clips: []ClipInfo{}, Params: []ParamInfo{}}
		for _, clip := range d.clips {
			c.Clips = append(c.Clips, clip.info())
		}
		for _, p := range d.params.order {
			c.Params = append(c.Params, p.Info())
		}
		info.Contexts = append(info.Contexts, c)
	}
	return info
}

func (c *clipDescription) info() ClipInfo {
	return ClipInfo{
		Name:       c.name,
		Components: shortNames(c.properties.strs(C.kOfxImageEffectPropSupportedComponents)),
		Optional:   c.properties.integer(C.kOfxImageClipPropOptional) != 0,
		Mask:       c.properties.integer(C.kOfxImageClipPropIsMask) != 0,
	}
}

// Masks are the clips of a context that are masks.
func (e *Effect) Masks(context string) []string {
	var names []string
	for _, c := range e.descriptors[context].clips {
		if c.info().Mask {
			names = append(names, c.name)
		}
	}
	return names
}

// Params are the names of a context's parameters that have a value.
func (e *Effect) Params(context string) []string {
	var names []string
	for _, p := range e.descriptors[context].params.order {
		if p.values != noValue {
			names = append(names, p.Name)
		}
	}
	return names
}

// Info describes the parameter.
func (p *Param) Info() ParamInfo {
	s := p.properties
	info := ParamInfo{
		Name:     p.Name,
		Label:    s.str(C.kOfxPropLabel),
		Type:     ShortName(p.Type),
		Hint:     s.str(C.kOfxParamPropHint),
		Parent:   s.str(C.kOfxParamPropParent),
		Options:  p.options(),
		Values:   s.strs(C.kOfxParamPropChoiceEnum),
		Animates: s.integer(C.kOfxParamPropAnimates) != 0,
		Secret:   s.integer(C.kOfxParamPropSecret) != 0,
		Min:      p.limits(C.kOfxParamPropMin),
		Max:      p.limits(C.kOfxParamPropMax),
	}
	if p.values != noValue {
		info.Default = strings.Join(printed(p.properties, C.kOfxParamPropDefault), ", ")
	}
	switch p.Type {
	case C.kOfxParamTypeBoolean:
		info.Default = map[string]string{"0": "off"}[info.Default]
		if info.Default == "" {
			info.Default = "on"
		}
	case C.kOfxParamTypeChoice:
		if i := s.integer(C.kOfxParamPropDefault); i >= 0 && i < len(info.Options) {
			info.Default = info.Options[i]
		}
	}
	return info
}

// options are a choice's, in the order in which they are to be shown.
func (p *Param) options() []string {
	options := p.properties.strs(C.kOfxParamPropChoiceOption)
	order := values[int](p.properties, C.kOfxParamPropChoiceOrder)
	if len(order) != len(options) {
		return options
	}
	index := make([]int, len(options))
	for i := range index {
		index[i] = i
	}
	slices.SortStableFunc(index, func(a, b int) int { return order[a] - order[b] })
	sorted := make([]string, len(options))
	for i, j := range index {
		sorted[i] = options[j]
	}
	return sorted
}

// limits are a range's ends, or none where there is no end.
func (p *Param) limits(name string) []string {
	for _, v := range p.properties.doubles(name) {
		if math.Abs(v) >= math.MaxFloat32 {
			return nil
		}
	}
	for _, v := range values[int](p.properties, name) {
		if v == math.MinInt32 || v == math.MaxInt32 {
			return nil
		}
	}
	return printed(p.properties, name)
}

// printed are a property's values as text.
func printed(s *Properties, name string) []string {
	var list []string
	for _, v := range s.doubles(name) {
		list = append(list, formatTime(v))
	}
	for _, v := range values[int](s, name) {
		list = append(list, fmt.Sprint(v))
	}
	return append(list, s.strs(name)...)
}
