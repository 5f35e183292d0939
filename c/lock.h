/* The one lock over what is shared by all renders of the process: the connection to impasto-host
 * and the pool of memory. It notices when the process is not the one that made them. */
#ifndef IMPASTO_LOCK_H
#define IMPASTO_LOCK_H

/* Never held across anything that waits. */
void lock_take(void);
void lock_give(void);

#endif
