/* The chunks of a file are packed and unpacked by several threads. */
#ifndef IMPASTO_WORKERS_H
#define IMPASTO_WORKERS_H

/* Calls work on as many threads as there is use for, this one among them, and returns when all
 * have returned. Each is to take jobs until there are none. */
void pic_workers(int jobs, void (*work)(void *), void *argument);

#endif
