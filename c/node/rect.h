/* Rectangles of pixels. */
#ifndef IMPASTO_RECT_H
#define IMPASTO_RECT_H

#include "ofx/ofx.h"

#include <stdbool.h>

static inline OfxRectI rect_meet(OfxRectI a, OfxRectI b) {
  return (OfxRectI){a.x1 > b.x1 ? a.x1 : b.x1, a.y1 > b.y1 ? a.y1 : b.y1,
                    a.x2 < b.x2 ? a.x2 : b.x2, a.y2 < b.y2 ? a.y2 : b.y2};
}

static inline bool rect_empty(OfxRectI r) {
  return r.x1 >= r.x2 || r.y1 >= r.y2;
}

static inline int rect_width(OfxRectI r) {
  return r.x2 - r.x1;
}

static inline int rect_height(OfxRectI r) {
  return r.y2 - r.y1;
}

#endif
