/* A plugin that crashes takes the process with it. Before it goes, this says whose fault it was
 * and where, in place of the Go runtime's pages. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#include "host.h"

static const int watched[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
static const char *const names[] = {"SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL", "SIGABRT"};
enum { WATCHED = sizeof watched / sizeof *watched };
static struct sigaction before[WATCHED];
static int crash_code;

static void *program_counter(void *context) {
#if defined(__x86_64__) && defined(__linux__)
  return (void *)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__) && defined(__linux__)
  return (void *)((ucontext_t *)context)->uc_mcontext.pc;
#else
  (void)context;
  return NULL;
#endif
}

/* Whether an address is in this program itself, and not in a library. */
static int ours(void *address) {
  Dl_info here, there;
  return dladdr((void *)(uintptr_t)&ours, &here) && dladdr(address, &there) &&
         here.dli_fbase == there.dli_fbase;
}

static void say(const char *text) {
  ssize_t ignored = write(STDERR_FILENO, text, strlen(text));
  (void)ignored;
}

static void on_crash(int number, siginfo_t *info, void *context) {
  int i = 0;
  while (i < WATCHED - 1 && watched[i] != number) i++;
  if (host_current_call() && !ours(program_counter(context))) {
    say("\nimpasto: the plugin crashed (");
    say(names[i]);
    say(") in ");
    say(host_current_place());
    say("\n");
    _exit(crash_code);
  }
  if (before[i].sa_flags & SA_SIGINFO) {
    before[i].sa_sigaction(number, info, context);
  } else {
    signal(number, SIG_DFL);
    raise(number);
  }
}

void host_watch_crashes(int exit_code) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = on_crash;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  crash_code = exit_code;
  sigfillset(&action.sa_mask);
  for (int i = 0; i < WATCHED; i++) sigaction(watched[i], &action, &before[i]);
}
