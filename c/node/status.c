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

void status_say(struct status *status, char styles[2][LABEL_SIZE], const char *device,
                struct sentence *to) {
  struct sentence run;
  if (styles[1][0])
    say(&run, "The styles \"%s\" and \"%s\" run on %s.", styles[0], styles[1], device);
  else
    say(&run, "The style \"%s\" runs on %s.", styles[0], device);
  (void)pthread_mutex_lock(&status->mutex);
  const struct trace *frame = &status->frame;
  if (!status->painted)
    say(to, "%s No frame has been painted yet.", run.text);
  else
    say(to, "%s The last frame, %s, of %d by %d pixels, took %lld milliseconds, %lld of them "
            "in the network%s.",
        run.text, frame_name(frame->frame).text, frame->width, frame->height,
        (long long)(frame->total / 1000), (long long)(status->answer.timings.run / 1000),
        status->answer.cached ? ", whose picture was kept" : "");
  (void)pthread_mutex_unlock(&status->mutex);
}
