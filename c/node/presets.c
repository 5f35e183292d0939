#include "presets.h"

#include "suites.h"

/* A column for each preset after Custom. */
static const struct {
  enum param param;
  double values[PRESET_COUNT - 1];
} set[] = {
    {PARAM_UNREALNESS, {4, 2.5, 6.5, 4, 4, 4}},
    {PARAM_DETAIL, {1, 1, 1, 1, 1, 0.5}},
    {PARAM_TEXTURE_SCALE, {1, 1, 1, 2, 1, 1}},
    {PARAM_KEEP_COLOUR, {0, 0, 0, 0, 1, 0}},
    {PARAM_FAST_PROXY, {0, 0, 0, 0, 0, 1}},
};
enum { SET_COUNT = sizeof set / sizeof *set };

static void put(const struct params *params, enum param param, double value) {
  OfxParamHandle handle = params->handles[param];
  if (!handle)
    return;
  if (params_table[param].control == NUMBER)
    (void)suites.param->paramSetValue(handle, value);
  else
    (void)suites.param->paramSetValue(handle, (int)value);
}

static bool is_at(const struct params *params, enum param param, double value) {
  OfxParamHandle handle = params->handles[param];
  double number = 0;
  int whole = 0;
  if (!handle)
    return true;
  if (params_table[param].control == NUMBER)
    return suites.param->paramGetValue(handle, &number) == kOfxStatOK && number == value;
  return suites.param->paramGetValue(handle, &whole) == kOfxStatOK && whole == (int)value;
}

/* The preset that the controls are at. */
static int current(const struct params *params) {
  for (int preset = 1; preset < PRESET_COUNT; preset++) {
    bool all = true;
    for (int i = 0; i < SET_COUNT && all; i++)
      all = is_at(params, set[i].param, set[i].values[preset - 1]);
    if (all)
      return preset;
  }
  return PRESET_CUSTOM;
}

/* One step of undo. */
static void apply(struct instance *instance, int preset) {
  const char *const *entries = params_table[PARAM_PRESET].entries;
  OfxParamSetHandle all = NULL;
  bool one = suites.effect->getParamSet(instance->effect, &all) == kOfxStatOK &&
             suites.param->paramEditBegin(all, entries[preset]) == kOfxStatOK;
  instance->setting = true;
  for (int i = 0; i < SET_COUNT; i++)
    put(&instance->params, set[i].param, set[i].values[preset - 1]);
  instance->setting = false;
  if (one)
    (void)suites.param->paramEditEnd(all);
}

/* The menu says what the controls are at, whoever set them: Natron's undo takes back what a preset
 * has set, but not the menu, which paints nothing. */
void presets_follow(struct instance *instance, OfxPropertySetHandle in) {
  OfxParamHandle menu = instance->params.handles[PARAM_PRESET];
  int preset = PRESET_CUSTOM;
  if (instance->setting || !menu || suites.param->paramGetValue(menu, &preset) != kOfxStatOK)
    return;
  if (params_named(in, PARAM_PRESET)) {
    if (preset > PRESET_CUSTOM && preset < PRESET_COUNT && preset != current(&instance->params))
      apply(instance, preset);
    return;
  }
  for (int i = 0; i < SET_COUNT; i++)
    if (params_named(in, set[i].param) && current(&instance->params) != preset) {
      put(&instance->params, PARAM_PRESET, current(&instance->params));
      return;
    }
}
