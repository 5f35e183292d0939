#include "report.h"

#include "link/clock.h"
#include "suites.h"

#include <string.h>

enum { SHOW_AFTER_US = 1500000, UPDATE_US = 100000 };

/* --- Errors ------------------------------------------------------------------------------- */

void report_init(struct report *report, OfxImageEffectHandle effect) {
  report->effect = effect;
  (void)pthread_mutex_init(&report->mutex, NULL);
  atomic_flag_clear(&report->progress);
}

void report_done(struct report *report) {
  (void)pthread_mutex_destroy(&report->mutex);
}

/* Natron prints the format without the arguments: it gets a finished text with every % doubled. */
static void without_formats(struct sentence *to, const char *from) {
  size_t n = 0;
  for (; *from && n + 2 < sizeof to->text; from++) {
    to->text[n++] = *from;
    if (*from == '%')
      to->text[n++] = '%';
  }
  to->text[n] = 0;
}

/* What these calls return is ignored: Natron's never say OK, some of Resolve's fail. */

static void show(struct report *report, const char *kind, bool persistent,
                 const struct sentence *what) {
  struct sentence text;
  without_formats(&text, what->text);
  if (persistent && suites.message2)
    (void)suites.message2->setPersistentMessage(report->effect, kind, "impasto", text.text);
  else if (suites.message && suites.message->message)
    (void)suites.message->message(report->effect, kind, "impasto", text.text);
}

void report_tell(struct report *report, const struct sentence *what) {
  show(report, kOfxMessageMessage, false, what);
}

/* Every frame that fails says why, where that stands on the node or goes to a log. Where it is a
 * window that the artist has to close, it comes once. */
void report_error(struct report *report, const struct sentence *what) {
  (void)pthread_mutex_lock(&report->mutex);
  bool same = strcmp(report->shown.text, what->text) == 0;
  report->shown = *what;
  report->errors++;
  (void)pthread_mutex_unlock(&report->mutex);
  if (!same || suites.message2 || suites_background())
    show(report, kOfxMessageError, true, what);
}

void report_warning(struct report *report, unsigned began, const struct sentence *what) {
  (void)pthread_mutex_lock(&report->mutex);
  bool fresh = report->errors == began && strcmp(report->shown.text, what->text) != 0;
  if (fresh)
    report->shown = *what;
  (void)pthread_mutex_unlock(&report->mutex);
  if (fresh)
    show(report, kOfxMessageWarning, true, what);
}

static void clear(struct report *report, bool any, unsigned since) {
  (void)pthread_mutex_lock(&report->mutex);
  bool shown = report->shown.text[0] && (any || report->errors == since);
  if (shown)
    report->shown.text[0] = 0;
  (void)pthread_mutex_unlock(&report->mutex);
  if (shown && suites.message2)
    (void)suites.message2->clearPersistentMessage(report->effect);
}

unsigned report_begin(struct report *report) {
  (void)pthread_mutex_lock(&report->mutex);
  unsigned errors = report->errors;
  (void)pthread_mutex_unlock(&report->mutex);
  return errors;
}

void report_success(struct report *report, unsigned began) {
  clear(report, false, began);
}

void report_clear(struct report *report) {
  clear(report, true, 0);
}

/* --- Waiting ------------------------------------------------------------------------------ */

struct watch watch_begin(struct report *report) {
  return (struct watch){.report = report, .began = clock_us()};
}

bool watch_aborted(struct watch *watch) {
  if (!watch->aborted)
    watch->aborted = suites.effect->abort(watch->report->effect) != 0;
  return watch->aborted;
}

/* One display an instance: hosts keep one bar for each. */
static bool progress_start(struct report *report) {
  static const char label[] = "Impasto";
  if ((!suites.progress && !suites.progress2) || atomic_flag_test_and_set(&report->progress))
    return false;
  if (suites.progress2)
    (void)suites.progress2->progressStart(report->effect, label, "");
  else
    (void)suites.progress->progressStart(report->effect, label);
  return true;
}

/* Natron makes the display later, on another thread. Until then it answers No, for a display that
 * is not there or for that of the render before. So a No is the artist's only after a Yes. */
static bool progress_declined(struct watch *watch, double fraction) {
  OfxImageEffectHandle effect = watch->report->effect;
  OfxStatus status = suites.progress2 ? suites.progress2->progressUpdate(effect, fraction)
                                      : suites.progress->progressUpdate(effect, fraction);
  watch->shown |= status == kOfxStatOK;
  return watch->shown && status == kOfxStatReplyNo;
}

bool watch_stops(void *context, double fraction) {
  struct watch *watch = context;
  if (watch_aborted(watch) || watch->declined)
    return true;
  int64_t now = clock_us();
  if (!watch->showing && now - watch->began > SHOW_AFTER_US)
    watch->showing = progress_start(watch->report);
  if (watch->showing && now - watch->updated > UPDATE_US) {
    watch->updated = now;
    watch->declined = progress_declined(watch, fraction);
  }
  return watch->declined;
}

void watch_end(struct watch *watch) {
  if (!watch->showing)
    return;
  if (suites.progress2)
    (void)suites.progress2->progressEnd(watch->report->effect);
  else
    (void)suites.progress->progressEnd(watch->report->effect);
  watch->showing = false;
  atomic_flag_clear(&watch->report->progress);
}
