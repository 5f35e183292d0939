/* What every parameter is: the one table that they are defined and read by. */
#ifndef IMPASTO_PARAMS_TABLE_H
#define IMPASTO_PARAMS_TABLE_H

#include "params.h"

enum control { MENU, SPACES, CHOICE, TEXT, NUMBER, POINT, INTEGER, SWITCH, BUTTON, GROUP };

/* The entries of Statistics, Device and Precision. */
enum { AREA_FORMAT, AREA_WHOLE };
enum { ON_AUTO, ON_GPU, ON_CPU };
enum { BITS_AUTO, BITS_32, BITS_16 };

/* Names, meanings and order stay as they are once they are released; what is new goes to the end. */
extern const struct definition {
  const char *name;
  enum control control;
  enum param group; /* that it is shown in, which comes before it; 0: none */
  const char *label, *hint;
  const char *const *entries; /* of a choice, up to NULL */
  bool needed;   /* there is no effect without it */
  bool animates; /* if the host can */
  bool of_mask;
  bool only_sets; /* other controls: no frame depends on it */
  bool closed;    /* a group, until the artist opens it */
  bool mixes;     /* a menu without what cannot be mixed */
  double number; /* default, of both sides of a point; of a menu the entry, or the last where there are fewer */
  double min, max;
  double slider_min, slider_max; /* what a slider shows; both 0: the whole range */
} params_table[PARAM_COUNT];

/* Choices by name instead of position, since OFX 1.5: a project keeps its style when the bank
 * grows in the middle. */
bool style_by_name(void);

/* In this host, with a mask or without one. */
bool param_exists(enum param param, bool with_mask);

#endif
