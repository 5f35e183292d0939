/* The effect's parameters: one table, from which they are defined, and their values. */
#ifndef IMPASTO_PARAMS_H
#define IMPASTO_PARAMS_H

#include "ofx/ofx.h"
#include "sentence.h"

#include <stdbool.h>

enum param {
  PARAM_STYLE,
  PARAM_STYLE_ID,
  PARAM_MIX,
  PARAM_MASK_APPLY,
  PARAM_MASK_INVERT,
  PARAM_COUNT
};

/* Of an instance. NULL: not in this context, or in no host like this. */
struct params {
  OfxParamHandle handles[PARAM_COUNT];
};

/* with_mask: the context has a Mask. */
bool params_define(OfxParamSetHandle set, bool with_mask);
bool params_fetch(struct params *to, OfxParamSetHandle set, bool with_mask);

enum { STYLE_SIZE = 256 };

/* What to ask the engine for. */
bool params_style(const struct params *params, OfxTime time, char to[STYLE_SIZE],
                  struct sentence *why);

/* 0 to 1. */
bool params_mix(const struct params *params, OfxTime time, double *to);

/* Off where there is no such parameter. */
bool params_switch(const struct params *params, enum param param, OfxTime time);

#endif
