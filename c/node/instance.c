#include "instance.h"

#include "suites.h"

#include <stdlib.h>

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
  if (!clips_fetch(effect, general, instance->clips) ||
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

/* Always OK: on anything else Natron calls it again. */
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

bool instance_masked(const struct instance *instance, OfxTime time) {
  if (!clip_connected(&instance->clips[CLIP_MASK]))
    return false;
  return !instance->params.handles[PARAM_MASK_APPLY] ||
         params_switch(&instance->params, PARAM_MASK_APPLY, time);
}

/* Generators say that they have no first frame, or one far away. */
static OfxTime first_frame(const struct clip *clip) {
  double first;
  if (get_double(clip->properties, kOfxImageEffectPropFrameRange, 0, &first) && first > -1e6 &&
      first < 1e6)
    return first;
  return 1;
}

bool instance_held_frame(const struct instance *instance, OfxTime time, OfxTime *to) {
  if (!params_switch(&instance->params, PARAM_HOLD_STATISTICS, time))
    return false;
  *to = params_integer(&instance->params, PARAM_STATISTICS_FRAME, time);
  if (*to == 0)
    *to = first_frame(&instance->clips[CLIP_SOURCE]);
  return *to != time;
}
