/* The clips of the effect: one table, from which they are defined and fetched. */
#ifndef IMPASTO_CLIPS_H
#define IMPASTO_CLIPS_H

#include "ofx/ofx.h"

#include <stdbool.h>

enum clip_id { CLIP_SOURCE, CLIP_OUTPUT, CLIP_MASK, CLIP_STYLE, CLIP_COUNT };

/* Of an instance. */
struct clip {
  const char *name;
  OfxImageClipHandle handle; /* NULL: not in this context */
  OfxPropertySetHandle properties;
};

/* general: the context has the optional clips. */
bool clips_define(OfxImageEffectHandle effect, bool general);
bool clips_fetch(OfxImageEffectHandle effect, bool general, struct clip to[CLIP_COUNT]);

/* Whether there is something on it; some hosts always say so. */
bool clip_connected(const struct clip *clip);

/* The name of a property that an action has for each clip. */
struct clip_property {
  char text[96];
};
struct clip_property clip_property(const char *prefix, const struct clip *clip);

#endif
