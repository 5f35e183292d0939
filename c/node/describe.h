/* What the effect says about itself. Costs nothing: no file, no process, no device is touched. */
#ifndef IMPASTO_DESCRIBE_H
#define IMPASTO_DESCRIBE_H

#include "ofx/ofx.h"

OfxStatus describe(OfxImageEffectHandle effect);
OfxStatus describe_in_context(OfxImageEffectHandle effect, OfxPropertySetHandle in);

#endif
