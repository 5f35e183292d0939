#include "lock.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

/* The process that the mutex belongs to; negative while that one makes it anew. */
static _Atomic pid_t owner;

/* After a fork the mutex may be held by a thread that does not exist here. */
static void make_anew(pid_t self) {
  pid_t seen = atomic_load(&owner);
  while (seen != self) {
    if (seen != -self && atomic_compare_exchange_strong(&owner, &seen, -self)) {
      (void)pthread_mutex_init(&mutex, NULL);
      atomic_store(&owner, self);
      return;
    }
    (void)sched_yield();
    seen = atomic_load(&owner);
  }
}

pid_t lock_take(void) {
  pid_t self = getpid();
  if (atomic_load(&owner) != self)
    make_anew(self);
  (void)pthread_mutex_lock(&mutex);
  return self;
}

void lock_give(void) {
  (void)pthread_mutex_unlock(&mutex);
}
