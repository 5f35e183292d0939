#include "suites.h"

#include <string.h>

struct suites suites;

/* The most processors that the host has granted. Natron leaves out those that are busy, which are
 * all but one while it renders: only what it says as it loads us is how many there are. */
static int granted;

static int granted_now(void) {
  unsigned int n = 0;
  if (suites.threads && suites.threads->multiThreadNumCPUs &&
      suites.threads->multiThreadNumCPUs(&n) == kOfxStatOK && n <= 4096)
    return (int)n;
  return 0;
}

OfxStatus suites_load(void) {
  const OfxHost *host = suites.host;
  if (!host || !host->fetchSuite)
    return kOfxStatErrMissingHostFeature;
#define FETCH(name, version) host->fetchSuite(host->host, name, version)
  suites.property = FETCH(kOfxPropertySuite, 1);
  suites.effect = FETCH(kOfxImageEffectSuite, 1);
  suites.param = FETCH(kOfxParameterSuite, 1);
  suites.threads = FETCH(kOfxMultiThreadSuite, 1);
  suites.message = FETCH(kOfxMessageSuite, 1);
  suites.message2 = FETCH(kOfxMessageSuite, 2);
  suites.progress = FETCH(kOfxProgressSuite, 1);
  suites.progress2 = FETCH(kOfxProgressSuite, 2);
#undef FETCH
  /* Some versions of Resolve have NULL here, and garbage for what would clear the message. */
  if (suites.message2 &&
      (!suites.message2->setPersistentMessage || !suites.message2->clearPersistentMessage))
    suites.message2 = NULL;
  granted = granted_now();
  return suites.property && suites.effect && suites.param ? kOfxStatOK
                                                          : kOfxStatErrMissingHostFeature;
}

int suites_threads(void) {
  int now = granted_now();
  return now > granted ? now : granted;
}

bool suites_background(void) {
  return host_says(kOfxImageEffectHostPropIsBackground);
}

bool host_says(const char *property) {
  int value = 0;
  return get_int(suites.host->host, property, 0, &value) && value != 0;
}

bool host_lists(const char *property, const char *value) {
  const char *listed;
  int count = 0;
  if (suites.property->propGetDimension(suites.host->host, property, &count) != kOfxStatOK)
    return false;
  for (int i = 0; i < count && get_string(suites.host->host, property, i, &listed); i++)
    if (strcmp(listed, value) == 0)
      return true;
  return false;
}

/* By the names that openfx-misc knows it by: DaVinciResolve, DaVinciResolveLite, and newer. */
bool host_is_resolve(void) {
  const char *name = "";
  (void)get_string(suites.host->host, kOfxPropName, 0, &name);
  return strncmp(name, "DaVinciResolve", 14) == 0 ||
         strncmp(name, "com.blackmagicdesign.resolve", 28) == 0;
}

bool get_int(OfxPropertySetHandle set, const char *property, int index, int *to) {
  int value;
  if (suites.property->propGetInt(set, property, index, &value) != kOfxStatOK)
    return false;
  *to = value;
  return true;
}

bool get_double(OfxPropertySetHandle set, const char *property, int index, double *to) {
  double value;
  if (suites.property->propGetDouble(set, property, index, &value) != kOfxStatOK)
    return false;
  *to = value;
  return true;
}

bool get_string(OfxPropertySetHandle set, const char *property, int index, const char **to) {
  char *value = NULL;
  if (suites.property->propGetString(set, property, index, &value) != kOfxStatOK || !value)
    return false;
  *to = value;
  return true;
}

bool get_pointer(OfxPropertySetHandle set, const char *property, void **to) {
  void *value = NULL;
  if (suites.property->propGetPointer(set, property, 0, &value) != kOfxStatOK)
    return false;
  *to = value;
  return true;
}

bool get_rect(OfxPropertySetHandle set, const char *property, OfxRectI *to) {
  OfxRectI r;
  if (!get_int(set, property, 0, &r.x1) || !get_int(set, property, 1, &r.y1) ||
      !get_int(set, property, 2, &r.x2) || !get_int(set, property, 3, &r.y2))
    return false;
  *to = r;
  return true;
}

bool get_rect_d(OfxPropertySetHandle set, const char *property, OfxRectD *to) {
  OfxRectD r;
  if (!get_double(set, property, 0, &r.x1) || !get_double(set, property, 1, &r.y1) ||
      !get_double(set, property, 2, &r.x2) || !get_double(set, property, 3, &r.y2))
    return false;
  *to = r;
  return true;
}

bool has_string(OfxPropertySetHandle set, const char *property, const char *value) {
  const char *found;
  return get_string(set, property, 0, &found) && strcmp(found, value) == 0;
}

bool put_int(OfxPropertySetHandle set, const char *property, int index, int value) {
  return suites.property->propSetInt(set, property, index, value) == kOfxStatOK;
}

bool put_double(OfxPropertySetHandle set, const char *property, int index, double value) {
  return suites.property->propSetDouble(set, property, index, value) == kOfxStatOK;
}

bool put_string(OfxPropertySetHandle set, const char *property, int index, const char *value) {
  return suites.property->propSetString(set, property, index, value) == kOfxStatOK;
}

bool put_rect_d(OfxPropertySetHandle set, const char *property, const OfxRectD *value) {
  return put_double(set, property, 0, value->x1) && put_double(set, property, 1, value->y1) &&
         put_double(set, property, 2, value->x2) && put_double(set, property, 3, value->y2);
}

void offer_string(OfxPropertySetHandle set, const char *property, int index, const char *value) {
  int count;
  if (suites.property->propGetDimension(set, property, &count) == kOfxStatOK)
    (void)put_string(set, property, index, value);
}
