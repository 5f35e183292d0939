/* The messages of bridge/messages.go, as far as the effect sends or receives them: encoding with
 * msgpack-c, and decoding of what another process sent. */
#ifndef IMPASTO_MESSAGES_H
#define IMPASTO_MESSAGES_H

#include <msgpack.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  PROTOCOL_VERSION = 9,
  MAX_BODY = 256 << 20, /* of a frame on the socket */
  MAX_COORDINATE = 1 << 24,
  MAX_PIXELS = 1 << 28, /* of one image */
  MAX_EXPOSURE = 20,    /* stops, up and down */
  MAX_DEVICE = 64,      /* GPUs that can be told apart */
  MAX_ITERATIONS = 1000,
  KEPT_BYTES = 72, /* of a picture's name */
  MAX_MEMORY = 1 << 20, /* megabytes */
  DEVICE_SIZE = 512,    /* of what is said of a device */
  LABEL_SIZE = 96       /* of what a style is called */
};

/* --- What goes out ------------------------------------------------------------------------ */

struct hello {
  const char *program, *version;
  int64_t threads;
  bool background;
};

/* A rectangle of interleaved float32 pixels, row 0 the lowest one. */
struct picture {
  int32_t window[4];
  int32_t channels; /* 0: there is none */
  int64_t row_bytes;
  int64_t offset; /* in the memory */
  const char *space; /* of the plate, in which the output is as well, and of the painting */
  bool premultiplied; /* likewise */
};

/* The pictures of a request, as they lie in the memory. */
enum picture_id {
  PICTURE_PLATE,
  PICTURE_MASK,     /* none: 1 everywhere */
  PICTURE_PAINTING, /* that a style is to be taken from */
  PICTURE_HELD,     /* another frame of the shot, which statistics are of; none: this one */
  PICTURE_OUTPUT,   /* written by the engine, and so the last */
  PICTURE_COUNT
};

static inline size_t picture_size(const struct picture *picture) {
  return (size_t)(picture->row_bytes * (picture->window[3] - picture->window[1]));
}

/* The name of a picture that was optimised, for the frame after it. */
struct kept {
  bool any;
  unsigned char name[KEPT_BYTES];
};

/* Where in a request a setting goes. Within each place they keep their order. */
enum place {
  GOES_NOWHERE,
  GOES_WITH_STYLE, /* in the request itself, after the styles */
  GOES_WITH_PLATE, /* likewise, after what the plate's values are */
  GOES_INTO_SIZE,  /* how large the plate is for the network */
  GOES_INTO_DESCENT, /* how a plate is optimised, by styles that do that */
  GOES_INTO_DEVICE   /* what the network is to run on */
};

/* The value of one of the artist's controls, as messages have it. */
struct setting {
  const char *key;
  enum place place;
  enum { SETTING_NUMBER, SETTING_INTEGER, SETTING_SWITCH, SETTING_TEXT, SETTING_CORNERS } kind;
  double number[4];  /* the first, or all of both corners; a switch is on where it is not 0 */
  const char *text; /* in its place, of a text */
};

struct settings {
  const struct setting *all;
  size_t count;
};

/* Kinds of devices. */
#define DEVICE_AUTO "auto"
#define DEVICE_GPU "gpu"
#define DEVICE_CPU "cpu"

struct render_request {
  const char *style;
  const char *style_b; /* "" where it has no part */
  double frame;
  bool mask_invert;
  double scale[2];       /* the plate's pixels for one of the full-resolution frame */
  double pixel_aspect;   /* width of a pixel of that frame, of which the height is 1 */
  const double *format;  /* x1, y1, x2, y2 of the frame, in pixels of the plate; NULL: unknown */
  const int32_t *statistics; /* the part of the frame that they are of, in pixels of the plate;
                                NULL: all of it */
  struct kept after; /* the frame before, which optimising starts from; none: from the plate */
  struct settings settings;
  struct picture pictures[PICTURE_COUNT];
};

#define MIN_DETAIL 0.01 /* that a request may have */

#define SPACE_LINEAR "linear"
#define SPACE_SRGB "srgb"

/* Each appends one body. False: out of memory, and the buffer is to be thrown away. */
bool encode_hello(msgpack_sbuffer *to, uint64_t id, const struct hello *hello);
bool encode_lane(msgpack_sbuffer *to, uint64_t id);
bool encode_prepare(msgpack_sbuffer *to, uint64_t id, const char *style,
                    const struct settings *settings);
/* inside: the memory, whose pixels then go inside the message; NULL: it is attached. */
bool encode_render(msgpack_sbuffer *to, uint64_t id, const struct render_request *render,
                   const unsigned char *inside);
bool encode_cancel(msgpack_sbuffer *to, uint64_t id);
bool encode_ping(msgpack_sbuffer *to, uint64_t id);

/* --- What comes in ------------------------------------------------------------------------ */

enum kind { KIND_WELCOME, KIND_PROGRESS, KIND_DONE, KIND_PONG, KIND_ERROR };

/* Of the engine, in microseconds. */
struct timings {
  int64_t load, wait, convert_in, run, convert_out, total;
};

/* Texts are cut to what fits. */
struct message {
  enum kind kind;
  uint64_t id;
  union {
    struct {
      int64_t protocol;
      char program[64], version[64];
    } welcome;
    struct {
      double fraction; /* 0 to 1 */
      char stage[128];
    } progress;
    struct {
      char device[DEVICE_SIZE];
      bool cached;
      struct timings timings;
      const unsigned char *pixels; /* into the body that was decoded, or NULL */
      size_t pixels_size;
      struct kept kept;
      char warning[768]; /* or "" */
      char style[LABEL_SIZE]; /* that was prepared, or "" */
    } done;
    struct {
      char code[32], message[768];
    } error;
  } as;
};

/* False: the body is no message that the effect can take, for the reason given. */
bool decode_message(struct message *to, const unsigned char *body, size_t size,
                    const char **reason);

#endif
