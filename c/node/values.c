#include "values.h"

#include "bank.h"
#include "space.h"
#include "suites.h"

#include <string.h>

bool params_fetch(struct params *to, OfxParamSetHandle set, bool with_mask) {
  for (enum param p = 0; p < PARAM_COUNT; p++) {
    to->handles[p] = NULL;
    if (param_exists(p, with_mask) && params_table[p].control != GROUP &&
        suites.param->paramGetHandle(set, params_table[p].name, &to->handles[p], NULL) !=
            kOfxStatOK) {
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

static bool read_number(const struct definition *d, OfxParamHandle handle, OfxTime time,
                        double to[2], struct sentence *why) {
  OfxStatus status = kOfxStatOK;
  if (handle && d->control == POINT)
    status = suites.param->paramGetValueAtTime(handle, time, &to[0], &to[1]);
  else if (handle)
    status = suites.param->paramGetValueAtTime(handle, time, &to[0]);
  if (status != kOfxStatOK) {
    say(why, "The host does not give Impasto the value of %s.", d->label);
    return false;
  }
  to[0] = within(d, to[0]);
  to[1] = within(d, to[1]);
  return true;
}

/* The default where the host does not give it. An entry that does not exist is the first. */
static int read_integer(const struct definition *d, OfxParamHandle handle, OfxTime time) {
  int value = (int)d->number, count = 0;
  if (handle)
    (void)suites.param->paramGetValueAtTime(handle, time, &value);
  if (d->control == INTEGER)
    return (int)within(d, value);
  while (d->entries && d->entries[count])
    count++;
  return d->entries && (value < 0 || value >= count) ? 0 : value;
}

static bool read_setting(const struct definition *d, OfxParamHandle handle, OfxTime time,
                         struct setting *to, struct sentence *why) {
  *to = (struct setting){.key = d->key ? d->key : d->name,
                         .place = d->goes,
                         .number = {d->number, d->number}};
  switch (d->control) {
  case NUMBER:
    to->kind = SETTING_NUMBER;
    return read_number(d, handle, time, to->number, why);
  case POINT:
    to->kind = SETTING_CORNERS;
    return read_number(d, handle, time, to->number, why);
  case CHOICE:
  case INTEGER:
  case SWITCH: {
    int value = read_integer(d, handle, time);
    to->kind = d->texts ? SETTING_TEXT : d->control == SWITCH ? SETTING_SWITCH : SETTING_INTEGER;
    to->text = d->texts ? d->texts[value] : NULL;
    to->number[0] = d->numbers ? d->numbers[value] : value;
    return true;
  }
  default:
    return true;
  }
}

bool params_read(const struct params *params, OfxTime time, struct setting to[PARAM_COUNT],
                 struct sentence *why) {
  const double *corner = to[PARAM_TEXTURE_CROP_TO].number;
  for (enum param p = 0; p < PARAM_COUNT; p++)
    if (!read_setting(&params_table[p], params->handles[p], time, &to[p], why))
      return false;
  /* Both points are one rectangle in a request. */
  memcpy(to[PARAM_TEXTURE_CROP_FROM].number + 2, corner, 2 * sizeof *corner);
  return true;
}

bool params_number(const struct params *params, enum param param, OfxTime time, double *to,
                   struct sentence *why) {
  struct setting setting;
  bool ok = read_setting(&params_table[param], params->handles[param], time, &setting, why);
  *to = setting.number[0];
  return ok;
}

int params_integer(const struct params *params, enum param param, OfxTime time) {
  return read_integer(&params_table[param], params->handles[param], time);
}

bool params_switch(const struct params *params, enum param param, OfxTime time) {
  return params_integer(params, param, time) != 0;
}

bool params_styles(const struct params *params, OfxTime time, double mix, struct styles *to,
                   struct sentence *why) {
  to->b[0] = '\0';
  return style_of(params, PARAM_STYLE, PARAM_STYLE_ID, time, to->a, why) &&
         (mix == 0 || style_of(params, PARAM_STYLE_B, PARAM_STYLE_B_ID, time, to->b, why));
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
