#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdlib.h>

#include "host.h"

struct host_mutex {
  pthread_mutex_t mutex;
};

host_mutex *host_mutex_new(void) {
  pthread_mutexattr_t attributes;
  host_mutex *mutex = malloc(sizeof *mutex);
  if (!mutex || pthread_mutexattr_init(&attributes) != 0) {
    free(mutex);
    return NULL;
  }
  pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init(&mutex->mutex, &attributes);
  pthread_mutexattr_destroy(&attributes);
  return mutex;
}

int host_mutex_free(host_mutex *mutex) {
  int error = pthread_mutex_destroy(&mutex->mutex);
  if (!error) free(mutex);
  return error;
}

int host_mutex_lock(host_mutex *mutex) { return pthread_mutex_lock(&mutex->mutex); }

int host_mutex_try_lock(host_mutex *mutex) { return pthread_mutex_trylock(&mutex->mutex); }

int host_mutex_unlock(host_mutex *mutex) { return pthread_mutex_unlock(&mutex->mutex); }
