/* The values of an instance's parameters. */
#include "params.h"

#include "bank.h"
#include "space.h"
#include "suites.h"

#include <string.h>

bool params_fetch(struct params *to, OfxParamSetHandle set, bool with_mask) {
  for (enum param p = 0; p < PARAM_COUNT; p++) {
    to->handles[p] = NULL;
    if (param_exists(p, with_mask) && params_table[p].control != GROUP &&
        suites.param->paramGetHandle(set, params_table[p].name, &to->handles[p], NULL) != kOfxStatOK) {
      to->handles[p] = NULL;
      if (params_table[p].needed)
        return false;
    }
  }
  return true;
}

/* A style by its ID if there is one, else by the menu. */
static bool style_of(const struct params *params, enum param menu, enum param id, OfxTime time,
                     char to[STYLE_SIZE], struct sentence *why) {
  static char none[] = "";
  char *text = NULL;
  int index = 0;
  if (params->handles[id] &&
      suites.param->paramGetValueAtTime(params->handles[id], time, &text) == kOfxStatOK && text &&
      text[0]) {
    if (strlen(text) >= STYLE_SIZE) {
      say(why, "The %s is longer than any style's. It should be name@checksum, or a name.",
          params_table[id].label);
      return false;
    }
    strcpy(to, text);
    return true;
  }
  if (!style_by_name()) {
    if (suites.param->paramGetValueAtTime(params->handles[menu], time, &index) != kOfxStatOK ||
        index < 0 || index >= bank_size) {
      say(why, "The menu %s is at entry %d, and this release of Impasto has %d.",
          params_table[menu].label, index + 1, (int)bank_size);
      return false;
    }
    strcpy(to, bank[index].id);
    return true;
  }
  if (suites.param->paramGetValueAtTime(params->handles[menu], time, &text) != kOfxStatOK || !text)
    text = none;
  for (int i = 0; i < bank_size; i++)
    if (strcmp(bank[i].name, text) == 0) {
      strcpy(to, bank[i].id);
      return true;
    }
  say(why, "This release of Impasto has no style \"%s\" in its menu %s. Styles of other origin go "
           "into %s.",
      text, params_table[menu].label, params_table[id].label);
  return false;
}

/* Within a parameter's range; NaN is 0. */
static double within(const struct definition *d, double v) {
  if (v != v)
    v = 0;
  return v > d->min ? (v < d->max ? v : d->max) : d->min;
}

bool params_number(const struct params *params, enum param param, OfxTime time, double *to,
                   struct sentence *why) {
  const struct definition *d = &params_table[param];
  double v = d->number;
  if (params->handles[param] &&
      suites.param->paramGetValueAtTime(params->handles[param], time, &v) != kOfxStatOK) {
    say(why, "The host does not give Impasto the value of %s.", d->label);
    return false;
  }
  *to = within(d, v);
  return true;
}

bool params_styles(const struct params *params, OfxTime time, struct styles *to,
                   struct sentence *why) {
  if (!params_number(params, PARAM_STYLE_MIX, time, &to->mix, why))
    return false;
  to->b[0] = '\0';
  return style_of(params, PARAM_STYLE, PARAM_STYLE_ID, time, to->a, why) &&
         (to->mix == 0 ||
          style_of(params, PARAM_STYLE_B, PARAM_STYLE_B_ID, time, to->b, why));
}

bool params_space(const struct params *params, OfxTime time, const char **to,
                  struct sentence *why) {
  OfxParamHandle handle = params->handles[PARAM_PLATE_SPACE];
  int entry = 0;
  *to = NULL;
  if (!handle)
    return true;
  if (suites.param->paramGetValueAtTime(handle, time, &entry) != kOfxStatOK || entry < 0 ||
      entry >= SPACE_COUNT) {
    say(why, "%s is at entry %d, and this release of Impasto has %d.",
        params_table[PARAM_PLATE_SPACE].label, entry + 1, (int)SPACE_COUNT);
    return false;
  }
  *to = spaces[entry].name;
  return true;
}

bool params_named(OfxPropertySetHandle in, enum param param) {
  return has_string(in, kOfxPropType, kOfxTypeParameter) &&
         has_string(in, kOfxPropName, params_table[param].name);
}

static int whole_number(const struct params *params, enum param param, OfxTime time) {
  int value = (int)params_table[param].number;
  if (params->handles[param])
    (void)suites.param->paramGetValueAtTime(params->handles[param], time, &value);
  return value;
}

bool params_whole_frame(const struct params *params, OfxTime time) {
  return whole_number(params, PARAM_STATISTICS, time) == AREA_WHOLE;
}

bool params_held_frame(const struct params *params, OfxTime time, OfxTime *to) {
  if (!params_switch(params, PARAM_HOLD_STATISTICS, time))
    return false;
  *to = whole_number(params, PARAM_STATISTICS_FRAME, time);
  return true;
}

static bool point(const struct params *params, enum param param, OfxTime time, double to[2],
                  struct sentence *why) {
  const struct definition *d = &params_table[param];
  to[0] = to[1] = d->number;
  if (params->handles[param] && suites.param->paramGetValueAtTime(params->handles[param], time, &to[0],
                                                                  &to[1]) != kOfxStatOK) {
    say(why, "The host does not give Impasto the value of %s.", d->label);
    return false;
  }
  to[0] = within(d, to[0]);
  to[1] = within(d, to[1]);
  return true;
}

bool params_descent(const struct params *params, OfxTime time, struct descent *to,
                    struct sentence *why) {
  double *crop = to->texture_crop;
  to->after.any = false;
  to->match_mask = params_switch(params, PARAM_MATCH_MASK, time);
  to->iterations = (int32_t)within(&params_table[PARAM_ITERATIONS],
                                   whole_number(params, PARAM_ITERATIONS, time));
  to->seed = (int32_t)within(&params_table[PARAM_SEED], whole_number(params, PARAM_SEED, time));
  return point(params, PARAM_TEXTURE_CROP_FROM, time, crop, why) &&
         point(params, PARAM_TEXTURE_CROP_TO, time, crop + 2, why);
}

struct device params_device(const struct params *params, OfxTime time) {
  static const char *const kinds[] = {
      [ON_AUTO] = DEVICE_AUTO, [ON_GPU] = DEVICE_GPU, [ON_CPU] = DEVICE_CPU};
  static const int bits[] = {[BITS_AUTO] = 0, [BITS_32] = 32, [BITS_16] = 16};
  int kind = whole_number(params, PARAM_DEVICE, time);
  int index = whole_number(params, PARAM_GPU_INDEX, time);
  int memory = whole_number(params, PARAM_MEMORY, time);
  int precision = whole_number(params, PARAM_PRECISION, time);
  return (struct device){
      .kind = kinds[kind >= ON_AUTO && kind <= ON_CPU ? kind : ON_AUTO],
      .index = index > 0 ? (index < MAX_DEVICE ? index : MAX_DEVICE - 1) : 0,
      .precision = bits[precision >= BITS_AUTO && precision <= BITS_16 ? precision : BITS_AUTO],
      .memory = memory > 0 ? (memory < MAX_MEMORY ? memory : MAX_MEMORY) : 0,
  };
}

bool params_switch(const struct params *params, enum param param, OfxTime time) {
  int on = 0;
  return params->handles[param] &&
         suites.param->paramGetValueAtTime(params->handles[param], time, &on) == kOfxStatOK && on;
}
