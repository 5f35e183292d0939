#include "pixels.h"

#include <string.h>

size_t depth_size(enum depth depth) {
  switch (depth) {
  case DEPTH_BYTE:
    return 1;
  case DEPTH_SHORT:
  case DEPTH_HALF:
    return 2;
  case DEPTH_FLOAT:
    break;
  }
  return 4;
}

uint32_t half_to_float(uint16_t half) {
  uint32_t sign = (uint32_t)(half & 0x8000) << 16;
  uint32_t exponent = half >> 10 & 0x1f;
  uint32_t fraction = half & 0x3ff;
  if (exponent == 0x1f)
    return sign | 0x7f800000 | fraction << 13;
  if (exponent != 0)
    return sign | (exponent + 127 - 15) << 23 | fraction << 13;
  if (fraction == 0)
    return sign;
  /* A denormal: fraction × 2^-24. Its leading one becomes the hidden bit. */
  uint32_t shift = (uint32_t)__builtin_clz(fraction) - 21;
  return sign | (127 - 14 - shift) << 23 | (fraction << shift & 0x3ff) << 13;
}

uint16_t half_from_float(uint32_t bits) {
  uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
  uint32_t magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) {
    uint16_t payload = (uint16_t)(magnitude >> 13 & 0x3ff);
    return (uint16_t)(sign | 0x7c00 | (payload ? payload : 0x200)); /* NaN stays NaN */
  }
  if (magnitude >= 0x47800000) /* 2^16 and infinity */
    return sign | 0x7c00;
  uint32_t value, rest, halfway;
  if (magnitude >= 0x38800000) { /* 2^-14: normal */
    uint32_t rebiased = magnitude - ((127u - 15u) << 23);
    value = rebiased >> 13;
    rest = rebiased & 0x1fff;
    halfway = 0x1000;
  } else if (magnitude > 0x33000000) { /* above 2^-25: denormal */
    uint32_t shift = 126 - (magnitude >> 23);
    uint32_t fraction = (magnitude & 0x7fffff) | 0x800000;
    value = fraction >> shift;
    rest = fraction & ((1u << shift) - 1);
    halfway = 1u << (shift - 1);
  } else {
    return sign;
  }
  /* A carry out of the fraction rightly goes into the exponent, up to infinity. */
  if (rest > halfway || (rest == halfway && (value & 1)))
    value++;
  return (uint16_t)(sign | value);
}

/* memcpy is how unaligned memory is read and written; compilers make a move of it. */

static inline float load_float(const unsigned char *from) {
  float v;
  memcpy(&v, from, sizeof v);
  return v;
}

static inline void store_float(unsigned char *to, float v) {
  memcpy(to, &v, sizeof v);
}

static inline uint16_t load_short(const unsigned char *from) {
  uint16_t v;
  memcpy(&v, from, sizeof v);
  return v;
}

static inline void store_short(unsigned char *to, uint16_t v) {
  memcpy(to, &v, sizeof v);
}

/* Doubles hold the product and the half exactly, so that there is one rounding. NaN is 0. */
static inline uint32_t quantise(float v, double top) {
  double scaled = (double)v * top + 0.5;
  return scaled > 0 ? (scaled < top ? (uint32_t)scaled : (uint32_t)top) : 0;
}

/* n components, one after the other. */

static void to_floats(unsigned char *to, const unsigned char *from, enum depth depth, size_t n) {
  switch (depth) {
  case DEPTH_BYTE:
    for (size_t i = 0; i < n; i++)
      store_float(to + 4 * i, (float)from[i] / 255.0f);
    return;
  case DEPTH_SHORT:
    for (size_t i = 0; i < n; i++)
      store_float(to + 4 * i, (float)load_short(from + 2 * i) / 65535.0f);
    return;
  case DEPTH_HALF:
    for (size_t i = 0; i < n; i++) {
      uint32_t bits = half_to_float(load_short(from + 2 * i));
      memcpy(to + 4 * i, &bits, sizeof bits);
    }
    return;
  case DEPTH_FLOAT:
    memcpy(to, from, 4 * n);
    return;
  }
}

static void from_floats(unsigned char *to, const unsigned char *from, enum depth depth, size_t n) {
  switch (depth) {
  case DEPTH_BYTE:
    for (size_t i = 0; i < n; i++)
      to[i] = (unsigned char)quantise(load_float(from + 4 * i), 255);
    return;
  case DEPTH_SHORT:
    for (size_t i = 0; i < n; i++)
      store_short(to + 2 * i, (uint16_t)quantise(load_float(from + 4 * i), 65535));
    return;
  case DEPTH_HALF:
    for (size_t i = 0; i < n; i++) {
      uint32_t bits;
      memcpy(&bits, from + 4 * i, sizeof bits);
      store_short(to + 2 * i, half_from_float(bits));
    }
    return;
  case DEPTH_FLOAT:
    memcpy(to, from, 4 * n);
    return;
  }
}

/* Pixels that change their components go through a piece of stack, some at a time. */
enum { PIECE = 256 };

void pixels_to_rgba(unsigned char *to, const unsigned char *from, enum depth depth, int components,
                    size_t n) {
  if (components == 4) {
    to_floats(to, from, depth, 4 * n);
    return;
  }
  unsigned char piece[PIECE * 3 * 4];
  const float one = 1;
  for (size_t done = 0; done < n; done += PIECE) {
    size_t count = n - done < PIECE ? n - done : PIECE;
    to_floats(piece, from + done * 3 * depth_size(depth), depth, 3 * count);
    for (size_t i = 0; i < count; i++) {
      memcpy(to + 16 * (done + i), piece + 12 * i, 12);
      memcpy(to + 16 * (done + i) + 12, &one, 4);
    }
  }
}

void pixels_from_rgba(unsigned char *to, const unsigned char *from, enum depth depth,
                      int components, size_t n) {
  if (components == 4) {
    from_floats(to, from, depth, 4 * n);
    return;
  }
  unsigned char piece[PIECE * 3 * 4];
  for (size_t done = 0; done < n; done += PIECE) {
    size_t count = n - done < PIECE ? n - done : PIECE;
    for (size_t i = 0; i < count; i++)
      memcpy(piece + 12 * i, from + 16 * (done + i), 12);
    from_floats(to + done * 3 * depth_size(depth), piece, depth, 3 * count);
  }
}

/* As Rec.709 has it; grey is what it was, to the bit. */
static float luminance(const unsigned char *rgb) {
  float r = load_float(rgb), g = load_float(rgb + 4), b = load_float(rgb + 8);
  return r == g && g == b ? r : 0.2126f * r + 0.7152f * g + 0.0722f * b;
}

static void to_luminance(unsigned char *to, const unsigned char *from, enum depth depth,
                         int components, size_t n) {
  unsigned char piece[PIECE * 4 * 4];
  for (size_t done = 0; done < n; done += PIECE) {
    size_t count = n - done < PIECE ? n - done : PIECE;
    pixels_to_rgba(piece, from + done * (size_t)components * depth_size(depth), depth, components,
                   count);
    for (size_t i = 0; i < count; i++)
      store_float(to + 4 * (done + i), luminance(piece + 16 * i));
  }
}

void pixels_to_mask(unsigned char *to, const unsigned char *from, enum depth depth, int components,
                    bool opaque, size_t n) {
  if (components == 1) {
    to_floats(to, from, depth, n);
    return;
  }
  if (components == 3 || opaque) {
    to_luminance(to, from, depth, components, n);
    return;
  }
  unsigned char piece[PIECE * 4];
  size_t size = depth_size(depth);
  for (size_t done = 0; done < n; done += PIECE) {
    size_t count = n - done < PIECE ? n - done : PIECE;
    for (size_t i = 0; i < count; i++)
      memcpy(piece + size * i, from + (4 * (done + i) + 3) * size, size);
    to_floats(to + 4 * done, piece, depth, count);
  }
}
