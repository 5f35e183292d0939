#include "genuine.h"

#include "sha256.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { AT_ONCE = 16384, MOST = 128 << 20 }; /* bytes that are read: a device would have no end */

bool genuine(const char *path, const char *sha256, struct sentence *why) {
  char piece[AT_ONCE];
  struct sha256 sum;
  ssize_t n = -1;
  int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC); /* of a pipe open would wait */
  sha256_init(&sum);
  while (fd >= 0 && sum.size < MOST && (n = read(fd, piece, sizeof piece)) > 0)
    sha256_add(&sum, piece, (size_t)n);
  int failed = n < 0 ? errno : 0;
  if (fd >= 0)
    (void)close(fd);
  if (failed)
    say(why, "Impasto's helper program cannot be read: %s: %s.", path, reason_of(failed).text);
  else if (strcmp(sha256_end(&sum).text, sha256) == 0)
    return true;
  else
    say(why,
        "%s is not the helper program that this Impasto.ofx was built with (its sha256 differs): "
        "install the whole Impasto.ofx.bundle again.",
        path);
  return false;
}
