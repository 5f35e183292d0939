#include "render.h"

#include "client.h"
#include "clock.h"
#include "image.h"
#include "regions.h"
#include "space.h"
#include "suites.h"
#include "trace.h"

#include <string.h>

/* One frame on its way. */
struct frame {
  struct instance *instance;
  struct watch watch;
  struct sentence why; /* it failed, or is not what the artist may expect */

  OfxTime time;
  OfxRectI window; /* to be rendered, within the output's bounds */
  double mix;
  bool invert;
  struct size size;

  bool in_order;   /* the host renders one frame after the other */
  bool hold;       /* the statistics are those of the frame at held_time */
  OfxTime held_time;

  struct image source, mask, style, held, output;
  OfxRectI plate;  /* what there is of the source */
  OfxRectI area;   /* the part of the plate that is in the window */
  OfxRectI masked; /* the part of the area, or of the plate, that the mask image covers */
  bool use_mask;
  bool match_mask; /* what the mask shows of the whole plate counts */
  bool mask_counts; /* a pixel of the mask lets the painting through */

  struct memory *memory;
  struct picture plate_at, mask_at, output_at; /* in the memory */
  struct painting painting;                    /* there as well, where style has an image */
  struct picture held_at;                      /* and held */
  double format[4];      /* of the frame, in pixels of the plate */
  int32_t format_pixels[4]; /* where its statistics are */
};

enum progress { GO_ON, ABORTED, DECLINED, FAILED };

static int width(OfxRectI r) {
  return r.x2 - r.x1;
}

static int height(OfxRectI r) {
  return r.y2 - r.y1;
}

/* --- Rows --------------------------------------------------------------------------------- */

/* Calls copy for the rows y1 <= y < y2, and asks the host now and then whether to go on. */
static enum progress rows(struct frame *frame, int y1, int y2, size_t row_bytes,
                          void (*copy)(struct frame *, int y)) {
  const size_t piece = 4 << 20;
  size_t done = 0;
  for (int y = y1; y < y2; y++) {
    copy(frame, y);
    done += row_bytes;
    if (done >= piece) {
      if (watch_aborted(&frame->watch))
        return ABORTED;
      done = 0;
    }
  }
  return GO_ON;
}

static unsigned char *memory_row(const struct frame *frame, const struct picture *picture, int y) {
  return frame->memory->data + picture->offset + (y - picture->window[1]) * picture->row_bytes;
}

static void set_opaque(unsigned char *row, size_t pixels) {
  const float one = 1;
  for (size_t i = 0; i < pixels; i++)
    memcpy(row + 16 * i + 12, &one, sizeof one);
}

static void copy_picture_row(struct frame *frame, const struct image *from,
                             const struct picture *to, int y) {
  unsigned char *row = memory_row(frame, to, y);
  size_t n = (size_t)width(from->region);
  pixels_to_rgba(row, image_at(from, from->region.x1, y), from->depth, from->components, n);
  /* What an opaque image has for alpha may be anything, and no paint goes where it is 0. */
  if (from->opaque)
    set_opaque(row, n);
}

static void copy_plate_row(struct frame *frame, int y) {
  copy_picture_row(frame, &frame->source, &frame->plate_at, y);
}

static void copy_painting_row(struct frame *frame, int y) {
  copy_picture_row(frame, &frame->style, &frame->painting.picture, y);
}

static void copy_held_row(struct frame *frame, int y) {
  copy_picture_row(frame, &frame->held, &frame->held_at, y);
}

static void copy_mask_row(struct frame *frame, int y) {
  const struct image *mask = &frame->mask;
  unsigned char *row = memory_row(frame, &frame->mask_at, y);
  size_t n = (size_t)width(frame->masked);
  pixels_to_mask(row, image_at(mask, frame->masked.x1, y), mask->depth, mask->components,
                 mask->opaque, n);
  for (size_t i = 0; i < n && !frame->mask_counts; i++) {
    float v;
    memcpy(&v, row + 4 * i, sizeof v);
    frame->mask_counts = frame->invert ? v < 1 : v > 0; /* NaN: no */
  }
}

/* Writes a row of the window: black and transparent outside the plate. */
static unsigned char *start_output_row(struct frame *frame, int y) {
  const struct image *output = &frame->output;
  size_t pixel = image_pixel_size(output);
  unsigned char *row = image_at(output, frame->window.x1, y);
  if (rect_empty(frame->area) || y < frame->area.y1 || y >= frame->area.y2) {
    memset(row, 0, (size_t)width(frame->window) * pixel);
    return NULL;
  }
  memset(row, 0, (size_t)(frame->area.x1 - frame->window.x1) * pixel);
  memset(image_at(output, frame->area.x2, y), 0,
         (size_t)(frame->window.x2 - frame->area.x2) * pixel);
  return image_at(output, frame->area.x1, y);
}

static void copy_alpha(unsigned char *to, const unsigned char *from, enum depth depth, size_t n) {
  size_t size = depth_size(depth);
  for (size_t i = 0; i < n; i++)
    memcpy(to + (4 * i + 3) * size, from + (4 * i + 3) * size, size);
}

static void copy_output_row(struct frame *frame, int y) {
  const struct image *source = &frame->source, *output = &frame->output;
  unsigned char *row = start_output_row(frame, y);
  size_t n = (size_t)width(frame->area);
  if (!row)
    return;
  pixels_from_rgba(row, memory_row(frame, &frame->output_at, y), output->depth, output->components,
                   n);
  if (source->opaque && source->components == 4 && output->components == 4)
    copy_alpha(row, image_at(source, frame->area.x1, y), source->depth, n);
}

static void copy_through_row(struct frame *frame, int y) {
  enum { PIECE = 256 };
  const struct image *source = &frame->source, *output = &frame->output;
  unsigned char *to = start_output_row(frame, y), piece[16 * PIECE];
  if (!to)
    return;
  const unsigned char *from = image_at(source, frame->area.x1, y);
  size_t n = (size_t)width(frame->area);
  if (source->components == output->components) {
    memcpy(to, from, n * image_pixel_size(output));
    return;
  }
  for (size_t done = 0; done < n; done += PIECE) {
    size_t count = n - done < PIECE ? n - done : PIECE;
    pixels_to_rgba(piece, from + done * image_pixel_size(source), source->depth,
                   source->components, count);
    pixels_from_rgba(to + done * image_pixel_size(output), piece, output->depth,
                     output->components, count);
  }
}

static enum progress write_output(struct frame *frame,
                                  void (*copy)(struct frame *, int y)) {
  size_t row = (size_t)width(frame->window) * image_pixel_size(&frame->output);
  return rows(frame, frame->window.y1, frame->window.y2, row, copy);
}

/* --- What the frame is made from ---------------------------------------------------------- */

/* Resolve asks for a field and gives a whole image; that is none. */
static bool is_field(const struct image *image, OfxPropertySetHandle in) {
  const char *wanted = kOfxImageFieldNone, *given = kOfxImageFieldNone;
  (void)get_string(in, kOfxImageEffectPropFieldToRender, 0, &wanted);
  (void)get_string(image->handle, kOfxImagePropField, 0, &given);
  return strcmp(wanted, kOfxImageFieldNone) != 0 && strcmp(given, kOfxImageFieldNone) != 0;
}

static enum progress read_params(struct frame *frame, OfxPropertySetHandle in) {
  const struct params *params = &frame->instance->params;
  if (!get_double(in, kOfxPropTime, 0, &frame->time) ||
      !get_rect(in, kOfxImageEffectPropRenderWindow, &frame->window)) {
    say(&frame->why, "The host asks Impasto to render, but does not say which frame or which part.");
    return FAILED;
  }
  if (!params_number(params, PARAM_MIX, frame->time, &frame->mix, &frame->why))
    return FAILED;
  for (int i = 0; i < 2; i++) {
    frame->size.scale[i] = 1;
    (void)get_double(in, kOfxImageEffectPropRenderScale, i, &frame->size.scale[i]);
  }
  int in_order = 0;
  (void)get_int(in, kOfxImageEffectPropSequentialRenderStatus, 0, &in_order);
  frame->in_order = in_order != 0;
  frame->hold = instance_held_frame(frame->instance, frame->time, &frame->held_time);
  if (!params_number(params, PARAM_DETAIL, frame->time, &frame->size.detail, &frame->why) ||
      !params_number(params, PARAM_TEXTURE_SCALE, frame->time, &frame->size.texture_scale,
                     &frame->why))
    return FAILED;
  if (params_switch(params, PARAM_FAST_PROXY, frame->time)) {
    double less = frame->size.detail * frame->size.scale[1];
    frame->size.detail = less > MIN_DETAIL ? less : MIN_DETAIL;
  }
  frame->use_mask = instance_masked(frame->instance, frame->time);
  frame->match_mask = frame->use_mask && params_switch(params, PARAM_MATCH_MASK, frame->time);
  frame->invert = frame->use_mask && params_switch(params, PARAM_MASK_INVERT, frame->time);
  return GO_ON;
}

/* The frame whose statistics are held for the shot. */
static enum progress fetch_held(struct frame *frame) {
  struct image *held = &frame->held;
  switch (image_fetch(held, &frame->instance->clips[CLIP_SOURCE], frame->held_time, &frame->why)) {
  case FETCHED:
    if (!rect_empty(held->region) && held->components != 1)
      return GO_ON;
    /* fall through */
  case FETCHED_NOTHING:
    if (watch_aborted(&frame->watch))
      return ABORTED;
    say(&frame->why, "Hold Statistics wants those of frame %s, of which the host has no image: choose "
                     "another Statistics Frame.",
        frame_name(frame->held_time).text);
    return FAILED;
  case FETCHED_BAD:
    break;
  }
  return FAILED;
}

/* Whether pixels are as wide, but for what hosts round. */
static bool same_shape(double a, double b) {
  return a / b > 0.999 && a / b < 1.001;
}

static enum progress fetch_images(struct frame *frame, OfxPropertySetHandle in) {
  struct instance *instance = frame->instance;
  struct image *source = &frame->source, *output = &frame->output, *mask = &frame->mask;
  enum fetched got = image_fetch(output, &instance->clips[CLIP_OUTPUT], frame->time, &frame->why);
  const char *missing = instance->clips[CLIP_OUTPUT].name;
  if (got == FETCHED) {
    got = image_fetch(source, &instance->clips[CLIP_SOURCE], frame->time, &frame->why);
    missing = instance->clips[CLIP_SOURCE].name;
  }
  if (got == FETCHED_NOTHING) {
    if (watch_aborted(&frame->watch))
      return ABORTED; /* then hosts have no images either */
    say(&frame->why, "There is no image of %s at frame %s.", missing, frame_name(frame->time).text);
  }
  if (got != FETCHED)
    return FAILED;
  if (source->components == 1 || output->components == 1) {
    say(&frame->why, "Impasto paints RGB and RGBA; the host gives it an image of alpha alone.");
    return FAILED;
  }
  if (source->depth != output->depth) {
    say(&frame->why, "The host gives Impasto images of different depths for Source and Output.");
    return FAILED;
  }
  if (is_field(source, in)) {
    say(&frame->why, "Impasto paints whole frames, and the host asks for single fields. Deinterlace "
                     "the clip before it.");
    return FAILED;
  }
  if (clip_connected(&instance->clips[CLIP_STYLE]) && frame->mix != 0 &&
      image_fetch(&frame->style, &instance->clips[CLIP_STYLE], frame->time, &frame->why) ==
          FETCHED_BAD)
    return FAILED;
  if (rect_empty(frame->style.region))
    image_release(&frame->style); /* nothing is to be seen on it */
  if (frame->style.handle && frame->style.components == 1) {
    say(&frame->why, "A painting on Style has colours; the host gives Impasto an image of alpha "
                     "alone.");
    return FAILED;
  }
  frame->size.pixel_aspect = source->aspect;
  if (frame->hold && frame->mix != 0) {
    enum progress progress = fetch_held(frame);
    if (progress != GO_ON)
      return progress;
  }
  frame->plate = source->region;
  frame->window = rect_meet(frame->window, output->bounds);
  frame->area = rect_meet(frame->window, frame->plate);
  if (!frame->use_mask || frame->mix == 0 || rect_empty(frame->area))
    return GO_ON;

  /* Where there is no image of the mask it is 0. */
  const OfxRectI *wanted = frame->match_mask ? &frame->plate : &frame->area;
  switch (image_fetch(mask, &instance->clips[CLIP_MASK], frame->time, &frame->why)) {
  case FETCHED:
    frame->masked = rect_meet(mask->region, *wanted);
    break;
  case FETCHED_NOTHING:
    break;
  case FETCHED_BAD:
    return FAILED;
  }
  if (mask->handle && !same_shape(mask->aspect, frame->source.aspect)) {
    say(&frame->why, "The pixels of Mask have another shape than those of Source, so that the mask "
                     "would lie elsewhere: reformat it before Impasto.");
    return FAILED;
  }
  frame->mask_counts = frame->invert && memcmp(&frame->masked, wanted, sizeof(OfxRectI)) != 0;
  return GO_ON;
}

/* --- The memory that goes to the engine --------------------------------------------------- */

static struct picture place(OfxRectI r, int channels, int64_t *end) {
  const int64_t page = 4096;
  struct picture picture = {.window = {r.x1, r.y1, r.x2, r.y2},
                            .channels = channels,
                            .row_bytes = (int64_t)width(r) * channels * 4,
                            .offset = *end};
  int64_t size = picture.row_bytes * height(r);
  *end += (size + page - 1) / page * page;
  return picture;
}

/* The output comes last, as client_render wants it. */
static enum progress take_memory(struct frame *frame) {
  int64_t size = 0;
  frame->plate_at = place(frame->plate, 4, &size);
  if (!rect_empty(frame->masked))
    frame->mask_at = place(frame->masked, 1, &size);
  const char *space = NULL;
  if (frame->style.handle && !space_of_image(&frame->style, &space, &frame->why))
    return FAILED;
  if (frame->style.handle)
    frame->painting = (struct painting){.space = space,
                                        .premultiplied = frame->style.premultiplied,
                                        .picture = place(frame->style.region, 4, &size)};
  if (frame->held.handle)
    frame->held_at = place(frame->held.region, 4, &size);
  frame->output_at = place(frame->area, 4, &size);
  frame->memory = memory_take((size_t)size);
  if (frame->memory)
    return GO_ON;
  say(&frame->why, "There is not enough memory for Impasto to paint a frame of %d by %d pixels: %lld "
                   "MiB are needed.",
      width(frame->plate), height(frame->plate), (long long)(size >> 20));
  return FAILED;
}

/* --- The frame ---------------------------------------------------------------------------- */

static enum progress progress_of(const struct watch *watch, enum outcome outcome) {
  switch (outcome) {
  case OUTCOME_DONE:
    return GO_ON;
  case OUTCOME_STOPPED:
    return watch->declined ? DECLINED : ABORTED;
  default:
    return FAILED;
  }
}

/* The format in pixels of the plate. False: nobody knows. */
static bool find_format(struct frame *frame) {
  OfxRectD f;
  if (!format_of(frame->instance, &f))
    return false;
  const double *scale = frame->size.scale;
  double across = scale[0] / frame->size.pixel_aspect, up = scale[1];
  const double sides[] = {f.x1 * across, f.y1 * up, f.x2 * across, f.y2 * up};
  for (int i = 0; i < 4; i++) {
    if (!(sides[i] > -MAX_COORDINATE && sides[i] < MAX_COORDINATE))
      return false;
    frame->format[i] = sides[i];
  }
  return sides[0] < sides[2] && sides[1] < sides[3];
}

/* The pixels of the format, of which the statistics are. False: all of the frame is wanted, or
 * there are none. */
static bool find_format_pixels(struct frame *frame) {
  int32_t *to = frame->format_pixels;
  if (!frame->size.format || params_whole_frame(&frame->instance->params, frame->time))
    return false;
  for (int i = 0; i < 4; i++)
    to[i] = (int32_t)(frame->format[i] + (frame->format[i] < 0 ? -0.5 : 0.5));
  int64_t wide = to[2] - to[0], high = to[3] - to[1];
  return wide > 0 && high > 0 && wide * high <= MAX_PIXELS;
}

/* What the frame before is, where the frame is to start from that. */
static bool find_before(struct frame *frame, struct kept *before) {
  struct instance *instance = frame->instance;
  if (!params_switch(&instance->params, PARAM_START_FROM_PREVIOUS, frame->time))
    return true;
  if (frame->in_order)
    return chain_start(&instance->chain, frame->time, before, &frame->why);
  say(&frame->why, "Start from Previous wants frames in their order, and the host does not render so now. "
                   "Switch it off, or render the shot in a host that does, such as impasto render.");
  return false;
}

static enum progress ask_engine(struct frame *frame, struct answer *answer) {
  const struct params *params = &frame->instance->params;
  struct styles styles;
  const char *space;
  double unrealness, exposure_in, exposure_out, keep_colour;
  struct descent descent;
  if (!params_styles(params, frame->time, &styles, &frame->why) ||
      !params_space(params, frame->time, &space, &frame->why) ||
      (!space && !space_of_image(&frame->source, &space, &frame->why)) ||
      !params_number(params, PARAM_UNREALNESS, frame->time, &unrealness, &frame->why) ||
      !params_number(params, PARAM_EXPOSURE_IN, frame->time, &exposure_in, &frame->why) ||
      !params_number(params, PARAM_EXPOSURE_OUT, frame->time, &exposure_out, &frame->why) ||
      !params_number(params, PARAM_KEEP_COLOUR, frame->time, &keep_colour, &frame->why) ||
      !params_descent(params, frame->time, &descent, &frame->why) ||
      !find_before(frame, &descent.after))
    return FAILED;
  frame->size.format = find_format(frame) ? frame->format : NULL;
  struct render_request request = {
      .style = styles.a,
      .style_b = styles.b,
      .style_mix = styles.mix,
      .unrealness = unrealness,
      .frame = frame->time,
      .space = space,
      .premultiplied = frame->source.premultiplied,
      .exposure_in = exposure_in,
      .exposure_out = exposure_out,
      .keep_colour = keep_colour,
      .mix = frame->mix,
      .mask_invert = frame->invert && !rect_empty(frame->masked),
      .size = frame->size,
      .statistics = {.window = find_format_pixels(frame) ? frame->format_pixels : NULL,
                     .held = frame->held.handle ? &frame->held_at : NULL},
      .plate = frame->plate_at,
      .output = frame->output_at,
      .mask = rect_empty(frame->masked) ? NULL : &frame->mask_at,
      .painting = frame->style.handle ? &frame->painting : NULL,
      .descent = &descent,
      .device = params_device(params, frame->time),
  };
  struct waiter waiter = {watch_stops, &frame->watch};
  enum progress progress =
      progress_of(&frame->watch, client_render(&request, &frame->memory, &waiter, answer));
  frame->why = answer->why;
  if (progress == GO_ON)
    chain_note(&frame->instance->chain, frame->time, &descent.after, &answer->kept);
  return progress;
}

static enum progress paint(struct frame *frame) {
  struct answer answer = {.cached = false};
  int64_t began = clock_us();
  enum progress progress = take_memory(frame);
  if (progress == GO_ON && !rect_empty(frame->masked))
    progress = rows(frame, frame->masked.y1, frame->masked.y2,
                    (size_t)frame->mask_at.row_bytes, copy_mask_row);
  if (progress == GO_ON && frame->use_mask && !frame->mask_counts) {
    memory_keep(frame->memory);
    chain_note(&frame->instance->chain, frame->time, NULL, NULL);
    return write_output(frame, copy_through_row);
  }
  if (progress == GO_ON)
    progress = rows(frame, frame->plate.y1, frame->plate.y2, (size_t)frame->plate_at.row_bytes,
                    copy_plate_row);
  if (progress == GO_ON && frame->style.handle)
    progress = rows(frame, frame->style.region.y1, frame->style.region.y2,
                    (size_t)frame->painting.picture.row_bytes, copy_painting_row);
  if (progress == GO_ON && frame->held.handle)
    progress = rows(frame, frame->held.region.y1, frame->held.region.y2,
                    (size_t)frame->held_at.row_bytes, copy_held_row);
  int64_t copied = clock_us();
  if (progress == GO_ON)
    progress = ask_engine(frame, &answer);
  if (progress != GO_ON) {
    memory_free(frame->memory); /* the engine may still write into it */
    return progress;
  }
  int64_t answered = clock_us();
  progress = write_output(frame, copy_output_row);
  memory_keep(frame->memory);
  int64_t ended = clock_us();
  struct trace trace = {
      .frame = frame->time,
      .width = width(frame->plate),
      .height = height(frame->plate),
      .copy_in = copied - began,
      .wait = answered - copied,
      .copy_out = ended - answered,
      .total = ended - frame->watch.began,
  };
  if (progress == GO_ON) {
    trace_frame(&trace, &answer);
    status_note(&frame->instance->status, &trace, &answer);
  }
  return progress;
}

/* What an action that ended so is to answer; what there is to say of one that went well is a
 * warning. The host throws an aborted frame away by itself; one that the artist declined it would
 * take for good. */
static OfxStatus conclude(struct watch *watch, enum progress progress, unsigned began,
                          const struct sentence *why) {
  static const struct sentence stopped = {"Impasto was stopped in the progress display."};
  watch_end(watch);
  switch (progress) {
  case GO_ON:
    if (why->text[0])
      report_warning(watch->report, began, why);
    else
      report_success(watch->report, began);
    return kOfxStatOK;
  case ABORTED:
    return kOfxStatOK;
  case DECLINED:
    why = &stopped;
    break;
  case FAILED:
    break;
  }
  report_error(watch->report, why);
  return kOfxStatFailed;
}

static bool has_no_alpha(const struct clip *clip) {
  return has_string(clip->properties, kOfxImageClipPropUnmappedComponents, kOfxImageComponentRGB);
}

/* Says of a frame what the artist may not expect. */
static void say_warning(struct frame *frame, bool through) {
  OfxRectD r;
  if (frame->use_mask && frame->mix != 0 && !frame->mask_counts && has_no_alpha(&frame->instance->clips[CLIP_MASK]))
    say(&frame->why, "The mask lets nothing of the painting through: what is connected to Mask has no alpha, "
                     "which is what Impasto takes. Choose another of its channels for the mask, or shuffle one "
                     "into alpha.");
  if (!through && source_is_cut(frame->instance, frame->time, &r))
    say(&frame->why, "Source has no end, as constants and generators have none, and is painted from "
                     "%g,%g to %g,%g only, which is the format. Crop it before Impasto to choose another "
                     "part.",
        r.x1, r.y1, r.x2, r.y2);
}

OfxStatus render(struct instance *instance, OfxPropertySetHandle in) {
  struct frame frame = {.instance = instance, .watch = watch_begin(&instance->report)};
  unsigned began = report_begin(&instance->report);
  enum progress progress = read_params(&frame, in);
  if (progress == GO_ON)
    progress = fetch_images(&frame, in);
  if (progress == GO_ON && !rect_empty(frame.window)) {
    bool through = frame.mix == 0 || rect_empty(frame.area) ||
                   (frame.use_mask && !frame.invert && rect_empty(frame.masked));
    if (through)
      chain_note(&instance->chain, frame.time, NULL, NULL);
    progress = through ? write_output(&frame, copy_through_row) : paint(&frame);
    if (progress == GO_ON)
      say_warning(&frame, through);
  }
  image_release(&frame.mask);
  image_release(&frame.style);
  image_release(&frame.held);
  image_release(&frame.source);
  image_release(&frame.output);
  return conclude(&frame.watch, progress, began, &frame.why);
}

/* Loads the styles of a frame, and says what they are called. The answer has the device, or why not. */
static enum progress prepare(struct instance *instance, OfxTime time, struct watch *watch,
                             char names[2][LABEL_SIZE], struct answer *answer) {
  struct styles styles;
  int count = 0;
  struct waiter waiter = {watch_stops, watch};
  struct device device = params_device(&instance->params, time);
  enum progress progress = GO_ON;
  if (!params_styles(&instance->params, time, &styles, &answer->why))
    return FAILED;
  const char *wanted[] = {styles.mix < 1 ? styles.a : NULL, styles.mix > 0 ? styles.b : NULL};
  names[0][0] = names[1][0] = 0;
  for (int i = 0; i < 2 && progress == GO_ON; i++)
    if (wanted[i]) {
      progress = progress_of(watch, client_prepare(wanted[i], &device, &waiter, answer));
      strcpy(names[count++], answer->style);
    }
  return progress;
}

OfxStatus begin_sequence(struct instance *instance, OfxPropertySetHandle in) {
  struct watch watch = watch_begin(&instance->report);
  struct answer answer = {.cached = false};
  char names[2][LABEL_SIZE];
  double first = 0, last = 0, step = 1;
  unsigned began = report_begin(&instance->report);
  (void)get_double(in, kOfxImageEffectPropFrameRange, 0, &first);
  (void)get_double(in, kOfxImageEffectPropFrameRange, 1, &last);
  (void)get_double(in, kOfxImageEffectPropFrameStep, 0, &step);
  chain_begin(&instance->chain, first, last, step);
  enum progress progress = prepare(instance, first, &watch, names, &answer);
  if (progress != GO_ON || answer.why.text[0])
    return conclude(&watch, progress, began, &answer.why);
  /* Nothing that frames have said is over: some hosts begin a sequence for every frame. */
  watch_end(&watch);
  return kOfxStatOK;
}

OfxStatus tell_status(struct instance *instance, OfxPropertySetHandle in) {
  struct watch watch = watch_begin(&instance->report);
  struct answer answer = {.cached = false};
  struct sentence text;
  char names[2][LABEL_SIZE];
  double time = 0;
  unsigned began = report_begin(&instance->report);
  (void)get_double(in, kOfxPropTime, 0, &time);
  enum progress progress = prepare(instance, time, &watch, names, &answer);
  if (progress == GO_ON) {
    status_say(&instance->status, names, answer.device, &text);
    report_tell(&instance->report, &text);
  }
  return conclude(&watch, progress, began, &answer.why);
}
