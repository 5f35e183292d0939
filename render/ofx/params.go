package ofx

/*
#include "host.h"
*/
import "C"

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
	"sync"
	"unsafe"
)

// valueKind is how the suite passes a parameter's values.
type valueKind byte

const (
	noValue     valueKind = 0
	intValue    valueKind = 'i'
	doubleValue valueKind = 'd'
	stringValue valueKind = 's'
)

type paramType struct {
	values     valueKind
	dimensions int
	animates   bool // unless the plugin says otherwise
	steps      bool // goes from key to key without anything between
}

var paramTypes = map[string]paramType{
	C.kOfxParamTypeInteger:    {intValue, 1, true, false},
	C.kOfxParamTypeInteger2D:  {intValue, 2, true, false},
	C.kOfxParamTypeInteger3D:  {intValue, 3, true, false},
	C.kOfxParamTypeDouble:     {doubleValue, 1, true, false},
	C.kOfxParamTypeDouble2D:   {doubleValue, 2, true, false},
	C.kOfxParamTypeDouble3D:   {doubleValue, 3, true, false},
	C.kOfxParamTypeRGB:        {doubleValue, 3, true, false},
	C.kOfxParamTypeRGBA:       {doubleValue, 4, true, false},
	C.kOfxParamTypeBoolean:    {intValue, 1, false, true},
	C.kOfxParamTypeChoice:     {intValue, 1, false, true},
	C.kOfxParamTypeStrChoice:  {stringValue, 1, false, true},
	C.kOfxParamTypeString:     {stringValue, 1, false, true},
	C.kOfxParamTypeCustom:     {stringValue, 1, false, true},
	C.kOfxParamTypeGroup:      {},
	C.kOfxParamTypePage:       {},
	C.kOfxParamTypePushButton: {},
}

// paramSet is the parameters of a description or an instance.
type paramSet struct {
	handle     unsafe.Pointer
	properties *Properties
	host       *Host
	instance   *Instance // nil of a description

	mu    sync.RWMutex
	order []*Param
	named map[string]*Param
}

// Param is a parameter of a description or an instance.
type Param struct {
	Name string
	Type string

	paramType
	handle     unsafe.Pointer
	properties *Properties
	set        *paramSet

	mu      sync.RWMutex
	curve   Curve     // of numbers
	strings []textKey // of the rest
}

type textKey struct {
	time float64
	text string
}

func newParamSet(host *Host, instance *Instance, owner string) *paramSet {
	s := &paramSet{host: host, instance: instance, named: map[string]*Param{}}
	s.handle = handles.add(kindParams, s)
	s.properties = newProperties("the parameter set of " + owner)
	s.properties.list(C.kOfxPluginPropParamPageOrder, "")
	s.properties.free(C.kOfxPropParamSetNeedsSyncing, 0)
	return s
}

func (s *paramSet) close() {
	for _, p := range s.order {
		handles.remove(p.handle)
		p.properties.close()
	}
	s.properties.close()
	handles.remove(s.handle)
}

func (s *paramSet) find(name string) *Param {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.named[name]
}

func (s *paramSet) add(p *Param) {
	p.set = s
	p.handle = handles.add(kindParam, p)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.order = append(s.order, p)
	s.named[p.Name] = p
}

// define adds a parameter to a description.
func (s *paramSet) define(kind, name string) *Param {
	p := &Param{Name: name, Type: kind, paramType: paramTypes[kind]}
	p.properties = newParamProperties(p, C.kOfxTypeParameter)
	if s.host.Profile.booleansAnimate && kind == C.kOfxParamTypeBoolean {
		p.properties.set(C.kOfxParamPropAnimates, 1)
	}
	s.host.Profile.trim(ofParam, p.properties)
	s.add(p)
	return p
}

// instantiate adds a parameter of a description to an instance, with its default value.
func (s *paramSet) instantiate(described *Param, project projectSize) {
	p := &Param{Name: described.Name, Type: described.Type, paramType: described.paramType}
	p.properties = newParamProperties(p, C.kOfxTypeParameterInstance)
	s.host.Profile.trim(ofParamInstance, p.properties)
	p.properties.copyFrom(described.properties)
	p.properties.set(C.kOfxPropType, C.kOfxTypeParameterInstance)
	if s.host.Profile.narrowRanges {
		p.narrow()
	}
	if s.host.Profile.secretForGood && p.properties.integer(C.kOfxParamPropSecret) != 0 {
		p.properties.all[C.kOfxParamPropSecret].writable = false
	}
	if s.host.Profile.normalisedPlaces && p.isPlace() &&
		!described.properties.all[C.kOfxParamPropDefaultCoordinateSystem].written {
		p.properties.set(C.kOfxParamPropDefaultCoordinateSystem, C.kOfxParamCoordinatesNormalised)
	}
	switch p.values {
	case intValue:
		for _, v := range values[int](p.properties, C.kOfxParamPropDefault) {
			p.curve.appendDimension(float64(v))
		}
	case doubleValue:
		for i, v := range p.properties.doubles(C.kOfxParamPropDefault) {
			p.curve.appendDimension(project.denormalise(p, i, v))
		}
	case stringValue:
		p.strings = []textKey{{text: p.properties.str(C.kOfxParamPropDefault)}}
	}
	s.add(p)
}

// isPlace says whether the parameter is a place in the picture.
func (p *Param) isPlace() bool {
	kind := p.properties.str(C.kOfxParamPropDoubleType)
	return kind == C.kOfxParamDoubleTypeXY || kind == C.kOfxParamDoubleTypeXYAbsolute
}

// narrow gives numbers without a range the one that Resolve has for them: values past it are lost.
func (p *Param) narrow() {
	switch {
	case p.Type == C.kOfxParamTypeInteger && p.limits(C.kOfxParamPropMin) == nil:
		p.properties.set(C.kOfxParamPropMin, 0)
		p.properties.set(C.kOfxParamPropMax, 0)
		p.properties.set(C.kOfxParamPropDefault, 0)
	case p.values == doubleValue && !strings.HasPrefix(p.Type, C.kOfxParamTypeRGB) &&
		p.limits(C.kOfxParamPropMin) == nil:
		var defaults []any
		for _, v := range p.properties.doubles(C.kOfxParamPropDefault) {
			defaults = append(defaults, math.Max(-1, math.Min(v, 1)))
		}
		p.properties.set(C.kOfxParamPropMin, repeat(-1.0, p.dimensions)...)
		p.properties.set(C.kOfxParamPropMax, repeat(1.0, p.dimensions)...)
		p.properties.set(C.kOfxParamPropDefault, defaults...)
	}
}

// appendDimension makes the first key, dimension by dimension.
func (c *Curve) appendDimension(v float64) {
	if len(c.Keys) == 0 {
		c.Keys = []Key{{}}
	}
	c.Keys[0].Value = append(c.Keys[0].Value, v)
}

// A parameter that is not animated has one key, whose time means nothing.

func (p *Param) animated() bool { return p.properties.integer(C.kOfxParamPropIsAnimating) != 0 }

func (p *Param) setAnimated(on bool) {
	p.properties.set(C.kOfxParamPropIsAnimating, flag(on))
}

// put sets the value, or where timed a key.
func (p *Param) put(timed bool, time float64, numbers []float64, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.values == intValue || p.values == doubleValue {
		key := Key{Time: time, Value: numbers}
		if timed && p.animated() {
			p.curve.put(key)
		} else {
			p.curve.Keys = []Key{key}
		}
	} else {
		key := textKey{time, text}
		i := sort.Search(len(p.strings), func(i int) bool { return p.strings[i].time >= time })
		switch {
		case !timed || !p.animated():
			p.strings = []textKey{key}
		case i < len(p.strings) && p.strings[i].time == time:
			p.strings[i] = key
		default:
			p.strings = slices.Insert(p.strings, i, key)
		}
	}
	p.setAnimated(timed)
}

// numbers reads every dimension of a parameter of numbers.
func (p *Param) numbers(read func(c *Curve, dimension int) float64) []float64 {
	p.mu.RLock()
	defer p.mu.RUnlock()
	curve := p.curve
	if p.steps {
		curve.Interpolation = Constant
	}
	list := make([]float64, p.dimensions)
	for i := range list {
		list[i] = read(&curve, i)
	}
	return list
}

// textAt is the value at a time of a parameter of characters, and the keys that it lies between.
func (p *Param) textAt(t float64) (text string, from, to textKey) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	i := sort.Search(len(p.strings), func(i int) bool { return p.strings[i].time > t })
	from, to = p.strings[max(i-1, 0)], p.strings[min(i, len(p.strings)-1)]
	return from.text, from, to
}

// keyTimes are the times of the keys, none of a value that is not animated.
func (p *Param) keyTimes() []float64 {
	if !p.animated() {
		return nil
	}
	p.mu.RLock()
	defer p.mu.RUnlock()
	var times []float64
	for _, k := range p.curve.Keys {
		times = append(times, k.Time)
	}
	for _, k := range p.strings {
		times = append(times, k.time)
	}
	return times
}

// deleteKeys deletes the keys that match; the last of them leaves its value behind.
func (p *Param) deleteKeys(match func(time float64) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	keys := slices.DeleteFunc(slices.Clone(p.curve.Keys), func(k Key) bool { return match(k.Time) })
	texts := slices.DeleteFunc(slices.Clone(p.strings),
		func(k textKey) bool { return match(k.time) })
	if len(keys)+len(texts) == 0 {
		keys, texts = p.curve.Keys[:min(1, len(p.curve.Keys))], p.strings[:min(1, len(p.strings))]
		p.setAnimated(false)
	}
	p.curve.Keys, p.strings = keys, texts
}

// copyFrom takes another parameter's value and keys: those within the range, moved in time.
func (p *Param) copyFrom(other *Param, offset float64, within func(time float64) bool) {
	other.mu.RLock()
	animated := other.animated()
	keys, texts := slices.Clone(other.curve.Keys), slices.Clone(other.strings)
	interpolation := other.curve.Interpolation
	other.mu.RUnlock()
	if animated {
		keys = slices.DeleteFunc(keys, func(k Key) bool { return !within(k.Time) })
		texts = slices.DeleteFunc(texts, func(k textKey) bool { return !within(k.time) })
		if len(keys)+len(texts) == 0 {
			return
		}
		for i := range keys {
			keys[i].Time += offset
		}
		for i := range texts {
			texts[i].time += offset
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.curve, p.strings = Curve{Keys: keys, Interpolation: interpolation}, texts
	p.setAnimated(animated)
}

func (p *Param) owner() string { return fmt.Sprintf("parameter %s", p.Name) }

// projectSize is what normalised defaults are measured against.
type projectSize struct{ width, height float64 }

// denormalise turns a default value that is a share of the project's size into canonical units.
func (s projectSize) denormalise(p *Param, dimension int, v float64) float64 {
	if p.properties.str(C.kOfxParamPropDefaultCoordinateSystem) != C.kOfxParamCoordinatesNormalised {
		return v
	}
	switch p.properties.str(C.kOfxParamPropDoubleType) {
	case C.kOfxParamDoubleTypeX, C.kOfxParamDoubleTypeXAbsolute:
		return v * s.width
	case C.kOfxParamDoubleTypeY, C.kOfxParamDoubleTypeYAbsolute:
		return v * s.height
	case C.kOfxParamDoubleTypeXY, C.kOfxParamDoubleTypeXYAbsolute:
		return v * [2]float64{s.width, s.height}[min(dimension, 1)]
	}
	return v
}
