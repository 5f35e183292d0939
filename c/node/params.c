#include "params.h"

#include "bank.h"
#include "params_table.h"
#include "space.h"
#include "suites.h"

static const char *type_of(enum control control) {
  switch (control) {
  case MENU:
    return style_by_name() ? kOfxParamTypeStrChoice : kOfxParamTypeChoice;
  case SPACES:
  case CHOICE:
    return kOfxParamTypeChoice;
  case TEXT:
    return kOfxParamTypeString;
  case NUMBER:
    return kOfxParamTypeDouble;
  case POINT:
    return kOfxParamTypeDouble2D;
  case BUTTON:
    return kOfxParamTypePushButton;
  case INTEGER:
    return kOfxParamTypeInteger;
  case GROUP:
    return kOfxParamTypeGroup;
  default:
    return kOfxParamTypeBoolean;
  }
}

/* A menu of what can be mixed ends before the encoders, so that entries keep their numbers. */
static bool define_menu(OfxPropertySetHandle set, const struct definition *d) {
  bool by_name = style_by_name(), ok = true;
  int count = d->mixes ? bank_styles : bank_size, entry = (int)d->number;
  for (int i = 0; i < count; i++) {
    ok = put_string(set, kOfxParamPropChoiceOption, i, bank[i].label) && ok;
    if (by_name)
      ok = put_string(set, kOfxParamPropChoiceEnum, i, bank[i].name) && ok;
  }
  if (entry >= count)
    entry = count - 1;
  return (by_name ? put_string(set, kOfxParamPropDefault, 0, bank[entry].name)
                  : put_int(set, kOfxParamPropDefault, 0, entry)) &&
         ok;
}

static bool define_spaces(OfxPropertySetHandle set) {
  bool ok = put_int(set, kOfxParamPropDefault, 0, 0);
  for (int i = 0; i < SPACE_COUNT; i++)
    ok = put_string(set, kOfxParamPropChoiceOption, i, spaces[i].label) && ok;
  return ok;
}

static bool define_choice(OfxPropertySetHandle set, const struct definition *d) {
  bool ok = put_int(set, kOfxParamPropDefault, 0, (int)d->number);
  for (int i = 0; d->entries[i]; i++)
    ok = put_string(set, kOfxParamPropChoiceOption, i, d->entries[i]) && ok;
  return ok;
}

/* Resolve needs both ranges. */
static bool define_number(OfxPropertySetHandle set, const struct definition *d, int side) {
  bool whole = d->slider_min == d->slider_max;
  return put_double(set, kOfxParamPropDefault, side, d->number) &&
         put_double(set, kOfxParamPropMin, side, d->min) &&
         put_double(set, kOfxParamPropMax, side, d->max) &&
         put_double(set, kOfxParamPropDisplayMin, side, whole ? d->min : d->slider_min) &&
         put_double(set, kOfxParamPropDisplayMax, side, whole ? d->max : d->slider_max);
}

static bool define(const struct definition *d, OfxPropertySetHandle set) {
  /* A host that refuses texts is no reason to fail. */
  (void)put_string(set, kOfxPropLabel, 0, d->label);
  (void)put_string(set, kOfxParamPropScriptName, 0, d->name);
  (void)put_string(set, kOfxParamPropHint, 0, d->hint);
  if (d->only_sets)
    (void)put_int(set, kOfxParamPropEvaluateOnChange, 0, 0);
  if (d->group)
    (void)put_string(set, kOfxParamPropParent, 0, params_table[d->group].name);
  if (!d->animates && d->control != BUTTON && d->control != GROUP)
    (void)put_int(set, kOfxParamPropAnimates, 0, 0);
  switch (d->control) {
  case MENU:
    return define_menu(set, d);
  case SPACES:
    return define_spaces(set);
  case CHOICE:
    return define_choice(set, d);
  case TEXT:
    (void)put_string(set, kOfxParamPropStringMode, 0, kOfxParamStringIsSingleLine);
    return put_string(set, kOfxParamPropDefault, 0, "");
  case NUMBER:
    (void)put_double(set, kOfxParamPropIncrement, 0, 0.01);
    return define_number(set, d, 0);
  case POINT:
    return define_number(set, d, 0) && define_number(set, d, 1);
  case GROUP:
    if (d->closed)
      (void)put_int(set, kOfxParamPropGroupOpen, 0, 0);
    return true;
  case BUTTON:
    return true;
  case INTEGER:
    return put_int(set, kOfxParamPropDefault, 0, (int)d->number) &&
           put_int(set, kOfxParamPropMin, 0, (int)d->min) &&
           put_int(set, kOfxParamPropMax, 0, (int)d->max) &&
           put_int(set, kOfxParamPropDisplayMin, 0, (int)d->slider_min) &&
           put_int(set, kOfxParamPropDisplayMax, 0, (int)d->slider_max);
  default:
    return put_int(set, kOfxParamPropDefault, 0, (int)d->number);
  }
}

/* Hosts with pages do not show what is on none. */
static void define_page(OfxParamSetHandle set, bool with_mask) {
  OfxPropertySetHandle properties = NULL;
  int pages = 0, children = 0;
  if (!get_int(suites.host->host, kOfxParamHostPropMaxPages, 0, &pages) || pages == 0 ||
      suites.param->paramDefine(set, kOfxParamTypePage, "controls", &properties) != kOfxStatOK)
    return;
  (void)put_string(properties, kOfxPropLabel, 0, "Controls");
  for (enum param p = 0; p < PARAM_COUNT; p++)
    if (param_exists(p, with_mask))
      (void)put_string(properties, kOfxParamPropPageChild, children++, params_table[p].name);
}

bool params_define(OfxParamSetHandle set, bool with_mask) {
  for (enum param p = 0; p < PARAM_COUNT; p++) {
    const struct definition *d = &params_table[p];
    OfxPropertySetHandle properties = NULL;
    if (!param_exists(p, with_mask))
      continue;
    /* The reference host cannot make strings. */
    if (suites.param->paramDefine(set, type_of(d->control), d->name, &properties) != kOfxStatOK ||
        !define(d, properties)) {
      if (d->needed)
        return false;
    }
  }
  define_page(set, with_mask);
  return true;
}
