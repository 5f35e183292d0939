/* An effect that keeps to the interface, and does all the same what hosts punish. It is one of
 * the tests of the host in strict mode. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "ofx.h"

static OfxHost *host;
static const OfxPropertySuiteV1 *props;
static const OfxImageEffectSuiteV1 *effects;
static const OfxParameterSuiteV1 *params;
static int file;

static OfxStatus describe(OfxImageEffectHandle effect) {
  OfxPropertySetHandle p;
  props = host->fetchSuite(host->host, kOfxPropertySuite, 1);
  effects = host->fetchSuite(host->host, kOfxImageEffectSuite, 1);
  params = host->fetchSuite(host->host, kOfxParameterSuite, 1);
  effects->getPropertySet(effect, &p);
  props->propSetString(p, kOfxImageEffectPropSupportedContexts, 0, kOfxImageEffectContextFilter);
  props->propSetString(p, kOfxImageEffectPropSupportedPixelDepths, 0, kOfxBitDepthFloat);
  file = open("/dev/null", O_RDONLY | O_CLOEXEC);
  return kOfxStatOK;
}

static OfxStatus describe_in(OfxImageEffectHandle effect) {
  static const char *const clips[] = {"Source", "Output"};
  OfxPropertySetHandle p;
  OfxParamSetHandle set;
  for (int i = 0; i < 2; i++) {
    effects->clipDefine(effect, clips[i], &p);
    props->propSetString(p, kOfxImageEffectPropSupportedComponents, 0, kOfxImageComponentRGBA);
  }
  effects->getParamSet(effect, &set);
  params->paramDefine(set, kOfxParamTypeDouble, "brush size", &p);
  props->propSetString(p, kOfxParamPropScriptName, 0, "brush");
  params->paramDefine(set, kOfxParamTypeInteger2D, "grid", &p);
  props->propSetString(p, kOfxParamPropParent, 0, "nowhere");
  params->paramDefine(set, kOfxParamTypePage, "page", &p);
  props->propSetString(p, kOfxParamPropPageChild, 0, "nothing");
  return kOfxStatOK;
}

static OfxStatus create(OfxImageEffectHandle effect) {
  OfxParamSetHandle set;
  OfxParamHandle grid;
  OfxImageClipHandle mask;
  effects->getParamSet(effect, &set);
  params->paramGetHandle(set, "grid", &grid, NULL);
  params->paramSetValue(grid, 1, 2);
  effects->clipGetHandle(effect, "Mask", &mask, NULL);
  return kOfxStatOK;
}

/* Black, if there is an Output. */
static OfxStatus render(OfxImageEffectHandle effect, OfxPropertySetHandle in) {
  OfxImageClipHandle output;
  OfxPropertySetHandle to;
  OfxRectI window;
  OfxTime time;
  char *data;
  int row_bytes;
  props->propGetDouble(in, kOfxPropTime, 0, &time);
  props->propGetIntN(in, kOfxImageEffectPropRenderWindow, 4, &window.x1);
  effects->clipGetHandle(effect, "Output", &output, NULL);
  if (effects->clipGetImage(output, time, NULL, &to) != kOfxStatOK) return kOfxStatOK;
  props->propGetPointer(to, kOfxImagePropData, 0, (void **)&data);
  props->propGetInt(to, kOfxImagePropRowBytes, 0, &row_bytes);
  for (int y = 0; y < window.y2 - window.y1; y++)
    memset(data + (ptrdiff_t)y * row_bytes, 0, (size_t)(window.x2 - window.x1) * 16);
  effects->clipReleaseImage(to);
  return kOfxStatOK;
}

static OfxStatus entry(const char *action, const void *handle, OfxPropertySetHandle in, OfxPropertySetHandle out) {
  OfxImageEffectHandle effect = (OfxImageEffectHandle)handle;
  (void)out;
  if (strcmp(action, kOfxActionUnload) == 0) close(file);
  if (strcmp(action, kOfxActionDescribe) == 0) return describe(effect);
  if (strcmp(action, kOfxImageEffectActionDescribeInContext) == 0) return describe_in(effect);
  if (strcmp(action, kOfxActionCreateInstance) == 0) return create(effect);
  if (strcmp(action, kOfxImageEffectActionRender) == 0) return render(effect, in);
  return kOfxStatReplyDefault;
}

static void set_host(OfxHost *h) { host = h; }

static OfxPlugin plugin = {kOfxImageEffectPluginApi, 1, "test.care-less", 1, 0, set_host, entry};

int OfxGetNumberOfPlugins(void) { return 1; }
OfxPlugin *OfxGetPlugin(int nth) { return nth == 0 ? &plugin : NULL; }
