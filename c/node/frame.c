#include "frame.h"

enum progress frame_rows(struct frame *frame, enum picture_id id, int y1, int y2, size_t row_bytes,
                         void (*copy)(struct frame *frame, enum picture_id id, int y)) {
  const size_t piece = 4 << 20;
  size_t done = 0;
  for (int y = y1; y < y2; y++) {
    copy(frame, id, y);
    done += row_bytes;
    if (done >= piece) {
      if (watch_aborted(&frame->watch))
        return ABORTED;
      done = 0;
    }
  }
  return GO_ON;
}

unsigned char *frame_row(const struct frame *frame, enum picture_id id, int y) {
  const struct picture *picture = &frame->request.pictures[id];
  return frame->memory->data + picture->offset + (y - picture->window[1]) * picture->row_bytes;
}
