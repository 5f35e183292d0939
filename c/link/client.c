#include "client.h"

#include "clock.h"
#include "launch.h"
#include "lock.h"
#include "wire.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
  STEP_MS = 10,
  /* Many, because impasto-host sees no pixels: what ends it is not the frame, and passes. */
  ATTEMPTS = 10,
  FIRST_PAUSE_MS = 50,
  LONGEST_PAUSE_MS = 1000,
  ANSWER_LIMIT = 64 << 10, /* pixels aside */
  CONNECT_US = 10 * 1000000,
  PING_US = 2 * 1000000,
  DEAD_US = 15 * 1000000,
  LEAVE_MS = 200
};

struct lane {
  struct wire wire;
  unsigned generation; /* of the process at its other end */
  struct lane *next;
};

/* Under the lock. */
static struct {
  enum { ABSENT, GREETING, READY } state;
  unsigned generation;
  pid_t pid;
  struct wire control;
  struct lane *idle;
} host;

/* Killed, but not yet reaped. */
static pid_t leaving[8];

static _Atomic uint64_t last_id;

static uint64_t next_id(void) {
  return atomic_fetch_add(&last_id, 1) + 1;
}

/* --- The process; the lock is held -------------------------------------------------------- */

/* ECHILD is normal: hosts ignore SIGCHLD, or reap every child that they find. */
static void reap(void) {
  for (size_t i = 0; i < sizeof leaving / sizeof *leaving; i++)
    if (leaving[i] && waitpid(leaving[i], NULL, WNOHANG) != 0)
      leaving[i] = 0;
}

static void lane_close(struct lane *lane) {
  wire_close(&lane->wire);
  free(lane);
}

static void close_sockets(void) {
  if (host.state == ABSENT)
    return; /* host.control is all zeroes then, and descriptor 0 is the host's own */
  wire_close(&host.control);
  while (host.idle) {
    struct lane *lane = host.idle;
    host.idle = lane->next;
    lane_close(lane);
  }
  host.state = ABSENT;
}

/* Takes the lock. In a process that was forked since, sockets and children are the parent's, which
 * goes on using them. */
static void enter(void) {
  static pid_t owner;
  pid_t self = lock_take();
  if (self == owner)
    return;
  close_sockets();
  memset(leaving, 0, sizeof leaving);
  owner = self;
}

/* Kills only what waitpid still knows as running: a child of ours that has been reaped may have
 * left its number to a stranger. */
static void drop_host(void) {
  if (host.state == ABSENT)
    return;
  close_sockets();
  reap();
  if (waitpid(host.pid, NULL, WNOHANG) != 0)
    return;
  (void)kill(host.pid, SIGKILL);
  for (size_t i = 0; i < sizeof leaving / sizeof *leaving; i++)
    if (!leaving[i]) {
      leaving[i] = host.pid;
      return;
    }
}

static void (*introduce)(struct hello *hello);

void client_introduce(void (*with)(struct hello *hello)) {
  introduce = with;
}

static bool start_host(struct sentence *why) {
  int ends[2] = {-1, -1};
  bool started = false;
  msgpack_sbuffer hello;
  msgpack_sbuffer_init(&hello);
  struct hello about = {"Impasto.ofx", IMPASTO_VERSION, 0, false};
  if (introduce)
    introduce(&about);
  if (!encode_hello(&hello, next_id(), &about)) {
    say(why, "There is no memory left to start impasto-host, Impasto's helper program.");
    goto out;
  }
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    say(why, "impasto-host, Impasto's helper program, cannot be started, for want of a socket: %s.",
        reason_of(errno).text);
    goto out;
  }
  if (!launch_host(ends[1], &host.pid, why))
    goto out;
  host.control = wire_make(ends[0]);
  ends[0] = -1;
  host.state = GREETING;
  host.generation++;
  /* An empty socket has room; if this fails it has died, which greet finds out. */
  (void)wire_send(&host.control, hello.data, hello.size, -1, NULL, NULL);
  started = true;
out:
  if (ends[0] >= 0)
    (void)close(ends[0]);
  if (ends[1] >= 0)
    (void)close(ends[1]);
  msgpack_sbuffer_destroy(&hello);
  return started;
}

enum step { STEP_READY, STEP_WAIT, STEP_STOPPED, STEP_DIED, STEP_FAILED };

/* Gets on with the greeting, as far as that goes without waiting. */
static enum step greet(struct sentence *why) {
  const unsigned char *body;
  size_t size;
  const char *reason;
  struct message message;
  switch (wire_receive(&host.control, ANSWER_LIMIT, &body, &size)) {
  case RECEIVED_NOTHING:
  case RECEIVED_PART:
    return STEP_WAIT;
  case RECEIVED_FRAME:
    break;
  default:
    drop_host();
    return STEP_DIED;
  }
  if (!decode_message(&message, body, size, &reason)) {
    say(why,
        "The impasto-host in this bundle sent %s. The bundle is not complete; install it again.",
        reason);
  } else if (message.kind == KIND_ERROR) {
    say(why, "%s", message.as.error.message);
  } else if (message.kind != KIND_WELCOME || message.as.welcome.protocol != PROTOCOL_VERSION) {
    say(why,
        "The impasto-host in this bundle is of another release than Impasto.ofx (%s). Install the "
        "bundle again.",
        IMPASTO_VERSION);
  } else {
    host.state = READY;
    return STEP_READY;
  }
  drop_host();
  return STEP_FAILED;
}

static enum step make_lane(struct lane **made, struct sentence *why) {
  enum step step = STEP_FAILED;
  int ends[2] = {-1, -1};
  struct lane *lane = calloc(1, sizeof *lane);
  msgpack_sbuffer body;
  msgpack_sbuffer_init(&body);
  if (!lane || !encode_lane(&body, 0) ||
      socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    say(why, "Impasto cannot talk to impasto-host: there is no memory or no descriptor left.");
    goto out;
  }
  switch (wire_send(&host.control, body.data, body.size, ends[1], NULL, NULL)) {
  case SENT:
    lane->wire = wire_make(ends[0]);
    lane->generation = host.generation;
    *made = lane;
    lane = NULL;
    ends[0] = -1;
    step = STEP_READY;
    break;
  case SENT_NOTHING: /* the socket is full of lanes that it has not taken yet */
    step = STEP_WAIT;
    break;
  default:
    drop_host();
    step = STEP_DIED;
  }
out:
  if (ends[0] >= 0)
    (void)close(ends[0]);
  if (ends[1] >= 0)
    (void)close(ends[1]);
  msgpack_sbuffer_destroy(&body);
  free(lane);
  return step;
}

static enum step try_lane(struct lane **lane, struct sentence *why) {
  if (host.state == ABSENT) {
    reap();
    if (!start_host(why))
      return STEP_FAILED;
  }
  enum step step = host.state == READY ? STEP_READY : greet(why);
  if (step != STEP_READY)
    return step;
  if (!host.idle)
    return make_lane(lane, why);
  *lane = host.idle;
  host.idle = (*lane)->next;
  return STEP_READY;
}

/* --- One request; the lock is not held ---------------------------------------------------- */

static enum step take_lane(struct lane **lane, const struct waiter *waiter, struct sentence *why) {
  int64_t began = clock_us();
  for (;;) {
    enter();
    enum step step = try_lane(lane, why);
    bool late = step == STEP_WAIT && clock_us() - began > CONNECT_US;
    if (late)
      drop_host();
    lock_give();
    if (late)
      return STEP_DIED;
    if (step != STEP_WAIT)
      return step;
    if (waiter->stop(waiter->context, 0))
      return STEP_STOPPED;
    (void)poll(NULL, 0, STEP_MS / 2);
  }
}

/* Each lane to a process that died notices it by itself; the first that does drops the process. */
static void end_lane(struct lane *lane, bool died) {
  if (died) {
    enter();
    if (lane->generation == host.generation)
      drop_host();
    lock_give();
  }
  lane_close(lane);
}

static void keep_lane(struct lane *lane) {
  if (lane->wire.room > ANSWER_LIMIT) { /* grown by a frame's pixels: give that memory back */
    int fd = lane->wire.fd;
    free(lane->wire.body);
    lane->wire = wire_make(fd);
  }
  enter();
  bool kept = host.state == READY && lane->generation == host.generation;
  if (kept) {
    lane->next = host.idle;
    host.idle = lane;
  }
  lock_give();
  if (!kept)
    lane_close(lane);
}

struct pulse {
  const struct waiter *waiter;
  double fraction;
};

static bool pulse_stops(void *context) {
  const struct pulse *pulse = context;
  return pulse->waiter->stop(pulse->waiter->context, pulse->fraction);
}

static void send_small(struct lane *lane, bool (*encode)(msgpack_sbuffer *, uint64_t),
                       uint64_t id) {
  msgpack_sbuffer body;
  msgpack_sbuffer_init(&body);
  if (encode(&body, id))
    (void)wire_send(&lane->wire, body.data, body.size, -1, NULL, NULL);
  msgpack_sbuffer_destroy(&body);
}

/* Sends a request and waits for its one final answer, done or error. */
static enum step ask(struct lane *lane, uint64_t id, const msgpack_sbuffer *request, int attached,
                     size_t limit, const struct waiter *waiter, struct message *answer) {
  struct pulse pulse = {waiter, 0};
  switch (wire_send(&lane->wire, request->data, request->size, attached, pulse_stops, &pulse)) {
  case SENT:
    break;
  case SENT_STOPPED:
    return STEP_STOPPED;
  default:
    return STEP_DIED;
  }
  int64_t then = clock_us(), silent = 0, pinged = 0;
  for (;;) {
    const unsigned char *body;
    size_t size;
    const char *reason;
    wire_wait(&lane->wire, STEP_MS);
    enum received received = wire_receive(&lane->wire, limit, &body, &size);
    /* At most 0.1 s counts as silence: in a debugger or a laptop's sleep we did not run either. */
    int64_t now = clock_us();
    silent += now - then < 100000 ? now - then : 100000;
    then = now;
    if (received == RECEIVED_FRAME || received == RECEIVED_PART)
      silent = pinged = 0;
    else if (received != RECEIVED_NOTHING)
      return STEP_DIED;
    if (received == RECEIVED_FRAME) {
      if (!decode_message(answer, body, size, &reason))
        return STEP_DIED;
      if (answer->id == id && (answer->kind == KIND_DONE || answer->kind == KIND_ERROR))
        return STEP_READY;
      if (answer->id == id && answer->kind == KIND_PROGRESS)
        pulse.fraction = answer->as.progress.fraction;
      else if (answer->kind != KIND_PONG)
        return STEP_DIED;
    }
    if (pulse_stops(&pulse)) {
      send_small(lane, encode_cancel, id);
      return STEP_STOPPED;
    }
    if (silent > DEAD_US)
      return STEP_DIED;
    if (silent - pinged > PING_US) {
      pinged = silent;
      send_small(lane, encode_ping, next_id());
    }
  }
}

/* Waits before one more attempt, the longer the more there were. False: stopped. */
static bool pause_before(int attempts, const struct waiter *waiter) {
  int pause = attempts > 1 ? FIRST_PAUSE_MS : 0;
  for (int i = 2; i < attempts && pause < LONGEST_PAUSE_MS; i++)
    pause *= 2;
  for (; pause > 0; pause -= STEP_MS) {
    if (waiter->stop(waiter->context, 0))
      return false;
    (void)poll(NULL, 0, STEP_MS);
  }
  return true;
}

/* One attempt, after so many. If it returns READY the lane is the caller's, and has the answer's
 * pixels. */
static enum step attempt(int before, struct lane **lane, uint64_t id,
                         const msgpack_sbuffer *request, int attached, size_t limit,
                         const struct waiter *waiter, struct message *answer,
                         struct sentence *why) {
  enum step step = pause_before(before, waiter) ? take_lane(lane, waiter, why) : STEP_STOPPED;
  if (step != STEP_READY)
    return step;
  step = ask(*lane, id, request, attached, limit, waiter, answer);
  /* A lane whose request was stopped will still get an answer: it cannot be used again, and
   * closing it also tells the other side that nobody waits. */
  if (step != STEP_READY)
    end_lane(*lane, step == STEP_DIED);
  return step;
}

static enum outcome outcome_of(enum step step, const char *doing, const char *what,
                               struct sentence *why) {
  if (step == STEP_STOPPED)
    return OUTCOME_STOPPED;
  if (step == STEP_DIED)
    say(why, "impasto-host, Impasto's helper program, stopped %d times while %s %s. Its log says "
             "more: $IMPASTO_LOG, or ~/.local/state/impasto/impasto-host.log.",
        ATTEMPTS, doing, what);
  return OUTCOME_FAILED;
}

static enum outcome no_memory(struct sentence *why) {
  say(why, "There is not enough memory left for Impasto to paint this frame.");
  return OUTCOME_FAILED;
}

/* --- Requests ----------------------------------------------------------------------------- */

enum outcome client_prepare(const char *style, const struct settings *settings,
                            const struct waiter *waiter, struct answer *answer) {
  enum outcome outcome = OUTCOME_FAILED;
  enum step step = STEP_DIED;
  struct lane *lane;
  struct message message;
  uint64_t id = next_id();
  msgpack_sbuffer request;
  msgpack_sbuffer_init(&request);
  if (!encode_prepare(&request, id, style, settings)) {
    outcome = no_memory(&answer->why);
    goto out;
  }
  for (int i = 0; i < ATTEMPTS && step == STEP_DIED; i++)
    step = attempt(i, &lane, id, &request, -1, ANSWER_LIMIT, waiter, &message, &answer->why);
  if (step != STEP_READY) {
    outcome = outcome_of(step, "loading", "a style", &answer->why);
    goto out;
  }
  keep_lane(lane);
  if (message.kind == KIND_DONE) {
    strcpy(answer->device, message.as.done.device);
    strcpy(answer->style, message.as.done.style);
    say(&answer->why, "%s", message.as.done.warning);
    outcome = OUTCOME_DONE;
  } else
    say(&answer->why, "%s", message.as.error.message);
out:
  msgpack_sbuffer_destroy(&request);
  return outcome;
}

/* Takes other memory for the next attempt: the engine of an impasto-host that died lives a little
 * longer, and may still write into the output. */
static bool renew(struct shm **memory, size_t inputs) {
  struct shm *fresh = shm_take((*memory)->size);
  if (!fresh)
    return false;
  memcpy(fresh->data, (*memory)->data, inputs);
  shm_free(*memory);
  *memory = fresh;
  return true;
}

enum outcome client_render(const struct render_request *request, struct shm **memory,
                           const struct waiter *waiter, struct answer *answer) {
  enum outcome outcome = OUTCOME_FAILED;
  enum step step = STEP_DIED;
  struct lane *lane;
  struct message message;
  size_t inputs = (size_t)request->pictures[PICTURE_OUTPUT].offset;
  size_t output = picture_size(&request->pictures[PICTURE_OUTPUT]);
  msgpack_sbuffer body;
  msgpack_sbuffer_init(&body);
  for (int i = 0; i < ATTEMPTS && step == STEP_DIED; i++) {
    if (i > 0 && !renew(memory, inputs)) {
      outcome = no_memory(&answer->why);
      goto out;
    }
    bool inside = (*memory)->fd < 0;
    if (inside && (inputs > MAX_BODY - ANSWER_LIMIT || output > MAX_BODY - ANSWER_LIMIT)) {
      say(&answer->why, "This frame is too large for a system that refuses shared memory (memfd).");
      goto out;
    }
    uint64_t id = next_id();
    msgpack_sbuffer_clear(&body);
    if (!encode_render(&body, id, request, inside ? (*memory)->data : NULL)) {
      outcome = no_memory(&answer->why);
      goto out;
    }
    step = attempt(i, &lane, id, &body, (*memory)->fd, ANSWER_LIMIT + (inside ? output : 0),
                   waiter, &message, &answer->why);
  }
  if (step != STEP_READY) {
    outcome = outcome_of(step, "painting frame", frame_name(request->frame).text, &answer->why);
    goto out;
  }
  if (message.kind == KIND_ERROR) {
    say(&answer->why, "%s", message.as.error.message);
  } else if ((*memory)->fd < 0 && message.as.done.pixels_size != output) {
    say(&answer->why, "impasto-host answered without a picture. Install the bundle "
                      "again.");
  } else {
    if ((*memory)->fd < 0)
      memcpy((*memory)->data + inputs, message.as.done.pixels, output);
    strcpy(answer->device, message.as.done.device);
    answer->cached = message.as.done.cached;
    answer->timings = message.as.done.timings;
    answer->kept = message.as.done.kept;
    say(&answer->why, "%s", message.as.done.warning);
    outcome = OUTCOME_DONE;
  }
  keep_lane(lane);
out:
  msgpack_sbuffer_destroy(&body);
  return outcome;
}

/* --- The end ------------------------------------------------------------------------------ */

void client_close(void) {
  enter();
  pid_t pid = host.state == ABSENT ? 0 : host.pid;
  close_sockets();
  lock_give();
  for (int waited = 0; pid && waited < LEAVE_MS && waitpid(pid, NULL, WNOHANG) == 0; waited += 5)
    (void)poll(NULL, 0, 5);
  enter();
  reap();
  lock_give();
}
