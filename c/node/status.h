/* What an instance can say about its last frame. Threads render at once. */
#ifndef IMPASTO_STATUS_H
#define IMPASTO_STATUS_H

#include "link/sentence.h"
#include "trace.h"

#include <pthread.h>

struct status {
  pthread_mutex_t mutex;
  bool painted; /* any frame */
  struct trace frame;
  struct answer answer;
};

void status_init(struct status *status);
void status_done(struct status *status);
void status_note(struct status *status, const struct trace *frame, const struct answer *answer);

/* A sentence on one style or two that run on a device, and on the last frame. The second is ""
 * where there is none. */
void status_say(struct status *status, char styles[2][LABEL_SIZE], const char *device,
                struct sentence *to);

#endif
