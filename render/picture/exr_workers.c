#define _POSIX_C_SOURCE 200809L
#include "exr_workers.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

enum { MOST_WORKERS = 8 };

typedef struct {
  void (*work)(void *);
  void *argument;
} task;

static void *begin(void *argument) {
  const task *t = argument;
  t->work(t->argument);
  return NULL;
}

void pic_workers(int jobs, void (*work)(void *), void *argument) {
  pthread_t threads[MOST_WORKERS];
  task t = {work, argument};
  int started = 0;
  long most = sysconf(_SC_NPROCESSORS_ONLN);
  if (most > MOST_WORKERS) most = MOST_WORKERS;
  if (most > jobs) most = jobs;
  /* Signals are for the program's own threads. */
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  while (started < most - 1 && pthread_create(&threads[started], NULL, begin, &t) == 0) started++;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  work(argument);
  while (started > 0) pthread_join(threads[--started], NULL);
}
