/* The C side of the host: what Go cannot say itself.
 *
 * The suites are C tables whose functions are Go's, exported, or where the interface has variable
 * arguments small C functions before them. Handles that the plugin gets are addresses in memory
 * that is reserved and never mapped: a plugin that reads through one faults at once, and a handle
 * that has been given up is not given out again for a very long time. */
#ifndef IMPASTO_HOST_H
#define IMPASTO_HOST_H

#include <stdint.h>

#include "ofx.h"

/* Names for types that Go's export cannot spell. */
typedef const char host_chars;
typedef const char *const host_char_array;
typedef void *const host_pointer_array;
typedef const double host_doubles;
typedef const int host_ints;
typedef const OfxRectD host_rect;
typedef const OfxRangeD host_range;

/* A value that paramSetValue is handed. */
typedef union {
  int i;
  double d;
  const char *s;
} host_value;

/* What suites that are there can have wrong. */
enum {
  FLAW_PERSISTENT_MESSAGES = 1, /* message suite V2: one of them NULL, the other garbage */
  FLAW_MUTEXES = 2,             /* multi-thread suite: NULL */
};

/* The table of a suite, or NULL. */
const void *host_suite(const char *name, int version, int flaws);

OfxHost *host_new(OfxPropertySetHandle properties);

/* Reserves size bytes of addresses. NULL: there is no room. */
void *host_reserve(size_t size);

/* Entry points, called through Go. call names the action to what the plugin calls meanwhile, and
 * place names it to the user. */
OfxStatus host_action(OfxPluginEntryPoint *entry, const char *action, const void *handle,
                      OfxPropertySetHandle in, OfxPropertySetHandle out, uint64_t call,
                      const char *place);
void host_set_host(OfxPlugin *plugin, OfxHost *host);
OfxStatus host_bundle_set_host(void *symbol, OfxHost *host);
int host_bundle_count(void *symbol);
OfxPlugin *host_bundle_plugin(void *symbol, int nth);
OfxStatus host_interpolate(void *function, OfxParamSetHandle params, OfxPropertySetHandle in,
                           OfxPropertySetHandle out, uint64_t call);

/* One call of a function that the plugin gave to multiThread. */
void host_thread(OfxThreadFunctionV1 *function, unsigned int index, unsigned int count, void *arg,
                 uint64_t call);

/* The action that this thread is in, or 0; and its number among multiThread's, or -1. */
uint64_t host_current_call(void);
const char *host_current_place(void);
int host_thread_index(void);

/* From now on a crash in the plugin ends the process with that code and a sentence. */
void host_watch_crashes(int exit_code);

/* A recursive mutex. Each returns 0 or an error; one that is locked is not freed. */
typedef struct host_mutex host_mutex;
host_mutex *host_mutex_new(void);
int host_mutex_free(host_mutex *mutex);
int host_mutex_lock(host_mutex *mutex);
int host_mutex_try_lock(host_mutex *mutex);
int host_mutex_unlock(host_mutex *mutex);

#endif
