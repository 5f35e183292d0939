/* A preset is one step of undo, after which the menu and the controls agree. The host is as Natron:
 * what the effect sets within a bracket is one step, without the menu, which no picture depends on;
 * the host tells the effect of every value that is set, and undone, as of an edit of the effect's
 * own. */
#include "check.h"
#include "node/changes.h"
#include "node/suites.h"
#include "properties.h"

#include <stdarg.h>

enum { CUSTOM, AS_MADE, CALM, WILD };

static struct OfxPropertySetStruct in_set, instance_set;
static struct instance instance = {.properties = &instance_set};

/* The controls of an instance, and what the one step of undo has of them. */
static struct dial {
  const char *name;
  enum param param;
  bool whole;
  double value, before;
  bool undoable;
} controls[] = {
    {"preset", PARAM_PRESET, true, CUSTOM, 0, false},
    {"unrealness", PARAM_UNREALNESS, false, 4, 0, false},
    {"detail", PARAM_DETAIL, false, 1, 0, false},
    {"textureScale", PARAM_TEXTURE_SCALE, false, 1, 0, false},
    {"keepColour", PARAM_KEEP_COLOUR, false, 0, 0, false},
    {"fastProxy", PARAM_FAST_PROXY, true, 0, 0, false},
};
enum { CONTROLS = sizeof controls / sizeof *controls };
static struct dial *const menu = &controls[0], *const unrealness = &controls[1];

static int steps, within;

static void tell(const struct dial *c, const char *reason) {
  clear_set(&in_set);
  set_string(&in_set, kOfxPropType, 0, kOfxTypeParameter);
  set_string(&in_set, kOfxPropName, 0, c->name);
  set_string(&in_set, kOfxPropChangeReason, 0, reason);
  (void)instance_changed(&instance, &in_set);
}

static OfxStatus get_value(OfxParamHandle param, ...) {
  const struct dial *c = (const struct dial *)param;
  va_list to;
  va_start(to, param);
  if (c->whole)
    *va_arg(to, int *) = (int)c->value;
  else
    *va_arg(to, double *) = c->value;
  va_end(to);
  return kOfxStatOK;
}

static OfxStatus get_value_at(OfxParamHandle param, OfxTime time, ...) {
  (void)param, (void)time;
  return kOfxStatErrUnsupported;
}

static OfxStatus set_value(OfxParamHandle param, ...) {
  struct dial *c = (struct dial *)param;
  va_list value;
  va_start(value, param);
  double to = c->whole ? va_arg(value, int) : va_arg(value, double);
  va_end(value);
  if (c != menu) {
    CHECK(within);
    c->undoable = true;
    c->before = c->value;
  }
  c->value = to;
  tell(c, kOfxChangePluginEdited);
  return kOfxStatOK;
}

static OfxStatus begin(OfxParamSetHandle set, const char *name) {
  (void)set, (void)name;
  steps++;
  within++;
  return kOfxStatOK;
}

static OfxStatus end(OfxParamSetHandle set) {
  (void)set;
  within--;
  return kOfxStatOK;
}

static void choose(struct dial *c, double value) {
  c->value = value;
  tell(c, kOfxChangeUserEdited);
}

static void undo(void) {
  for (int i = 0; i < CONTROLS; i++)
    if (controls[i].undoable) {
      controls[i].undoable = false;
      controls[i].value = controls[i].before;
      tell(&controls[i], kOfxChangePluginEdited);
    }
}

static OfxStatus get_param_set(OfxImageEffectHandle effect, OfxParamSetHandle *set) {
  (void)effect;
  *set = (OfxParamSetHandle)&steps;
  return kOfxStatOK;
}

int main(void) {
  static const OfxParameterSuiteV1 param = {.paramGetValue = get_value,
                                            .paramGetValueAtTime = get_value_at,
                                            .paramSetValue = set_value,
                                            .paramEditBegin = begin,
                                            .paramEditEnd = end};
  static const OfxImageEffectSuiteV1 effect = {.getParamSet = get_param_set};
  suites.property = &property_suite;
  suites.param = &param;
  suites.effect = &effect;
  report_init(&instance.report, NULL);
  for (int i = 0; i < CONTROLS; i++)
    instance.params.handles[controls[i].param] = (OfxParamHandle)&controls[i];

  choose(menu, WILD);
  CHECK(steps == 1 && within == 0 && unrealness->value == 6.5 && menu->value == WILD);
  undo();
  CHECK(steps == 1 && unrealness->value == 4 && menu->value == AS_MADE);
  choose(menu, CALM);
  CHECK(steps == 2 && unrealness->value == 2.5 && menu->value == CALM);
  choose(unrealness, 3);
  CHECK(menu->value == CUSTOM);
  choose(menu, WILD);
  undo();
  CHECK(unrealness->value == 3 && menu->value == CUSTOM);
  choose(unrealness, 6.5);
  CHECK(menu->value == WILD);
  clear_set(&in_set), clear_set(&instance_set);
  report_done(&instance.report);
  return check_failures != 0;
}
