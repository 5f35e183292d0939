#include "describe.h"

#include "clips.h"
#include "link/launch.h"
#include "params.h"
#include "suites.h"

#include <string.h>

OfxStatus describe(OfxImageEffectHandle effect) {
  OfxPropertySetHandle set = NULL;
  const char *path;
  if (suites.effect->getPropertySet(effect, &set) != kOfxStatOK)
    return kOfxStatFailed;
  if (get_string(set, kOfxPluginPropFilePath, 0, &path))
    launch_note_path(path);

  static const char contexts[] = kOfxImageEffectPropSupportedContexts;
  bool ok = put_string(set, kOfxPropLabel, 0, "Impasto") &&
            put_string(set, kOfxImageEffectPluginPropGrouping, 0, "Filter/Stylize") &&
            put_string(set, contexts, 0, kOfxImageEffectContextFilter) &&
            put_string(set, contexts, 1, kOfxImageEffectContextGeneral);
  /* Half is newer than the others: only for hosts that know it. */
  const char *depths[] = {kOfxBitDepthFloat, kOfxBitDepthShort, kOfxBitDepthByte, kOfxBitDepthHalf};
  int count = host_lists(kOfxImageEffectPropSupportedPixelDepths, kOfxBitDepthHalf) ? 4 : 3;
  for (int i = 0; i < count; i++)
    ok = put_string(set, kOfxImageEffectPropSupportedPixelDepths, i, depths[i]) && ok;
  /* A style's statistics are those of the whole frame. */
  ok = put_int(set, kOfxImageEffectPropSupportsTiles, 0, 0) &&
       put_int(set, kOfxImageEffectPropSupportsMultiResolution, 0, 1) &&
       /* Statistics may be held from another frame. */
       put_int(set, kOfxImageEffectPropTemporalClipAccess, 0,
               host_says(kOfxImageEffectPropTemporalClipAccess)) &&
       put_string(set, kOfxImageEffectPluginRenderThreadSafety, 0,
                  kOfxImageEffectRenderFullySafe) &&
       put_int(set, kOfxImageEffectPluginPropHostFrameThreading, 0, 0) && ok;

  /* A mask may have a depth of its own, the pictures may not have pixels of another shape. */
  (void)put_int(set, kOfxImageEffectPropSupportsMultipleClipDepths, 0, 1);
  (void)put_int(set, kOfxImageEffectPropSupportsMultipleClipPARs, 0, 0);
  (void)put_int(set, kOfxImageEffectPluginPropSingleInstance, 0, 0);
  (void)put_int(set, kOfxImageEffectPluginPropFieldRenderTwiceAlways, 0, 0);
  (void)put_string(set, kOfxPropShortLabel, 0, "Impasto");
  (void)put_string(set, kOfxPropLongLabel, 0, "Impasto neural style transfer");
  offer_string(set, kOfxPropIcon, 1, "net.impasto.StyleTransfer.png"); /* 0 would be an SVG */
  const char *colour = kOfxImageEffectColourManagementNone;
  (void)get_string(suites.host->host, kOfxImageEffectPropColourManagementStyle, 0, &colour);
  if (strcmp(colour, kOfxImageEffectColourManagementNone) != 0) {
    offer_string(set, kOfxImageEffectPropColourManagementStyle, 0,
                 kOfxImageEffectColourManagementFull);
    offer_string(set, kOfxImageEffectPropColourManagementAvailableConfigs, 0, kOfxConfigIdentifier);
  }
  offer_string(set, kOfxPropPluginDescription, 0,
               "Repaints the plate in the style of a painting. Mix and Mask blend the painting "
               "with the plate; where they are 0 the plate comes through unchanged. Style Mix "
               "leads to a second style. Styles that are taken from a painting have it on Style.");
  return ok ? kOfxStatOK : kOfxStatFailed;
}

OfxStatus describe_in_context(OfxImageEffectHandle effect, OfxPropertySetHandle in) {
  bool general = has_string(in, kOfxImageEffectPropContext, kOfxImageEffectContextGeneral);
  if (!general && !has_string(in, kOfxImageEffectPropContext, kOfxImageEffectContextFilter))
    return kOfxStatErrUnsupported;
  OfxParamSetHandle params = NULL;
  bool ok = clips_define(effect, general) &&
            suites.effect->getParamSet(effect, &params) == kOfxStatOK &&
            params_define(params, general);
  return ok ? kOfxStatOK : kOfxStatFailed;
}
