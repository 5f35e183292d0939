/* The one lock over what is shared by all renders of the process: the connection to impasto-host
 * and the pool of memory. */
#ifndef IMPASTO_LOCK_H
#define IMPASTO_LOCK_H

#include <sys/types.h>

/* Never held across anything that waits. Returns the process that this is. Who keeps something
 * under the lock compares it with the process that made that: after a fork it is the parent's. */
pid_t lock_take(void);
void lock_give(void);

#endif
