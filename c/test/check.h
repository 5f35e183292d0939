/* Checks that say where they failed, and go on. */
#ifndef IMPASTO_CHECK_H
#define IMPASTO_CHECK_H

#include <stdio.h>

static int check_failures;

#define CHECK(condition)                                                                           \
  do {                                                                                             \
    if (!(condition)) {                                                                            \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                      \
      check_failures++;                                                                            \
    }                                                                                              \
  } while (0)

#endif
