/* One line of JSON for every frame that was painted, into the file that IMPASTO_TRACE names. */
#ifndef IMPASTO_TRACE_H
#define IMPASTO_TRACE_H

#include "link/client.h"

struct trace {
  double frame;
  int width, height;                      /* of the plate */
  int64_t copy_in, wait, copy_out, total; /* microseconds */
};

/* Remembers the name: later another thread of the host may be changing the environment. */
void trace_load(void);

void trace_frame(const struct trace *trace, const struct answer *answer);

#endif
