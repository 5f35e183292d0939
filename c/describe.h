/* What the effect says about itself. Costs nothing: no file, no process, no device is touched. */
#ifndef IMPASTO_DESCRIBE_H
#define IMPASTO_DESCRIBE_H

#include "ofx/ofx.h"

#define CLIP_SOURCE kOfxImageEffectSimpleSourceClipName
#define CLIP_OUTPUT kOfxImageEffectOutputClipName
#define CLIP_MASK "Mask"
#define CLIP_STYLE "Style"

OfxStatus describe(OfxImageEffectHandle effect);
OfxStatus describe_in_context(OfxImageEffectHandle effect, OfxPropertySetHandle in);

#endif
