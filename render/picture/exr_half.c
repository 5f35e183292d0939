#define _POSIX_C_SOURCE 200809L
#include "exr_half.h"

#include <pthread.h>
#include <string.h>

static uint32_t float_of_half[1 << 16];
static pthread_once_t table_once = PTHREAD_ONCE_INIT;

static void make_table(void) {
  for (uint32_t h = 0; h < 1 << 16; h++) {
    uint32_t sign = (h & 0x8000u) << 16, exponent = h >> 10 & 31, mantissa = h & 0x3ff;
    if (exponent == 31) {
      float_of_half[h] = sign | 0x7f800000u | mantissa << 13;
    } else if (exponent > 0) {
      float_of_half[h] = sign | (exponent + 112) << 23 | mantissa << 13;
    } else if (mantissa == 0) {
      float_of_half[h] = sign;
    } else { /* denormal: shift until the leading one is the implicit one */
      for (exponent = 113; !(mantissa & 0x400); exponent--) mantissa <<= 1;
      float_of_half[h] = sign | exponent << 23 | (mantissa & 0x3ff) << 13;
    }
  }
}

const uint32_t *pic_half_table(void) {
  pthread_once(&table_once, make_table);
  return float_of_half;
}

uint16_t pic_half(uint32_t f) {
  uint32_t sign = f >> 16 & 0x8000u, magnitude = f & 0x7fffffffu;
  if (magnitude > 0x7f800000u) { /* NaN, and it stays one if the payload is cut away */
    uint32_t payload = magnitude >> 13 & 0x3ff;
    return (uint16_t)(sign | 0x7c00u | (payload ? payload : 1));
  }
  if (magnitude >= 0x477ff000u) return (uint16_t)(sign | 0x7c00u); /* rounds to 65536 or more */
  uint32_t kept, rest, half_way;
  if (magnitude >= 0x38800000u) {
    kept = (magnitude - 0x38000000u) >> 13, rest = magnitude & 0x1fff, half_way = 0x1000;
  } else { /* denormal as a half */
    uint32_t shift = 126 - (magnitude >> 23);
    if (shift > 24) return (uint16_t)sign;
    uint32_t mantissa = (magnitude & 0x7fffffu) | 0x800000u;
    kept = mantissa >> shift, rest = mantissa & ((1u << shift) - 1), half_way = 1u << (shift - 1);
  }
  kept += rest > half_way || (rest == half_way && kept & 1);
  return (uint16_t)(sign | kept);
}

void pic_halves(uint16_t *to, const float *from, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, from + i, sizeof bits);
    to[i] = pic_half(bits);
  }
}

void pic_floats(float *to, const uint16_t *from, size_t count) {
  const uint32_t *table = pic_half_table();
  for (size_t i = 0; i < count; i++) memcpy(to + i, &table[from[i]], sizeof *to);
}
