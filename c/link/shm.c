#include "shm.h"

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

static struct shm *kept;
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

static struct shm *shm_make(size_t size) {
  struct shm *memory = calloc(1, sizeof *memory);
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

void shm_free(struct shm *memory) {
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
  struct shm *all = kept;
  kept = NULL;
  kept_bytes = 0;
  kept_count = 0;
  while (all) {
    struct shm *next = all->next;
    shm_free(all);
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

struct shm *shm_take(size_t size) {
  struct shm *found = NULL;
  enter();
  for (struct shm **at = &kept; *at; at = &(*at)->next) {
    if ((*at)->size < size || (*at)->size / 2 > size)
      continue;
    found = *at;
    *at = found->next;
    kept_bytes -= found->size;
    kept_count--;
    break;
  }
  lock_give();
  return found ? found : shm_make(size);
}

void shm_keep(struct shm *memory) {
  if (!memory)
    return;
  struct shm *excess = NULL;
  enter();
  memory->next = kept;
  kept = memory;
  kept_bytes += memory->size;
  kept_count++;
  /* The newest stay: after a change of format the others are of no use. */
  while (kept_bytes > max_kept_bytes || kept_count > MAX_KEPT) {
    struct shm **last = &kept;
    while ((*last)->next)
      last = &(*last)->next;
    struct shm *old = *last;
    *last = NULL;
    kept_bytes -= old->size;
    kept_count--;
    old->next = excess;
    excess = old;
  }
  lock_give();
  while (excess) {
    struct shm *next = excess->next;
    shm_free(excess);
    excess = next;
  }
}

void shm_purge(void) {
  enter();
  forget();
  lock_give();
}
