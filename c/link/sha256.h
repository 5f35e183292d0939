/* SHA-256 (FIPS 180-4): to tell our own programs from others. */
#ifndef IMPASTO_SHA256_H
#define IMPASTO_SHA256_H

#include <stddef.h>
#include <stdint.h>

struct sha256 {
  uint32_t state[8];
  uint64_t size;
  uint8_t block[64];
};

void sha256_init(struct sha256 *sum);
void sha256_add(struct sha256 *sum, const void *data, size_t size);

/* In hexadecimal. */
struct sha256_text {
  char text[65];
};
struct sha256_text sha256_end(struct sha256 *sum);

#endif
