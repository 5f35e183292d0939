/* Time that nobody can set back. */
#ifndef IMPASTO_CLOCK_H
#define IMPASTO_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline int64_t clock_us(void) {
  struct timespec t = {0, 0};
  (void)clock_gettime(CLOCK_MONOTONIC, &t); /* cannot fail for this clock */
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

#endif
