#include "render.h"

#include "inputs.h"
#include "link/client.h"
#include "link/clock.h"
#include "output.h"
#include "rect.h"
#include "regions.h"
#include "space.h"
#include "suites.h"
#include "trace.h"

#include <string.h>

/* With Fast Proxy the style works at as much less detail as the proxy is smaller. */
static void reduce_detail(struct frame *frame) {
  double *detail = &frame->settings[PARAM_DETAIL].number[0];
  double less = *detail * frame->request.scale[1];
  if (frame_number(frame, PARAM_FAST_PROXY) != 0)
    *detail = less > MIN_DETAIL ? less : MIN_DETAIL;
}

static void read_host(struct frame *frame, OfxPropertySetHandle in) {
  const char *field = kOfxImageFieldNone;
  int in_order = 0;
  for (int i = 0; i < 2; i++) {
    frame->request.scale[i] = 1;
    (void)get_double(in, kOfxImageEffectPropRenderScale, i, &frame->request.scale[i]);
  }
  (void)get_string(in, kOfxImageEffectPropFieldToRender, 0, &field);
  (void)get_int(in, kOfxImageEffectPropSequentialRenderStatus, 0, &in_order);
  frame->of_field = strcmp(field, kOfxImageFieldNone) != 0;
  frame->in_order = in_order != 0;
}

static enum progress read_params(struct frame *frame, OfxPropertySetHandle in) {
  if (!get_double(in, kOfxPropTime, 0, &frame->time) ||
      !get_rect(in, kOfxImageEffectPropRenderWindow, &frame->window)) {
    say(&frame->why,
        "The host asks Impasto to render, but does not say which frame or which part.");
    return FAILED;
  }
  if (!params_read(&frame->instance->params, frame->time, frame->settings, &frame->why))
    return FAILED;
  read_host(frame, in);
  reduce_detail(frame);
  frame->hold = instance_held_frame(frame->instance, frame->time, &frame->held_time);
  frame->use_mask = instance_masked(frame->instance, frame->time);
  frame->match_mask = frame->use_mask && frame_number(frame, PARAM_MATCH_MASK) != 0;
  frame->invert = frame->use_mask && frame_number(frame, PARAM_MASK_INVERT) != 0;
  return GO_ON;
}

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
  const double *scale = frame->request.scale;
  double across = scale[0] / frame->request.pixel_aspect, up = scale[1];
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
  if (!frame->request.format || frame_number(frame, PARAM_STATISTICS) == AREA_WHOLE)
    return false;
  for (int i = 0; i < 4; i++)
    to[i] = (int32_t)(frame->format[i] + (frame->format[i] < 0 ? -0.5 : 0.5));
  int64_t wide = to[2] - to[0], high = to[3] - to[1];
  return wide > 0 && high > 0 && wide * high <= MAX_PIXELS;
}

/* The picture of the frame before, where the frame is to start from it. */
static bool find_before(struct frame *frame, struct kept *before) {
  struct instance *instance = frame->instance;
  if (frame_number(frame, PARAM_START_FROM_PREVIOUS) == 0)
    return true;
  if (frame->in_order)
    return chain_start(&instance->chain, frame->time, before, &frame->why);
  say(&frame->why,
      "Start from Previous wants frames in their order, and the host does not render so now. "
      "Switch it off, or render the shot in a host that does, such as impasto render.");
  return false;
}

/* As the artist says, or else the host. */
static bool find_space(struct frame *frame) {
  const char **space = &frame->request.pictures[PICTURE_PLATE].space;
  return params_space(&frame->instance->params, frame->time, space, &frame->why) &&
         (*space || space_of_image(&frame->inputs[PICTURE_PLATE].image, space, &frame->why));
}

static enum progress ask_engine(struct frame *frame, struct answer *answer) {
  struct render_request *request = &frame->request;
  struct styles styles;
  if (!params_styles(&frame->instance->params, frame->time, frame_number(frame, PARAM_STYLE_MIX),
                     &styles, &frame->why) ||
      !find_space(frame) || !find_before(frame, &request->after))
    return FAILED;
  request->style = styles.a;
  request->style_b = styles.b;
  request->frame = frame->time;
  request->mask_invert = frame->invert && request->pictures[PICTURE_MASK].channels;
  request->format = find_format(frame) ? frame->format : NULL;
  request->statistics = find_format_pixels(frame) ? frame->format_pixels : NULL;
  request->settings = (struct settings){frame->settings, PARAM_COUNT};
  struct waiter waiter = {watch_stops, &frame->watch};
  enum progress progress =
      progress_of(&frame->watch, client_render(request, &frame->memory, &waiter, answer));
  frame->why = answer->why;
  if (progress == GO_ON)
    chain_note(&frame->instance->chain, frame->time, &request->after, &answer->kept);
  return progress;
}

static enum progress paint(struct frame *frame) {
  struct answer answer = {.cached = false};
  int64_t began = clock_us();
  enum progress progress = inputs_place(frame);
  if (progress == GO_ON)
    progress = inputs_copy_mask(frame);
  if (progress == GO_ON && frame->use_mask && !frame->mask_counts) {
    shm_keep(frame->memory);
    chain_note(&frame->instance->chain, frame->time, NULL, NULL);
    return output_plate(frame);
  }
  if (progress == GO_ON)
    progress = inputs_copy(frame);
  int64_t copied = clock_us();
  if (progress == GO_ON)
    progress = ask_engine(frame, &answer);
  if (progress != GO_ON) {
    shm_free(frame->memory); /* the engine may still write into it */
    return progress;
  }
  int64_t answered = clock_us();
  progress = output_painted(frame);
  shm_keep(frame->memory);
  int64_t ended = clock_us();
  OfxRectI plate = frame->inputs[PICTURE_PLATE].part;
  struct trace trace = {
      .frame = frame->time,
      .width = rect_width(plate),
      .height = rect_height(plate),
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

/* What an action answers that ended so. If it went well, what there is to say is a warning. An
 * aborted frame is OK, since the host throws it away by itself; one that the artist declined has
 * failed, since the host would take it for a good one. */
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
  if (frame->use_mask && frame_number(frame, PARAM_MIX) != 0 && !frame->mask_counts &&
      has_no_alpha(&frame->instance->clips[CLIP_MASK]))
    say(&frame->why,
        "The mask lets nothing of the painting through: what is connected to Mask has no alpha, "
        "which is what Impasto takes. Choose another of its channels for the mask, or shuffle one "
        "into alpha.");
  if (!through && source_is_cut(frame->instance, frame->time, &r))
    say(&frame->why,
        "Source has no end, as constants and generators have none, and is painted from %g,%g to "
        "%g,%g only, which is the format. Crop it before Impasto to choose another part.",
        r.x1, r.y1, r.x2, r.y2);
}

OfxStatus render(struct instance *instance, OfxPropertySetHandle in) {
  struct frame frame = {.instance = instance, .watch = watch_begin(&instance->report)};
  unsigned began = report_begin(&instance->report);
  enum progress progress = read_params(&frame, in);
  if (progress == GO_ON)
    progress = inputs_fetch(&frame);
  if (progress == GO_ON && !rect_empty(frame.window)) {
    bool through = frame_number(&frame, PARAM_MIX) == 0 ||
                   rect_empty(frame.inputs[PICTURE_OUTPUT].part) ||
                   (frame.use_mask && !frame.invert && rect_empty(frame.inputs[PICTURE_MASK].part));
    if (through)
      chain_note(&instance->chain, frame.time, NULL, NULL);
    progress = through ? output_plate(&frame) : paint(&frame);
    if (progress == GO_ON)
      say_warning(&frame, through);
  }
  inputs_release(&frame);
  return conclude(&frame.watch, progress, began, &frame.why);
}

/* Loads the styles of a frame, and says what they are called. The answer has the device, or why
 * not. */
static enum progress prepare(struct instance *instance, OfxTime time, struct watch *watch,
                             char names[2][LABEL_SIZE], struct answer *answer) {
  struct styles styles;
  int count = 0;
  struct waiter waiter = {watch_stops, watch};
  struct setting all[PARAM_COUNT];
  struct settings settings = {all, PARAM_COUNT};
  enum progress progress = GO_ON;
  if (!params_read(&instance->params, time, all, &answer->why))
    return FAILED;
  double mix = all[PARAM_STYLE_MIX].number[0];
  if (!params_styles(&instance->params, time, mix, &styles, &answer->why))
    return FAILED;
  const char *wanted[] = {mix < 1 ? styles.a : NULL, mix > 0 ? styles.b : NULL};
  names[0][0] = names[1][0] = 0;
  for (int i = 0; i < 2 && progress == GO_ON; i++)
    if (wanted[i]) {
      progress = progress_of(watch, client_prepare(wanted[i], &settings, &waiter, answer));
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
  /* What frames have said stays: some hosts begin a sequence for every frame. */
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
