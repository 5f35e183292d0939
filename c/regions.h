/* Rectangles: what the effect defines, what it needs, and where it does nothing. */
#ifndef IMPASTO_REGIONS_H
#define IMPASTO_REGIONS_H

#include "instance.h"

OfxStatus region_of_definition(struct instance *instance, OfxPropertySetHandle in,
                               OfxPropertySetHandle out);
OfxStatus regions_of_interest(struct instance *instance, OfxPropertySetHandle in,
                              OfxPropertySetHandle out);
OfxStatus is_identity(struct instance *instance, OfxPropertySetHandle in,
                      OfxPropertySetHandle out);

OfxRectI rect_meet(OfxRectI a, OfxRectI b);
bool rect_empty(OfxRectI r);

#endif
