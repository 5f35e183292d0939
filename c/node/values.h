/* The values of an instance's parameters. */
#ifndef IMPASTO_VALUES_H
#define IMPASTO_VALUES_H

#include "link/sentence.h"
#include "ofx/ofx.h"
#include "params_table.h"

/* Of an instance. NULL: not in this context, or in no host like this. */
struct params {
  OfxParamHandle handles[PARAM_COUNT];
};

/* with_mask: the context has a Mask. */
bool params_fetch(struct params *to, OfxParamSetHandle set, bool with_mask);

/* Reads all that are numbers, switches or choices, within their ranges, as requests have them; the
 * default where there is no such parameter. The texts are of the table. */
bool params_read(const struct params *params, OfxTime time, struct setting to[PARAM_COUNT],
                 struct sentence *why);

enum { STYLE_SIZE = 256 };

/* What to ask the engine for: b is empty where mix, 0 to 1, is 0. */
struct styles {
  char a[STYLE_SIZE], b[STYLE_SIZE];
};

bool params_styles(const struct params *params, OfxTime time, double mix, struct styles *to,
                   struct sentence *why);

/* The space of the plate as messages name it; NULL: what plates of its depth are in. */
bool params_space(const struct params *params, OfxTime time, const char **to,
                  struct sentence *why);

/* One of them, for what is asked between renders. A switch that does not exist is off. */
bool params_number(const struct params *params, enum param param, OfxTime time, double *to,
                   struct sentence *why);
int params_integer(const struct params *params, enum param param, OfxTime time);
bool params_switch(const struct params *params, enum param param, OfxTime time);

/* Whether the host says of an action that it is about this parameter. */
bool params_named(OfxPropertySetHandle in, enum param param);

#endif
