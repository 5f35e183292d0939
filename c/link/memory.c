#include "memory.h"

#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of linux/memfd.h and linux/fcntl.h, which old systems lack. */
enum { MEMFD_CLOEXEC = 1, MEMFD_ALLOW_SEALING = 2 };
enum { ADD_SEALS = 1033, SEAL_SEAL = 1, SEAL_SHRINK = 2, SEAL_GROW = 4 };

/* What stays for the next frame, by threads and by bytes: two UHD float frames. */
enum { MAX_KEPT = 8 };
static const size_t max_kept_bytes = (size_t)640 << 20;

static struct memory *kept;
static size_t kept_bytes;
static int kept_count;

/* Not through libc: its memfd_create is from 2.27. */
static int sealed_memfd(size_t size) {
  int fd = (int)syscall(SYS_memfd_create, "impasto", MEMFD_CLOEXEC | MEMFD_ALLOW_SEALING);
  if (fd < 0)
    return -1;
  int failed;
  do
    failed = ftruncate(fd, (off_t)size);
  while (failed && errno == EINTR);
  if (failed || fcntl(fd, ADD_SEALS, SEAL_SHRINK | SEAL_GROW | SEAL_SEAL) != 0) {
    int why = errno;
    (void)close(fd);
    errno = why;
    return -1;
  }
  return fd;
}

static struct memory *memory_make(size_t size) {
  struct memory *memory = calloc(1, sizeof *memory);
  if (!memory)
    return NULL;
  memory->size = size;
  memory->fd = sealed_memfd(size);
  if (memory->fd >= 0) {
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, memory->fd, 0);
    if (at == MAP_FAILED)
      (void)close(memory->fd);
    else
      memory->data = at;
  } else if (errno != ENOMEM) {
    memory->data = malloc(size);
  }
  if (!memory->data) {
    free(memory);
    return NULL;
  }
  return memory;
}

void memory_free(struct memory *memory) {
  if (!memory)
    return;
  if (memory->fd >= 0) {
    (void)munmap(memory->data, memory->size);
    (void)close(memory->fd);
  } else {
    free(memory->data);
  }
  free(memory);
}

static void forget(void) {
  struct memory *all = kept;
  kept = NULL;
  kept_bytes = 0;
  kept_count = 0;
  while (all) {
    struct memory *next = all->next;
    memory_free(all);
    all = next;
  }
}

/* Takes the lock. In a process that was forked since, the memory is the parent's. */
static void enter(void) {
  static pid_t owner;
  pid_t self = lock_take();
  if (self != owner)
    forget();
  owner = self;
}

struct memory *memory_take(size_t size) {
  struct memory *found = NULL;
  enter();
  for (struct memory **at = &kept; *at; at = &(*at)->next) {
    if ((*at)->size < size || (*at)->size / 2 > size)
      continue;
    found = *at;
    *at = found->next;
    kept_bytes -= found->size;
    kept_count--;
    break;
  }
  lock_give();
  return found ? found : memory_make(size);
}

void memory_keep(struct memory *memory) {
  if (!memory)
    return;
  struct memory *excess = NULL;
  enter();
  memory->next = kept;
  kept = memory;
  kept_bytes += memory->size;
  kept_count++;
  /* The newest stay: after a change of format the others are of no use. */
  while (kept_bytes > max_kept_bytes || kept_count > MAX_KEPT) {
    struct memory **last = &kept;
    while ((*last)->next)
      last = &(*last)->next;
    struct memory *old = *last;
    *last = NULL;
    kept_bytes -= old->size;
    kept_count--;
    old->next = excess;
    excess = old;
  }
  lock_give();
  while (excess) {
    struct memory *next = excess->next;
    memory_free(excess);
    excess = next;
  }
}

void memory_purge(void) {
  enter();
  forget();
  lock_give();
}
