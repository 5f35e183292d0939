#include "wire.h"

#include "messages.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const unsigned char magic[4] = {'I', 'M', 'P', 'b'};

/* Bytes after which a long frame is left for a while: callers ask whether to go on. */
enum { AT_ONCE = 4 << 20 };

struct wire wire_make(int fd) {
  return (struct wire){.fd = fd};
}

void wire_close(struct wire *wire) {
  if (wire->fd >= 0)
    (void)close(wire->fd);
  free(wire->body);
  *wire = wire_make(-1);
}

static size_t body_size(const struct wire *wire) {
  const unsigned char *h = wire->header + sizeof magic;
  return (size_t)h[0] << 24 | (size_t)h[1] << 16 | (size_t)h[2] << 8 | h[3];
}

/* Room for one more piece of a body of that size. */
static bool make_room(struct wire *wire, size_t got, size_t size) {
  size_t wanted = got < 32768 ? 65536 : 2 * got;
  if (wanted > size)
    wanted = size;
  if (wanted <= wire->room)
    return true;
  unsigned char *body = realloc(wire->body, wanted);
  if (!body)
    return false;
  wire->body = body;
  wire->room = wanted;
  return true;
}

enum received wire_receive(struct wire *wire, size_t limit, const unsigned char **body,
                           size_t *size) {
  const size_t head = sizeof wire->header;
  size_t taken = 0;
  if (wire->have >= head && wire->have == head + body_size(wire))
    wire->have = 0; /* the frame that the call before this one gave out */
  for (;;) {
    void *to;
    size_t count;
    if (wire->have < head) {
      to = wire->header + wire->have;
      count = head - wire->have;
    } else {
      *size = body_size(wire);
      size_t got = wire->have - head;
      if (memcmp(wire->header, magic, sizeof magic) != 0 || *size == 0 || *size > limit)
        return RECEIVED_BROKEN;
      if (got == *size) {
        *body = wire->body;
        return RECEIVED_FRAME;
      }
      if (!make_room(wire, got, *size))
        return RECEIVED_BROKEN;
      to = wire->body + got;
      count = (wire->room < *size ? wire->room : *size) - got;
    }
    /* Plain recv: a descriptor that somebody sends is closed by the kernel. */
    ssize_t n = recv(wire->fd, to, count, MSG_DONTWAIT);
    if (n > 0) {
      wire->have += (size_t)n;
      taken += (size_t)n;
      if (taken >= AT_ONCE && wire->have < head + *size)
        return RECEIVED_PART;
    } else if (n == 0) {
      return RECEIVED_END;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return taken > 0 ? RECEIVED_PART : RECEIVED_NOTHING;
    } else if (errno != EINTR) {
      return RECEIVED_END;
    }
  }
}

enum sent wire_send(struct wire *wire, const void *body, size_t size, int attached,
                    bool (*stop)(void *), void *context) {
  unsigned char header[8];
  memcpy(header, magic, sizeof magic);
  for (int i = 0; i < 4; i++)
    header[4 + i] = (unsigned char)(size >> (24 - 8 * i));
  if (size == 0 || size > MAX_BODY)
    return SENT_BROKEN;

  union { /* aligned for its header */
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
  } rights;
  memset(&rights, 0, sizeof rights);

  for (size_t done = 0; done < sizeof header + size;) {
    if (stop && stop(context))
      return SENT_STOPPED;
    struct iovec parts[2];
    struct msghdr message = {.msg_iov = parts};
    if (done < sizeof header) {
      parts[message.msg_iovlen++] =
          (struct iovec){.iov_base = header + done, .iov_len = sizeof header - done};
      parts[message.msg_iovlen++] =
          (struct iovec){.iov_base = (void *)(uintptr_t)body, .iov_len = size};
    } else {
      size_t gone = done - sizeof header;
      parts[message.msg_iovlen++] = (struct iovec){
          .iov_base = (unsigned char *)(uintptr_t)body + gone, .iov_len = size - gone};
    }
    if (attached >= 0 && done == 0) { /* with the first byte */
      message.msg_control = rights.bytes;
      message.msg_controllen = sizeof rights.bytes;
      struct cmsghdr *c = CMSG_FIRSTHDR(&message);
      c->cmsg_level = SOL_SOCKET;
      c->cmsg_type = SCM_RIGHTS;
      c->cmsg_len = CMSG_LEN(sizeof(int));
      memcpy(CMSG_DATA(c), &attached, sizeof attached);
    }
    ssize_t n = sendmsg(wire->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0) {
      done += (size_t)n;
    } else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      if (!stop)
        return done == 0 ? SENT_NOTHING : SENT_BROKEN;
      struct pollfd p = {.fd = wire->fd, .events = POLLOUT};
      (void)poll(&p, 1, 10);
    } else if (n < 0 && errno != EINTR) {
      return SENT_BROKEN;
    }
  }
  return SENT;
}

void wire_wait(const struct wire *wire, int milliseconds) {
  struct pollfd p = {.fd = wire->fd, .events = POLLIN};
  (void)poll(&p, 1, milliseconds);
}
