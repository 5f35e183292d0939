/* What every OFX plugin and host share: entry points, status codes, basic types, general actions
 * and properties. */
#ifndef IMPASTO_OFX_CORE_H
#define IMPASTO_OFX_CORE_H

#include <limits.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- Status codes ------------------------------------------------------------------------- */

typedef int OfxStatus;

#define kOfxStatOK 0
#define kOfxStatFailed ((int)1) /* failed, the host may go on */
#define kOfxStatErrFatal ((int)2) /* failed, the object is unusable from now on */
#define kOfxStatErrUnknown ((int)3) /* no such suite, name or property */
#define kOfxStatErrMissingHostFeature ((int)4) /* from Load, Describe: not in this host */
#define kOfxStatErrUnsupported ((int)5)
#define kOfxStatErrExists ((int)6)
#define kOfxStatErrFormat ((int)7)
#define kOfxStatErrMemory ((int)8)
#define kOfxStatErrBadHandle ((int)9)
#define kOfxStatErrBadIndex ((int)10)
#define kOfxStatErrValue ((int)11)
#define kOfxStatReplyYes ((int)12)
#define kOfxStatReplyNo ((int)13)
#define kOfxStatReplyDefault ((int)14) /* action not trapped: the host does the default */
#define kOfxStatUnlicensed ((int)15) /* 1.5: the plugin has no licence to render */

/* --- Basic types -------------------------------------------------------------------------- */

typedef struct OfxPropertySetStruct *OfxPropertySetHandle;

typedef double OfxTime; /* in frames */

typedef struct OfxRangeI {
  int min, max;
} OfxRangeI;

typedef struct OfxRangeD {
  double min, max;
} OfxRangeD;

typedef struct OfxPointI {
  int x, y;
} OfxPointI;

typedef struct OfxPointD {
  double x, y;
} OfxPointD;

/* Rectangles are half open, x1 <= x < x2, with y up. */
typedef struct OfxRectI {
  int x1, y1, x2, y2;
} OfxRectI;

typedef struct OfxRectD {
  double x1, y1, x2, y2;
} OfxRectD;

/* Sides of an infinite region of definition. */
#define kOfxFlagInfiniteMax INT_MAX
#define kOfxFlagInfiniteMin INT_MIN

/* --- Bootstrap ---------------------------------------------------------------------------- */

typedef struct OfxHost {
  OfxPropertySetHandle host; /* describes the host */
  /* NULL where the host lacks the suite or that version of it. */
  const void *(*fetchSuite)(OfxPropertySetHandle host, const char *suiteName, int suiteVersion);
} OfxHost;

typedef OfxStatus(OfxPluginEntryPoint)(const char *action, const void *handle,
                                       OfxPropertySetHandle inArgs, OfxPropertySetHandle outArgs);

typedef struct OfxPlugin {
  const char *pluginApi;
  int apiVersion;
  const char *pluginIdentifier;
  unsigned int pluginVersionMajor;
  unsigned int pluginVersionMinor;
  void (*setHost)(OfxHost *host); /* called before any action, also before Load */
  OfxPluginEntryPoint *mainEntry;
} OfxPlugin;

/* The three symbols that a plugin binary exports. OfxSetHost (since 1.4, optional) is called
 * first of all, before the plugins are even counted. */
#if defined(_WIN32)
#define OfxExport extern __declspec(dllexport)
#elif defined(__GNUC__)
#define OfxExport extern __attribute__((visibility("default")))
#else
#define OfxExport extern
#endif

OfxExport OfxStatus OfxSetHost(const OfxHost *host);
OfxExport int OfxGetNumberOfPlugins(void);
OfxExport OfxPlugin *OfxGetPlugin(int nth);

/* --- Actions of every plugin API ---------------------------------------------------------- */

#define kOfxActionLoad "OfxActionLoad"
#define kOfxActionUnload "OfxActionUnload"
#define kOfxActionDescribe "OfxActionDescribe"
#define kOfxActionPurgeCaches "OfxActionPurgeCaches"
#define kOfxActionSyncPrivateData "OfxActionSyncPrivateData"
#define kOfxActionCreateInstance "OfxActionCreateInstance"
#define kOfxActionDestroyInstance "OfxActionDestroyInstance"
#define kOfxActionInstanceChanged "OfxActionInstanceChanged"
#define kOfxActionBeginInstanceChanged "OfxActionBeginInstanceChanged"
#define kOfxActionEndInstanceChanged "OfxActionEndInstanceChanged"
#define kOfxActionBeginInstanceEdit "OfxActionBeginInstanceEdit"
#define kOfxActionEndInstanceEdit "OfxActionEndInstanceEdit"

/* --- Properties of more than one kind of object ------------------------------------------- */

#define kOfxPropAPIVersion "OfxPropAPIVersion" /* int×N */
#define kOfxPropTime "OfxPropTime" /* double */
#define kOfxPropIsInteractive "OfxPropIsInteractive" /* int */
#define kOfxPluginPropFilePath "OfxPluginPropFilePath" /* string, the bundle's path */
#define kOfxPropInstanceData "OfxPropInstanceData" /* pointer, the plugin's own */
#define kOfxPropType "OfxPropType" /* string */
#define kOfxPropName "OfxPropName" /* string */
#define kOfxPropVersion "OfxPropVersion" /* int×N */
#define kOfxPropVersionLabel "OfxPropVersionLabel" /* string */
#define kOfxPropPluginDescription "OfxPropPluginDescription" /* string */
#define kOfxPropLabel "OfxPropLabel" /* string */
#define kOfxPropShortLabel "OfxPropShortLabel" /* string */
#define kOfxPropLongLabel "OfxPropLongLabel" /* string */
#define kOfxPropIcon "OfxPropIcon" /* string×2, SVG and PNG */
#define kOfxPropEffectInstance "OfxPropEffectInstance" /* pointer */
#define kOfxPropHostOSHandle "OfxPropHostOSHandle" /* pointer */

#define kOfxPropChangeReason "OfxPropChangeReason" /* string, one of: */
#define kOfxChangeUserEdited "OfxChangeUserEdited"
#define kOfxChangePluginEdited "OfxChangePluginEdited"
#define kOfxChangeTime "OfxChangeTime"

/* --- Bit depths --------------------------------------------------------------------------- */

#define kOfxBitDepthNone "OfxBitDepthNone"
#define kOfxBitDepthByte "OfxBitDepthByte"
#define kOfxBitDepthShort "OfxBitDepthShort"
#define kOfxBitDepthHalf "OfxBitDepthHalf"
#define kOfxBitDepthFloat "OfxBitDepthFloat"

#ifdef __cplusplus
}
#endif

#endif
