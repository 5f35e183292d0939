/* Whether a program is the one that this effect was built with. */
#ifndef IMPASTO_GENUINE_H
#define IMPASTO_GENUINE_H

#include "sentence.h"

#include <stdbool.h>

bool genuine(const char *path, const char *sha256, struct sentence *why);

#endif
