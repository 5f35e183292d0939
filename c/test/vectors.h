/* The golden vectors of bridge/vectors, which its README lists. */
#ifndef IMPASTO_VECTORS_H
#define IMPASTO_VECTORS_H

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

struct vector {
  unsigned char body[4096];
  size_t size;
};

static inline struct vector read_vector(const char *name) {
  struct vector v = {.size = 0};
  char path[4096];
  snprintf(path, sizeof path, VECTORS "/%s.msgpack", name);
  FILE *f = fopen(path, "rb");
  if (f) {
    v.size = fread(v.body, 1, sizeof v.body, f);
    fclose(f);
  }
  if (v.size == 0) {
    fprintf(stderr, "%s cannot be read\n", path);
    exit(1);
  }
  return v;
}

#endif
