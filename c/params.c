#include "params.h"

#include "bank.h"
#include "suites.h"

#include <string.h>

/* Names, meanings and order stay as they are for ever; what is new goes to the end. */
static const struct definition {
  const char *name, *type, *label, *hint;
  bool needed;   /* there is no effect without it */
  bool animates; /* if the host can */
  bool of_mask;
  double number; /* default, and for mix the range */
  double min, max;
} table[PARAM_COUNT] = {
    [PARAM_STYLE] =
        {.name = "style",
         .type = kOfxParamTypeChoice,
         .label = "Style",
         .hint = "The painting after which the plate is repainted.",
         .needed = true},
    [PARAM_STYLE_ID] =
        {.name = "styleId",
         .type = kOfxParamTypeString,
         .label = "Style ID",
         .hint = "A style by its identity, name@checksum, or by its name alone; goes before the "
                 "menu if it is not empty. For styles of your own studio, and to hold a shot to "
                 "one version of a style."},
    [PARAM_MIX] =
        {.name = "mix",
         .type = kOfxParamTypeDouble,
         .label = "Mix",
         .hint = "How much of the painting is seen: 0 is the plate, 1 the painting.",
         .needed = true,
         .animates = true,
         .number = 1,
         .min = 0,
         .max = 1},
    [PARAM_MASK_APPLY] =
        {.name = "maskApply",
         .type = kOfxParamTypeBoolean,
         .label = "Mask",
         .hint = "Paints only where the mask is. This host does not say whether a mask is "
                 "connected, so switch it on where one is.",
         .animates = true,
         .of_mask = true},
    [PARAM_MASK_INVERT] =
        {.name = "maskInvert",
         .type = kOfxParamTypeBoolean,
         .label = "Invert Mask",
         .hint = "Paints where the mask is 0, and leaves the plate where it is 1.",
         .animates = true,
         .of_mask = true},
};

/* Choices by name instead of position, since OFX 1.5: a project keeps its style when the bank
 * grows in the middle. */
static bool style_by_name(void) {
  return host_says(kOfxParamHostPropSupportsStrChoice);
}

static bool exists(enum param param, bool with_mask) {
  return (with_mask || !table[param].of_mask) && (param != PARAM_MASK_APPLY || host_is_resolve());
}

static bool define_style(OfxPropertySetHandle set) {
  bool by_name = style_by_name(), ok = true;
  for (int i = 0; i < bank_size; i++) {
    ok = put_string(set, kOfxParamPropChoiceOption, i, bank[i].label) && ok;
    if (by_name)
      ok = put_string(set, kOfxParamPropChoiceEnum, i, bank[i].name) && ok;
  }
  return (by_name ? put_string(set, kOfxParamPropDefault, 0, bank[0].name)
                  : put_int(set, kOfxParamPropDefault, 0, 0)) &&
         ok;
}

static bool define(enum param param, OfxPropertySetHandle set) {
  const struct definition *d = &table[param];
  /* Texts are no reason to fail. */
  (void)put_string(set, kOfxPropLabel, 0, d->label);
  (void)put_string(set, kOfxParamPropScriptName, 0, d->name);
  (void)put_string(set, kOfxParamPropHint, 0, d->hint);
  if (!d->animates)
    (void)put_int(set, kOfxParamPropAnimates, 0, 0);
  switch (param) {
  case PARAM_STYLE:
    return define_style(set);
  case PARAM_STYLE_ID:
    (void)put_string(set, kOfxParamPropStringMode, 0, kOfxParamStringIsSingleLine);
    return put_string(set, kOfxParamPropDefault, 0, "");
  case PARAM_MIX:
    (void)put_double(set, kOfxParamPropIncrement, 0, 0.01);
    /* Resolve needs both ranges. */
    return put_double(set, kOfxParamPropDefault, 0, d->number) &&
           put_double(set, kOfxParamPropMin, 0, d->min) &&
           put_double(set, kOfxParamPropMax, 0, d->max) &&
           put_double(set, kOfxParamPropDisplayMin, 0, d->min) &&
           put_double(set, kOfxParamPropDisplayMax, 0, d->max);
  default:
    return put_int(set, kOfxParamPropDefault, 0, (int)d->number);
  }
}

bool params_define(OfxParamSetHandle set, bool with_mask) {
  for (enum param p = 0; p < PARAM_COUNT; p++) {
    OfxPropertySetHandle properties = NULL;
    const char *type = p == PARAM_STYLE && style_by_name() ? kOfxParamTypeStrChoice : table[p].type;
    if (!exists(p, with_mask))
      continue;
    /* The reference host cannot make strings. */
    if (suites.param->paramDefine(set, type, table[p].name, &properties) != kOfxStatOK ||
        !define(p, properties)) {
      if (table[p].needed)
        return false;
    }
  }
  return true;
}

bool params_fetch(struct params *to, OfxParamSetHandle set, bool with_mask) {
  for (enum param p = 0; p < PARAM_COUNT; p++) {
    to->handles[p] = NULL;
    if (exists(p, with_mask) &&
        suites.param->paramGetHandle(set, table[p].name, &to->handles[p], NULL) != kOfxStatOK) {
      to->handles[p] = NULL;
      if (table[p].needed)
        return false;
    }
  }
  return true;
}

bool params_style(const struct params *params, OfxTime time, char to[STYLE_SIZE],
                  struct sentence *why) {
  static char none[] = "";
  char *text = NULL;
  int index = 0;
  OfxParamHandle id = params->handles[PARAM_STYLE_ID], style = params->handles[PARAM_STYLE];
  if (id && suites.param->paramGetValueAtTime(id, time, &text) == kOfxStatOK && text && text[0]) {
    if (strlen(text) >= STYLE_SIZE) {
      say(why, "The Style ID is longer than any style's. It should be name@checksum, or a name.");
      return false;
    }
    strcpy(to, text);
    return true;
  }
  if (!style_by_name()) {
    if (suites.param->paramGetValueAtTime(style, time, &index) != kOfxStatOK || index < 0 ||
        index >= bank_size) {
      say(why, "The style menu is at entry %d, and this release of Impasto has %d.", index + 1,
          (int)bank_size);
      return false;
    }
    strcpy(to, bank[index].id);
    return true;
  }
  if (suites.param->paramGetValueAtTime(style, time, &text) != kOfxStatOK || !text)
    text = none;
  for (int i = 0; i < bank_size; i++)
    if (strcmp(bank[i].name, text) == 0) {
      strcpy(to, bank[i].id);
      return true;
    }
  say(why, "This release of Impasto has no style \"%s\" in its menu. Styles of other origin go into "
           "Style ID.", text);
  return false;
}

bool params_mix(const struct params *params, OfxTime time, double *to) {
  double mix = 0;
  if (suites.param->paramGetValueAtTime(params->handles[PARAM_MIX], time, &mix) != kOfxStatOK)
    return false;
  *to = mix > 0 ? (mix < 1 ? mix : 1) : 0; /* NaN is 0 */
  return true;
}

bool params_switch(const struct params *params, enum param param, OfxTime time) {
  int on = 0;
  return params->handles[param] &&
         suites.param->paramGetValueAtTime(params->handles[param], time, &on) == kOfxStatOK && on;
}
