/* An image that the host lends for the time of a render, checked before a pixel of it is
 * touched. */
#ifndef IMPASTO_IMAGE_H
#define IMPASTO_IMAGE_H

#include "clips.h"
#include "link/sentence.h"
#include "pixels.h"

#include <stddef.h>

struct image {
  OfxPropertySetHandle handle; /* NULL: none */
  const char *clip;            /* its name */
  unsigned char *data;         /* the pixel at bounds' x1, y1 */
  ptrdiff_t row_bytes;         /* negative where the top row comes first */
  OfxRectI bounds;
  OfxRectI region; /* of definition, within the bounds: outside there is nothing */
  enum depth depth;
  int components; /* 1, 3 or 4 */
  bool opaque;    /* whatever its alpha is */
  bool premultiplied;
  char colourspace[192]; /* as the host calls it; "" where it does not say */
  double aspect; /* of a pixel at full resolution: its width, where its height is 1 */
};

enum fetched {
  FETCHED,
  FETCHED_NOTHING, /* there is no image at that time */
  FETCHED_BAD      /* with a sentence */
};

enum fetched image_fetch(struct image *to, const struct clip *clip, OfxTime time,
                         struct sentence *why);
void image_release(struct image *image);

static inline size_t image_pixel_size(const struct image *image) {
  return (size_t)image->components * depth_size(image->depth);
}

/* The pixel at x, y, which is within the bounds. */
static inline unsigned char *image_at(const struct image *image, int x, int y) {
  return image->data + (y - image->bounds.y1) * image->row_bytes +
         (ptrdiff_t)(x - image->bounds.x1) * (ptrdiff_t)image_pixel_size(image);
}

#endif
