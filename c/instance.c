#include "instance.h"

#include "describe.h"
#include "presets.h"
#include "render.h"
#include "space.h"
#include "suites.h"

#include <stdlib.h>
#include <string.h>

static bool fetch_clip(OfxImageEffectHandle effect, const char *name, struct clip *to) {
  return suites.effect->clipGetHandle(effect, name, &to->handle, &to->properties) == kOfxStatOK &&
         to->handle && to->properties;
}

OfxStatus instance_create(OfxImageEffectHandle effect) {
  OfxParamSetHandle params = NULL;
  struct instance *instance = calloc(1, sizeof *instance);
  if (!instance)
    return kOfxStatErrMemory;
  instance->effect = effect;
  report_init(&instance->report, effect);
  status_init(&instance->status);
  chain_init(&instance->chain);
  if (suites.effect->getPropertySet(effect, &instance->properties) != kOfxStatOK ||
      suites.effect->getParamSet(effect, &params) != kOfxStatOK)
    goto failed;
  bool general =
      has_string(instance->properties, kOfxImageEffectPropContext, kOfxImageEffectContextGeneral);
  if (!fetch_clip(effect, CLIP_SOURCE, &instance->source) ||
      !fetch_clip(effect, CLIP_OUTPUT, &instance->output) ||
      (general && (!fetch_clip(effect, CLIP_MASK, &instance->mask) ||
                   !fetch_clip(effect, CLIP_STYLE, &instance->style))) ||
      !params_fetch(&instance->params, params, general) ||
      suites.property->propSetPointer(instance->properties, kOfxPropInstanceData, 0, instance) !=
          kOfxStatOK)
    goto failed;
  return kOfxStatOK;
failed:
  chain_done(&instance->chain);
  status_done(&instance->status);
  report_done(&instance->report);
  free(instance);
  return kOfxStatFailed;
}

struct instance *instance_of(OfxImageEffectHandle effect) {
  OfxPropertySetHandle set = NULL;
  void *data = NULL;
  if (suites.effect->getPropertySet(effect, &set) != kOfxStatOK ||
      !get_pointer(set, kOfxPropInstanceData, &data))
    return NULL;
  return data;
}

/* Always OK: on anything else Natron calls it once more. */
OfxStatus instance_destroy(OfxImageEffectHandle effect) {
  struct instance *instance = instance_of(effect);
  if (instance) {
    (void)suites.property->propSetPointer(instance->properties, kOfxPropInstanceData, 0, NULL);
    chain_done(&instance->chain);
    status_done(&instance->status);
    report_done(&instance->report);
    free(instance);
  }
  return kOfxStatOK;
}

static bool is_connected(const struct clip *clip) {
  int connected = 0;
  return clip->handle &&
         get_int(clip->properties, kOfxImageClipPropConnected, 0, &connected) && connected;
}

bool instance_has_painting(const struct instance *instance) {
  return is_connected(&instance->style);
}

bool instance_masked(const struct instance *instance, OfxTime time) {
  if (!is_connected(&instance->mask))
    return false;
  return !instance->params.handles[PARAM_MASK_APPLY] ||
         params_switch(&instance->params, PARAM_MASK_APPLY, time);
}

/* Generators have no first frame, or one far away. */
static OfxTime first_frame(const struct clip *clip) {
  double first;
  if (get_double(clip->properties, kOfxImageEffectPropFrameRange, 0, &first) && first > -1e6 && first < 1e6)
    return first;
  return 1;
}

bool instance_held_frame(const struct instance *instance, OfxTime time, OfxTime *to) {
  if (!params_held_frame(&instance->params, time, to))
    return false;
  if (*to == 0)
    *to = first_frame(&instance->source);
  return *to != time;
}

/* Has the host render in order, if it can, where frames start from the ones before. */
static void ask_for_order(struct instance *instance) {
  (void)put_int(instance->properties, kOfxImageEffectInstancePropSequentialRender, 0,
                params_switch(&instance->params, PARAM_START_FROM_PREVIOUS, 0));
}

/* Whatever the artist changes may be the cure; the next frame says if it was not. An undo of what the
 * node has set comes as an edit of the node's. */
OfxStatus instance_changed(struct instance *instance, OfxPropertySetHandle in) {
  bool by_artist = has_string(in, kOfxPropChangeReason, kOfxChangeUserEdited);
  if (by_artist)
    report_clear(&instance->report);
  if (by_artist || has_string(in, kOfxPropChangeReason, kOfxChangePluginEdited))
    presets_follow(instance, in);
  if (!by_artist)
    return kOfxStatReplyDefault;
  ask_for_order(instance);
  return params_named(in, PARAM_STATUS) ? tell_status(instance, in) : kOfxStatReplyDefault;
}

OfxStatus instance_clip_preferences(struct instance *instance, OfxPropertySetHandle out) {
  OfxPropertySetHandle source = instance->source.properties;
  const char *components = kOfxImageComponentRGBA, *depth, *premultiplication, *colour;
  (void)get_string(source, kOfxImageClipPropUnmappedComponents, 0, &components);
  if (strcmp(components, kOfxImageComponentRGB) != 0)
    components = kOfxImageComponentRGBA;

  ask_for_order(instance);

  /* The picture alone decides; by default the other inputs would have a say as well. A host without one
   * of these does its default. */
  (void)put_string(out, "OfxImageClipPropComponents_" CLIP_SOURCE, 0, components);
  (void)put_string(out, "OfxImageClipPropComponents_" CLIP_OUTPUT, 0, components);
  if (instance->mask.handle &&
      host_lists(kOfxImageEffectPropSupportedComponents, kOfxImageComponentAlpha))
    (void)put_string(out, "OfxImageClipPropComponents_" CLIP_MASK, 0, kOfxImageComponentAlpha);
  if (instance->style.handle)
    (void)put_string(out, "OfxImageClipPropComponents_" CLIP_STYLE, 0, kOfxImageComponentRGBA);
  if (host_says(kOfxImageEffectPropSupportsMultipleClipDepths) &&
      get_string(source, kOfxImageEffectPropPixelDepth, 0, &depth) &&
      strcmp(depth, kOfxBitDepthNone) != 0)
    (void)put_string(out, "OfxImageClipPropDepth_" CLIP_OUTPUT, 0, depth);
  if (is_connected(&instance->source) &&
      get_string(source, kOfxImageEffectPropPreMultiplication, 0, &premultiplication))
    (void)put_string(out, kOfxImageEffectPropPreMultiplication, 0, premultiplication);
  if (get_string(instance->properties, kOfxImageEffectPropColourManagementStyle, 0, &colour) &&
      strcmp(colour, kOfxImageEffectColourManagementNone) != 0) {
    space_prefer(out, kOfxImageClipPropPreferredColourspaces "_" CLIP_SOURCE);
    if (instance->style.handle)
      space_prefer(out, kOfxImageClipPropPreferredColourspaces "_" CLIP_STYLE);
  }
  return kOfxStatOK;
}
