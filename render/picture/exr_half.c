#include "exr_half.h"

#include <half.h>

void pic_halves(uint16_t *to, const float *from, size_t count) {
  for (size_t i = 0; i < count; i++) to[i] = imath_float_to_half(from[i]);
}

void pic_floats(float *to, const uint16_t *from, size_t count) {
  for (size_t i = 0; i < count; i++) to[i] = imath_half_to_float(from[i]);
}
