/* A frame on its way from the host to the engine and back. */
#ifndef IMPASTO_FRAME_H
#define IMPASTO_FRAME_H

#include "image.h"
#include "instance.h"
#include "link/shm.h"
#include "link/messages.h"

/* One of its images. */
struct input {
  struct image image; /* the host's; without a handle there is none */
  OfxRectI part;      /* what of it goes to the engine, or comes from there */
};

struct frame {
  struct instance *instance;
  struct watch watch;
  struct sentence why; /* it failed, or is not what the artist may expect */

  OfxTime time;
  OfxRectI window; /* to be rendered, within the output's bounds */
  struct setting settings[PARAM_COUNT];

  bool of_field;   /* the host asks for a field, and not for a whole frame */
  bool in_order;   /* the host renders one frame after the other */
  bool hold;       /* the statistics are those of the frame at held_time */
  OfxTime held_time;
  bool use_mask;
  bool invert;
  bool match_mask;  /* what the mask shows of the whole plate counts */
  bool mask_counts; /* a pixel of the mask lets the painting through */

  struct input inputs[PICTURE_COUNT];
  struct shm *memory;
  struct render_request request; /* says where in the memory the parts lie */
  double format[4];         /* of the frame, in pixels of the plate */
  int32_t format_pixels[4]; /* where its statistics are */
};

enum progress { GO_ON, ABORTED, DECLINED, FAILED };

/* A number among the settings. */
static inline double frame_number(const struct frame *frame, enum param param) {
  return frame->settings[param].number[0];
}

/* Calls copy for the rows y1 <= y < y2, and asks the host now and then whether to go on. */
enum progress frame_rows(struct frame *frame, enum picture_id id, int y1, int y2, size_t row_bytes,
                         void (*copy)(struct frame *frame, enum picture_id id, int y));

/* The row of a picture in the memory. */
unsigned char *frame_row(const struct frame *frame, enum picture_id id, int y);

#endif
