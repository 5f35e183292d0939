#include "params.h"

#include "bank.h"
#include "messages.h"
#include "space.h"
#include "suites.h"

#include <string.h>

enum control { MENU, SPACES, AREAS, TEXT, NUMBER, FRAME, SWITCH, BUTTON };

/* The entries of Statistics. */
static const char *const areas[] = {"Format", "Region of Definition"};
enum { AREA_FORMAT, AREA_WHOLE, AREA_COUNT };

/* Names, meanings and order stay as they are for ever; what is new goes to the end. */
static const struct definition {
  const char *name;
  enum control control;
  const char *label, *hint;
  bool needed;   /* there is no effect without it */
  bool animates; /* if the host can */
  bool of_mask;
  double number; /* default; of a menu the entry, or the last where there are fewer */
  double min, max;
  double slider_min, slider_max; /* what a slider shows; both 0: the whole range */
} table[PARAM_COUNT] = {
    [PARAM_STYLE] =
        {.name = "style",
         .control = MENU,
         .label = "Style",
         .hint = "The painting after which the plate is repainted.",
         .needed = true},
    [PARAM_STYLE_ID] =
        {.name = "styleId",
         .control = TEXT,
         .label = "Style ID",
         .hint = "A style by its identity, name@checksum, or by its name alone; goes before the "
                 "menu if it is not empty. For styles of your own studio, and to hold a shot to "
                 "one version of a style."},
    [PARAM_STYLE_B] =
        {.name = "styleB",
         .control = MENU,
         .label = "Second Style",
         .hint = "The style that Style Mix leads to. Of no effect where that is 0.",
         .needed = true,
         .number = 1},
    [PARAM_STYLE_B_ID] =
        {.name = "styleBId",
         .control = TEXT,
         .label = "Second Style ID",
         .hint = "The second style as Style ID has the first; goes before its menu if it is not "
                 "empty."},
    [PARAM_STYLE_MIX] =
        {.name = "styleMix",
         .control = NUMBER,
         .label = "Style Mix",
         .hint = "0 is the first style, 1 the second. Everything in between is painted as one "
                 "style that has something of both, and is no dissolve of two paintings; it takes "
                 "two styles of the same network.",
         .needed = true,
         .animates = true,
         .min = 0,
         .max = 1},
    [PARAM_MIX] =
        {.name = "mix",
         .control = NUMBER,
         .label = "Mix",
         .hint = "How much of the painting is seen: 0 is the plate, 1 the painting.",
         .needed = true,
         .animates = true,
         .number = 1,
         .min = 0,
         .max = 1},
    [PARAM_MASK_APPLY] =
        {.name = "maskApply",
         .control = SWITCH,
         .label = "Mask",
         .hint = "Paints only where the mask is. This host does not say whether a mask is "
                 "connected, so switch it on where one is.",
         .animates = true,
         .of_mask = true},
    [PARAM_MASK_INVERT] =
        {.name = "maskInvert",
         .control = SWITCH,
         .label = "Invert Mask",
         .hint = "Paints where the mask is 0, and leaves the plate where it is 1.",
         .animates = true,
         .of_mask = true},
    [PARAM_PLATE_SPACE] =
        {.name = "plateSpace",
         .control = SPACES,
         .label = "Plate Space",
         .hint = "The colour space of Source, in which Output is, too. Paintings look alike from "
                 "whatever space the plate comes in, and values above 1 and colours outside of "
                 "Rec.709 are kept. Auto is what the host says, in hosts that manage colour; in "
                 "others float and half clips are scene-linear Rec.709, byte and short ones sRGB. Rec.709 "
                 "display is what was graded on a video monitor (gamma 2.4), not the curve of a "
                 "camera. Raw converts nothing: the style sees the values as they are. Style is "
                 "taken as with Auto."},
    [PARAM_EXPOSURE_IN] =
        {.name = "exposureIn",
         .control = NUMBER,
         .label = "Exposure In",
         .hint = "Stops that the plate is raised by before it is painted: brings a dark or a bright "
                 "plate to where the style has its colours. Exposure Out can take it back.",
         .animates = true,
         .min = -MAX_EXPOSURE,
         .max = MAX_EXPOSURE,
         .slider_min = -5,
         .slider_max = 5},
    [PARAM_EXPOSURE_OUT] =
        {.name = "exposureOut",
         .control = NUMBER,
         .label = "Exposure Out",
         .hint = "Stops that the painting is raised by, before Mix and Mask blend it with the plate.",
         .animates = true,
         .min = -MAX_EXPOSURE,
         .max = MAX_EXPOSURE,
         .slider_min = -5,
         .slider_max = 5},
    [PARAM_KEEP_COLOUR] =
        {.name = "keepColour",
         .control = NUMBER,
         .label = "Keep Colour",
         .hint = "Whose colour is seen: 0 is the painting's, 1 the plate's, under the light and dark "
                 "of the brush strokes.",
         .animates = true,
         .min = 0,
         .max = 1},
    [PARAM_DETAIL] =
        {.name = "detail",
         .control = NUMBER,
         .label = "Detail",
         .hint = "The size that the style works at, of the full-resolution frame's, whatever the "
                 "proxy: less is faster and paints coarser, with strokes that are as much larger. "
                 "What is painted smaller is enlarged along the edges of the plate.",
         .animates = true,
         .number = 1,
         .min = 0.1,
         .max = 2,
         .slider_min = 0.25,
         .slider_max = 1},
    [PARAM_TEXTURE_SCALE] =
        {.name = "textureScale",
         .control = NUMBER,
         .label = "Texture Scale",
         .hint = "How much larger the strokes are. Of a painting on Style it is the painting that "
                 "is enlarged; else the style works at a size that is as much smaller. Less than 1 "
                 "takes more time and memory.",
         .animates = true,
         .number = 1,
         .min = 0.1,
         .max = 10,
         .slider_min = 0.25,
         .slider_max = 4},
    [PARAM_FAST_PROXY] =
        {.name = "fastProxy",
         .control = SWITCH,
         .label = "Fast Proxy",
         .hint = "Paints a proxy at its own size: as much faster as it is smaller, but with strokes "
                 "that are larger on it than on the final frame. Off, a proxy looks like the final frame and "
                 "takes as long. Of no effect at full resolution."},
    [PARAM_STATUS] =
        {.name = "statusButton",
         .control = BUTTON,
         .label = "Status",
         .hint = "Says which device the style runs on, and what the last frame took."},
    [PARAM_STATISTICS] =
        {.name = "statistics",
         .control = AREAS,
         .label = "Statistics",
         .hint = "Where the style looks at a frame before it chooses its contrast and its colours: in the "
                 "format, or everywhere that there is a picture, overscan included. What is "
                 "transparent does not count."},
    [PARAM_HOLD_STATISTICS] =
        {.name = "holdStatistics",
         .control = SWITCH,
         .label = "Hold Statistics",
         .hint = "Takes the statistics of all frames from one frame of the shot, so that the look does not "
                 "pump when an object enters or the bounding box moves. For the styles that ship; "
                 "those with a network to themselves have their statistics within it."},
    [PARAM_STATISTICS_FRAME] =
        {.name = "statisticsFrame",
         .control = FRAME,
         .label = "Statistics Frame",
         .hint = "The frame that Hold Statistics takes them from: one on which most of the shot is seen.",
         .number = 1,
         .min = -1000000,
         .max = 1000000,
         .slider_min = 1,
         .slider_max = 1000},
    [PARAM_UNREALNESS] =
        {.name = "unrealness",
         .control = NUMBER,
         .label = "Unrealness",
         .hint = "How far from a photograph: 4 is the style as it was made, less has calmer strokes and "
                 "less of its colour, more exaggerates it. Networks of other makers that have no such "
                 "control are painted as with 4.",
         .animates = true,
         .number = 4,
         .min = -2,
         .max = 8,
         .slider_min = 0,
         .slider_max = 6},
};

/* Choices by name instead of position, since OFX 1.5: a project keeps its style when the bank
 * grows in the middle. */
static bool style_by_name(void) {
  return host_says(kOfxParamHostPropSupportsStrChoice);
}

static bool exists(enum param param, bool with_mask) {
  return (with_mask || !table[param].of_mask) && (param != PARAM_MASK_APPLY || host_is_resolve());
}

static const char *type_of(enum control control) {
  switch (control) {
  case MENU:
    return style_by_name() ? kOfxParamTypeStrChoice : kOfxParamTypeChoice;
  case SPACES:
  case AREAS:
    return kOfxParamTypeChoice;
  case TEXT:
    return kOfxParamTypeString;
  case NUMBER:
    return kOfxParamTypeDouble;
  case BUTTON:
    return kOfxParamTypePushButton;
  case FRAME:
    return kOfxParamTypeInteger;
  default:
    return kOfxParamTypeBoolean;
  }
}

static bool define_menu(OfxPropertySetHandle set, int entry) {
  bool by_name = style_by_name(), ok = true;
  for (int i = 0; i < bank_size; i++) {
    ok = put_string(set, kOfxParamPropChoiceOption, i, bank[i].label) && ok;
    if (by_name)
      ok = put_string(set, kOfxParamPropChoiceEnum, i, bank[i].name) && ok;
  }
  if (entry >= bank_size)
    entry = bank_size - 1;
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

static bool define_areas(OfxPropertySetHandle set) {
  bool ok = put_int(set, kOfxParamPropDefault, 0, AREA_FORMAT);
  for (int i = 0; i < AREA_COUNT; i++)
    ok = put_string(set, kOfxParamPropChoiceOption, i, areas[i]) && ok;
  return ok;
}

static bool define(const struct definition *d, OfxPropertySetHandle set) {
  /* Texts are no reason to fail. */
  (void)put_string(set, kOfxPropLabel, 0, d->label);
  (void)put_string(set, kOfxParamPropScriptName, 0, d->name);
  (void)put_string(set, kOfxParamPropHint, 0, d->hint);
  if (!d->animates && d->control != BUTTON)
    (void)put_int(set, kOfxParamPropAnimates, 0, 0);
  switch (d->control) {
  case MENU:
    return define_menu(set, (int)d->number);
  case SPACES:
    return define_spaces(set);
  case AREAS:
    return define_areas(set);
  case TEXT:
    (void)put_string(set, kOfxParamPropStringMode, 0, kOfxParamStringIsSingleLine);
    return put_string(set, kOfxParamPropDefault, 0, "");
  case NUMBER: {
    (void)put_double(set, kOfxParamPropIncrement, 0, 0.01);
    bool whole = d->slider_min == d->slider_max;
    /* Resolve needs both ranges. */
    return put_double(set, kOfxParamPropDefault, 0, d->number) &&
           put_double(set, kOfxParamPropMin, 0, d->min) &&
           put_double(set, kOfxParamPropMax, 0, d->max) &&
           put_double(set, kOfxParamPropDisplayMin, 0, whole ? d->min : d->slider_min) &&
           put_double(set, kOfxParamPropDisplayMax, 0, whole ? d->max : d->slider_max);
  }
  case BUTTON:
    return true;
  case FRAME:
    return put_int(set, kOfxParamPropDefault, 0, (int)d->number) &&
           put_int(set, kOfxParamPropMin, 0, (int)d->min) &&
           put_int(set, kOfxParamPropMax, 0, (int)d->max) &&
           put_int(set, kOfxParamPropDisplayMin, 0, (int)d->slider_min) &&
           put_int(set, kOfxParamPropDisplayMax, 0, (int)d->slider_max);
  default:
    return put_int(set, kOfxParamPropDefault, 0, (int)d->number);
  }
}

bool params_define(OfxParamSetHandle set, bool with_mask) {
  for (enum param p = 0; p < PARAM_COUNT; p++) {
    const struct definition *d = &table[p];
    OfxPropertySetHandle properties = NULL;
    if (!exists(p, with_mask))
      continue;
    /* The reference host cannot make strings. */
    if (suites.param->paramDefine(set, type_of(d->control), d->name, &properties) != kOfxStatOK ||
        !define(d, properties)) {
      if (d->needed)
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
          table[id].label);
      return false;
    }
    strcpy(to, text);
    return true;
  }
  if (!style_by_name()) {
    if (suites.param->paramGetValueAtTime(params->handles[menu], time, &index) != kOfxStatOK ||
        index < 0 || index >= bank_size) {
      say(why, "The menu %s is at entry %d, and this release of Impasto has %d.",
          table[menu].label, index + 1, (int)bank_size);
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
      text, table[menu].label, table[id].label);
  return false;
}

bool params_number(const struct params *params, enum param param, OfxTime time, double *to,
                   struct sentence *why) {
  const struct definition *d = &table[param];
  double v = d->number;
  if (params->handles[param] &&
      suites.param->paramGetValueAtTime(params->handles[param], time, &v) != kOfxStatOK) {
    say(why, "The host does not give Impasto the value of %s.", d->label);
    return false;
  }
  if (v != v)
    v = 0;
  *to = v > d->min ? (v < d->max ? v : d->max) : d->min;
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
        table[PARAM_PLATE_SPACE].label, entry + 1, (int)SPACE_COUNT);
    return false;
  }
  *to = spaces[entry].name;
  return true;
}

bool params_named(OfxPropertySetHandle in, enum param param) {
  return has_string(in, kOfxPropType, kOfxTypeParameter) &&
         has_string(in, kOfxPropName, table[param].name);
}

static int whole_number(const struct params *params, enum param param, OfxTime time) {
  int value = (int)table[param].number;
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
  return *to != time;
}

bool params_switch(const struct params *params, enum param param, OfxTime time) {
  int on = 0;
  return params->handles[param] &&
         suites.param->paramGetValueAtTime(params->handles[param], time, &on) == kOfxStatOK && on;
}
