/* Rows of halves, by Imath, bit for bit: a float that a half can say comes back as it was, NaN payloads
 * included; others become the nearest half, ties to even, and infinite from half a step above 65504. */
#ifndef IMPASTO_HALF_H
#define IMPASTO_HALF_H

#include <stddef.h>
#include <stdint.h>

void pic_halves(uint16_t *to, const float *from, size_t count);
void pic_floats(float *to, const uint16_t *from, size_t count);

#endif
