/* Image effects: contexts, actions, the properties of effects, clips and images, and the suite
 * that hands out clips, pixels and memory. */
#ifndef IMPASTO_OFX_IMAGE_EFFECT_H
#define IMPASTO_OFX_IMAGE_EFFECT_H

#include "ofx_core.h"
#include "ofx_param.h"
#include "ofx_property.h"

#ifdef __cplusplus
extern "C" {
#endif

/* OfxPlugin.pluginApi and .apiVersion of an image effect. */
#define kOfxImageEffectPluginApi "OfxImageEffectPluginAPI"
#define kOfxImageEffectPluginApiVersion 1

typedef struct OfxImageEffectStruct *OfxImageEffectHandle;
typedef struct OfxImageClipStruct *OfxImageClipHandle;
typedef struct OfxImageMemoryStruct *OfxImageMemoryHandle;

/* Values of kOfxPropType. */
#define kOfxTypeImageEffectHost "OfxTypeImageEffectHost"
#define kOfxTypeImageEffect "OfxTypeImageEffect"
#define kOfxTypeImageEffectInstance "OfxTypeImageEffectInstance"
#define kOfxTypeClip "OfxTypeClip"
#define kOfxTypeImage "OfxTypeImage"

/* --- Contexts, and the clips and parameters that they call for ---------------------------- */

#define kOfxImageEffectContextGenerator "OfxImageEffectContextGenerator"
#define kOfxImageEffectContextFilter "OfxImageEffectContextFilter"
#define kOfxImageEffectContextTransition "OfxImageEffectContextTransition"
#define kOfxImageEffectContextPaint "OfxImageEffectContextPaint"
#define kOfxImageEffectContextGeneral "OfxImageEffectContextGeneral"
#define kOfxImageEffectContextRetimer "OfxImageEffectContextRetimer"

#define kOfxImageEffectOutputClipName "Output"
#define kOfxImageEffectSimpleSourceClipName "Source"
#define kOfxImageEffectTransitionSourceFromClipName "SourceFrom"
#define kOfxImageEffectTransitionSourceToClipName "SourceTo"
#define kOfxImageEffectTransitionParamName "Transition"
#define kOfxImageEffectRetimerParamName "SourceTime"

/* --- Actions ------------------------------------------------------------------------------ */

#define kOfxImageEffectActionDescribeInContext "OfxImageEffectActionDescribeInContext"
#define kOfxImageEffectActionGetClipPreferences "OfxImageEffectActionGetClipPreferences"
#define kOfxImageEffectActionGetRegionOfDefinition "OfxImageEffectActionGetRegionOfDefinition"
#define kOfxImageEffectActionGetRegionsOfInterest "OfxImageEffectActionGetRegionsOfInterest"
#define kOfxImageEffectActionGetFramesNeeded "OfxImageEffectActionGetFramesNeeded"
#define kOfxImageEffectActionGetTimeDomain "OfxImageEffectActionGetTimeDomain"
#define kOfxImageEffectActionIsIdentity "OfxImageEffectActionIsIdentity"
#define kOfxImageEffectActionBeginSequenceRender "OfxImageEffectActionBeginSequenceRender"
#define kOfxImageEffectActionRender "OfxImageEffectActionRender"
#define kOfxImageEffectActionEndSequenceRender "OfxImageEffectActionEndSequenceRender"

/* --- On the host's descriptor, many also on the plugin's ---------------------------------- */

#define kOfxImageEffectHostPropIsBackground "OfxImageEffectHostPropIsBackground" /* int */
#define kOfxImageEffectPropSupportsOverlays "OfxImageEffectPropSupportsOverlays" /* int */
#define kOfxImageEffectPropSupportsTiles "OfxImageEffectPropSupportsTiles" /* int */
#define kOfxImageEffectPropTemporalClipAccess "OfxImageEffectPropTemporalClipAccess" /* int */
#define kOfxImageEffectPropSupportedContexts "OfxImageEffectPropSupportedContexts" /* string×N */
#define kOfxImageEffectPropSupportedComponents "OfxImageEffectPropSupportedComponents" /* string×N */
#define kOfxImageEffectPropSupportsMultiResolution                                                 \
  "OfxImageEffectPropSupportsMultiResolution" /* int */
#define kOfxImageEffectPropSupportedPixelDepths                                                    \
  "OfxImageEffectPropSupportedPixelDepths" /* string×N */
#define kOfxImageEffectPropSupportsMultipleClipDepths "OfxImageEffectPropMultipleClipDepths" /* int */
#define kOfxImageEffectPropSupportsMultipleClipPARs                                                \
  "OfxImageEffectPropSupportsMultipleClipPARs" /* int */
#define kOfxImageEffectPropSetableFrameRate "OfxImageEffectPropSetableFrameRate" /* int */
#define kOfxImageEffectPropSetableFielding "OfxImageEffectPropSetableFielding" /* int */
/* int: 0 does not need frames in order, 1 must have them, 2 would like them */
#define kOfxImageEffectInstancePropSequentialRender "OfxImageEffectInstancePropSequentialRender"

#define kOfxImageEffectHostPropNativeOrigin "OfxImageEffectHostPropNativeOrigin" /* one of: */
#define kOfxHostNativeOriginBottomLeft "kOfxImageEffectHostPropNativeOriginBottomLeft"
#define kOfxHostNativeOriginTopLeft "kOfxImageEffectHostPropNativeOriginTopLeft"
#define kOfxHostNativeOriginCenter "kOfxImageEffectHostPropNativeOriginCenter"

/* --- On the plugin's descriptor ----------------------------------------------------------- */

#define kOfxImageEffectPluginPropGrouping "OfxImageEffectPluginPropGrouping" /* string */
#define kOfxImageEffectPluginPropSingleInstance "OfxImageEffectPluginPropSingleInstance" /* int */
#define kOfxImageEffectPluginPropHostFrameThreading                                                \
  "OfxImageEffectPluginPropHostFrameThreading" /* int */
#define kOfxImageEffectPluginPropFieldRenderTwiceAlways                                            \
  "OfxImageEffectPluginPropFieldRenderTwiceAlways" /* int */
#define kOfxImageEffectPluginPropOverlayInteractV1                                                 \
  "OfxImageEffectPluginPropOverlayInteractV1" /* pointer */
#define kOfxImageEffectPluginPropOverlayInteractV2                                                 \
  "OfxImageEffectPluginPropOverlayInteractV2" /* pointer; since 1.5 */
#define kOfxImageEffectPluginPropObsolete "OfxImageEffectPluginPropObsolete" /* int */
#define kOfxImageEffectPropClipPreferencesSlaveParam                                               \
  "OfxImageEffectPropClipPreferencesSlaveParam" /* string×N */
#define kOfxImageEffectPropNoSpatialAwareness                                                      \
  "OfxImageEffectPropNoSpatialAwareness" /* string; since 1.5 */

#define kOfxImageEffectPluginRenderThreadSafety "OfxImageEffectPluginRenderThreadSafety" /* one of: */
#define kOfxImageEffectRenderUnsafe "OfxImageEffectRenderUnsafe"
#define kOfxImageEffectRenderInstanceSafe "OfxImageEffectRenderInstanceSafe"
#define kOfxImageEffectRenderFullySafe "OfxImageEffectRenderFullySafe"

#define kOfxImageEffectPropBehaviourWhenUnlicensed                                                 \
  "OfxImageEffectPropBehaviourWhenUnlicensed" /* string; since 1.5; one of: */
#define kOfxUnlicensedContinue "OfxUnlicensedContinue"
#define kOfxUnlicensedFail "OfxUnlicensedFail"

/* --- On an effect instance ---------------------------------------------------------------- */

#define kOfxImageEffectPropContext "OfxImageEffectPropContext" /* string */
#define kOfxImageEffectPropPluginHandle "OfxImageEffectPropPluginHandle" /* pointer */
#define kOfxImageEffectPropProjectSize "OfxImageEffectPropProjectSize" /* double×2 */
#define kOfxImageEffectPropProjectOffset "OfxImageEffectPropProjectOffset" /* double×2 */
#define kOfxImageEffectPropProjectExtent "OfxImageEffectPropProjectExtent" /* double×2 */
#define kOfxImageEffectPropProjectPixelAspectRatio "OfxImageEffectPropPixelAspectRatio" /* double */
#define kOfxImageEffectInstancePropEffectDuration "OfxImageEffectInstancePropEffectDuration"

/* --- On a clip, descriptor or instance ---------------------------------------------------- */

#define kOfxImageClipPropOptional "OfxImageClipPropOptional" /* int */
#define kOfxImageClipPropIsMask "OfxImageClipPropIsMask" /* int */
#define kOfxImageClipPropConnected "OfxImageClipPropConnected" /* int */
#define kOfxImageClipPropContinuousSamples "OfxImageClipPropContinuousSamples" /* int */
#define kOfxImageClipPropUnmappedPixelDepth "OfxImageClipPropUnmappedPixelDepth" /* string */
#define kOfxImageClipPropUnmappedComponents "OfxImageClipPropUnmappedComponents" /* string */
#define kOfxImageClipPropFieldExtraction "OfxImageClipPropFieldExtraction" /* string */
#define kOfxImageClipPropFormat "OfxImageClipPropFormat" /* Natron's: int×4, in pixels */
#define kOfxImageClipPropFieldOrder "OfxImageClipPropFieldOrder" /* string */

#define kOfxImageEffectPropPixelDepth "OfxImageEffectPropPixelDepth" /* string */
#define kOfxImageEffectPropComponents "OfxImageEffectPropComponents" /* string */
#define kOfxImageEffectPropFrameRate "OfxImageEffectPropFrameRate" /* double */
#define kOfxImageEffectPropFrameRange "OfxImageEffectPropFrameRange" /* double×2 */
#define kOfxImageEffectPropUnmappedFrameRate "OfxImageEffectPropUnmappedFrameRate" /* double */
#define kOfxImageEffectPropUnmappedFrameRange "OfxImageEffectPropUnmappedFrameRange" /* double×2 */
#define kOfxImageEffectFrameVarying "OfxImageEffectFrameVarying" /* int */

#define kOfxImageComponentNone "OfxImageComponentNone"
#define kOfxImageComponentRGBA "OfxImageComponentRGBA"
#define kOfxImageComponentRGB "OfxImageComponentRGB"
#define kOfxImageComponentAlpha "OfxImageComponentAlpha"

#define kOfxImageEffectPropPreMultiplication "OfxImageEffectPropPreMultiplication" /* one of: */
#define kOfxImageOpaque "OfxImageOpaque"
#define kOfxImagePreMultiplied "OfxImageAlphaPremultiplied"
#define kOfxImageUnPreMultiplied "OfxImageAlphaUnPremultiplied"

/* --- On an image -------------------------------------------------------------------------- */

#define kOfxImagePropData "OfxImagePropData" /* pointer, pixel x1,y1 */
#define kOfxImagePropRowBytes "OfxImagePropRowBytes" /* int, may be negative */
#define kOfxImagePropBounds "OfxImagePropBounds" /* int×4, pixels */
#define kOfxImagePropRegionOfDefinition "OfxImagePropRegionOfDefinition" /* int×4, pixels */
#define kOfxImagePropField "OfxImagePropField" /* string */
#define kOfxImagePropPixelAspectRatio "OfxImagePropPixelAspectRatio" /* double */
#define kOfxImagePropUniqueIdentifier "OfxImagePropUniqueIdentifier" /* string */

#define kOfxImageFieldNone "OfxFieldNone"
#define kOfxImageFieldLower "OfxFieldLower"
#define kOfxImageFieldUpper "OfxFieldUpper"
#define kOfxImageFieldBoth "OfxFieldBoth"
#define kOfxImageFieldSingle "OfxFieldSingle"
#define kOfxImageFieldDoubled "OfxFieldDoubled"

/* --- In an action's arguments ------------------------------------------------------------- */

#define kOfxImageEffectPropRenderScale "OfxImageEffectPropRenderScale" /* double×2 */
#define kOfxImageEffectPropRenderWindow "OfxImageEffectPropRenderWindow" /* int×4 */
#define kOfxImageEffectPropFieldToRender "OfxImageEffectPropFieldToRender" /* string */
#define kOfxImageEffectPropRegionOfDefinition "OfxImageEffectPropRegionOfDefinition" /* double×4 */
#define kOfxImageEffectPropRegionOfInterest "OfxImageEffectPropRegionOfInterest" /* double×4 */
#define kOfxImageEffectPropFrameStep "OfxImageEffectPropFrameStep" /* double */
#define kOfxImageEffectPropSequentialRenderStatus "OfxImageEffectPropSequentialRenderStatus" /* int */
#define kOfxImageEffectPropInteractiveRenderStatus                                                 \
  "OfxImageEffectPropInteractiveRenderStatus" /* int */
#define kOfxImageEffectPropRenderQualityDraft "OfxImageEffectPropRenderQualityDraft" /* int */
#define kOfxImageEffectPropThumbnailRender "OfxImageEffectPropThumbnailRender" /* int; 1.5 */

/* --- The suite ---------------------------------------------------------------------------- */

#define kOfxImageEffectSuite "OfxImageEffectSuite"

/* A clip's image exists, but not in a format that the plugin can take. */
#define kOfxStatErrImageFormat ((int)1000)

typedef struct OfxImageEffectSuiteV1 {
  OfxStatus (*getPropertySet)(OfxImageEffectHandle imageEffect, OfxPropertySetHandle *propHandle);
  OfxStatus (*getParamSet)(OfxImageEffectHandle imageEffect, OfxParamSetHandle *paramSet);

  OfxStatus (*clipDefine)(OfxImageEffectHandle imageEffect, const char *name,
                          OfxPropertySetHandle *propertySet);
  OfxStatus (*clipGetHandle)(OfxImageEffectHandle imageEffect, const char *name,
                             OfxImageClipHandle *clip, OfxPropertySetHandle *propertySet);
  OfxStatus (*clipGetPropertySet)(OfxImageClipHandle clip, OfxPropertySetHandle *propHandle);

  /* kOfxStatFailed: nothing there at that time; read it as black and transparent. */
  OfxStatus (*clipGetImage)(OfxImageClipHandle clip, OfxTime time, const OfxRectD *region,
                            OfxPropertySetHandle *imageHandle);
  OfxStatus (*clipReleaseImage)(OfxPropertySetHandle imageHandle);
  OfxStatus (*clipGetRegionOfDefinition)(OfxImageClipHandle clip, OfxTime time, OfxRectD *bounds);

  /* Not 0: stop and return, the result will not be used. */
  int (*abort)(OfxImageEffectHandle imageEffect);

  OfxStatus (*imageMemoryAlloc)(OfxImageEffectHandle instanceHandle, size_t nBytes,
                                OfxImageMemoryHandle *memoryHandle);
  OfxStatus (*imageMemoryFree)(OfxImageMemoryHandle memoryHandle);
  OfxStatus (*imageMemoryLock)(OfxImageMemoryHandle memoryHandle, void **returnedPtr);
  OfxStatus (*imageMemoryUnlock)(OfxImageMemoryHandle memoryHandle);
} OfxImageEffectSuiteV1;

#ifdef __cplusplus
}
#endif

#endif
