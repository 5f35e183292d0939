/* Every value of every depth through float32 and back, and half against the formula of IEEE 754. */
#include "check.h"
#include "node/pixels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static float as_float(uint32_t bits) {
  float v;
  memcpy(&v, &bits, sizeof v);
  return v;
}

static uint32_t as_bits(float v) {
  uint32_t bits;
  memcpy(&bits, &v, sizeof bits);
  return bits;
}

static double half_value(uint16_t half) {
  int exponent = half >> 10 & 0x1f;
  double fraction = half & 0x3ff;
  double magnitude = exponent == 0 ? ldexp(fraction, -24) : ldexp(1024 + fraction, exponent - 25);
  return half & 0x8000 ? -magnitude : magnitude;
}

/* The nearest half, by its definition: the exponent of the value decides what a step is. */
static uint16_t nearest_half(float v) {
  uint16_t sign = signbit(v) ? 0x8000 : 0;
  double magnitude = fabs((double)v);
  if (isinf(v))
    return sign | 0x7c00;
  int exponent;
  (void)frexp(magnitude, &exponent);
  exponent = exponent - 1 < -14 ? -14 : exponent - 1;
  double steps = ldexp(magnitude, 10 - exponent), whole = floor(steps);
  double rest = steps - whole;
  if (rest > 0.5 || (rest == 0.5 && fmod(whole, 2) == 1))
    whole++;
  double rounded = ldexp(whole, exponent - 10);
  if (rounded >= 65536)
    return sign | 0x7c00;
  for (uint16_t h = 0; h < 0x7c00; h++)
    if (half_value(h) == rounded)
      return sign | h;
  return 0xffff;
}

static void test_half(void) {
  for (uint32_t h = 0; h <= 0xffff; h++) {
    uint32_t bits = half_to_float((uint16_t)h);
    if ((h & 0x7c00) == 0x7c00)
      CHECK(bits == ((h & 0x8000) << 16 | 0x7f800000 | (h & 0x3ff) << 13));
    else
      CHECK((double)as_float(bits) == half_value((uint16_t)h) && bits >> 31 == h >> 15);
    CHECK(half_from_float(bits) == h);
  }
  /* On, and on both sides of, the middle between each half and the next. */
  for (uint32_t h = 0; h < 0x7bff; h += h < 0x800 ? 1 : 61) {
    float middle = (float)((half_value((uint16_t)h) + half_value((uint16_t)(h + 1))) / 2);
    float around[] = {middle, nextafterf(middle, 0), nextafterf(middle, 1e6f)};
    for (int i = 0; i < 3; i++) {
      CHECK(half_from_float(as_bits(around[i])) == nearest_half(around[i]));
      CHECK(half_from_float(as_bits(-around[i])) == nearest_half(-around[i]));
    }
  }
  float edges[] = {65504,    65519.996f, 65520,      65536,    1e30f,
                   INFINITY, 0x1p-25f,   0x1.8p-25f, 0x1p-149f};
  for (size_t i = 0; i < sizeof edges / sizeof *edges; i++)
    CHECK(half_from_float(as_bits(edges[i])) == nearest_half(edges[i]));
  CHECK((half_from_float(0x7f800001) & 0x7fff) > 0x7c00);
  CHECK(half_from_float(0xffc12345) == 0xfe09);
}

static void test_there_and_back(void) {
  enum { N = 65536 };
  unsigned char *in = malloc(4 * N), *floats = malloc(16 * N), *out = malloc(4 * N);
  const struct {
    enum depth depth;
    size_t count;
  } kinds[] = {{DEPTH_BYTE, 256}, {DEPTH_SHORT, N}, {DEPTH_HALF, N}};
  for (int k = 0; k < 3; k++)
    for (int components = 3; components <= 4; components++) {
      size_t size = depth_size(kinds[k].depth), values = kinds[k].count / 12 * 12;
      for (size_t first = 0; first < 12; first++) { /* each value in each channel */
        for (size_t i = 0; i < values; i++) {
          uint16_t v = (uint16_t)((i + first) % kinds[k].count);
          unsigned char byte = (unsigned char)v;
          memcpy(in + i * size, size == 1 ? (void *)&byte : (void *)&v, size);
        }
        pixels_to_rgba(floats, in, kinds[k].depth, components, values / (size_t)components);
        pixels_from_rgba(out, floats, kinds[k].depth, components, values / (size_t)components);
        CHECK(memcmp(in, out, values * size) == 0);
      }
    }
  free(in), free(floats), free(out);
}

static void test_floats_are_bits(void) {
  static const uint32_t odd[] = {0,          0x80000000, 1,          0x807fffff,
                                 0x7f800000, 0xff800000, 0x7fc00000, 0x7f800001,
                                 0xffbfffff, 0x3f800000, 0x7f7fffff, 0x00800000};
  unsigned char floats[64], out[sizeof odd];
  for (int components = 3; components <= 4; components++) {
    pixels_to_rgba(floats, (const unsigned char *)odd, DEPTH_FLOAT, components,
                   12 / (size_t)components);
    pixels_from_rgba(out, floats, DEPTH_FLOAT, components, 12 / (size_t)components);
    CHECK(memcmp(odd, out, sizeof odd) == 0);
  }
}

static void test_values(void) {
  /* Neither rows nor pixels are aligned anywhere. */
  unsigned char room[64] = {0}, *to = room + 1;
  static const unsigned char bytes[] = {0, 51, 255, 102};
  float v[4];
  pixels_to_rgba(to, bytes, DEPTH_BYTE, 4, 1);
  memcpy(v, to, sizeof v);
  CHECK(v[0] == 0 && v[1] == 51 / 255.0f && v[2] == 1 && v[3] == 102 / 255.0f);
  pixels_to_rgba(to, bytes, DEPTH_BYTE, 3, 1);
  memcpy(v, to, sizeof v);
  CHECK(v[0] == 0 && v[2] == 1 && v[3] == 1);

  const float odd[] = {NAN, -1, 2, 0.5f, INFINITY, -INFINITY, 0.49999997f, 1.5f / 255};
  unsigned char out[8];
  pixels_from_rgba(out, (const unsigned char *)odd, DEPTH_BYTE, 4, 2);
  static const unsigned char want[] = {0, 0, 255, 128, 255, 0, 127, 2};
  CHECK(memcmp(out, want, sizeof want) == 0);
  uint16_t shorts[8];
  pixels_from_rgba((unsigned char *)shorts, (const unsigned char *)odd, DEPTH_SHORT, 4, 2);
  CHECK(shorts[0] == 0 && shorts[1] == 0 && shorts[2] == 65535 && shorts[3] == 32768 &&
        shorts[4] == 65535 && shorts[5] == 0 && shorts[6] == 32767);
}

static void test_mask(void) {
  enum { N = 600 };
  unsigned char rgba[4 * N];
  float mask[N];
  for (int i = 0; i < 4 * N; i++)
    rgba[i] = (unsigned char)(i * 7);
  static const struct {
    int components;
    bool opaque;
  } kinds[] = {{1, false}, {1, true}, {3, false}, {4, false}, {4, true}};
  for (int k = 0; k < 5; k++) {
    int c = kinds[k].components;
    pixels_to_mask((unsigned char *)mask, rgba, DEPTH_BYTE, c, kinds[k].opaque, N);
    for (int i = 0; i < N; i++) {
      const unsigned char *p = rgba + i * c;
      double want = c == 1 ? p[0] : 0.2126 * p[0] + 0.7152 * p[1] + 0.0722 * p[2];
      if (c == 4 && !kinds[k].opaque)
        want = p[3];
      CHECK(fabs(mask[i] - want / 255) < 1e-6);
    }
  }
  const float grey[] = {0.3f, 0.3f, 0.3f, 7};
  pixels_to_mask((unsigned char *)mask, (const unsigned char *)grey, DEPTH_FLOAT, 4, true, 1);
  CHECK(mask[0] == 0.3f);
}

int main(void) {
  test_half();
  test_there_and_back();
  test_floats_are_bits();
  test_values();
  test_mask();
  return check_failures != 0;
}
