/* What every parameter is: the one table that they are defined and read by. */
#ifndef IMPASTO_PARAMS_TABLE_H
#define IMPASTO_PARAMS_TABLE_H

#include "link/messages.h"

enum param {
  PARAM_STYLE,
  PARAM_STYLE_ID,
  PARAM_STYLE_B,
  PARAM_STYLE_B_ID,
  PARAM_STYLE_MIX,
  PARAM_PRESET,
  PARAM_UNREALNESS,
  PARAM_SIZE,
  PARAM_DETAIL,
  PARAM_TEXTURE_SCALE,
  PARAM_FAST_PROXY,
  PARAM_COLOUR,
  PARAM_PLATE_SPACE,
  PARAM_EXPOSURE_IN,
  PARAM_EXPOSURE_OUT,
  PARAM_KEEP_COLOUR,
  PARAM_SHOT,
  PARAM_STATISTICS,
  PARAM_HOLD_STATISTICS,
  PARAM_STATISTICS_FRAME,
  PARAM_MASK_APPLY,
  PARAM_MASK_INVERT,
  PARAM_MIX,
  PARAM_STATUS,
  PARAM_DEVICES,
  PARAM_DEVICE,
  PARAM_GPU_INDEX,
  PARAM_PRECISION,
  PARAM_OPTIMISED,
  PARAM_ITERATIONS,
  PARAM_TEXTURE_CROP_FROM,
  PARAM_TEXTURE_CROP_TO,
  PARAM_SEED,
  PARAM_START_FROM_PREVIOUS,
  PARAM_MEMORY,
  PARAM_MATCH_MASK,
  PARAM_NOISE,
  PARAM_COUNT
};

enum control { MENU, SPACES, CHOICE, TEXT, NUMBER, POINT, INTEGER, SWITCH, BUTTON, GROUP };

/* The entries of Preset, whose values are in presets.c; and those of Statistics. */
enum { PRESET_CUSTOM, PRESET_COUNT = 7 };
enum { AREA_FORMAT, AREA_WHOLE };

/* Names, meanings and order stay as they are once they are released; what is new goes to the
 * end. */
extern const struct definition {
  const char *name;
  enum control control;
  enum param group; /* that it is shown in, which comes before it; 0: none */
  const char *label, *hint;
  enum place goes; /* where in a request, by itself; nowhere: code of its own uses it */
  const char *key; /* in the request; NULL: its name */
  const char *const *entries; /* of a choice, up to NULL */
  const char *const *texts;   /* what the entries are in a request: texts, */
  const double *numbers;      /* or numbers, or else their own numbers */
  bool needed;   /* there is no effect without it */
  bool animates; /* if the host can */
  bool of_mask;
  bool only_sets; /* sets other controls, and no frame depends on it */
  bool closed;    /* a group, until the artist opens it */
  bool mixes;     /* a menu without what cannot be mixed */
  double number; /* the default: of a point both sides, of a menu the entry or else the last */
  double min, max;
  double slider_min, slider_max; /* what a slider shows; both 0: the whole range */
} params_table[PARAM_COUNT];

/* Choices by name instead of position, since OFX 1.5: a project keeps its style when the bank
 * grows in the middle. */
bool style_by_name(void);

/* In this host, with a mask or without one. */
bool param_exists(enum param param, bool with_mask);

#endif
