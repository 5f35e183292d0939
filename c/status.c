#include "status.h"

void status_init(struct status *status) {
  (void)pthread_mutex_init(&status->mutex, NULL);
}

void status_done(struct status *status) {
  (void)pthread_mutex_destroy(&status->mutex);
}

void status_note(struct status *status, const struct trace *frame, const struct answer *answer) {
  (void)pthread_mutex_lock(&status->mutex);
  status->painted = true;
  status->frame = *frame;
  status->answer = *answer;
  (void)pthread_mutex_unlock(&status->mutex);
}

void status_say(struct status *status, const char *style, const char *device, struct sentence *to) {
  (void)pthread_mutex_lock(&status->mutex);
  const struct trace *frame = &status->frame;
  if (!status->painted)
    say(to, "%s runs on %s. No frame has been painted yet.", style, device);
  else
    say(to, "%s runs on %s. The last frame, %s, of %d by %d pixels, took %lld milliseconds, %lld of them "
            "in the network%s.",
        style, device, frame_name(frame->frame).text, frame->width, frame->height,
        (long long)(frame->total / 1000), (long long)(status->answer.timings.run / 1000),
        status->answer.cached ? ", whose picture was kept" : "");
  (void)pthread_mutex_unlock(&status->mutex);
}
