package ofx

/*
#include "host.h"
*/
import "C"

import (
	"math"
	"unsafe"
)

// newParamProperties are a parameter's properties, as its type has them.
func newParamProperties(p *Param, kind string) *Properties {
	s := newProperties(p.owner())
	null := unsafe.Pointer(nil)
	s.fixed(C.kOfxPropType, kind)
	s.fixed(C.kOfxPropName, p.Name)
	s.free(C.kOfxPropLabel, p.Name)
	s.free(C.kOfxPropShortLabel, p.Name)
	s.free(C.kOfxPropLongLabel, p.Name)
	s.free(C.kOfxPropIcon, "", "")
	s.fixed(C.kOfxParamPropType, p.Type)
	s.free(C.kOfxParamPropScriptName, p.Name)
	s.free(C.kOfxParamPropHint, "")
	s.free(C.kOfxParamPropParent, "")
	s.free(C.kOfxParamPropSecret, 0)
	s.free(C.kOfxParamPropEnabled, 1)
	s.free(C.kOfxParamPropDataPtr, null)
	s.free(C.kOfxParamPropInteractV1, null)
	s.free(C.kOfxParamPropInteractSize, 0.0, 0.0)
	s.free(C.kOfxParamPropInteractSizeAspect, 1.0)
	s.free(C.kOfxParamPropInteractMinimumSize, 10.0, 10.0)
	s.free(C.kOfxParamPropInteractPreferedSize, 10, 10)
	s.free(C.kOfxParamPropHasHostOverlayHandle, 0)
	s.free(C.kOfxParamPropUseHostOverlayHandle, 0)
	switch p.Type {
	case C.kOfxParamTypeGroup:
		s.free(C.kOfxParamPropGroupOpen, 1)
	case C.kOfxParamTypePage:
		s.list(C.kOfxParamPropPageChild, "")
	}
	if p.values == noValue {
		return s
	}
	s.free(C.kOfxParamPropAnimates, flag(p.animates))
	s.fixed(C.kOfxParamPropIsAnimating, 0)
	s.fixed(C.kOfxParamPropIsAutoKeying, 0)
	s.free(C.kOfxParamPropPersistant, 1)
	s.free(C.kOfxParamPropEvaluateOnChange, 1)
	s.free(C.kOfxParamPropPluginMayWrite, 0)
	s.free(C.kOfxParamPropCanUndo, 1)
	s.free(C.kOfxParamPropCacheInvalidation, C.kOfxParamInvalidateValueChange)
	addRange(s, p)
	addChoices(s, p)
	return s
}

// repeat is a value for every dimension.
func repeat(v any, dimensions int) []any {
	list := make([]any, dimensions)
	for i := range list {
		list[i] = v
	}
	return list
}

// addRange adds the default, and what is said about numbers.
func addRange(s *Properties, p *Param) {
	var zero, low, high any
	switch p.values {
	case intValue:
		zero, low, high = 0, math.MinInt32, math.MaxInt32
	case doubleValue:
		zero, low, high = 0.0, -math.MaxFloat64, math.MaxFloat64
	default:
		s.free(C.kOfxParamPropDefault, "")
		return
	}
	s.free(C.kOfxParamPropDefault, repeat(zero, p.dimensions)...)
	switch p.Type {
	case C.kOfxParamTypeBoolean, C.kOfxParamTypeChoice:
		return
	case C.kOfxParamTypeRGB, C.kOfxParamTypeRGBA:
		low, high = 0.0, 1.0
		s.free(C.kOfxParamPropDisplayMin, repeat(low, p.dimensions)...)
		s.free(C.kOfxParamPropDisplayMax, repeat(high, p.dimensions)...)
		low, high = -math.MaxFloat64, math.MaxFloat64
	default:
		s.free(C.kOfxParamPropDisplayMin, repeat(low, p.dimensions)...)
		s.free(C.kOfxParamPropDisplayMax, repeat(high, p.dimensions)...)
	}
	s.free(C.kOfxParamPropMin, repeat(low, p.dimensions)...)
	s.free(C.kOfxParamPropMax, repeat(high, p.dimensions)...)
	if p.values == doubleValue {
		s.free(C.kOfxParamPropIncrement, 1.0)
		s.free(C.kOfxParamPropDigits, 2)
		s.free(C.kOfxParamPropDoubleType, C.kOfxParamDoubleTypePlain)
		s.free(C.kOfxParamPropDefaultCoordinateSystem, C.kOfxParamCoordinatesCanonical)
		s.free(C.kOfxParamPropShowTimeMarker, 0)
	}
	if p.dimensions > 1 {
		labels := []any{"x", "y", "z"}
		if p.Type == C.kOfxParamTypeRGB || p.Type == C.kOfxParamTypeRGBA {
			labels = []any{"r", "g", "b", "a"}
		}
		s.free(C.kOfxParamPropDimensionLabel, labels[:p.dimensions]...)
	}
}

func addChoices(s *Properties, p *Param) {
	switch p.Type {
	case C.kOfxParamTypeChoice:
		s.list(C.kOfxParamPropChoiceOption, "")
		s.list(C.kOfxParamPropChoiceOrder, 0)
	case C.kOfxParamTypeStrChoice:
		s.list(C.kOfxParamPropChoiceOption, "")
		s.list(C.kOfxParamPropChoiceOrder, 0)
		s.list(C.kOfxParamPropChoiceEnum, "")
	case C.kOfxParamTypeString:
		s.free(C.kOfxParamPropStringMode, C.kOfxParamStringIsSingleLine)
		s.free(C.kOfxParamPropStringFilePathExists, 1)
	case C.kOfxParamTypeCustom:
		s.free(C.kOfxParamPropCustomInterpCallbackV1, unsafe.Pointer(nil))
	}
}
