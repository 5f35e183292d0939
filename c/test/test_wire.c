/* Framing: in pieces, with a descriptor, to a peer that is slow, gone or hostile. */
#include "check.h"
#include "link/messages.h"
#include "link/wire.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void pair(struct wire *a, struct wire *b) {
  int ends[2] = {-1, -1};
  CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  *a = wire_make(ends[0]);
  *b = wire_make(ends[1]);
}

static void test_pieces(void) {
  struct wire a, b;
  const unsigned char *body;
  size_t size;
  static const char frames[] = "IMPb\0\0\0\3abcIMPb\0\0\0\2de";
  pair(&a, &b);
  CHECK(wire_receive(&b, 100, &body, &size) == RECEIVED_NOTHING);
  int seen = 0;
  for (size_t i = 0; i < sizeof frames - 1; i++) {
    CHECK(write(a.fd, frames + i, 1) == 1);
    enum received r = wire_receive(&b, 100, &body, &size);
    bool last = i == 10 || i == sizeof frames - 2;
    CHECK(r == (last ? RECEIVED_FRAME : RECEIVED_PART));
    if (r == RECEIVED_FRAME && seen++ == 0)
      CHECK(size == 3 && memcmp(body, "abc", 3) == 0);
    else if (r == RECEIVED_FRAME)
      CHECK(size == 2 && memcmp(body, "de", 2) == 0);
  }
  CHECK(seen == 2);
  /* Two that come at once go out one after the other. */
  CHECK(write(a.fd, frames, sizeof frames - 1) == sizeof frames - 1);
  CHECK(wire_receive(&b, 100, &body, &size) == RECEIVED_FRAME && size == 3);
  CHECK(wire_receive(&b, 100, &body, &size) == RECEIVED_FRAME && size == 2);
  CHECK(write(a.fd, frames, 6) == 6);
  wire_close(&a);
  CHECK(wire_receive(&b, 100, &body, &size) == RECEIVED_END);
  CHECK(wire_send(&b, "x", 1, -1, NULL, NULL) == SENT_BROKEN); /* and no SIGPIPE */
  wire_close(&b);
}

static void refused(const void *bytes, size_t count, size_t limit) {
  struct wire a, b;
  const unsigned char *body;
  size_t size;
  pair(&a, &b);
  CHECK(write(a.fd, bytes, count) == (ssize_t)count);
  CHECK(wire_receive(&b, limit, &body, &size) == RECEIVED_BROKEN);
  CHECK(b.room == 0); /* nothing was allocated for a promise */
  wire_close(&a);
  wire_close(&b);
}

static bool stop_later(void *context) {
  return --*(int *)context == 0;
}

static void test_slow_peer(void) {
  struct wire a, b;
  size_t count = 8 << 20;
  unsigned char *much = calloc(1, count);
  int calls = 5;
  pair(&a, &b);
  CHECK(wire_send(&a, much, count, -1, stop_later, &calls) == SENT_STOPPED);
  wire_close(&a);
  wire_close(&b);
  pair(&a, &b);
  for (int i = 0; i < 100000; i++) {
    enum sent sent = wire_send(&a, "ping", 4, -1, NULL, NULL);
    if (sent != SENT) {
      CHECK(sent == SENT_NOTHING && i > 10); /* whole frames only */
      break;
    }
  }
  CHECK(wire_send(&a, much, (size_t)MAX_BODY + 1, -1, NULL, NULL) == SENT_BROKEN);
  wire_close(&a);
  wire_close(&b);
  free(much);
}

static void test_descriptors(void) {
  struct wire a, b;
  int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
  pair(&a, &b);
  CHECK(wire_send(&a, "x", 1, file, NULL, NULL) == SENT);
  char bytes[16], room[CMSG_SPACE(sizeof(int))];
  struct iovec part = {bytes, sizeof bytes};
  struct msghdr m = {.msg_iov = &part,
                     .msg_iovlen = 1,
                     .msg_control = room,
                     .msg_controllen = sizeof room};
  CHECK(recvmsg(b.fd, &m, MSG_CMSG_CLOEXEC) == 9 && CMSG_FIRSTHDR(&m) != NULL);
  int got = -1;
  if (CMSG_FIRSTHDR(&m))
    memcpy(&got, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof got);
  CHECK(got > 2 && memcmp(bytes, "IMPb\0\0\0\1x", 9) == 0);
  (void)close(got);
  /* One that nobody asked for does not stay. */
  const unsigned char *body;
  size_t size;
  CHECK(wire_send(&a, "y", 1, file, NULL, NULL) == SENT);
  CHECK(wire_receive(&b, 100, &body, &size) == RECEIVED_FRAME);
  int next = open("/dev/null", O_RDONLY | O_CLOEXEC);
  CHECK(next == got);
  (void)close(next);
  (void)close(file);
  wire_close(&a);
  wire_close(&b);
}

int main(void) {
  test_pieces();
  refused("nonsense", 8, 100);
  refused("IMPb\0\0\0\x65", 8, 100);
  refused("IMPb\xff\xff\xff\xff", 8, MAX_BODY);
  refused("IMPb\0\0\0\0", 8, 100);
  test_slow_peer();
  test_descriptors();
  return check_failures != 0;
}
