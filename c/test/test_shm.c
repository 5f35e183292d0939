/* The memory that carries pixels: sealed, kept for the next frame, never shared with a fork. */
#include "check.h"
#include "link/shm.h"

#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIZE = 1 << 20 };

static void test_seals(void) {
  struct shm *m = shm_take(SIZE);
  CHECK(m && m->fd >= 0 && m->size == SIZE);
  CHECK(ftruncate(m->fd, 0) != 0 && ftruncate(m->fd, 2 * SIZE) != 0);
  CHECK(fcntl(m->fd, F_GETFD) & FD_CLOEXEC);
  shm_free(m);
}

static void test_kept(void) {
  struct shm *m = shm_take(SIZE);
  unsigned char *data = m->data;
  shm_keep(m);
  m = shm_take(SIZE / 2 + 1);
  CHECK(m->data == data); /* large enough, and not far too large */
  struct shm *other = shm_take(SIZE);
  CHECK(other->data != data);
  shm_keep(m);
  shm_keep(other);
  struct shm *small = shm_take(SIZE / 2 - 1);
  CHECK(small->size == SIZE / 2 - 1);
  struct shm *large = shm_take(SIZE + 1);
  CHECK(large->size == SIZE + 1);
  shm_free(small);
  shm_free(large);
  shm_purge();
  struct shm *many[20];
  int first = -1;
  for (int i = 0; i < 20; i++) {
    many[i] = shm_take(SIZE);
    first = i ? first : many[i]->fd;
  }
  for (int i = 0; i < 20; i++)
    shm_keep(many[i]);
  CHECK(fcntl(first, F_GETFD) == -1); /* more than threads can want are let go, the oldest first */
  shm_purge();
}

static void test_fork(void) {
  struct shm *m = shm_take(SIZE);
  unsigned char *data = m->data;
  int fd = m->fd;
  memset(data, 1, SIZE);
  shm_keep(m);
  pid_t child = fork();
  if (child == 0) {
    check_failures = 0;
    struct shm *mine = shm_take(SIZE);
    CHECK(mine != NULL);
    memset(mine->data, 2, SIZE);
    shm_free(mine);
    CHECK(fcntl(fd, F_GETFD) == -1);
    _exit(check_failures != 0);
  }
  int status = -1;
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  CHECK(data[0] == 1 && data[SIZE - 1] == 1);
  m = shm_take(SIZE);
  CHECK(m->data == data); /* the parent goes on as before */
  shm_free(m);
}

int main(void) {
  test_seals();
  test_kept();
  test_fork();
  CHECK(shm_take((size_t)1 << 60) == NULL);
  shm_free(NULL);
  shm_keep(NULL);
  return check_failures != 0;
}
