/* The host's suites, and reading and writing of its properties with every call checked. */
#ifndef IMPASTO_SUITES_H
#define IMPASTO_SUITES_H

#include "ofx/ofx.h"

#include <stdbool.h>

/* The first three are there after a load that succeeded; the others may be NULL. */
struct suites {
  const OfxHost *host;
  const OfxPropertySuiteV1 *property;
  const OfxImageEffectSuiteV1 *effect;
  const OfxParameterSuiteV1 *param;
  const OfxMultiThreadSuiteV1 *threads;
  const OfxMessageSuiteV1 *message;
  const OfxMessageSuiteV2 *message2;
  const OfxProgressSuiteV1 *progress;
  const OfxProgressSuiteV2 *progress2;
};
extern struct suites suites;

OfxStatus suites_load(void);

/* About the host. */
int suites_threads(void); /* 0: unknown */
bool suites_background(void);
bool host_says(const char *property);                      /* an int that is there and not 0 */
bool host_lists(const char *property, const char *value);  /* a string among several */
bool host_is_resolve(void);

/* False: not there, and the value is as it was. */
bool get_int(OfxPropertySetHandle set, const char *property, int index, int *to);
bool get_double(OfxPropertySetHandle set, const char *property, int index, double *to);
bool get_string(OfxPropertySetHandle set, const char *property, int index, const char **to);
bool get_pointer(OfxPropertySetHandle set, const char *property, void **to);
bool get_rect(OfxPropertySetHandle set, const char *property, OfxRectI *to);
bool get_rect_d(OfxPropertySetHandle set, const char *property, OfxRectD *to);

/* Whether it is this string. */
bool has_string(OfxPropertySetHandle set, const char *property, const char *value);

/* False: the host has no such property. Callers that can do without say so with (void). */
bool put_int(OfxPropertySetHandle set, const char *property, int index, int value);
bool put_double(OfxPropertySetHandle set, const char *property, int index, double value);
bool put_string(OfxPropertySetHandle set, const char *property, int index, const char *value);
bool put_rect_d(OfxPropertySetHandle set, const char *property, const OfxRectD *value);

/* For what is newer than API 1.0: sets it where the host has it. */
void offer_string(OfxPropertySetHandle set, const char *property, int index, const char *value);

#endif
