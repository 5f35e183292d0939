/* Rows of pixels, between a host's depths and the float32 that goes to the engine. There and back
 * gives the same bits at every depth. Rows need no alignment. */
#ifndef IMPASTO_PIXELS_H
#define IMPASTO_PIXELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum depth { DEPTH_BYTE, DEPTH_SHORT, DEPTH_HALF, DEPTH_FLOAT };

size_t depth_size(enum depth depth);

/* n pixels of 3 or 4 components; RGB becomes opaque RGBA. */
void pixels_to_rgba(unsigned char *to, const unsigned char *from, enum depth depth, int components,
                    size_t n);
void pixels_from_rgba(unsigned char *to, const unsigned char *from, enum depth depth,
                      int components, size_t n);

/* n pixels of 1, 3 or 4 components to one channel: alpha, or luminance where there is none or where
 * all is opaque. */
void pixels_to_mask(unsigned char *to, const unsigned char *from, enum depth depth, int components,
                    bool opaque, size_t n);

/* Exact, NaN payloads included; the other way rounds to the nearest, ties to even. Integer
 * arithmetic only: hosts set the processor's flush-to-zero mode, and loads into it lose half
 * denormals. */
uint32_t half_to_float(uint16_t half);
uint16_t half_from_float(uint32_t bits);

#endif
