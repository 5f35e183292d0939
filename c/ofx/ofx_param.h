/* Parameters: their types, properties, and the suite that defines, reads, animates and writes
 * them. */
#ifndef IMPASTO_OFX_PARAM_H
#define IMPASTO_OFX_PARAM_H

#include "ofx_core.h"
#include "ofx_property.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct OfxParamStruct *OfxParamHandle;
typedef struct OfxParamSetStruct *OfxParamSetHandle;

/* Values of kOfxPropType. */
#define kOfxTypeParameter "OfxTypeParameter"
#define kOfxTypeParameterInstance "OfxTypeParameterInstance"

/* --- Types; after each what the suite's varargs carry ------------------------------------- */

#define kOfxParamTypeInteger "OfxParamTypeInteger" /* int */
#define kOfxParamTypeDouble "OfxParamTypeDouble" /* double */
#define kOfxParamTypeBoolean "OfxParamTypeBoolean" /* int */
#define kOfxParamTypeChoice "OfxParamTypeChoice" /* int */
#define kOfxParamTypeStrChoice "OfxParamTypeStrChoice" /* char *; since 1.5 */
#define kOfxParamTypeRGBA "OfxParamTypeRGBA" /* double×4 */
#define kOfxParamTypeRGB "OfxParamTypeRGB" /* double×3 */
#define kOfxParamTypeDouble2D "OfxParamTypeDouble2D" /* double×2 */
#define kOfxParamTypeInteger2D "OfxParamTypeInteger2D" /* int×2 */
#define kOfxParamTypeDouble3D "OfxParamTypeDouble3D" /* double×3 */
#define kOfxParamTypeInteger3D "OfxParamTypeInteger3D" /* int×3 */
#define kOfxParamTypeString "OfxParamTypeString" /* char * */
#define kOfxParamTypeCustom "OfxParamTypeCustom" /* char * */
#define kOfxParamTypeBytes "OfxParamTypeBytes" /* OfxBytes; since 1.5 */
#define kOfxParamTypeGroup "OfxParamTypeGroup" /* no value */
#define kOfxParamTypePage "OfxParamTypePage" /* no value */
#define kOfxParamTypePushButton "OfxParamTypePushButton" /* no value */

typedef struct OfxBytes {
  const unsigned char *data;
  size_t length;
} OfxBytes;

/* --- On the host's descriptor ------------------------------------------------------------- */

#define kOfxParamHostPropSupportsCustomAnimation "OfxParamHostPropSupportsCustomAnimation"
#define kOfxParamHostPropSupportsStringAnimation "OfxParamHostPropSupportsStringAnimation"
#define kOfxParamHostPropSupportsBooleanAnimation "OfxParamHostPropSupportsBooleanAnimation"
#define kOfxParamHostPropSupportsChoiceAnimation "OfxParamHostPropSupportsChoiceAnimation"
#define kOfxParamHostPropSupportsStrChoiceAnimation "OfxParamHostPropSupportsStrChoiceAnimation"
#define kOfxParamHostPropSupportsStrChoice "OfxParamHostPropSupportsStrChoice"
#define kOfxParamHostPropSupportsParametricAnimation "OfxParamHostPropSupportsParametricAnimation"
#define kOfxParamHostPropSupportsCustomInteract "OfxParamHostPropSupportsCustomInteract"
#define kOfxParamHostPropMaxParameters "OfxParamHostPropMaxParameters" /* -1: no limit */
#define kOfxParamHostPropMaxPages "OfxParamHostPropMaxPages" /* 0: no pages */
#define kOfxParamHostPropPageRowColumnCount "OfxParamHostPropPageRowColumnCount" /* int×2 */

/* --- On the parameter set ----------------------------------------------------------------- */

#define kOfxPropParamSetNeedsSyncing "OfxPropParamSetNeedsSyncing" /* int */
#define kOfxPluginPropParamPageOrder "OfxPluginPropParamPageOrder" /* string×N */

/* --- On every parameter ------------------------------------------------------------------- */

#define kOfxParamPropType "OfxParamPropType" /* string */
#define kOfxParamPropScriptName "OfxParamPropScriptName" /* string */
#define kOfxParamPropHint "OfxParamPropHint" /* string */
#define kOfxParamPropParent "OfxParamPropParent" /* string, a group's name */
#define kOfxParamPropEnabled "OfxParamPropEnabled" /* int */
#define kOfxParamPropSecret "OfxParamPropSecret" /* int */
#define kOfxParamPropDataPtr "OfxParamPropDataPtr" /* pointer, the plugin's own */

#define kOfxParamPropInteractV1 "OfxParamPropInteractV1" /* pointer */
#define kOfxParamPropInteractSize "OfxParamPropInteractSize" /* double×2 */
#define kOfxParamPropInteractSizeAspect "OfxParamPropInteractSizeAspect" /* double */
#define kOfxParamPropInteractMinimumSize "OfxParamPropInteractMinimumSize" /* double×2 */
#define kOfxParamPropInteractPreferedSize "OfxParamPropInteractPreferedSize" /* int×2 */
#define kOfxParamPropHasHostOverlayHandle "OfxParamPropHasHostOverlayHandle" /* int */
#define kOfxParamPropUseHostOverlayHandle "kOfxParamPropUseHostOverlayHandle" /* int; yes, "k" */

/* --- On every parameter that holds a value ------------------------------------------------ */

#define kOfxParamPropDefault "OfxParamPropDefault" /* as the type has it */
#define kOfxParamPropAnimates "OfxParamPropAnimates" /* int */
#define kOfxParamPropIsAnimating "OfxParamPropIsAnimating" /* int, instance */
#define kOfxParamPropIsAutoKeying "OfxParamPropIsAutoKeying" /* int, instance */
#define kOfxParamPropPersistant "OfxParamPropPersistant" /* int; spelt so */
#define kOfxParamPropEvaluateOnChange "OfxParamPropEvaluateOnChange" /* int */
#define kOfxParamPropPluginMayWrite "OfxParamPropPluginMayWrite" /* int, obsolete */
#define kOfxParamPropCanUndo "OfxParamPropCanUndo" /* int */

#define kOfxParamPropCacheInvalidation "OfxParamPropCacheInvalidation" /* string, one of: */
#define kOfxParamInvalidateValueChange "OfxParamInvalidateValueChange"
#define kOfxParamInvalidateValueChangeToEnd "OfxParamInvalidateValueChangeToEnd"
#define kOfxParamInvalidateAll "OfxParamInvalidateAll"

/* --- On numbers --------------------------------------------------------------------------- */

#define kOfxParamPropMin "OfxParamPropMin"
#define kOfxParamPropMax "OfxParamPropMax"
#define kOfxParamPropDisplayMin "OfxParamPropDisplayMin"
#define kOfxParamPropDisplayMax "OfxParamPropDisplayMax"
#define kOfxParamPropIncrement "OfxParamPropIncrement" /* double */
#define kOfxParamPropDigits "OfxParamPropDigits" /* int */
#define kOfxParamPropDimensionLabel "OfxParamPropDimensionLabel" /* string×dimension */

#define kOfxParamPropDoubleType "OfxParamPropDoubleType" /* string, one of: */
#define kOfxParamDoubleTypePlain "OfxParamDoubleTypePlain"
#define kOfxParamDoubleTypeScale "OfxParamDoubleTypeScale"
#define kOfxParamDoubleTypeAngle "OfxParamDoubleTypeAngle"
#define kOfxParamDoubleTypeTime "OfxParamDoubleTypeTime"
#define kOfxParamDoubleTypeAbsoluteTime "OfxParamDoubleTypeAbsoluteTime"
#define kOfxParamDoubleTypeX "OfxParamDoubleTypeX"
#define kOfxParamDoubleTypeY "OfxParamDoubleTypeY"
#define kOfxParamDoubleTypeXAbsolute "OfxParamDoubleTypeXAbsolute"
#define kOfxParamDoubleTypeYAbsolute "OfxParamDoubleTypeYAbsolute"
#define kOfxParamDoubleTypeXY "OfxParamDoubleTypeXY"
#define kOfxParamDoubleTypeXYAbsolute "OfxParamDoubleTypeXYAbsolute"

#define kOfxParamPropDefaultCoordinateSystem "OfxParamPropDefaultCoordinateSystem" /* one of: */
#define kOfxParamCoordinatesCanonical "OfxParamCoordinatesCanonical"
#define kOfxParamCoordinatesNormalised "OfxParamCoordinatesNormalised"

#define kOfxParamPropShowTimeMarker "OfxParamPropShowTimeMarker" /* int */

/* --- On choices, strings, groups, pages and custom parameters ----------------------------- */

#define kOfxParamPropChoiceOption "OfxParamPropChoiceOption" /* string×N, labels */
#define kOfxParamPropChoiceOrder "OfxParamPropChoiceOrder" /* int×N; since 1.5 */
#define kOfxParamPropChoiceEnum "OfxParamPropChoiceEnum" /* string×N, StrChoice; since 1.5 */

#define kOfxParamPropStringMode "OfxParamPropStringMode" /* string, one of: */
#define kOfxParamStringIsSingleLine "OfxParamStringIsSingleLine"
#define kOfxParamStringIsMultiLine "OfxParamStringIsMultiLine"
#define kOfxParamStringIsFilePath "OfxParamStringIsFilePath"
#define kOfxParamStringIsDirectoryPath "OfxParamStringIsDirectoryPath"
#define kOfxParamStringIsLabel "OfxParamStringIsLabel"
#define kOfxParamStringIsRichTextFormat "OfxParamStringIsRichTextFormat"

#define kOfxParamPropStringFilePathExists "OfxParamPropStringFilePathExists" /* int */

#define kOfxParamPropGroupOpen "OfxParamPropGroupOpen" /* int */
#define kOfxParamPropPageChild "OfxParamPropPageChild" /* string×N */
#define kOfxParamPageSkipRow "OfxParamPageSkipRow"
#define kOfxParamPageSkipColumn "OfxParamPageSkipColumn"

#define kOfxParamPropCustomInterpCallbackV1 "OfxParamPropCustomCallbackV1" /* pointer */
#define kOfxParamPropCustomValue "OfxParamPropCustomValue" /* string×2 */
#define kOfxParamPropInterpolationTime "OfxParamPropInterpolationTime" /* double×2 */
#define kOfxParamPropInterpolationAmount "OfxParamPropInterpolationAmount" /* double */

typedef OfxStatus(OfxCustomParamInterpFuncV1)(OfxParamSetHandle instance,
                                              OfxPropertySetHandle inArgs,
                                              OfxPropertySetHandle outArgs);

/* --- The suite ---------------------------------------------------------------------------- */

#define kOfxParameterSuite "OfxParameterSuite"

/* Varargs: pointers to the type's values for getters, the values themselves for setters. */
typedef struct OfxParameterSuiteV1 {
  OfxStatus (*paramDefine)(OfxParamSetHandle paramSet, const char *paramType, const char *name,
                           OfxPropertySetHandle *propertySet);
  OfxStatus (*paramGetHandle)(OfxParamSetHandle paramSet, const char *name, OfxParamHandle *param,
                              OfxPropertySetHandle *propertySet);
  OfxStatus (*paramSetGetPropertySet)(OfxParamSetHandle paramSet,
                                      OfxPropertySetHandle *propHandle);
  OfxStatus (*paramGetPropertySet)(OfxParamHandle param, OfxPropertySetHandle *propHandle);

  OfxStatus (*paramGetValue)(OfxParamHandle paramHandle, ...);
  OfxStatus (*paramGetValueAtTime)(OfxParamHandle paramHandle, OfxTime time, ...);
  OfxStatus (*paramGetDerivative)(OfxParamHandle paramHandle, OfxTime time, ...);
  OfxStatus (*paramGetIntegral)(OfxParamHandle paramHandle, OfxTime time1, OfxTime time2, ...);
  OfxStatus (*paramSetValue)(OfxParamHandle paramHandle, ...);
  OfxStatus (*paramSetValueAtTime)(OfxParamHandle paramHandle, OfxTime time, ...);

  OfxStatus (*paramGetNumKeys)(OfxParamHandle paramHandle, unsigned int *numberOfKeys);
  OfxStatus (*paramGetKeyTime)(OfxParamHandle paramHandle, unsigned int nthKey, OfxTime *time);
  /* direction < 0: the last key before time, > 0: the first after it, 0: the key at it. */
  OfxStatus (*paramGetKeyIndex)(OfxParamHandle paramHandle, OfxTime time, int direction,
                                int *index);
  OfxStatus (*paramDeleteKey)(OfxParamHandle paramHandle, OfxTime time);
  OfxStatus (*paramDeleteAllKeys)(OfxParamHandle paramHandle);

  OfxStatus (*paramCopy)(OfxParamHandle paramTo, OfxParamHandle paramFrom, OfxTime dstOffset,
                         const OfxRangeD *frameRange);
  OfxStatus (*paramEditBegin)(OfxParamSetHandle paramSet, const char *name);
  OfxStatus (*paramEditEnd)(OfxParamSetHandle paramSet);
} OfxParameterSuiteV1;

#ifdef __cplusplus
}
#endif

#endif
