/* The actions around rendering. */
#ifndef IMPASTO_RENDER_H
#define IMPASTO_RENDER_H

#include "instance.h"

OfxStatus tell_status(struct instance *instance, OfxPropertySetHandle in);
OfxStatus begin_sequence(struct instance *instance, OfxPropertySetHandle in);
OfxStatus render(struct instance *instance, OfxPropertySetHandle in);

#endif
