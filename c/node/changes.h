/* What follows when the artist changes a parameter or a connection. */
#ifndef IMPASTO_CHANGES_H
#define IMPASTO_CHANGES_H

#include "instance.h"

OfxStatus instance_changed(struct instance *instance, OfxPropertySetHandle in);
OfxStatus clip_preferences(struct instance *instance, OfxPropertySetHandle out);

#endif
