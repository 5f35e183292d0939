/* What the artist sees of a render beside its pixels: errors and warnings on the node, and
 * progress. */
#ifndef IMPASTO_REPORT_H
#define IMPASTO_REPORT_H

#include "link/sentence.h"
#include "ofx/ofx.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Of one instance, on which several threads may render. */
struct report {
  OfxImageEffectHandle effect;
  pthread_mutex_t mutex;
  struct sentence shown; /* empty: nothing */
  unsigned errors;       /* how many there have been */
  atomic_flag progress;  /* a thread shows its progress */
};

void report_init(struct report *report, OfxImageEffectHandle effect);
void report_done(struct report *report);

/* Tells the artist what was asked for. */
void report_tell(struct report *report, const struct sentence *what);

/* Shows the error of an action that fails. */
void report_error(struct report *report, const struct sentence *what);

/* What a frame that starts now has to hand back when it succeeds: it takes away the errors that
 * were there before it began, not those of a neighbour since. */
unsigned report_begin(struct report *report);
void report_success(struct report *report, unsigned began);

/* In place of report_success, where something is to be said all the same: once, and until a
 * frame has nothing to say. */
void report_warning(struct report *report, unsigned began, const struct sentence *what);
void report_clear(struct report *report);

/* A wait that the artist may end: watched by client.h's waiter. */
struct watch {
  struct report *report;
  int64_t began, updated; /* clock_us() */
  bool showing, shown; /* progress was asked for; and there is a display of it */
  bool aborted;  /* the host says so */
  bool declined; /* the artist did, in the progress display; abort() stays 0 then */
};

struct watch watch_begin(struct report *report);
bool watch_aborted(struct watch *watch);
bool watch_stops(void *watch, double fraction);
void watch_end(struct watch *watch);

#endif
