/* What the engine is asked for: by menu and by ID, the second style only where it has a part; and
 * the space of the plate, and the device. */
#include "bank.h"
#include "check.h"
#include "node/values.h"
#include "node/suites.h"
#include "properties.h"

#include <math.h>
#include <stdarg.h>

static struct OfxPropertySetStruct host_set;

/* An instance's values. A menu has an entry and a name; which one counts is the host's doing. */
static struct menu {
  int entry;
  char *name;
} style, style_b;
static char *id, *id_b;
static double mix;
static int space, device, gpu, precision, memory, iterations, seed;
static double from[2], to[2];

static struct params params;

static bool is_whole(OfxParamHandle param) {
  int *const whole[] = {&space, &device, &gpu, &precision, &memory, &iterations, &seed};
  for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
    if (param == (OfxParamHandle)whole[i])
      return true;
  return false;
}

static OfxStatus get_value(OfxParamHandle param, OfxTime time, ...) {
  va_list values;
  va_start(values, time);
  CHECK(time == 1001);
  if (param == (OfxParamHandle)&mix) {
    *va_arg(values, double *) = mix;
  } else if (is_whole(param)) {
    *va_arg(values, int *) = *(int *)param;
  } else if (param == (OfxParamHandle)from || param == (OfxParamHandle)to) {
    *va_arg(values, double *) = ((double *)param)[0];
    *va_arg(values, double *) = ((double *)param)[1];
  } else if (param == (OfxParamHandle)&id || param == (OfxParamHandle)&id_b) {
    *va_arg(values, char **) = *(char **)param;
  } else {
    const struct menu *menu = (const struct menu *)param;
    if (host_says(kOfxParamHostPropSupportsStrChoice))
      *va_arg(values, char **) = menu->name;
    else
      *va_arg(values, int *) = menu->entry;
  }
  va_end(values);
  return kOfxStatOK;
}

static void reset(void) {
  static char empty[] = "", last[STYLE_SIZE];
  strcpy(last, bank[bank_size - 1].name);
  style = style_b = (struct menu){bank_size - 1, last};
  id = id_b = empty;
  mix = 0;
}

static const struct setting *read(enum param param) {
  static struct setting all[PARAM_COUNT];
  struct sentence why;
  CHECK(params_read(&params, 1001, all, &why));
  return &all[param];
}

static bool get_styles(struct styles *got, struct sentence *why) {
  return params_styles(&params, 1001, read(PARAM_STYLE_MIX)->number[0], got, why);
}

static bool asks(const char *a, const char *b, double how_much) {
  struct styles got;
  struct sentence why = {""};
  bool ok = get_styles(&got, &why);
  if (!ok)
    fprintf(stderr, "%s\n", why.text);
  return ok && strcmp(got.a, a) == 0 && strcmp(got.b, b) == 0 &&
         read(PARAM_STYLE_MIX)->number[0] == how_much;
}

static bool fails(const char *saying) {
  struct styles got;
  struct sentence why = {""};
  return !get_styles(&got, &why) && strstr(why.text, saying);
}

static void test_values(void) {
  static char first[] = "first@0123456789ab", second[] = "second";
  const char *of_menu = bank[bank_size - 1].id;
  reset();
  CHECK(asks(of_menu, "", 0));
  mix = 0.25;
  CHECK(asks(of_menu, of_menu, 0.25));
  id = first;
  CHECK(asks(first, of_menu, 0.25));
  id_b = second;
  CHECK(asks(first, second, 0.25));
  mix = 1;
  CHECK(asks(first, second, 1));
  mix = 7;
  CHECK(asks(first, second, 1));
  mix = -1;
  CHECK(asks(first, "", 0));
  mix = NAN;
  CHECK(asks(first, "", 0));
}

/* A second style that is not here is no matter until it has a part. */
static void test_failures(void) {
  static char nobody[] = "nobody", endless[2 * STYLE_SIZE];
  memset(endless, 'x', sizeof endless - 1);
  bool by_name = host_says(kOfxParamHostPropSupportsStrChoice);
  reset();
  style_b = (struct menu){bank_size, nobody};
  CHECK(asks(bank[bank_size - 1].id, "", 0));
  mix = 0.001;
  CHECK(fails("menu Second Style") && fails(by_name ? "nobody" : "is at entry"));
  CHECK(!by_name || fails("into Second Style ID."));
  style = style_b;
  CHECK(fails("menu Style") && fails(by_name ? "nobody" : "is at entry"));
  reset();
  id_b = endless;
  CHECK(asks(bank[bank_size - 1].id, "", 0));
  mix = 1;
  CHECK(fails("Second Style ID is longer"));
}

/* As in the reference host, which has no strings. */
static void test_without_ids(void) {
  reset();
  mix = 0.5;
  params.handles[PARAM_STYLE_ID] = params.handles[PARAM_STYLE_B_ID] = NULL;
  CHECK(asks(bank[bank_size - 1].id, bank[bank_size - 1].id, 0.5));
}

/* Projects keep the entry: none may ever move. */
static void test_spaces(void) {
  static const char *const names[] = {NULL,      "linear", "acescg", "rec2020", "srgb", "rec709",
                                      "acescct", "logc3",  "logc4",  "slog3",   "raw",
                                      "aces2065"};
  enum { COUNT = sizeof names / sizeof *names };
  struct sentence why = {""};
  const char *got = "";
  params.handles[PARAM_PLATE_SPACE] = NULL;
  CHECK(params_space(&params, 1001, &got, &why) && !got);
  params.handles[PARAM_PLATE_SPACE] = (OfxParamHandle)&space;
  for (space = 0; space < COUNT; space++) {
    CHECK(params_space(&params, 1001, &got, &why));
    CHECK(names[space] ? got && strcmp(got, names[space]) == 0 : !got);
  }
  CHECK(!params_space(&params, 1001, &got, &why) && strstr(why.text, "Plate Space is at entry 13"));
  space = -1;
  CHECK(!params_space(&params, 1001, &got, &why));
}

/* Entries that are none are the first, and projects keep these, too. */
static bool device_is(const char *kind, double index, double precision, double megabytes) {
  return strcmp(read(PARAM_DEVICE)->text, kind) == 0 &&
         read(PARAM_GPU_INDEX)->number[0] == index &&
         read(PARAM_PRECISION)->number[0] == precision &&
         read(PARAM_MEMORY)->number[0] == megabytes;
}

static void test_device(void) {
  static const char *const kinds[] = {"auto", "gpu", "cpu", "auto"};
  static const int bits[] = {0, 32, 16, 0};
  static const int indices[][2] = {{0, 0}, {3, 3}, {-1, 0}, {MAX_DEVICE, MAX_DEVICE - 1}};
  static const int sizes[][2] = {{0, 0}, {2000, 2000}, {-1, 0}, {MAX_MEMORY + 1, MAX_MEMORY}};
  CHECK(device_is("auto", 0, 0, 0));
  params.handles[PARAM_DEVICE] = (OfxParamHandle)&device;
  params.handles[PARAM_GPU_INDEX] = (OfxParamHandle)&gpu;
  params.handles[PARAM_PRECISION] = (OfxParamHandle)&precision;
  params.handles[PARAM_MEMORY] = (OfxParamHandle)&memory;
  for (int i = 0; i < 4; i++) {
    device = precision = i;
    gpu = indices[i][0];
    memory = sizes[i][0];
    CHECK(device_is(kinds[i], indices[i][1], bits[i], sizes[i][1]));
  }
}

static bool descent_is(double steps, double start, const double crop[4]) {
  return read(PARAM_ITERATIONS)->number[0] == steps && read(PARAM_SEED)->number[0] == start &&
         memcmp(read(PARAM_TEXTURE_CROP_FROM)->number, crop, 4 * sizeof *crop) == 0;
}

static void test_descent(void) {
  static const int in[][2] = {{1, 0}, {512, 7}, {0, -1}, {MAX_ITERATIONS + 1, 2000000}};
  static const int32_t out[][2] = {{1, 0}, {512, 7}, {1, 0}, {MAX_ITERATIONS, 1000000}};
  static const double whole[4] = {0, 0, 1, 1}, part[4] = {0.25, 0, 1, 0};
  CHECK(descent_is(256, 1, whole));
  params.handles[PARAM_ITERATIONS] = (OfxParamHandle)&iterations;
  params.handles[PARAM_SEED] = (OfxParamHandle)&seed;
  params.handles[PARAM_TEXTURE_CROP_FROM] = (OfxParamHandle)from;
  params.handles[PARAM_TEXTURE_CROP_TO] = (OfxParamHandle)to;
  from[0] = 0.25, from[1] = -1, to[0] = 7, to[1] = NAN;
  for (int i = 0; i < 4; i++) {
    iterations = in[i][0], seed = in[i][1];
    CHECK(descent_is(out[i][0], out[i][1], part));
  }
}

int main(void) {
  static const OfxHost host = {.host = &host_set};
  static const OfxParameterSuiteV1 param = {.paramGetValueAtTime = get_value};
  suites.host = &host;
  suites.property = &property_suite;
  suites.param = &param;
  for (int by_name = 0; by_name < 2; by_name++) {
    set_int(&host_set, kOfxParamHostPropSupportsStrChoice, 0, by_name);
    params.handles[PARAM_STYLE] = (OfxParamHandle)&style;
    params.handles[PARAM_STYLE_ID] = (OfxParamHandle)&id;
    params.handles[PARAM_STYLE_B] = (OfxParamHandle)&style_b;
    params.handles[PARAM_STYLE_B_ID] = (OfxParamHandle)&id_b;
    params.handles[PARAM_STYLE_MIX] = (OfxParamHandle)&mix;
    test_values();
    test_failures();
    test_without_ids();
  }
  test_spaces();
  test_device();
  test_descent();
  clear_set(&host_set);
  return check_failures != 0;
}
