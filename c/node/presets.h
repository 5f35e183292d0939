/* Presets: a menu that sets other controls, and says which preset they are at, or "Custom". */
#ifndef IMPASTO_PRESETS_H
#define IMPASTO_PRESETS_H

#include "instance.h"

/* What follows from the change of a parameter by the artist, or by the node itself. */
void presets_follow(struct instance *instance, OfxPropertySetHandle in);

#endif
