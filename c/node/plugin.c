/* Impasto.ofx: the entry points that a host looks up, and the actions that it sends. */
#include "changes.h"
#include "describe.h"
#include "host_sum.h"
#include "instance.h"
#include "link/client.h"
#include "link/launch.h"
#include "link/shm.h"
#include "regions.h"
#include "render.h"
#include "suites.h"
#include "trace.h"

#include <string.h>

static bool loaded;

static void introduce(struct hello *hello) {
  hello->threads = suites_threads();
  hello->background = suites_background();
}

static OfxStatus load(void) {
  OfxStatus status = suites_load();
  trace_load();
  launch_expect(HOST_SHA256);
  client_introduce(introduce);
  loaded = status == kOfxStatOK;
  return status;
}

static OfxStatus unload(void) {
  client_close();
  shm_purge();
  loaded = false;
  return kOfxStatOK;
}

static OfxStatus of_instance(const char *action, OfxImageEffectHandle effect,
                             OfxPropertySetHandle in, OfxPropertySetHandle out) {
  struct instance *instance = instance_of(effect);
  if (!instance)
    return kOfxStatErrBadHandle;
  if (strcmp(action, kOfxImageEffectActionRender) == 0)
    return render(instance, in);
  if (strcmp(action, kOfxImageEffectActionIsIdentity) == 0)
    return is_identity(instance, in, out);
  if (strcmp(action, kOfxImageEffectActionGetRegionOfDefinition) == 0)
    return region_of_definition(instance, in, out);
  if (strcmp(action, kOfxImageEffectActionGetRegionsOfInterest) == 0)
    return regions_of_interest(instance, in, out);
  if (strcmp(action, kOfxImageEffectActionGetFramesNeeded) == 0)
    return frames_needed(instance, in, out);
  if (strcmp(action, kOfxImageEffectActionGetClipPreferences) == 0)
    return clip_preferences(instance, out);
  if (strcmp(action, kOfxImageEffectActionBeginSequenceRender) == 0)
    return begin_sequence(instance, in);
  return instance_changed(instance, in);
}

static OfxStatus main_entry(const char *action, const void *handle, OfxPropertySetHandle in,
                            OfxPropertySetHandle out) {
  static const char *const instance_actions[] = {
      kOfxImageEffectActionRender,
      kOfxImageEffectActionIsIdentity,
      kOfxImageEffectActionGetRegionOfDefinition,
      kOfxImageEffectActionGetRegionsOfInterest,
      kOfxImageEffectActionGetFramesNeeded,
      kOfxImageEffectActionGetClipPreferences,
      kOfxImageEffectActionBeginSequenceRender,
      kOfxActionInstanceChanged,
  };
  OfxImageEffectHandle effect = (OfxImageEffectHandle)(uintptr_t)handle;
  if (strcmp(action, kOfxActionLoad) == 0)
    return load();
  if (!loaded)
    return kOfxStatFailed;
  if (strcmp(action, kOfxActionUnload) == 0)
    return unload();
  if (strcmp(action, kOfxActionDescribe) == 0)
    return describe(effect);
  if (strcmp(action, kOfxImageEffectActionDescribeInContext) == 0)
    return describe_in_context(effect, in);
  if (strcmp(action, kOfxActionCreateInstance) == 0)
    return instance_create(effect);
  if (strcmp(action, kOfxActionDestroyInstance) == 0)
    return instance_destroy(effect);
  if (strcmp(action, kOfxActionPurgeCaches) == 0) {
    shm_purge();
    return kOfxStatOK;
  }
  for (size_t i = 0; i < sizeof instance_actions / sizeof *instance_actions; i++)
    if (strcmp(action, instance_actions[i]) == 0)
      return of_instance(action, effect, in, out);
  return kOfxStatReplyDefault;
}

static void set_host(OfxHost *host) {
  suites.host = host;
}

static OfxPlugin plugin = {
    .pluginApi = kOfxImageEffectPluginApi,
    .apiVersion = kOfxImageEffectPluginApiVersion,
    .pluginIdentifier = "net.impasto.StyleTransfer",
    .pluginVersionMajor = IMPASTO_VERSION_MAJOR,
    .pluginVersionMinor = IMPASTO_VERSION_MINOR,
    .setHost = set_host,
    .mainEntry = main_entry,
};

OfxStatus OfxSetHost(const OfxHost *host) {
  suites.host = host;
  return kOfxStatOK;
}

int OfxGetNumberOfPlugins(void) {
  return 1;
}

OfxPlugin *OfxGetPlugin(int nth) {
  return nth == 0 ? &plugin : NULL;
}
