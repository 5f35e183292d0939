#include "sentence.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void say(struct sentence *to, const char *format, ...) {
  va_list args;
  va_start(args, format);
  (void)vsnprintf(to->text, sizeof to->text, format, args);
  va_end(args);
}

struct reason reason_of(int error) {
  struct reason reason;
  if (strerror_r(error, reason.text, sizeof reason.text) != 0)
    (void)snprintf(reason.text, sizeof reason.text, "error %d of the system", error);
  return reason;
}

struct frame_name frame_name(double frame) {
  struct frame_name name = {"?"};
  if (frame > -1e12 && frame < 1e12) {
    long long thousandths = (long long)(frame * 1000 + (frame < 0 ? -0.5 : 0.5));
    const char *sign = thousandths < 0 ? "-" : "";
    thousandths = llabs(thousandths);
    if (thousandths % 1000 == 0)
      (void)snprintf(name.text, sizeof name.text, "%s%lld", sign, thousandths / 1000);
    else
      (void)snprintf(name.text, sizeof name.text, "%s%lld.%03lld", sign, thousandths / 1000,
                     thousandths % 1000);
  }
  return name;
}
