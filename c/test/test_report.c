/* What stands on the node: an error or a warning once, until a frame has nothing to say; and never
 * a warning in place of another frame's error. */
#include "../report.h"
#include "../suites.h"
#include "check.h"

#include <stdarg.h>
#include <string.h>

static char shown[512];
static const char *kind = "";
static int times;

static OfxStatus set_message(void *effect, const char *type, const char *id, const char *format, ...) {
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
  report_clear(&report);
  CHECK(stands("", "", 4));
  report_done(&report);
  return check_failures != 0;
}
