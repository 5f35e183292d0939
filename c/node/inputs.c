#include "inputs.h"

#include "rect.h"
#include "space.h"
#include "suites.h"

#include <string.h>

/* --- What is special about each ----------------------------------------------------------- */

/* Hosts give no images either while a render is aborted, which is no error. */
static enum progress missing(struct frame *frame, enum picture_id id) {
  if (watch_aborted(&frame->watch))
    return ABORTED;
  if (id == PICTURE_HELD)
    say(&frame->why,
        "Hold Statistics wants those of frame %s, of which the host has no image: choose another "
        "Statistics Frame.",
        frame_name(frame->held_time).text);
  else
    say(&frame->why, "There is no image of %s at frame %s.", frame->inputs[id].image.clip,
        frame_name(frame->time).text);
  return FAILED;
}

/* Both have to say so: Resolve asks for fields, and gives whole images. */
static bool is_field(const struct frame *frame, const struct image *image) {
  const char *given = kOfxImageFieldNone;
  (void)get_string(image->handle, kOfxImagePropField, 0, &given);
  return frame->of_field && strcmp(given, kOfxImageFieldNone) != 0;
}

/* The output was fetched before it. */
static enum progress check_plate(struct frame *frame) {
  struct input *plate = &frame->inputs[PICTURE_PLATE], *output = &frame->inputs[PICTURE_OUTPUT];
  if (plate->image.components == 1 || output->image.components == 1) {
    say(&frame->why, "Impasto paints RGB and RGBA; the host gives it an image of alpha alone.");
    return FAILED;
  }
  if (plate->image.depth != output->image.depth) {
    say(&frame->why, "The host gives Impasto images of different depths for Source and Output.");
    return FAILED;
  }
  if (is_field(frame, &plate->image)) {
    say(&frame->why, "Impasto paints whole frames, and the host asks for single fields. "
                     "Deinterlace the clip before it.");
    return FAILED;
  }
  frame->request.pixel_aspect = plate->image.aspect;
  frame->window = rect_meet(frame->window, output->image.bounds);
  output->part = rect_meet(frame->window, plate->part);
  return GO_ON;
}

static bool wants_painting(const struct frame *frame) {
  return clip_connected(&frame->instance->clips[CLIP_STYLE]) && frame_number(frame, PARAM_MIX) != 0;
}

static enum progress check_painting(struct frame *frame) {
  struct image *painting = &frame->inputs[PICTURE_PAINTING].image;
  if (rect_empty(painting->region))
    image_release(painting); /* nothing is to be seen on it */
  if (!painting->handle || painting->components != 1)
    return GO_ON;
  say(&frame->why, "A painting on Style has colours; the host gives Impasto an image of alpha "
                   "alone.");
  return FAILED;
}

static bool wants_held(const struct frame *frame) {
  return frame->hold && frame_number(frame, PARAM_MIX) != 0;
}

static enum progress check_held(struct frame *frame) {
  const struct image *held = &frame->inputs[PICTURE_HELD].image;
  if (!rect_empty(held->region) && held->components != 1)
    return GO_ON;
  return missing(frame, PICTURE_HELD);
}

static bool wants_mask(const struct frame *frame) {
  return frame->use_mask && frame_number(frame, PARAM_MIX) != 0 &&
         !rect_empty(frame->inputs[PICTURE_OUTPUT].part);
}

/* Whether pixels are as wide, but for what hosts round. */
static bool same_shape(double a, double b) {
  return a / b > 0.999 && a / b < 1.001;
}

/* Where there is no image of the mask it is 0. */
static enum progress check_mask(struct frame *frame) {
  struct input *mask = &frame->inputs[PICTURE_MASK];
  enum picture_id of = frame->match_mask ? PICTURE_PLATE : PICTURE_OUTPUT;
  const OfxRectI *wanted = &frame->inputs[of].part;
  if (mask->image.handle && !same_shape(mask->image.aspect, frame->request.pixel_aspect)) {
    say(&frame->why, "The pixels of Mask have another shape than those of Source, so that the "
                     "mask would lie elsewhere: reformat it before Impasto.");
    return FAILED;
  }
  mask->part = rect_meet(mask->part, *wanted);
  frame->mask_counts = frame->invert && memcmp(&mask->part, wanted, sizeof *wanted) != 0;
  return GO_ON;
}

static const struct {
  enum clip_id clip;
  int channels;
  bool optional;                             /* without an image there, it is left out */
  bool (*wanted)(const struct frame *frame); /* NULL: always */
  enum progress (*check)(struct frame *frame);
} table[PICTURE_COUNT] = {
    [PICTURE_PLATE] = {CLIP_SOURCE, 4, false, NULL, check_plate},
    [PICTURE_MASK] = {CLIP_MASK, 1, true, wants_mask, check_mask},
    [PICTURE_PAINTING] = {CLIP_STYLE, 4, true, wants_painting, check_painting},
    [PICTURE_HELD] = {CLIP_SOURCE, 4, false, wants_held, check_held},
    [PICTURE_OUTPUT] = {CLIP_OUTPUT, 4, false, NULL, NULL},
};

/* --- Fetching ----------------------------------------------------------------------------- */

static enum progress fetch(struct frame *frame, enum picture_id id) {
  struct input *input = &frame->inputs[id];
  OfxTime time = id == PICTURE_HELD ? frame->held_time : frame->time;
  if (table[id].wanted && !table[id].wanted(frame))
    return GO_ON;
  switch (image_fetch(&input->image, &frame->instance->clips[table[id].clip], time, &frame->why)) {
  case FETCHED_BAD:
    return FAILED;
  case FETCHED_NOTHING:
    if (!table[id].optional)
      return missing(frame, id);
    break;
  case FETCHED:
    input->part = input->image.region;
    break;
  }
  return table[id].check ? table[id].check(frame) : GO_ON;
}

/* Each check may look at what was fetched before. */
enum progress inputs_fetch(struct frame *frame) {
  static const enum picture_id order[PICTURE_COUNT] = {
      PICTURE_OUTPUT, PICTURE_PLATE, PICTURE_PAINTING, PICTURE_HELD, PICTURE_MASK};
  enum progress progress = GO_ON;
  for (int i = 0; i < PICTURE_COUNT && progress == GO_ON; i++)
    progress = fetch(frame, order[i]);
  return progress;
}

void inputs_release(struct frame *frame) {
  for (enum picture_id id = 0; id < PICTURE_COUNT; id++)
    image_release(&frame->inputs[id].image);
}

/* --- The memory that goes to the engine --------------------------------------------------- */

/* Every picture starts on a page of its own. */
static void place(struct frame *frame, enum picture_id id, int64_t *end) {
  const int64_t page = 4096;
  const struct input *input = &frame->inputs[id];
  OfxRectI r = input->part;
  if (rect_empty(r))
    return;
  struct picture *picture = &frame->request.pictures[id];
  *picture = (struct picture){.window = {r.x1, r.y1, r.x2, r.y2},
                              .channels = table[id].channels,
                              .row_bytes = (int64_t)rect_width(r) * table[id].channels * 4,
                              .offset = *end,
                              .premultiplied = input->image.premultiplied};
  *end += ((int64_t)picture_size(picture) + page - 1) / page * page;
}

enum progress inputs_place(struct frame *frame) {
  struct picture *pictures = frame->request.pictures;
  const struct image *painting = &frame->inputs[PICTURE_PAINTING].image;
  int64_t size = 0;
  for (enum picture_id id = 0; id < PICTURE_COUNT; id++)
    place(frame, id, &size);
  if (painting->handle &&
      !space_of_image(painting, &pictures[PICTURE_PAINTING].space, &frame->why))
    return FAILED;
  frame->memory = shm_take((size_t)size);
  if (frame->memory)
    return GO_ON;
  OfxRectI plate = frame->inputs[PICTURE_PLATE].part;
  say(&frame->why, "There is not enough memory for Impasto to paint a frame of %d by %d pixels: "
                   "%lld MiB are needed.",
      rect_width(plate), rect_height(plate), (long long)(size >> 20));
  return FAILED;
}

static void set_opaque(unsigned char *row, size_t pixels) {
  const float one = 1;
  for (size_t i = 0; i < pixels; i++)
    memcpy(row + 16 * i + 12, &one, sizeof one);
}

static void copy_row(struct frame *frame, enum picture_id id, int y) {
  const struct image *from = &frame->inputs[id].image;
  OfxRectI part = frame->inputs[id].part;
  unsigned char *row = frame_row(frame, id, y);
  size_t n = (size_t)rect_width(part);
  pixels_to_rgba(row, image_at(from, part.x1, y), from->depth, from->components, n);
  /* An opaque image may have anything for alpha, and where that is 0 nothing would be painted. */
  if (from->opaque)
    set_opaque(row, n);
}

static void copy_mask_row(struct frame *frame, enum picture_id id, int y) {
  const struct image *mask = &frame->inputs[id].image;
  OfxRectI part = frame->inputs[id].part;
  unsigned char *row = frame_row(frame, id, y);
  size_t n = (size_t)rect_width(part);
  pixels_to_mask(row, image_at(mask, part.x1, y), mask->depth, mask->components, mask->opaque, n);
  for (size_t i = 0; i < n && !frame->mask_counts; i++) {
    float v;
    memcpy(&v, row + 4 * i, sizeof v);
    frame->mask_counts = frame->invert ? v < 1 : v > 0; /* NaN does not count */
  }
}

static enum progress copy(struct frame *frame, enum picture_id id) {
  OfxRectI part = frame->inputs[id].part;
  if (!frame->request.pictures[id].channels)
    return GO_ON;
  return frame_rows(frame, id, part.y1, part.y2, (size_t)frame->request.pictures[id].row_bytes,
                    id == PICTURE_MASK ? copy_mask_row : copy_row);
}

enum progress inputs_copy_mask(struct frame *frame) {
  return copy(frame, PICTURE_MASK);
}

enum progress inputs_copy(struct frame *frame) {
  enum progress progress = GO_ON;
  for (enum picture_id id = 0; id < PICTURE_OUTPUT && progress == GO_ON; id++)
    if (id != PICTURE_MASK)
      progress = copy(frame, id);
  return progress;
}
