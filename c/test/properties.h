/* Just enough of a host for what impasto's own cannot be asked to do: property sets that take
 * anything, and are as wrong as a test wants them. */
#ifndef IMPASTO_PROPERTIES_H
#define IMPASTO_PROPERTIES_H

#include "ofx/ofx.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PROPERTIES = 64, MAX_VALUES = 64 /* a menu's entries */ };

struct value {
  int i;
  double d;
  char *s;
  void *p;
};

struct OfxPropertySetStruct {
  struct {
    char name[96]; /* a copy, as hosts make it */
    int count;
    struct value values[MAX_VALUES];
  } all[MAX_PROPERTIES];
  int count;
};

static struct value *value_at(OfxPropertySetHandle set, const char *name, int index, int make) {
  int at = 0;
  while (at < set->count && strcmp(set->all[at].name, name) != 0)
    at++;
  if (index < 0 || index >= MAX_VALUES || at == MAX_PROPERTIES)
    return NULL;
  if (at == set->count) {
    if (!make)
      return NULL;
    snprintf(set->all[set->count++].name, sizeof set->all->name, "%s", name);
  }
  if (index >= set->all[at].count) {
    if (!make)
      return NULL;
    set->all[at].count = index + 1;
  }
  return &set->all[at].values[index];
}

#define SETTER(name, type, field)                                                                  \
  static OfxStatus name(OfxPropertySetHandle set, const char *property, int index, type value) {   \
    struct value *v = value_at(set, property, index, 1);                                           \
    if (!v)                                                                                        \
      return kOfxStatErrBadIndex;                                                                  \
    v->field = value;                                                                              \
    return kOfxStatOK;                                                                             \
  }
#define GETTER(name, type, field)                                                                  \
  static OfxStatus name(OfxPropertySetHandle set, const char *property, int index, type *value) {  \
    struct value *v = value_at(set, property, index, 0);                                           \
    if (!v)                                                                                        \
      return kOfxStatErrUnknown;                                                                   \
    *value = v->field;                                                                             \
    return kOfxStatOK;                                                                             \
  }

SETTER(set_int, int, i)
SETTER(set_double, double, d)
SETTER(set_pointer, void *, p)
GETTER(read_int, int, i)
GETTER(read_double, double, d)
GETTER(read_pointer, void *, p)
GETTER(read_string, char *, s)

static OfxStatus set_string(OfxPropertySetHandle set, const char *property, int index,
                            const char *value) {
  struct value *v = value_at(set, property, index, 1);
  if (!v)
    return kOfxStatErrBadIndex;
  free(v->s);
  v->s = strdup(value);
  return kOfxStatOK;
}

static OfxStatus read_dimension(OfxPropertySetHandle set, const char *property, int *count) {
  *count = 0;
  while (value_at(set, property, *count, 0))
    ++*count;
  return *count ? kOfxStatOK : kOfxStatErrUnknown;
}

static const OfxPropertySuiteV1 property_suite = {
    .propSetPointer = set_pointer,
    .propSetString = set_string,
    .propSetDouble = set_double,
    .propSetInt = set_int,
    .propGetPointer = read_pointer,
    .propGetString = read_string,
    .propGetDouble = read_double,
    .propGetInt = read_int,
    .propGetDimension = read_dimension,
};

static void clear_set(OfxPropertySetHandle set) {
  for (int i = 0; i < set->count; i++)
    for (int k = 0; k < MAX_VALUES; k++)
      free(set->all[i].values[k].s);
  memset(set->all, 0, (size_t)set->count * sizeof *set->all);
  set->count = 0;
}

#endif
