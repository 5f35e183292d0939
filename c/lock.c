#include "lock.h"

#include "client.h"
#include "memory.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/types.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

/* The process that the state belongs to; negative while that one starts afresh. */
static _Atomic pid_t owner;

/* After a fork the sockets and the memory are the parent's, which goes on using them, and the
 * mutex may be held by a thread that does not exist here. */
static void start_afresh(pid_t self) {
  pid_t seen = atomic_load(&owner);
  while (seen != self) {
    if (seen != -self && atomic_compare_exchange_strong(&owner, &seen, -self)) {
      (void)pthread_mutex_init(&mutex, NULL);
      client_forget();
      memory_forget();
      atomic_store(&owner, self);
      return;
    }
    (void)sched_yield();
    seen = atomic_load(&owner);
  }
}

void lock_take(void) {
  pid_t self = getpid();
  if (atomic_load(&owner) != self)
    start_afresh(self);
  (void)pthread_mutex_lock(&mutex);
}

void lock_give(void) {
  (void)pthread_mutex_unlock(&mutex);
}
