/* An instance of the effect. */
#ifndef IMPASTO_INSTANCE_H
#define IMPASTO_INSTANCE_H

#include "chain.h"
#include "clips.h"
#include "ofx/ofx.h"
#include "report.h"
#include "status.h"
#include "values.h"

struct instance {
  OfxImageEffectHandle effect;
  OfxPropertySetHandle properties;
  struct clip clips[CLIP_COUNT];
  struct params params;
  struct report report;
  struct status status;
  struct chain chain;
  bool setting; /* a preset sets controls, and the host reports each as changed */
};

OfxStatus instance_create(OfxImageEffectHandle effect);
OfxStatus instance_destroy(OfxImageEffectHandle effect);

/* NULL: the host lost it. */
struct instance *instance_of(OfxImageEffectHandle effect);

/* Whether the mask takes part at that time. */
bool instance_masked(const struct instance *instance, OfxTime time);

/* Whether the statistics are those of another frame, and of which. */
bool instance_held_frame(const struct instance *instance, OfxTime time, OfxTime *to);

#endif
