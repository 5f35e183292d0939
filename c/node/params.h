/* The definition of the effect's parameters in a host. */
#ifndef IMPASTO_PARAMS_H
#define IMPASTO_PARAMS_H

#include "ofx/ofx.h"

#include <stdbool.h>

/* with_mask: the context has a Mask. */
bool params_define(OfxParamSetHandle set, bool with_mask);

#endif
