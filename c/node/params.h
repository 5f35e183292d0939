/* The effect's parameters as hosts have them: their definition, and their values. */
#ifndef IMPASTO_PARAMS_H
#define IMPASTO_PARAMS_H

#include "link/messages.h"
#include "link/sentence.h"
#include "ofx/ofx.h"
#include "params_table.h"

/* Of an instance. NULL: not in this context, or in no host like this. */
struct params {
  OfxParamHandle handles[PARAM_COUNT];
};

/* with_mask: the context has a Mask. */
bool params_define(OfxParamSetHandle set, bool with_mask);
bool params_fetch(struct params *to, OfxParamSetHandle set, bool with_mask);

enum { STYLE_SIZE = 256 };

/* What to ask the engine for: b is empty where mix, 0 to 1, is 0. */
struct styles {
  char a[STYLE_SIZE], b[STYLE_SIZE];
  double mix;
};

bool params_styles(const struct params *params, OfxTime time, struct styles *to,
                   struct sentence *why);

/* A number, within its range; its default where there is no such parameter. */
bool params_number(const struct params *params, enum param param, OfxTime time, double *to,
                   struct sentence *why);

/* The space of the plate as messages name it; NULL: what plates of its depth are in. */
bool params_space(const struct params *params, OfxTime time, const char **to,
                  struct sentence *why);

/* Whether the host says of an action that it is about this parameter. */
bool params_named(OfxPropertySetHandle in, enum param param);

/* Whether the statistics are those of all that there is of a frame, and not of its format. */
bool params_whole_frame(const struct params *params, OfxTime time);

/* Whether the statistics are held, and from which frame; 0: from the plate's first. */
bool params_held_frame(const struct params *params, OfxTime time, OfxTime *to);

/* How the plate is optimised, where the style does that; what it starts from the chain knows. */
bool params_descent(const struct params *params, OfxTime time, struct descent *to,
                    struct sentence *why);

/* What the network is to run on. */
struct device params_device(const struct params *params, OfxTime time);

/* Off where there is no such parameter. */
bool params_switch(const struct params *params, enum param param, OfxTime time);

#endif
