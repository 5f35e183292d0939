#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "_cgo_export.h"

/* --- Which action a thread is in ---------------------------------------------------------- */

static _Thread_local uint64_t current_call;
static _Thread_local const char *current_place = "a thread";
static _Thread_local int thread_index = -1;

const char *host_current_place(void) { return current_place; }

uint64_t host_current_call(void) { return current_call; }

int host_thread_index(void) { return thread_index; }

OfxStatus host_action(OfxPluginEntryPoint *entry, const char *action, const void *handle,
                      OfxPropertySetHandle in, OfxPropertySetHandle out, uint64_t call,
                      const char *place) {
  const uint64_t outer = current_call;
  const char *outer_place = current_place;
  current_call = call;
  current_place = place;
  OfxStatus status = entry(action, handle, in, out);
  current_call = outer;
  current_place = outer_place;
  return status;
}

OfxStatus host_interpolate(void *function, OfxParamSetHandle params, OfxPropertySetHandle in,
                           OfxPropertySetHandle out, uint64_t call) {
  OfxCustomParamInterpFuncV1 *interpolate;
  *(void **)&interpolate = function;
  const uint64_t outer = current_call;
  current_call = call;
  OfxStatus status = interpolate(params, in, out);
  current_call = outer;
  return status;
}

void host_thread(OfxThreadFunctionV1 *function, unsigned int index, unsigned int count, void *arg,
                 uint64_t call) {
  const uint64_t outer_call = current_call;
  const int outer_index = thread_index;
  current_call = call;
  thread_index = (int)index;
  function(index, count, arg);
  current_call = outer_call;
  thread_index = outer_index;
}

/* --- Getting at the plugins --------------------------------------------------------------- */

void *host_reserve(size_t size) {
  void *p = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return p == MAP_FAILED ? NULL : p;
}

static const void *fetch_suite(OfxPropertySetHandle host, const char *name, int version) {
  return goFetchSuite(host, name, version);
}

OfxHost *host_new(OfxPropertySetHandle properties) {
  OfxHost *host = calloc(1, sizeof *host);
  if (host) host->host = properties, host->fetchSuite = fetch_suite;
  return host;
}

void host_set_host(OfxPlugin *plugin, OfxHost *host) { plugin->setHost(host); }

OfxStatus host_bundle_set_host(void *symbol, OfxHost *host) {
  OfxStatus (*set)(const OfxHost *);
  *(void **)&set = symbol;
  return set(host);
}

int host_bundle_count(void *symbol) {
  int (*count)(void);
  *(void **)&count = symbol;
  return count();
}

OfxPlugin *host_bundle_plugin(void *symbol, int nth) {
  OfxPlugin *(*get)(int);
  *(void **)&get = symbol;
  return get(nth);
}

/* --- Parameters: variable arguments ------------------------------------------------------- */

enum { MOST_DIMENSIONS = 4 };

typedef enum { VALUE, VALUE_AT, DERIVATIVE, INTEGRAL } reading;

static OfxStatus read_param(OfxParamHandle param, reading what, OfxTime from, OfxTime to,
                            va_list args) {
  void *places[MOST_DIMENSIONS] = {0};
  int kind = 0, dimensions = 0;
  OfxStatus status = goParamShape(param, &kind, &dimensions);
  if (status != kOfxStatOK) return status;
  for (int i = 0; i < dimensions; i++) places[i] = va_arg(args, void *);
  return goParamRead(param, (int)what, from, to, places);
}

static OfxStatus write_param(OfxParamHandle param, int at_time, OfxTime time, va_list args) {
  host_value values[MOST_DIMENSIONS];
  int kind = 0, dimensions = 0;
  OfxStatus status = goParamShape(param, &kind, &dimensions);
  if (status != kOfxStatOK) return status;
  memset(values, 0, sizeof values);
  for (int i = 0; i < dimensions; i++) {
    switch (kind) {
      case 'i': values[i].i = va_arg(args, int); break;
      case 'd': values[i].d = va_arg(args, double); break;
      default: values[i].s = va_arg(args, const char *); break;
    }
  }
  return goParamWrite(param, at_time, time, values);
}

static OfxStatus paramGetValue(OfxParamHandle param, ...) {
  va_list args;
  va_start(args, param);
  OfxStatus status = read_param(param, VALUE, 0, 0, args);
  va_end(args);
  return status;
}

static OfxStatus paramGetValueAtTime(OfxParamHandle param, OfxTime time, ...) {
  va_list args;
  va_start(args, time);
  OfxStatus status = read_param(param, VALUE_AT, time, time, args);
  va_end(args);
  return status;
}

static OfxStatus paramGetDerivative(OfxParamHandle param, OfxTime time, ...) {
  va_list args;
  va_start(args, time);
  OfxStatus status = read_param(param, DERIVATIVE, time, time, args);
  va_end(args);
  return status;
}

static OfxStatus paramGetIntegral(OfxParamHandle param, OfxTime from, OfxTime to, ...) {
  va_list args;
  va_start(args, to);
  OfxStatus status = read_param(param, INTEGRAL, from, to, args);
  va_end(args);
  return status;
}

static OfxStatus paramSetValue(OfxParamHandle param, ...) {
  va_list args;
  va_start(args, param);
  OfxStatus status = write_param(param, 0, 0, args);
  va_end(args);
  return status;
}

static OfxStatus paramSetValueAtTime(OfxParamHandle param, OfxTime time, ...) {
  va_list args;
  va_start(args, time);
  OfxStatus status = write_param(param, 1, time, args);
  va_end(args);
  return status;
}

/* --- Messages: variable arguments --------------------------------------------------------- */

static OfxStatus say(void *handle, int persistent, const char *type, const char *format,
                     va_list args) {
  char text[4096] = "";
  if (format) vsnprintf(text, sizeof text, format, args);
  return goMessage(handle, persistent, type, text);
}

static OfxStatus message(void *handle, const char *type, const char *id, const char *format, ...) {
  va_list args;
  (void)id;
  va_start(args, format);
  OfxStatus status = say(handle, 0, type, format, args);
  va_end(args);
  return status;
}

static OfxStatus setPersistentMessage(void *handle, const char *type, const char *id,
                                      const char *format, ...) {
  va_list args;
  (void)id;
  va_start(args, format);
  OfxStatus status = say(handle, 1, type, format, args);
  va_end(args);
  return status;
}

/* --- The tables --------------------------------------------------------------------------- */

static const OfxPropertySuiteV1 property_suite = {
    goPropSetPointer,  goPropSetString,  goPropSetDouble,  goPropSetInt,
    goPropSetPointerN, goPropSetStringN, goPropSetDoubleN, goPropSetIntN,
    goPropGetPointer,  goPropGetString,  goPropGetDouble,  goPropGetInt,
    goPropGetPointerN, goPropGetStringN, goPropGetDoubleN, goPropGetIntN,
    goPropReset,       goPropGetDimension,
};

static const OfxImageEffectSuiteV1 image_effect_suite = {
    goEffectGetPropertySet, goEffectGetParamSet,  goClipDefine,       goClipGetHandle,
    goClipGetPropertySet,   goClipGetImage,       goClipReleaseImage, goClipGetRegionOfDefinition,
    goAbort,                goImageMemoryAlloc,   goImageMemoryFree,  goImageMemoryLock,
    goImageMemoryUnlock,
};

static const OfxParameterSuiteV1 parameter_suite = {
    goParamDefine,      goParamGetHandle,   goParamSetGetPropertySet, goParamGetPropertySet,
    paramGetValue,      paramGetValueAtTime, paramGetDerivative,      paramGetIntegral,
    paramSetValue,      paramSetValueAtTime, goParamGetNumKeys,       goParamGetKeyTime,
    goParamGetKeyIndex, goParamDeleteKey,    goParamDeleteAllKeys,    goParamCopy,
    goParamEditBegin,   goParamEditEnd,
};

static const OfxMultiThreadSuiteV1 multi_thread_suite_without_mutexes = {
    goMultiThread, goMultiThreadNumCPUs, goMultiThreadIndex, goMultiThreadIsSpawnedThread,
    NULL, NULL, NULL, NULL, NULL,
};

static const OfxMemorySuiteV1 memory_suite = {goMemoryAlloc, goMemoryFree};

static const OfxMultiThreadSuiteV1 multi_thread_suite = {
    goMultiThread,  goMultiThreadNumCPUs, goMultiThreadIndex, goMultiThreadIsSpawnedThread,
    goMutexCreate,  goMutexDestroy,       goMutexLock,        goMutexUnLock,
    goMutexTryLock,
};

static const OfxMessageSuiteV1 message_suite_1 = {message};
static const OfxMessageSuiteV2 message_suite_2 = {message, setPersistentMessage,
                                                  goClearPersistentMessage};

/* Garbage where a function should be: a plugin that has not seen that the other is NULL jumps. */
static OfxStatus garbage(void *handle) {
  goCalledGarbage("clearPersistentMessage");
  (void)handle;
  return kOfxStatFailed;
}

static const OfxMessageSuiteV2 flawed_message_suite_2 = {message, NULL, garbage};

static const OfxProgressSuiteV1 progress_suite_1 = {goProgressStart, goProgressUpdate,
                                                    goProgressEnd};
static const OfxProgressSuiteV2 progress_suite_2 = {goProgressStart2, goProgressUpdate,
                                                    goProgressEnd};

static const OfxTimeLineSuiteV1 time_line_suite = {goGetTime, goGotoTime, goGetTimeBounds};

/* Overlays may be described, but nothing is ever drawn: there are no interacts to ask about. */

static OfxStatus no_interact(OfxInteractHandle interact) {
  (void)interact;
  return kOfxStatErrBadHandle;
}

static OfxStatus no_interact_properties(OfxInteractHandle interact, OfxPropertySetHandle *set) {
  (void)interact, (void)set;
  return kOfxStatErrBadHandle;
}

static const OfxInteractSuiteV1 interact_suite = {no_interact, no_interact,
                                                  no_interact_properties};

const void *host_suite(const char *name, int version, int flaws) {
  static const struct {
    const char *name;
    int version;
    const void *table;
    int flaw; /* with which the next one is the table */
    const void *flawed;
  } suites[] = {
      {kOfxPropertySuite, 1, &property_suite, 0, NULL},
      {kOfxImageEffectSuite, 1, &image_effect_suite, 0, NULL},
      {kOfxParameterSuite, 1, &parameter_suite, 0, NULL},
      {kOfxMemorySuite, 1, &memory_suite, 0, NULL},
      {kOfxMultiThreadSuite, 1, &multi_thread_suite, FLAW_MUTEXES,
       &multi_thread_suite_without_mutexes},
      {kOfxMessageSuite, 1, &message_suite_1, 0, NULL},
      {kOfxMessageSuite, 2, &message_suite_2, FLAW_PERSISTENT_MESSAGES,
       &flawed_message_suite_2},
      {kOfxProgressSuite, 1, &progress_suite_1, 0, NULL},
      {kOfxProgressSuite, 2, &progress_suite_2, 0, NULL},
      {kOfxTimeLineSuite, 1, &time_line_suite, 0, NULL},
      {kOfxInteractSuite, 1, &interact_suite, 0, NULL},
  };
  for (size_t i = 0; i < sizeof suites / sizeof *suites; i++)
    if (suites[i].version == version && strcmp(suites[i].name, name) == 0)
      return flaws & suites[i].flaw ? suites[i].flawed : suites[i].table;
  return NULL;
}
