/* The memory that carries pixels: sealed, kept for the next frame, never shared with a fork. */
#include "check.h"
#include "link/memory.h"

#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIZE = 1 << 20 };

static void test_seals(void) {
  struct memory *m = memory_take(SIZE);
  CHECK(m && m->fd >= 0 && m->size == SIZE);
  CHECK(ftruncate(m->fd, 0) != 0 && ftruncate(m->fd, 2 * SIZE) != 0);
  CHECK(fcntl(m->fd, F_GETFD) & FD_CLOEXEC);
  memory_free(m);
}

static void test_kept(void) {
  struct memory *m = memory_take(SIZE);
  unsigned char *data = m->data;
  memory_keep(m);
  m = memory_take(SIZE / 2 + 1);
  CHECK(m->data == data); /* large enough, and not far too large */
  struct memory *other = memory_take(SIZE);
  CHECK(other->data != data);
  memory_keep(m);
  memory_keep(other);
  struct memory *small = memory_take(SIZE / 2 - 1);
  CHECK(small->size == SIZE / 2 - 1);
  struct memory *large = memory_take(SIZE + 1);
  CHECK(large->size == SIZE + 1);
  memory_free(small);
  memory_free(large);
  memory_purge();
  struct memory *many[20];
  int first = -1;
  for (int i = 0; i < 20; i++) {
    many[i] = memory_take(SIZE);
    first = i ? first : many[i]->fd;
  }
  for (int i = 0; i < 20; i++)
    memory_keep(many[i]);
  CHECK(fcntl(first, F_GETFD) == -1); /* more than threads can want are let go, the oldest first */
  memory_purge();
}

static void test_fork(void) {
  struct memory *m = memory_take(SIZE);
  unsigned char *data = m->data;
  int fd = m->fd;
  memset(data, 1, SIZE);
  memory_keep(m);
  pid_t child = fork();
  if (child == 0) {
    check_failures = 0;
    struct memory *mine = memory_take(SIZE);
    CHECK(mine != NULL);
    memset(mine->data, 2, SIZE);
    memory_free(mine);
    CHECK(fcntl(fd, F_GETFD) == -1);
    _exit(check_failures != 0);
  }
  int status = -1;
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  CHECK(data[0] == 1 && data[SIZE - 1] == 1);
  m = memory_take(SIZE);
  CHECK(m->data == data); /* the parent goes on as before */
  memory_free(m);
}

int main(void) {
  test_seals();
  test_kept();
  test_fork();
  CHECK(memory_take((size_t)1 << 60) == NULL);
  memory_free(NULL);
  memory_keep(NULL);
  return check_failures != 0;
}
