/* An effect for tests: it inverts colour, in good order unless its parameter "fault" names
 * something to do wrong. A second effect does its description wrong. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ofx.h"

static OfxHost *host;
static const OfxPropertySuiteV1 *props;
static const OfxImageEffectSuiteV1 *effects;
static const OfxParameterSuiteV1 *params;
static const OfxMemorySuiteV1 *memory;
static const OfxMultiThreadSuiteV1 *threads;
static const OfxMessageSuiteV2 *messages;
static const OfxProgressSuiteV1 *progress;
static const OfxTimeLineSuiteV1 *timeline;
static void *kept_effect;

/* What the host has done so far. */
static struct {
  int begins, ends, destroys, regions, identity_from;
} seen;
static OfxPropertySetHandle kept_image;

#define FAULT(name) (strcmp(fault, name) == 0)

static OfxStatus load(void) {
  memset(&seen, 0, sizeof seen);
  props = host->fetchSuite(host->host, kOfxPropertySuite, 1);
  effects = host->fetchSuite(host->host, kOfxImageEffectSuite, 1);
  params = host->fetchSuite(host->host, kOfxParameterSuite, 1);
  memory = host->fetchSuite(host->host, kOfxMemorySuite, 1);
  threads = host->fetchSuite(host->host, kOfxMultiThreadSuite, 1);
  messages = host->fetchSuite(host->host, kOfxMessageSuite, 2);
  progress = host->fetchSuite(host->host, kOfxProgressSuite, 1);
  timeline = host->fetchSuite(host->host, kOfxTimeLineSuite, 1);
  if (host->fetchSuite(host->host, kOfxPropertySuite, 9) || !host->fetchSuite(host->host, kOfxProgressSuite, 2))
    return kOfxStatFailed;
  return props && effects && params && memory && threads && progress ? kOfxStatOK
                                                                     : kOfxStatErrMissingHostFeature;
}

static OfxStatus describe(OfxImageEffectHandle effect) {
  OfxPropertySetHandle p;
  effects->getPropertySet(effect, &p);
  props->propSetString(p, kOfxPropLabel, 0, "Faulty");
  props->propSetString(p, kOfxImageEffectPropSupportedContexts, 0, kOfxImageEffectContextFilter);
  props->propSetString(p, kOfxImageEffectPropSupportedContexts, 1, kOfxImageEffectContextGeneral);
  const char *depths[] = {kOfxBitDepthFloat, kOfxBitDepthHalf, kOfxBitDepthShort, kOfxBitDepthByte};
  props->propSetStringN(p, kOfxImageEffectPropSupportedPixelDepths, 4, depths);
  props->propSetString(p, kOfxImageEffectPluginRenderThreadSafety, 0, kOfxImageEffectRenderFullySafe);
  return kOfxStatOK;
}

static void clip(OfxImageEffectHandle effect, const char *name, int mask) {
  OfxPropertySetHandle p;
  effects->clipDefine(effect, name, &p);
  if (mask) {
    props->propSetString(p, kOfxImageEffectPropSupportedComponents, 0, kOfxImageComponentAlpha);
    props->propSetInt(p, kOfxImageClipPropOptional, 0, 1);
    props->propSetInt(p, kOfxImageClipPropIsMask, 0, 1);
    return;
  }
  props->propSetString(p, kOfxImageEffectPropSupportedComponents, 0, kOfxImageComponentRGBA);
  props->propSetString(p, kOfxImageEffectPropSupportedComponents, 1, kOfxImageComponentRGB);
}

static OfxStatus describe_in(OfxImageEffectHandle effect, OfxPropertySetHandle in) {
  OfxParamSetHandle set;
  OfxPropertySetHandle p;
  char *context;
  props->propGetString(in, kOfxImageEffectPropContext, 0, &context);
  clip(effect, "Source", 0);
  clip(effect, "Output", 0);
  if (strcmp(context, kOfxImageEffectContextGeneral) == 0) clip(effect, "Mask", 1);
  effects->getParamSet(effect, &set);
  params->paramDefine(set, kOfxParamTypeString, "fault", &p);
  props->propSetString(p, kOfxParamPropDefault, 0, "");
  params->paramDefine(set, kOfxParamTypeDouble, "gain", &p);
  props->propSetDouble(p, kOfxParamPropDefault, 0, 1);
  props->propSetDouble(p, kOfxParamPropMin, 0, -4);
  props->propSetDouble(p, kOfxParamPropMax, 0, 4);
  params->paramDefine(set, kOfxParamTypeDouble2D, "place", &p);
  props->propSetString(p, kOfxParamPropDoubleType, 0, kOfxParamDoubleTypeXYAbsolute);
  props->propSetString(p, kOfxParamPropDefaultCoordinateSystem, 0, kOfxParamCoordinatesNormalised);
  props->propSetDouble(p, kOfxParamPropDefault, 0, 0.5);
  props->propSetDouble(p, kOfxParamPropDefault, 1, 0.25);
  params->paramDefine(set, kOfxParamTypeInteger3D, "triple", &p);
  params->paramDefine(set, kOfxParamTypeBoolean, "threaded", &p);
  params->paramDefine(set, kOfxParamTypeChoice, "pick", &p);
  props->propSetString(p, kOfxParamPropChoiceOption, 0, "first");
  props->propSetString(p, kOfxParamPropChoiceOption, 1, "second, with a comma");
  params->paramDefine(set, kOfxParamTypePushButton, "push", &p);
  return kOfxStatOK;
}

/* A picture as the host hands it over. */
typedef struct {
  OfxPropertySetHandle handle;
  char *data;
  int row_bytes, components, sample_bytes;
  OfxRectI bounds;
} picture;

static OfxStatus get(OfxImageEffectHandle effect, const char *name, OfxTime time, picture *p) {
  OfxImageClipHandle clip;
  char *components, *depth;
  effects->clipGetHandle(effect, name, &clip, NULL);
  OfxStatus status = effects->clipGetImage(clip, time, NULL, &p->handle);
  if (status != kOfxStatOK) return status;
  props->propGetPointer(p->handle, kOfxImagePropData, 0, (void **)&p->data);
  props->propGetInt(p->handle, kOfxImagePropRowBytes, 0, &p->row_bytes);
  props->propGetIntN(p->handle, kOfxImagePropBounds, 4, &p->bounds.x1);
  props->propGetString(p->handle, kOfxImageEffectPropComponents, 0, &components);
  props->propGetString(p->handle, kOfxImageEffectPropPixelDepth, 0, &depth);
  p->components = strcmp(components, kOfxImageComponentRGBA) == 0  ? 4
                  : strcmp(components, kOfxImageComponentRGB) == 0 ? 3
                                                                   : 1;
  p->sample_bytes = strcmp(depth, kOfxBitDepthFloat) == 0  ? 4
                    : strcmp(depth, kOfxBitDepthByte) == 0 ? 1
                                                           : 2;
  return kOfxStatOK;
}

static void *pixel(const picture *p, int x, int y) {
  return p->data + (ptrdiff_t)(y - p->bounds.y1) * p->row_bytes +
         (ptrdiff_t)(x - p->bounds.x1) * p->components * p->sample_bytes;
}

typedef struct {
  picture from, to;
  OfxRectI window;
  double gain;
  int skip_last, copy;
} work;

/* Floats are inverted, other depths passed on as they are. */
static void invert(unsigned int index, unsigned int count, void *argument) {
  const work *w = argument;
  int height = w->window.y2 - w->window.y1 - w->skip_last;
  int n = w->to.components;
  for (int y = w->window.y1 + (int)index; y < w->window.y1 + height; y += (int)count)
    for (int x = w->window.x1; x < w->window.x2; x++) {
      const float *from = pixel(&w->from, x, y);
      float *to = pixel(&w->to, x, y);
      const int copy = w->copy || w->to.sample_bytes != 4;
      if (copy) memcpy(to, from, (size_t)(n * w->to.sample_bytes));
      for (int c = 0; c < n && !copy; c++)
        to[c] = c == 3 ? from[c] : (1 - from[c]) * (float)w->gain;
    }
}

static OfxStatus render(OfxImageEffectHandle effect, OfxPropertySetHandle in) {
  work w = {0};
  OfxTime time;
  OfxParamSetHandle set;
  OfxParamHandle fault_param, gain, threaded;
  OfxPropertySetHandle own;
  char *fault;
  int parallel;
  props->propGetDouble(in, kOfxPropTime, 0, &time);
  props->propGetIntN(in, kOfxImageEffectPropRenderWindow, 4, &w.window.x1);
  effects->getPropertySet(effect, &own);
  effects->getParamSet(effect, &set);
  params->paramGetHandle(set, "fault", &fault_param, NULL);
  params->paramGetHandle(set, "gain", &gain, NULL);
  params->paramGetHandle(set, "threaded", &threaded, NULL);
  params->paramGetValue(fault_param, &fault);
  params->paramGetValueAtTime(gain, time, &w.gain);
  params->paramGetValue(threaded, &parallel);
  if (FAULT("bad status")) return 77;
  if (FAULT("illegal answer")) return kOfxStatReplyNo;
  if (FAULT("not trapped")) return kOfxStatReplyDefault;
  if (FAULT("says why")) {
    messages->setPersistentMessage(effect, kOfxMessageError, "", "no paint left, %d%% used", 100);
    return kOfxStatFailed;
  }
  if (FAULT("out of memory")) return kOfxStatErrMemory;
  if (FAULT("crash")) *(volatile int *)8 = 1;
  if (FAULT("waits")) {
    while (!effects->abort(effect) && progress->progressUpdate(effect, 0.5) == kOfxStatOK) continue;
    return progress->progressUpdate(effect, 0.5) == kOfxStatReplyNo ? kOfxStatFailed : kOfxStatOK;
  }
  OfxStatus status = get(effect, "Source", time, &w.from);
  if (status != kOfxStatOK) return FAULT("ignores a missing image") ? kOfxStatOK : status;
  if (get(effect, "Output", time, &w.to) != kOfxStatOK) return kOfxStatFailed;

  if (FAULT("wrong type")) props->propSetInt(own, kOfxPropLabel, 0, 1);
  if (FAULT("wrong index")) props->propSetString(own, kOfxPropLabel, 3, "x");
  if (FAULT("unknown property")) props->propSetInt(own, "OfxImageEffectPropNoSuchThing", 0, 1);
  if (FAULT("foreign property")) props->propSetInt(own, "com.example.Extension", 0, 1);
  if (FAULT("read only")) props->propSetInt(w.to.handle, kOfxImagePropRowBytes, 0, 1);
  if (FAULT("reads wrong type")) props->propGetInt(own, kOfxPropLabel, 0, &parallel);
  if (FAULT("sets a parameter")) params->paramSetValue(gain, 2.0);
  if (FAULT("stranger's handle")) props->propGetInt((OfxPropertySetHandle)0x1234, kOfxPropLabel, 0, &parallel);
  if (FAULT("wrong kind of handle")) params->paramGetValue((OfxParamHandle)effect, &w.gain);
  if (FAULT("no place")) effects->clipGetImage((OfxImageClipHandle)effect, time, NULL, NULL);
  if (FAULT("frees twice")) {
    void *block;
    memory->memoryAlloc(effect, 64, &block);
    memory->memoryFree(block);
    memory->memoryFree(block);
  }
  if (FAULT("frees nothing")) {
    void *block;
    OfxImageMemoryHandle image;
    memory->memoryAlloc(effect, 64, &block);
    effects->imageMemoryAlloc(effect, 64, &image);
    effects->imageMemoryLock(image, &block);
    memset(block, 0, 64);
    effects->imageMemoryUnlock(image);
  }
  if (FAULT("unlocks twice")) {
    void *block;
    OfxImageMemoryHandle image;
    effects->imageMemoryAlloc(effect, 64, &image);
    effects->imageMemoryLock(image, &block);
    effects->imageMemoryUnlock(image);
    effects->imageMemoryUnlock(image);
    effects->imageMemoryFree(image);
  }
  if (FAULT("foreign unlock")) {
    OfxMutexHandle mutex;
    threads->mutexCreate(&mutex, 0);
    threads->mutexUnLock(mutex);
    threads->mutexDestroy(mutex);
  }
  if (FAULT("believes in messages") && messages) messages->clearPersistentMessage(effect);
  if (FAULT("makes a mutex") && threads->mutexCreate) {
    OfxMutexHandle mutex;
    threads->mutexCreate(&mutex, 0);
    threads->mutexDestroy(mutex);
  }
  if (FAULT("wrong message")) messages->message(effect, "OfxMessageNonsense", "", "hello");
  if (FAULT("tells")) { /* no fault */
    OfxImageClipHandle source;
    OfxRectD region;
    const OfxMessageSuiteV1 *talk = host->fetchSuite(host->host, kOfxMessageSuite, 1);
    effects->clipGetHandle(effect, "Source", &source, NULL);
    effects->clipGetRegionOfDefinition(source, time, &region);
    talk->message(effect, kOfxMessageMessage, "",
                  "begun %d, ended %d, destroyed %d, regions %d, identity from %d, Source to %g",
                  seen.begins, seen.ends, seen.destroys, seen.regions, seen.identity_from, region.x2);
  }
  if (FAULT("warns")) messages->message(effect, kOfxMessageWarning, "", "running low");
  if (FAULT("another time")) {
    picture other;
    if (get(effect, "Source", time + 1, &other) == kOfxStatOK) effects->clipReleaseImage(other.handle);
  }
  w.skip_last = FAULT("unwritten");
  w.copy = FAULT("copies"); /* no fault, but what some tests need */
  if (parallel)
    threads->multiThread(invert, 3, &w);
  else
    invert(0, 1, &w);
  if (FAULT("writes outside")) *(char *)pixel(&w.to, w.to.bounds.x2, w.to.bounds.y2 - 1) = 1;
  if (!FAULT("leaks source")) effects->clipReleaseImage(w.from.handle);
  if (FAULT("releases twice")) effects->clipReleaseImage(w.from.handle);
  if (FAULT("keeps an image")) kept_image = w.from.handle;
  if (!FAULT("leaks output")) effects->clipReleaseImage(w.to.handle);
  return kOfxStatOK;
}

static OfxStatus identity(OfxImageEffectHandle effect, OfxPropertySetHandle in, OfxPropertySetHandle out) {
  OfxParamSetHandle set;
  OfxParamHandle gain, fault_param;
  OfxTime time;
  double value;
  char *fault;
  props->propGetDouble(in, kOfxPropTime, 0, &time);
  props->propGetInt(in, kOfxImageEffectPropRenderWindow, 0, &seen.identity_from);
  effects->getParamSet(effect, &set);
  params->paramGetHandle(set, "gain", &gain, NULL);
  params->paramGetHandle(set, "fault", &fault_param, NULL);
  params->paramGetValue(gain, &value);
  params->paramGetValue(fault_param, &fault);
  if (FAULT("identity of nothing")) {
    props->propSetString(out, kOfxPropName, 0, "Nothing");
    return kOfxStatOK;
  }
  if (value != 0) return kOfxStatReplyDefault;
  props->propSetString(out, kOfxPropName, 0, "Source");
  return kOfxStatOK;
}

static OfxStatus create(OfxImageEffectHandle effect) {
  OfxParamSetHandle set;
  OfxParamHandle place, triple, gain;
  double x, y;
  int a, b, c;
  kept_effect = effect;
  effects->getParamSet(effect, &set);
  params->paramGetHandle(set, "place", &place, NULL);
  params->paramGetHandle(set, "triple", &triple, NULL);
  params->paramGetHandle(set, "gain", &gain, NULL);
  params->paramGetValue(place, &x, &y);
  params->paramSetValue(triple, (int)x, (int)y, -7);
  params->paramGetValue(triple, &a, &b, &c);
  return a == (int)x && b == (int)y && c == -7 ? kOfxStatOK : kOfxStatFailed;
}

static OfxStatus unload(void) {
  OfxPropertySetHandle p;
  int n;
  if (kept_image && kept_effect) { /* both are long gone */
    effects->getPropertySet(kept_effect, &p);
    props->propGetDimension(kept_image, kOfxImagePropData, &n);
  }
  return kOfxStatOK;
}

static OfxStatus entry(const char *action, const void *handle, OfxPropertySetHandle in, OfxPropertySetHandle out) {
  OfxImageEffectHandle effect = (OfxImageEffectHandle)handle;
  seen.begins += strcmp(action, kOfxImageEffectActionBeginSequenceRender) == 0;
  seen.ends += strcmp(action, kOfxImageEffectActionEndSequenceRender) == 0;
  seen.destroys += strcmp(action, kOfxActionDestroyInstance) == 0;
  seen.regions += strcmp(action, kOfxImageEffectActionGetRegionOfDefinition) == 0;
  if (strcmp(action, kOfxActionLoad) == 0) return load();
  if (strcmp(action, kOfxActionUnload) == 0) return unload();
  if (strcmp(action, kOfxActionDescribe) == 0) return describe(effect);
  if (strcmp(action, kOfxImageEffectActionDescribeInContext) == 0) return describe_in(effect, in);
  if (strcmp(action, kOfxActionCreateInstance) == 0) return create(effect);
  if (strcmp(action, kOfxImageEffectActionIsIdentity) == 0) return identity(effect, in, out);
  if (strcmp(action, kOfxImageEffectActionRender) == 0) return render(effect, in);
  return kOfxStatReplyDefault;
}

/* --- An effect that describes itself wrongly ---------------------------------------------- */

static OfxStatus wrong_entry(const char *action, const void *handle, OfxPropertySetHandle in, OfxPropertySetHandle out) {
  OfxImageEffectHandle effect = (OfxImageEffectHandle)handle;
  (void)in, (void)out;
  if (strcmp(action, kOfxActionLoad) == 0) return load();
  if (strcmp(action, kOfxActionDescribe) == 0) {
    OfxPropertySetHandle p;
    describe(effect);
    effects->clipDefine(effect, "Early", &p);
    return kOfxStatOK;
  }
  if (strcmp(action, kOfxImageEffectActionDescribeInContext) == 0) {
    OfxParamSetHandle set;
    effects->getParamSet(effect, &set);
    clip(effect, "Source", 0);
    clip(effect, "Output", 0);
    clip(effect, "Output", 0);
    params->paramDefine(set, kOfxParamTypeDouble, "twice", NULL);
    params->paramDefine(set, kOfxParamTypeDouble, "twice", NULL);
    return kOfxStatOK;
  }
  return kOfxStatReplyDefault;
}

/* --- The binary's face -------------------------------------------------------------------- */

static void set_host(OfxHost *h) { host = h; }

static OfxPlugin plugins[] = {
    {kOfxImageEffectPluginApi, 1, "test.faulty", 1, 0, set_host, entry},
    {kOfxImageEffectPluginApi, 1, "test.wrong", 2, 3, set_host, wrong_entry},
    {"OfxSomethingElse", 1, "test.else", 1, 0, set_host, entry},
};

OfxStatus OfxSetHost(const OfxHost *h) { return h ? kOfxStatOK : kOfxStatFailed; }
int OfxGetNumberOfPlugins(void) { return 3; }
OfxPlugin *OfxGetPlugin(int nth) { return nth >= 0 && nth < 3 ? &plugins[nth] : NULL; }
