package ofx

/*
#include "host.h"
*/
import "C"

import "unsafe"

func newDescriptorProperties(name, file string) *Properties {
	s := newProperties("the description of effect " + name)
	null := unsafe.Pointer(nil)
	s.fixed(C.kOfxPropType, C.kOfxTypeImageEffect)
	s.fixed(C.kOfxPluginPropFilePath, file)
	s.free(C.kOfxPropLabel, name)
	s.free(C.kOfxPropShortLabel, name)
	s.free(C.kOfxPropLongLabel, name)
	s.list(C.kOfxPropVersion, 0, 0)
	s.free(C.kOfxPropVersionLabel, "")
	s.free(C.kOfxPropPluginDescription, "")
	s.free(C.kOfxPropIcon, "", "")
	s.list(C.kOfxImageEffectPropSupportedContexts, "")
	s.list(C.kOfxImageEffectPropSupportedPixelDepths, "")
	s.free(C.kOfxImageEffectPluginPropGrouping, "")
	s.free(C.kOfxImageEffectPluginPropSingleInstance, 0)
	s.free(C.kOfxImageEffectPluginRenderThreadSafety, C.kOfxImageEffectRenderInstanceSafe)
	s.free(C.kOfxImageEffectPluginPropHostFrameThreading, 1)
	s.free(C.kOfxImageEffectPluginPropOverlayInteractV1, null)
	s.free(C.kOfxImageEffectPluginPropOverlayInteractV2, null)
	s.free(C.kOfxImageEffectPropSupportsMultiResolution, 1)
	s.free(C.kOfxImageEffectPropSupportsTiles, 1)
	s.free(C.kOfxImageEffectPropTemporalClipAccess, 0)
	s.free(C.kOfxImageEffectPluginPropFieldRenderTwiceAlways, 1)
	s.free(C.kOfxImageEffectPropSupportsMultipleClipDepths, 0)
	s.free(C.kOfxImageEffectPropSupportsMultipleClipPARs, 0)
	s.list(C.kOfxImageEffectPropClipPreferencesSlaveParam, "")
	s.free(C.kOfxImageEffectInstancePropSequentialRender, 0)
	s.free(C.kOfxImageEffectPluginPropObsolete, 0)
	s.free(C.kOfxImageEffectPropNoSpatialAwareness, "false")
	s.free(C.kOfxImageEffectPropBehaviourWhenUnlicensed, C.kOfxUnlicensedContinue)
	for _, gpu := range []string{C.kOfxImageEffectPropOpenGLRenderSupported,
		C.kOfxImageEffectPropCudaRenderSupported,
		C.kOfxImageEffectPropCudaStreamSupported, C.kOfxImageEffectPropMetalRenderSupported,
		C.kOfxImageEffectPropOpenCLRenderSupported, C.kOfxImageEffectPropOpenCLSupported} {
		s.free(gpu, "false")
	}
	s.free(C.kOfxImageEffectPropCPURenderSupported, "true")
	s.list(C.kOfxOpenGLPropPixelDepth, "")
	s.free(C.kOfxImageEffectPropColourManagementStyle, C.kOfxImageEffectColourManagementNone)
	s.list(C.kOfxImageEffectPropColourManagementAvailableConfigs, "")
	return s
}

func newClipDescription(name string) *clipDescription {
	s := newProperties("the description of clip " + name)
	s.fixed(C.kOfxPropType, C.kOfxTypeClip)
	s.fixed(C.kOfxPropName, name)
	addClipDescription(s, name)
	return &clipDescription{name: name, properties: s}
}

// addClipDescription adds what the description and the instance of a clip share.
func addClipDescription(s *Properties, name string) {
	s.free(C.kOfxPropLabel, name)
	s.free(C.kOfxPropShortLabel, name)
	s.free(C.kOfxPropLongLabel, name)
	s.list(C.kOfxImageEffectPropSupportedComponents, "")
	s.free(C.kOfxImageEffectPropTemporalClipAccess, 0)
	s.free(C.kOfxImageClipPropOptional, 0)
	s.free(C.kOfxImageClipPropFieldExtraction, C.kOfxImageFieldDoubled)
	s.free(C.kOfxImageClipPropIsMask, 0)
	s.free(C.kOfxImageEffectPropSupportsTiles, 1)
}

func (i *Instance) newProperties() *Properties {
	s := newProperties("the instance")
	kind := i.host.Profile.typeOfInstance
	if kind == "" {
		kind = C.kOfxTypeImageEffectInstance
	}
	width, height := i.project.width, i.project.height
	s.fixed(C.kOfxPropType, kind)
	s.fixed(C.kOfxImageEffectPropContext, i.setup.Context)
	s.free(C.kOfxPropInstanceData, unsafe.Pointer(nil))
	s.fixed(C.kOfxImageEffectPropPluginHandle, i.descriptor.handle)
	s.fixed(C.kOfxImageEffectPropProjectSize, width, height)
	s.fixed(C.kOfxImageEffectPropProjectOffset, 0.0, 0.0)
	s.fixed(C.kOfxImageEffectPropProjectExtent, width, height)
	s.fixed(C.kOfxImageEffectPropProjectPixelAspectRatio, i.aspect)
	s.fixed(C.kOfxImageEffectInstancePropEffectDuration, float64(i.setup.Last-i.setup.First+1))
	s.free(C.kOfxImageEffectInstancePropSequentialRender,
		i.descriptor.properties.integer(C.kOfxImageEffectInstancePropSequentialRender))
	s.fixed(C.kOfxImageEffectPropFrameRate, frameRate)
	s.fixed(C.kOfxPropIsInteractive, 0)
	s.free(C.kOfxPropLabel, i.effect.ID)
	s.free(C.kOfxImageEffectPropSupportsTiles,
		i.descriptor.properties.integer(C.kOfxImageEffectPropSupportsTiles))
	s.fixed(C.kOfxImageEffectPropOpenGLEnabled, 0)
	s.fixed(C.kOfxImageEffectPropColourManagementStyle, i.colourStyle())
	s.fixed(C.kOfxImageEffectPropColourManagementConfig, C.kOfxConfigIdentifier)
	i.host.Profile.trim(ofInstance, s)
	return s
}
