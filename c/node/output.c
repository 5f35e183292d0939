#include "output.h"

#include "rect.h"

#include <string.h>

/* Clears what of a row is outside the plate. Returns where the plate begins; NULL: nowhere. */
static unsigned char *start_row(struct frame *frame, int y) {
  const struct image *output = &frame->inputs[PICTURE_OUTPUT].image;
  OfxRectI window = frame->window, area = frame->inputs[PICTURE_OUTPUT].part;
  size_t pixel = image_pixel_size(output);
  unsigned char *row = image_at(output, window.x1, y);
  if (rect_empty(area) || y < area.y1 || y >= area.y2) {
    memset(row, 0, (size_t)rect_width(window) * pixel);
    return NULL;
  }
  memset(row, 0, (size_t)(area.x1 - window.x1) * pixel);
  memset(image_at(output, area.x2, y), 0, (size_t)(window.x2 - area.x2) * pixel);
  return image_at(output, area.x1, y);
}

static void copy_alpha(unsigned char *to, const unsigned char *from, enum depth depth, size_t n) {
  size_t size = depth_size(depth);
  for (size_t i = 0; i < n; i++)
    memcpy(to + (4 * i + 3) * size, from + (4 * i + 3) * size, size);
}

/* An opaque plate may have anything for alpha, which the output gets as it is. */
static void copy_painted_row(struct frame *frame, enum picture_id id, int y) {
  const struct image *plate = &frame->inputs[PICTURE_PLATE].image;
  const struct image *output = &frame->inputs[id].image;
  OfxRectI area = frame->inputs[id].part;
  unsigned char *row = start_row(frame, y);
  size_t n = (size_t)rect_width(area);
  if (!row)
    return;
  pixels_from_rgba(row, frame_row(frame, id, y), output->depth, output->components, n);
  if (plate->opaque && plate->components == 4 && output->components == 4)
    copy_alpha(row, image_at(plate, area.x1, y), plate->depth, n);
}

static void copy_plate_row(struct frame *frame, enum picture_id id, int y) {
  enum { PIECE = 256 };
  const struct image *plate = &frame->inputs[PICTURE_PLATE].image;
  const struct image *output = &frame->inputs[id].image;
  OfxRectI area = frame->inputs[id].part;
  unsigned char *to = start_row(frame, y), piece[16 * PIECE];
  if (!to)
    return;
  const unsigned char *from = image_at(plate, area.x1, y);
  size_t n = (size_t)rect_width(area);
  if (plate->components == output->components) {
    memcpy(to, from, n * image_pixel_size(output));
    return;
  }
  for (size_t done = 0; done < n; done += PIECE) {
    size_t count = n - done < PIECE ? n - done : PIECE;
    pixels_to_rgba(piece, from + done * image_pixel_size(plate), plate->depth, plate->components,
                   count);
    pixels_from_rgba(to + done * image_pixel_size(output), piece, output->depth,
                     output->components, count);
  }
}

static enum progress write(struct frame *frame,
                           void (*copy)(struct frame *frame, enum picture_id id, int y)) {
  size_t pixel = image_pixel_size(&frame->inputs[PICTURE_OUTPUT].image);
  return frame_rows(frame, PICTURE_OUTPUT, frame->window.y1, frame->window.y2,
                    (size_t)rect_width(frame->window) * pixel, copy);
}

enum progress output_painted(struct frame *frame) {
  return write(frame, copy_painted_row);
}

enum progress output_plate(struct frame *frame) {
  return write(frame, copy_plate_row);
}
