/* Rectangles: what the effect defines, what it needs, and where it does nothing. */
#ifndef IMPASTO_REGIONS_H
#define IMPASTO_REGIONS_H

#include "instance.h"

OfxStatus region_of_definition(struct instance *instance, OfxPropertySetHandle in,
                               OfxPropertySetHandle out);
OfxStatus regions_of_interest(struct instance *instance, OfxPropertySetHandle in,
                              OfxPropertySetHandle out);
OfxStatus frames_needed(struct instance *instance, OfxPropertySetHandle in,
                        OfxPropertySetHandle out);
OfxStatus is_identity(struct instance *instance, OfxPropertySetHandle in,
                      OfxPropertySetHandle out);

/* Whether the Source has no end on some side, and is cut there, and to what. */
bool source_is_cut(const struct instance *instance, OfxTime time, OfxRectD *to);

/* The format of the shot, in canonical coordinates. False: the host does not say it. */
bool format_of(const struct instance *instance, OfxRectD *to);

#endif
