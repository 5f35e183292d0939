/* Rectangles at proxies and odd pixels, without end and empty; identity without fetching an
 * image. */
#include "check.h"
#include "node/regions.h"
#include "node/suites.h"
#include "properties.h"

#include <limits.h>
#include <math.h>
#include <stdarg.h>

static struct OfxPropertySetStruct effect_set, source_set, output_set, mask_set, in, out;
static OfxRectD source_region, held_region, mask_region;
static double mix;
static int invert, hold, held_frame;
static struct instance instance;

static OfxStatus get_region(OfxImageClipHandle clip, OfxTime time, OfxRectD *to) {
  bool source = clip == instance.clips[CLIP_SOURCE].handle;
  CHECK(time == 1001 || (hold && time == held_frame && source));
  *to = !source ? mask_region : time == 1001 ? source_region : held_region;
  return kOfxStatOK;
}

static OfxStatus get_value(OfxParamHandle param, OfxTime time, ...) {
  va_list to;
  va_start(to, time);
  CHECK(time == 1001);
  if (param == instance.params.handles[PARAM_MIX])
    *va_arg(to, double *) = mix;
  else
    *va_arg(to, int *) = *(int *)param;
  va_end(to);
  return kOfxStatOK;
}

static bool region_is(const char *property, double x1, double y1, double x2, double y2) {
  OfxRectD r;
  return get_rect_d(&out, property, &r) && r.x1 == x1 && r.y1 == y1 && r.x2 == x2 && r.y2 == y2;
}

static void ask_window(int x1, int y1, int x2, int y2, double scale) {
  const int window[] = {x1, y1, x2, y2};
  for (int i = 0; i < 4; i++)
    set_int(&in, kOfxImageEffectPropRenderWindow, i, window[i]);
  for (int i = 0; i < 2; i++)
    set_double(&in, kOfxImageEffectPropRenderScale, i, scale);
}

static bool identity(void) {
  clear_set(&out);
  OfxStatus status = is_identity(&instance, &in, &out);
  CHECK(status == kOfxStatOK || status == kOfxStatReplyDefault);
  CHECK((status == kOfxStatOK) == has_string(&out, kOfxPropName, "Source"));
  return status == kOfxStatOK;
}

static void test_definition(void) {
  source_region = (OfxRectD){-10.5, 0, 1930, 1080};
  CHECK(region_of_definition(&instance, &in, &out) == kOfxStatOK);
  CHECK(region_is(kOfxImageEffectPropRegionOfDefinition, -10.5, 0, 1930, 1080));

  /* Without end on some sides: the format there. */
  source_region = (OfxRectD){kOfxFlagInfiniteMin, -20, kOfxFlagInfiniteMax, INFINITY};
  /* The format is 0 by 0. */
  CHECK(region_of_definition(&instance, &in, &out) == kOfxStatReplyDefault);
  for (int i = 0; i < 2; i++) {
    set_double(&effect_set, kOfxImageEffectPropProjectOffset, i, 5);
    set_double(&effect_set, kOfxImageEffectPropProjectSize, i, i ? 1080 : 1920);
  }
  CHECK(region_of_definition(&instance, &in, &out) == kOfxStatOK);
  CHECK(region_is(kOfxImageEffectPropRegionOfDefinition, 5, -20, 1925, 1085));
  OfxRectD to;
  CHECK(source_is_cut(&instance, 1001, &to));
  CHECK(to.x1 == 5 && to.y1 == -20 && to.x2 == 1925 && to.y2 == 1085);
  source_region.x1 = NAN;
  CHECK(region_of_definition(&instance, &in, &out) == kOfxStatOK);
  CHECK(region_is(kOfxImageEffectPropRegionOfDefinition, 5, -20, 1925, 1085));
}

static void test_interest(void) {
  OfxRectD to;
  source_region = (OfxRectD){0, 0, 1920, 1080};
  CHECK(!source_is_cut(&instance, 1001, &to));
  OfxRectD wanted = {100, 100, 200, 200};
  put_rect_d(&in, kOfxImageEffectPropRegionOfInterest, &wanted);
  CHECK(regions_of_interest(&instance, &in, &out) == kOfxStatOK);
  CHECK(region_is("OfxImageClipPropRoI_Source", 0, 0, 1920, 1080)); /* all of it */
  CHECK(region_is("OfxImageClipPropRoI_Mask", 100, 100, 200, 200));
  static int match = 1;
  instance.params.handles[PARAM_MATCH_MASK] = (OfxParamHandle)&match;
  CHECK(regions_of_interest(&instance, &in, &out) == kOfxStatOK);
  CHECK(region_is("OfxImageClipPropRoI_Mask", 0, 0, 1920, 1080));
  instance.params.handles[PARAM_MATCH_MASK] = NULL;
}

/* The frame that statistics are held from is needed as well, with all that there is of it. */
static void test_held(void) {
  static const char property[] = "OfxImageClipPropFrameRange_Source";
  CHECK(frames_needed(&instance, &in, &out) == kOfxStatReplyDefault);
  hold = 1;
  held_frame = 1001;
  CHECK(frames_needed(&instance, &in, &out) == kOfxStatReplyDefault);
  held_frame = 990;
  held_region = (OfxRectD){-20, 10, 100, 1090};
  CHECK(frames_needed(&instance, &in, &out) == kOfxStatOK);
  const double frames[] = {1001, 1001, 990, 990};
  double got = 0;
  for (int i = 0; i < 4; i++)
    CHECK(get_double(&out, property, i, &got) && got == frames[i]);
  CHECK(!get_double(&out, property, 4, &got));
  CHECK(regions_of_interest(&instance, &in, &out) == kOfxStatOK);
  CHECK(region_is("OfxImageClipPropRoI_Source", -20, 0, 1920, 1090));
  held_region = (OfxRectD){-20, 10, -20, 1090}; /* nothing is there */
  CHECK(regions_of_interest(&instance, &in, &out) == kOfxStatOK);
  CHECK(region_is("OfxImageClipPropRoI_Source", 0, 0, 1920, 1080));
  hold = 0;
}

/* Natron's format of the clip goes before the project's, which test_definition has set. */
static void test_format(void) {
  static const int clip[] = {-10, 0, 630, 480};
  OfxRectD f;
  CHECK(format_of(&instance, &f) && f.x1 == 5 && f.y1 == 5 && f.x2 == 1925 && f.y2 == 1085);
  for (int i = 0; i < 4; i++)
    set_int(&source_set, kOfxImageClipPropFormat, i, clip[i]);
  set_double(&source_set, kOfxImagePropPixelAspectRatio, 0, 2);
  CHECK(format_of(&instance, &f) && f.x1 == -20 && f.y1 == 0 && f.x2 == 1260 && f.y2 == 480);
  clear_set(&source_set);
}

static void test_identity(void) {
  ask_window(INT_MIN, INT_MIN, INT_MAX, INT_MAX, 1);
  mix = 1;
  CHECK(!identity());
  mix = 0;
  CHECK(identity());
  mix = NAN;
  CHECK(identity());
  mix = 0.5;

  /* The mask is at 100 to 200, and in pixels at half of that, a third of it across. */
  set_int(&mask_set, kOfxImageClipPropConnected, 0, 1);
  mask_region = (OfxRectD){100, 100, 200, 200};
  CHECK(!identity());
  ask_window(0, 0, 50, 1000, 0.5);
  CHECK(identity());
  ask_window(0, 0, 51, 1000, 0.5);
  CHECK(!identity());
  set_double(&output_set, kOfxImagePropPixelAspectRatio, 0, 1.5);
  ask_window(0, 0, 33, 1000, 0.5);
  CHECK(identity());
  ask_window(0, 0, 34, 1000, 0.5);
  CHECK(!identity());
  ask_window(67, 0, 1000, 1000, 0.5);
  CHECK(identity());
  ask_window(0, 100, 1000, 1000, 0.5);
  CHECK(identity());
  invert = 1;
  CHECK(!identity());
  invert = 0;
  mask_region = (OfxRectD){0, 0, 0, 0};
  ask_window(INT_MIN, INT_MIN, INT_MAX, INT_MAX, 1);
  CHECK(identity());
  set_int(&mask_set, kOfxImageClipPropConnected, 0, 0);
  CHECK(!identity());
}

static void set_clip(enum clip_id c, const char *name, OfxPropertySetHandle set) {
  instance.clips[c] = (struct clip){name, (OfxImageClipHandle)set, set};
}

int main(void) {
  static const OfxImageEffectSuiteV1 effect = {.clipGetRegionOfDefinition = get_region};
  static const OfxParameterSuiteV1 param = {.paramGetValueAtTime = get_value};
  suites.property = &property_suite;
  suites.effect = &effect;
  suites.param = &param;
  instance.properties = &effect_set;
  set_clip(CLIP_SOURCE, "Source", &source_set);
  set_clip(CLIP_OUTPUT, "Output", &output_set);
  set_clip(CLIP_MASK, "Mask", &mask_set);
  instance.params.handles[PARAM_MIX] = (OfxParamHandle)&mix;
  instance.params.handles[PARAM_MASK_INVERT] = (OfxParamHandle)&invert;
  instance.params.handles[PARAM_HOLD_STATISTICS] = (OfxParamHandle)&hold;
  instance.params.handles[PARAM_STATISTICS_FRAME] = (OfxParamHandle)&held_frame;
  set_double(&in, kOfxPropTime, 0, 1001);
  test_definition();
  test_interest();
  test_held();
  test_format();
  test_identity();
  struct OfxPropertySetStruct *all[] = {&effect_set, &source_set, &output_set,
                                        &mask_set,   &in,         &out};
  for (int i = 0; i < 6; i++)
    clear_set(all[i]);
  return check_failures != 0;
}
