/* Loading and describing are quick, start no process and open nothing that stays. The program's
 * own socketpair, posix_spawn and so on go before libc's, and tell on who calls them. */
#include "bank.h"
#include "check.h"
#include "properties.h"

#include <dirent.h>
#include <dlfcn.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* --- What must not be called -------------------------------------------------------------- */

static int forbidden;

#define FORBIDDEN __attribute__((visibility("default")))

FORBIDDEN int socket(int domain, int type, int protocol) {
  (void)domain, (void)type, (void)protocol;
  return forbidden++, -1;
}
FORBIDDEN int socketpair(int domain, int type, int protocol, int ends[2]) {
  (void)domain, (void)type, (void)protocol, (void)ends;
  return forbidden++, -1;
}
FORBIDDEN int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *files,
                          const posix_spawnattr_t *attributes, char *const arguments[],
                          char *const environment[]) {
  (void)pid, (void)path, (void)files, (void)attributes, (void)arguments, (void)environment;
  return forbidden++, 1;
}
FORBIDDEN long syscall(long number, ...) {
  (void)number;
  return forbidden++, -1;
}

static int open_files(void) {
  int n = 0;
  DIR *folder = opendir("/proc/self/fd");
  while (folder && readdir(folder))
    n++;
  if (folder)
    closedir(folder);
  return n;
}

/* --- A host that can describe ------------------------------------------------------------- */

static struct OfxPropertySetStruct host_set, effect_set, clip_sets[8], param_sets[40], in_set;
static const char *clip_names[8], *param_names[40], *param_types[40];
static int clips, params;
static int fewer; /* strings are not to be had, like in the reference host */

static OfxStatus get_effect_set(OfxImageEffectHandle effect, OfxPropertySetHandle *set) {
  (void)effect;
  *set = &effect_set;
  return kOfxStatOK;
}
static OfxStatus get_param_set(OfxImageEffectHandle effect, OfxParamSetHandle *set) {
  (void)effect;
  *set = (OfxParamSetHandle)&param_sets;
  return kOfxStatOK;
}
static OfxStatus clip_define(OfxImageEffectHandle effect, const char *name,
                             OfxPropertySetHandle *set) {
  (void)effect;
  clip_names[clips] = name;
  *set = &clip_sets[clips++];
  return kOfxStatOK;
}
static OfxStatus param_define(OfxParamSetHandle all, const char *type, const char *name,
                              OfxPropertySetHandle *set) {
  (void)all;
  if (fewer && strcmp(type, kOfxParamTypeString) == 0)
    return kOfxStatErrUnsupported;
  param_names[params] = name;
  param_types[params] = type;
  *set = &param_sets[params++];
  return kOfxStatOK;
}

static const void *fetch_suite(OfxPropertySetHandle host, const char *name, int version) {
  static const OfxImageEffectSuiteV1 effect = {.getPropertySet = get_effect_set,
                                               .getParamSet = get_param_set,
                                               .clipDefine = clip_define};
  static const OfxParameterSuiteV1 param = {.paramDefine = param_define};
  (void)host;
  if (version != 1)
    return NULL;
  if (strcmp(name, kOfxPropertySuite) == 0)
    return &property_suite;
  if (strcmp(name, kOfxImageEffectSuite) == 0)
    return &effect;
  return strcmp(name, kOfxParameterSuite) == 0 ? &param : NULL;
}

static int value_is(OfxPropertySetHandle set, const char *property, int index, const char *want) {
  char *found;
  return read_string(set, property, index, &found) == kOfxStatOK && strcmp(found, want) == 0;
}

static OfxStatus describe_context(OfxPlugin *plugin, const char *context) {
  clear_set(&in_set);
  for (int i = 0; i < clips; i++)
    clear_set(&clip_sets[i]);
  for (int i = 0; i < params; i++)
    clear_set(&param_sets[i]);
  clips = params = 0;
  set_string(&in_set, kOfxImageEffectPropContext, 0, context);
  return plugin->mainEntry(kOfxImageEffectActionDescribeInContext, &effect_set, &in_set, NULL);
}

/* The processor's time: nothing here waits, and a busy machine is no reason to fail. */
static double now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

int main(void) {
  static OfxHost host = {.host = &host_set, .fetchSuite = fetch_suite};
  set_string(&host_set, kOfxPropName, 0, "test");
  set_string(&host_set, kOfxImageEffectPropSupportedComponents, 0, kOfxImageComponentRGBA);
  set_string(&host_set, kOfxImageEffectPropSupportedComponents, 1, kOfxImageComponentAlpha);
  set_string(&host_set, kOfxImageEffectPropSupportedPixelDepths, 0, kOfxBitDepthFloat);

  int before = open_files();
  double start = now_ms();
  void *library = dlopen(PLUGIN, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  int (*count)(void) = (int (*)(void))dlsym(library, "OfxGetNumberOfPlugins");
  OfxPlugin *(*get)(int) = (OfxPlugin * (*)(int)) dlsym(library, "OfxGetPlugin");
  CHECK(count && get && count() == 1 && get(0) && !get(1) && !get(-1));
  OfxPlugin *plugin = get(0);
  CHECK(strcmp(plugin->pluginIdentifier, "net.impasto.StyleTransfer") == 0);
  CHECK(plugin->mainEntry(kOfxActionDescribe, &effect_set, NULL, NULL) == kOfxStatFailed);
  plugin->setHost(&host);
  CHECK(plugin->mainEntry(kOfxActionLoad, NULL, NULL, NULL) == kOfxStatOK);
  CHECK(plugin->mainEntry(kOfxActionDescribe, &effect_set, NULL, NULL) == kOfxStatOK);
  /* In the order that they have for ever. */
  static const char *const names[] = {
      "style", "styleId", "styleB", "styleBId", "styleMix", "preset", "unrealness", "sizeGroup",
      "detail", "textureScale", "fastProxy", "colourGroup", "plateSpace", "exposureIn",
      "exposureOut", "keepColour", "shotGroup", "statistics", "holdStatistics", "statisticsFrame",
      "maskInvert", "mix", "statusButton", "deviceGroup", "device", "gpuIndex", "precision",
      "optimisedGroup", "iterations", "textureCropFrom", "textureCropTo", "seed",
      "startFromPrevious", "memory", "matchMask", "noise"};
  enum { COUNT = sizeof names / sizeof *names, OF_MASK = 2, IDS = 2, MASK = 20 };
  CHECK(describe_context(plugin, kOfxImageEffectContextFilter) == kOfxStatOK);
  CHECK(clips == 2 && params == COUNT - OF_MASK);
  CHECK(describe_context(plugin, kOfxImageEffectContextGeneral) == kOfxStatOK);
  double took = now_ms() - start;
  printf("loading and describing took %.2f ms\n", took);
  CHECK(forbidden == 0);
  CHECK(open_files() == before);

  CHECK(clips == 4 && strcmp(clip_names[2], "Mask") == 0 && strcmp(clip_names[3], "Style") == 0);
  CHECK(value_is(&clip_sets[3], kOfxImageEffectPropSupportedComponents, 0, kOfxImageComponentRGBA));
  CHECK(value_is(&clip_sets[2], kOfxImageEffectPropSupportedComponents, 0,
                 kOfxImageComponentAlpha));
  CHECK(params == COUNT);
  for (int i = 0; i < COUNT; i++)
    CHECK(strcmp(param_names[i], names[i]) == 0);
  for (int menu = 0; menu <= 2; menu += 2) {
    int entry = -1;
    CHECK(strcmp(param_types[menu], kOfxParamTypeChoice) == 0);
    CHECK(read_int(&param_sets[menu], kOfxParamPropDefault, 0, &entry) == kOfxStatOK);
    CHECK(entry == (menu == 0 || bank_size == 1 ? 0 : 1));
    /* What cannot be mixed comes last, and is no second style. */
    for (int i = 0; i < bank_size; i++)
      CHECK(value_is(&param_sets[menu], kOfxParamPropChoiceOption, i, bank[i].label) ==
            (menu == 0 || i < bank_styles));
  }
  /* Mask, Invert and Mix are below these, on a screen of 1000 pixels. */
  static const char *const closed[] = {"shotGroup", "deviceGroup", "optimisedGroup"};
  for (int i = 0; i < COUNT; i++) {
    int open = 1, should = 1;
    (void)read_int(&param_sets[i], kOfxParamPropGroupOpen, 0, &open);
    for (int j = 0; j < 3; j++)
      should = should && strcmp(names[i], closed[j]) != 0;
    CHECK(open == should);
  }
  double low = -1, high = -1, start_at = -1;
  int still;
  CHECK(read_double(&param_sets[4], kOfxParamPropMin, 0, &low) == kOfxStatOK && low == 0);
  CHECK(read_double(&param_sets[4], kOfxParamPropMax, 0, &high) == kOfxStatOK && high == 1);
  CHECK(read_double(&param_sets[4], kOfxParamPropDefault, 0, &start_at) == kOfxStatOK);
  CHECK(start_at == 0);
  CHECK(read_int(&param_sets[4], kOfxParamPropAnimates, 0, &still) == kOfxStatErrUnknown);
  CHECK(read_int(&param_sets[2], kOfxParamPropAnimates, 0, &still) == kOfxStatOK && still == 0);
  CHECK(value_is(&effect_set, kOfxImageEffectPropSupportedPixelDepths, 2, kOfxBitDepthByte));
  CHECK(!value_is(&effect_set, kOfxImageEffectPropSupportedPixelDepths, 3, kOfxBitDepthHalf));
  CHECK(describe_context(plugin, kOfxImageEffectContextRetimer) == kOfxStatErrUnsupported);

  /* Parameters that some hosts alone have, and one that some have not. */
  set_string(&host_set, kOfxPropName, 0, "DaVinciResolve");
  set_int(&host_set, kOfxParamHostPropSupportsStrChoice, 0, 1);
  CHECK(describe_context(plugin, kOfxImageEffectContextGeneral) == kOfxStatOK);
  CHECK(params == COUNT + 1 && strcmp(param_names[MASK], "maskApply") == 0);
  for (int menu = 0; menu <= 2; menu += 2) {
    CHECK(strcmp(param_types[menu], kOfxParamTypeStrChoice) == 0);
    for (int i = 0; i < bank_size; i++)
      CHECK(value_is(&param_sets[menu], kOfxParamPropChoiceEnum, i, bank[i].name) ==
            (menu == 0 || i < bank_styles));
  }
  fewer = 1;
  CHECK(describe_context(plugin, kOfxImageEffectContextGeneral) == kOfxStatOK);
  CHECK(params == COUNT + 1 - IDS);

  CHECK(plugin->mainEntry("SomethingNew", NULL, NULL, NULL) == kOfxStatReplyDefault);
  CHECK(plugin->mainEntry(kOfxActionUnload, NULL, NULL, NULL) == kOfxStatOK);
  CHECK(forbidden == 0);
  clear_set(&host_set), clear_set(&effect_set), clear_set(&in_set);
  dlclose(library);
  return check_failures != 0;
}
