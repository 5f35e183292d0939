package ofx

/*
#include "host.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Set gives a parameter the value, or the keys, that a user wrote: 0.5, 1,0.2,0 or 0@1001,1@1024.
// The plugin hears of it where the user edits an instance; what it answers changes nothing for a
// host.
func (p *Param) Set(text string, interpolation Interpolation) error {
	if err := p.parseAndPut(text, interpolation); err != nil {
		return fmt.Errorf("parameter %s cannot be set to %q: %w", p.Name, text, err)
	}
	if i := p.set.instance; i != nil && i.edited {
		if err := i.Changed(p.Name, float64(i.setup.First)); err != nil {
			i.host.findings.add("InstanceChanged failed: "+err.Error(), "InstanceChanged")
		}
	}
	return nil
}

func (p *Param) parseAndPut(text string, interpolation Interpolation) error {
	switch {
	case p.values == noValue:
		return errors.New("it has no value")
	case p.values == stringValue:
		value, err := p.choose(text)
		if err == nil {
			p.put(false, 0, nil, value)
		}
		return err
	}
	if option := slices.Index(p.properties.strs(C.kOfxParamPropChoiceOption), text); option >= 0 {
		p.put(false, 0, []float64{float64(option)}, "") // whatever characters it is made of
		return nil
	}
	if !strings.Contains(text, "@") {
		numbers, err := p.parse(text)
		if err == nil {
			p.put(false, 0, numbers, "")
		}
		return err
	}
	keys, err := p.parseKeys(text)
	if err != nil {
		return err
	}
	if p.properties.integer(C.kOfxParamPropAnimates) == 0 {
		return errors.New("it cannot be animated")
	}
	p.curve.Interpolation = interpolation
	p.curve.Keys = nil
	for _, k := range keys {
		p.curve.put(k)
	}
	p.setAnimated(true)
	return nil
}

// choose checks the value of a string, which of a string choice is one of its own.
func (p *Param) choose(text string) (string, error) {
	if p.Type != C.kOfxParamTypeStrChoice {
		return text, nil
	}
	names, labels := p.properties.strs(C.kOfxParamPropChoiceEnum), p.properties.strs(C.kOfxParamPropChoiceOption)
	if slices.Contains(names, text) {
		return text, nil
	}
	if i := slices.Index(labels, text); i >= 0 && i < len(names) {
		return names[i], nil
	}
	return "", fmt.Errorf("it is one of %s", strings.Join(names, ", "))
}

// parseKeys reads value@time, with commas between keys and between the numbers of a value.
func (p *Param) parseKeys(text string) ([]Key, error) {
	var keys []Key
	value := ""
	for _, part := range strings.Split(text, ",") {
		last, time, ends := strings.Cut(part, "@")
		value += last
		if !ends {
			value += ","
			continue
		}
		t, err := strconv.ParseFloat(strings.TrimSpace(time), 64)
		if err != nil || math.IsNaN(t) || math.IsInf(t, 0) {
			return nil, fmt.Errorf("%q is not a frame", time)
		}
		numbers, err := p.parse(value)
		if err != nil {
			return nil, err
		}
		keys = append(keys, Key{Time: t, Value: numbers})
		value = ""
	}
	if value != "" {
		return nil, fmt.Errorf("%s has no frame: write value@frame for every key",
			strings.TrimSuffix(value, ","))
	}
	return keys, nil
}

// parse reads a value: as many numbers as the parameter has dimensions.
func (p *Param) parse(text string) ([]float64, error) {
	parts := strings.Split(text, ",")
	if len(parts) != p.dimensions {
		return nil, fmt.Errorf("it has %d values", p.dimensions)
	}
	numbers := make([]float64, len(parts))
	for i, part := range parts {
		var err error
		if numbers[i], err = p.parseNumber(strings.TrimSpace(part)); err != nil {
			return nil, err
		}
		if err := p.inRange(i, numbers[i]); err != nil {
			return nil, err
		}
	}
	return numbers, nil
}

func (p *Param) parseNumber(text string) (float64, error) {
	options := p.properties.strs(C.kOfxParamPropChoiceOption)
	if i := slices.IndexFunc(options,
		func(o string) bool { return strings.EqualFold(o, text) }); i >= 0 {
		return float64(i), nil
	}
	v, err := strconv.ParseFloat(text, 64)
	switch {
	case p.Type == C.kOfxParamTypeBoolean:
		switch strings.ToLower(text) {
		case "1", "on", "true", "yes":
			return 1, nil
		case "0", "off", "false", "no":
			return 0, nil
		}
		return 0, errors.New("it is on or off")
	case p.Type == C.kOfxParamTypeChoice &&
		(err != nil || v != math.Trunc(v) || v < 0 || v >= float64(len(options))):
		return 0, fmt.Errorf("it is one of %s", strings.Join(options, ", "))
	case err != nil || math.IsNaN(v) || math.IsInf(v, 0):
		return 0, fmt.Errorf("%q is not a number", text)
	case p.values == intValue && (v != math.Trunc(v) || math.Abs(v) > math.MaxInt32):
		return 0, fmt.Errorf("%s is not a whole number", text)
	}
	return v, nil
}

// inRange holds a number against the parameter's hard range.
func (p *Param) inRange(dimension int, v float64) error {
	limit := func(name string) (float64, bool) {
		if list := p.properties.doubles(name); dimension < len(list) {
			return list[dimension], true
		}
		if list := values[int](p.properties, name); dimension < len(list) {
			return float64(list[dimension]), true
		}
		return 0, false
	}
	low, ranged := limit(C.kOfxParamPropMin)
	high, _ := limit(C.kOfxParamPropMax)
	if ranged && (v < low || v > high) {
		return fmt.Errorf("it goes from %s to %s", formatTime(low), formatTime(high))
	}
	return nil
}
