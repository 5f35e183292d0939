#include "clips.h"

#include "suites.h"

#include <stdio.h>

static const struct {
  const char *name;
  bool optional; /* which only the General context has */
  bool mask;     /* of alpha alone, in hosts that have such images */
  bool temporal; /* other frames than the rendered one may be wanted */
} table[CLIP_COUNT] = {
    [CLIP_SOURCE] = {.name = kOfxImageEffectSimpleSourceClipName, .temporal = true},
    [CLIP_OUTPUT] = {.name = kOfxImageEffectOutputClipName},
    [CLIP_MASK] = {.name = "Mask", .optional = true, .mask = true},
    [CLIP_STYLE] = {.name = "Style", .optional = true},
};

static bool define_components(OfxPropertySetHandle set, bool alpha) {
  static const char property[] = kOfxImageEffectPropSupportedComponents;
  if (alpha && host_lists(property, kOfxImageComponentAlpha))
    return put_string(set, property, 0, kOfxImageComponentAlpha);
  return put_string(set, property, 0, kOfxImageComponentRGBA) &&
         put_string(set, property, 1, kOfxImageComponentRGB);
}

static bool define(OfxImageEffectHandle effect, enum clip_id c) {
  static const char temporal[] = kOfxImageEffectPropTemporalClipAccess;
  OfxPropertySetHandle set = NULL;
  return suites.effect->clipDefine(effect, table[c].name, &set) == kOfxStatOK &&
         put_int(set, kOfxImageEffectPropSupportsTiles, 0, 0) &&
         define_components(set, table[c].mask) &&
         (!table[c].optional || put_int(set, kOfxImageClipPropOptional, 0, 1)) &&
         (!table[c].temporal || put_int(set, temporal, 0, host_says(temporal))) &&
         (!table[c].mask || put_int(set, kOfxImageClipPropIsMask, 0, 1));
}

bool clips_define(OfxImageEffectHandle effect, bool general) {
  bool ok = true;
  for (enum clip_id c = 0; c < CLIP_COUNT; c++)
    if (general || !table[c].optional)
      ok = ok && define(effect, c);
  return ok;
}

static bool fetch(OfxImageEffectHandle effect, struct clip *to) {
  return suites.effect->clipGetHandle(effect, to->name, &to->handle, &to->properties) ==
             kOfxStatOK &&
         to->handle && to->properties;
}

bool clips_fetch(OfxImageEffectHandle effect, bool general, struct clip to[CLIP_COUNT]) {
  bool ok = true;
  for (enum clip_id c = 0; c < CLIP_COUNT; c++) {
    to[c] = (struct clip){.name = table[c].name};
    if (general || !table[c].optional)
      ok = ok && fetch(effect, &to[c]);
  }
  return ok;
}

bool clip_connected(const struct clip *clip) {
  int connected = 0;
  return clip->handle &&
         get_int(clip->properties, kOfxImageClipPropConnected, 0, &connected) && connected;
}

struct clip_property clip_property(const char *prefix, const struct clip *clip) {
  struct clip_property property;
  (void)snprintf(property.text, sizeof property.text, "%s_%s", prefix, clip->name);
  return property;
}
