/* The one lock over what is shared by all renders of the process: the connection to impasto-host
 * and the pool of memory. */
#ifndef IMPASTO_LOCK_H
#define IMPASTO_LOCK_H

#include <sys/types.h>

/* Never held across anything that waits. Returns the process that this is: where that is not the
 * one which made what the lock protects, a fork lies between them, and what was made is the
 * parent's. */
pid_t lock_take(void);
void lock_give(void);

#endif
