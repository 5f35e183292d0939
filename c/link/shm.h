/* The memory that carries a frame's pixels to the engine and back: a memfd, sealed against
 * resizing and mapped here. Some is kept between frames, because a fresh one costs a page fault
 * for every 4 KiB. Where the kernel or a sandbox refuses memfds it is plain memory, and the
 * pixels travel inside the messages. */
#ifndef IMPASTO_SHM_H
#define IMPASTO_SHM_H

#include <stddef.h>

struct shm {
  unsigned char *data;
  size_t size;
  int fd; /* -1: plain memory */
  struct shm *next;
};

/* At least that many bytes, of any content. NULL: there is no memory. */
struct shm *shm_take(size_t size);

/* Ends a use: keeps the memory for the next frame, or not. What another process may still write
 * into is never kept. NULL is fine. */
void shm_keep(struct shm *memory);
void shm_free(struct shm *memory);

/* Frees what is kept. */
void shm_purge(void);

#endif
