/* Starting impasto-host from inside somebody else's process. */
#ifndef IMPASTO_LAUNCH_H
#define IMPASTO_LAUNCH_H

#include "sentence.h"

#include <stdbool.h>
#include <sys/types.h>

/* What OFX hosts give as the plugin's path: that of the bundle, of the binary in it, or nothing.
 * Called while describing; only remembers it. */
void launch_note_path(const char *path);

/* The checksum of the only impasto-host that is started. */
void launch_expect(const char *sha256);

/* Starts impasto-host with the descriptor as its number 3. That one stays open here. */
bool launch_host(int control, pid_t *pid, struct sentence *why);

/* The same for the program at that path; 0 or an error number. */
int launch_program(const char *path, int control, pid_t *pid);

#endif
