/* What stands on the node: the error of every frame that fails; a warning once, until a frame has
 * nothing to say; and never a warning in place of another frame's error. What ends a wait. */
#include "check.h"
#include "link/clock.h"
#include "node/report.h"
#include "node/suites.h"
#include "properties.h"

#include <stdarg.h>
#include <string.h>

static char shown[512];
static const char *kind = "";
static int times;

static OfxStatus set_message(void *effect, const char *type, const char *id, const char *format,
                             ...) {
  (void)effect, (void)id;
  snprintf(shown, sizeof shown, "%s", format);
  kind = type;
  times++;
  return kOfxStatOK;
}

static OfxStatus clear_message(void *effect) {
  (void)effect;
  shown[0] = '\0';
  kind = "";
  return kOfxStatOK;
}

static bool stands(const char *type, const char *text, int so_often) {
  return strcmp(kind, type) == 0 && strcmp(shown, text) == 0 && times == so_often;
}

static OfxStatus answer;
static int aborting, displays;

static int aborts(OfxImageEffectHandle effect) {
  (void)effect;
  return aborting;
}

static OfxStatus start(void *effect, const char *label) {
  (void)effect, (void)label;
  displays++;
  return kOfxStatOK;
}

static OfxStatus update(void *effect, double fraction) {
  (void)effect, (void)fraction;
  return answer;
}

static OfxStatus end(void *effect) {
  (void)effect;
  displays--;
  return kOfxStatOK;
}

/* Asks as if a long time had passed since. */
static bool stops(struct watch *watch, OfxStatus status) {
  answer = status;
  watch->began = watch->updated = clock_us() - 60 * 1000000;
  return watch_stops(watch, 0.5);
}

static void test_waiting(void) {
  static const OfxImageEffectSuiteV1 effect = {.abort = aborts};
  static const OfxProgressSuiteV1 progress = {start, update, end};
  suites.effect = &effect;
  suites.progress = &progress;
  struct report report = {.errors = 0};
  report_init(&report, NULL);

  struct watch quick = watch_begin(&report), slow = watch_begin(&report);
  struct watch late = watch_begin(&report);
  CHECK(!watch_stops(&quick, 0.5) && displays == 0);
  CHECK(!stops(&slow, kOfxStatReplyNo) && displays == 1); /* Natron has no display yet */
  CHECK(!stops(&late, kOfxStatReplyNo) && displays == 1); /* one for an instance */
  CHECK(!stops(&slow, kOfxStatReplyNo));
  CHECK(!stops(&slow, kOfxStatOK));
  CHECK(stops(&slow, kOfxStatReplyNo) && slow.declined && !slow.aborted);
  CHECK(stops(&slow, kOfxStatOK)); /* for good */
  watch_end(&quick);
  watch_end(&slow);
  CHECK(displays == 0);
  aborting = 1;
  CHECK(stops(&late, kOfxStatOK) && late.aborted && !late.declined);
  watch_end(&late);
  report_done(&report);
}

/* Where an error is a window that has to be closed. */
static void test_windows(void) {
  static const OfxMessageSuiteV1 message = {.message = set_message};
  static struct OfxPropertySetStruct host_set;
  static const OfxHost host = {.host = &host_set};
  static const struct sentence broken = {"broken"};
  clear_set(&host_set);
  suites.message2 = NULL;
  suites.message = &message;
  suites.host = &host;
  suites.property = &property_suite;
  struct report report = {.errors = 0};
  report_init(&report, NULL);
  int before = times;
  for (int frame = 0; frame < 3; frame++)
    report_error(&report, &broken);
  CHECK(times == before + 1);
  put_int(&host_set, kOfxImageEffectHostPropIsBackground, 0, 1);
  for (int frame = 0; frame < 3; frame++)
    report_error(&report, &broken);
  CHECK(times == before + 4);
  report_done(&report);
}

int main(void) {
  static const OfxMessageSuiteV2 message = {.setPersistentMessage = set_message,
                                            .clearPersistentMessage = clear_message};
  static const struct sentence broken = {"broken"}, cut = {"90 % is cut"};
  suites.message2 = &message;
  struct report report = {.errors = 0};
  report_init(&report, NULL);

  report_warning(&report, report_begin(&report), &cut);
  CHECK(stands(kOfxMessageWarning, "90 %% is cut", 1));
  report_warning(&report, report_begin(&report), &cut);
  CHECK(stands(kOfxMessageWarning, "90 %% is cut", 1)); /* is there already */
  report_success(&report, report_begin(&report));
  CHECK(stands("", "", 1));

  report_error(&report, &broken);
  report_warning(&report, report_begin(&report), &cut); /* the next frame is painted */
  CHECK(stands(kOfxMessageWarning, "90 %% is cut", 3));

  unsigned began = report_begin(&report);
  report_error(&report, &broken); /* of a neighbour */
  report_warning(&report, began, &cut);
  CHECK(stands(kOfxMessageError, "broken", 4));
  report_success(&report, began);
  CHECK(stands(kOfxMessageError, "broken", 4));
  report_error(&report, &broken); /* each of them */
  CHECK(stands(kOfxMessageError, "broken", 5));
  report_clear(&report);
  CHECK(stands("", "", 5));
  report_done(&report);
  test_windows();
  test_waiting();
  return check_failures != 0;
}
