#include "presets.h"

#include "params_table.h"
#include "suites.h"

enum { CUSTOM, PRESET_COUNT = 7 };

const char *const presets[PRESET_COUNT + 1] = {
    [CUSTOM] = "Custom",
    [1] = "As the Style Was Made",
    [2] = "Calm",
    [3] = "Wild",
    [4] = "Large Strokes",
    [5] = "The Plate's Colours",
    [6] = "Quick Look",
};

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

/* One step of undo. */
static void apply(struct instance *instance, int preset) {
  OfxParamSetHandle all = NULL;
  bool one = suites.effect->getParamSet(instance->effect, &all) == kOfxStatOK &&
             suites.param->paramEditBegin(all, presets[preset]) == kOfxStatOK;
  for (int i = 0; i < SET_COUNT; i++)
    put(&instance->params, set[i].param, set[i].values[preset - 1]);
  if (one)
    (void)suites.param->paramEditEnd(all);
}

void presets_follow(struct instance *instance, OfxPropertySetHandle in) {
  OfxParamHandle menu = instance->params.handles[PARAM_PRESET];
  int preset = CUSTOM;
  if (!menu || suites.param->paramGetValue(menu, &preset) != kOfxStatOK)
    return;
  if (params_named(in, PARAM_PRESET)) {
    if (preset > CUSTOM && preset < PRESET_COUNT)
      apply(instance, preset);
    return;
  }
  for (int i = 0; i < SET_COUNT; i++)
    if (preset != CUSTOM && params_named(in, set[i].param))
      put(&instance->params, PARAM_PRESET, CUSTOM);
}
