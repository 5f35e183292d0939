/* Frames on a local socket: eight bytes of header (the magic, the body's length) and the body. No
 * call blocks, none raises SIGPIPE, and a signal that interrupts one does no harm. */
#ifndef IMPASTO_WIRE_H
#define IMPASTO_WIRE_H

#include <stdbool.h>
#include <stddef.h>

struct wire {
  int fd;
  unsigned char header[8];
  unsigned char *body;
  size_t room; /* allocated for the body */
  size_t have; /* received of header and body together */
};

struct wire wire_make(int fd);

/* Also closes the socket. */
void wire_close(struct wire *wire);

enum received {
  RECEIVED_NOTHING, /* and nothing more is there now */
  RECEIVED_PART,
  RECEIVED_FRAME,
  RECEIVED_END,   /* the peer has gone */
  RECEIVED_BROKEN /* what came is no frame, or one over the limit, or there is no memory for it */
};

/* Takes what has come, at most one frame. A frame's body is valid until the next call. Memory is
 * taken for what has arrived, not for what a header promises. */
enum received wire_receive(struct wire *wire, size_t limit, const unsigned char **body,
                           size_t *size);

enum sent {
  SENT,
  SENT_NOTHING, /* no room now; only where stop is NULL */
  SENT_STOPPED,
  SENT_BROKEN
};

/* Sends one frame, with a descriptor if attached is not -1. With a stop function it waits for
 * room, and asks at least every 20 ms whether to go on; without one it is for small frames that
 * go at once or not at all. After SENT_STOPPED and SENT_BROKEN the socket is of no more use. */
enum sent wire_send(struct wire *wire, const void *body, size_t size, int attached,
                    bool (*stop)(void *), void *context);

/* Waits until there is something to receive or the time is over. */
void wire_wait(const struct wire *wire, int milliseconds);

#endif
