/* The colour spaces that plates come in: as artists, messages and hosts call them. */
#ifndef IMPASTO_SPACE_H
#define IMPASTO_SPACE_H

#include "image.h"

enum { SPACE_COUNT = 12 };

/* The entries of Plate Space. */
extern const struct space {
  const char *label;
  const char *name;           /* in messages; NULL: that of the clip */
  const char *colourspace[4]; /* of ofx-native-v1.5_aces-v1.3_ocio-v2.3, as far as it has them */
} spaces[SPACE_COUNT];

/* The space of an image for messages: the one that the host says, else the usual one of the
 * image's depth. False: the host says one that Impasto does not know. */
bool space_of_image(const struct image *image, const char **to, struct sentence *why);

/* Tells a host that manages colour which spaces there are, best first. */
void space_prefer(OfxPropertySetHandle out, const char *property);

#endif
