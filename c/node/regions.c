#include "regions.h"

#include "rect.h"
#include "suites.h"

/* --- Regions in canonical coordinates ----------------------------------------------------- */

/* Beyond this a side is not one of a picture: hosts give constants and generators the whole
 * plane, as the largest integers, the largest doubles or infinity. NaN is refused with them. */
static const double far_away = 100000;

static bool near(double v) {
  return v > -far_away && v < far_away;
}

static bool has_ends(const OfxRectD *r) {
  return near(r->x1) && near(r->y1) && near(r->x2) && near(r->y2);
}

/* Natron has a format for every clip, in pixels. */
static bool format_of_clip(const struct clip *clip, OfxRectD *to) {
  OfxRectI f;
  double aspect = 1;
  if (!get_rect(clip->properties, kOfxImageClipPropFormat, &f) || rect_empty(f))
    return false;
  (void)get_double(clip->properties, kOfxImagePropPixelAspectRatio, 0, &aspect);
  *to = (OfxRectD){f.x1 * aspect, f.y1, f.x2 * aspect, f.y2};
  return true;
}

bool format_of(const struct instance *instance, OfxRectD *to) {
  double width, height;
  if (format_of_clip(&instance->clips[CLIP_SOURCE], to))
    return true;
  if (!get_double(instance->properties, kOfxImageEffectPropProjectOffset, 0, &to->x1) ||
      !get_double(instance->properties, kOfxImageEffectPropProjectOffset, 1, &to->y1) ||
      !get_double(instance->properties, kOfxImageEffectPropProjectSize, 0, &width) ||
      !get_double(instance->properties, kOfxImageEffectPropProjectSize, 1, &height) ||
      !(width > 0) || !(height > 0))
    return false;
  to->x2 = to->x1 + width;
  to->y2 = to->y1 + height;
  return has_ends(to);
}

/* Sides without end are cut to the project's format. Instances that Natron clones for rendering
 * report a format of 0 by 0; the host then cuts as it likes. */
static bool cut(const struct instance *instance, OfxRectD *r) {
  OfxRectD f;
  if (has_ends(r))
    return true;
  if (!format_of(instance, &f))
    return false;
  if (!near(r->x1))
    r->x1 = f.x1;
  if (!near(r->y1))
    r->y1 = f.y1;
  if (!near(r->x2))
    r->x2 = f.x2;
  if (!near(r->y2))
    r->y2 = f.y2;
  return true;
}

static bool clip_region(const struct clip *clip, OfxTime time, OfxRectD *to) {
  return suites.effect->clipGetRegionOfDefinition(clip->handle, time, to) == kOfxStatOK;
}

bool source_is_cut(const struct instance *instance, OfxTime time, OfxRectD *to) {
  return clip_region(&instance->clips[CLIP_SOURCE], time, to) && !has_ends(to) && cut(instance, to);
}

OfxStatus region_of_definition(struct instance *instance, OfxPropertySetHandle in,
                               OfxPropertySetHandle out) {
  OfxTime time;
  OfxRectD region;
  if (!get_double(in, kOfxPropTime, 0, &time) ||
      !clip_region(&instance->clips[CLIP_SOURCE], time, &region) || !cut(instance, &region) ||
      !put_rect_d(out, kOfxImageEffectPropRegionOfDefinition, &region))
    return kOfxStatReplyDefault;
  return kOfxStatOK;
}

static double least(double a, double b) {
  return a < b ? a : b;
}

static double most(double a, double b) {
  return a > b ? a : b;
}

/* The Source at a time, and at that whose statistics are held: hosts ask once for both. */
static bool source_region(const struct instance *instance, OfxTime time, OfxRectD *to) {
  OfxTime held;
  OfxRectD other;
  if (!clip_region(&instance->clips[CLIP_SOURCE], time, to) || !cut(instance, to))
    return false;
  if (instance_held_frame(instance, time, &held) &&
      clip_region(&instance->clips[CLIP_SOURCE], held, &other) && other.x1 < other.x2 &&
      other.y1 < other.y2 && cut(instance, &other))
    *to = (OfxRectD){least(to->x1, other.x1), least(to->y1, other.y1), most(to->x2, other.x2),
                     most(to->y2, other.y2)};
  return true;
}

/* However small the part that is wanted, the style's statistics are those of the whole Source.
 * So is a painting's own. Of the Mask the part is enough, which is the default, unless the style
 * is matched to what it shows. */
OfxStatus regions_of_interest(struct instance *instance, OfxPropertySetHandle in,
                              OfxPropertySetHandle out) {
  static const char property[] = "OfxImageClipPropRoI";
  const struct clip *clips = instance->clips;
  OfxTime time;
  OfxRectD region;
  if (!get_double(in, kOfxPropTime, 0, &time) || !source_region(instance, time, &region) ||
      !put_rect_d(out, clip_property(property, &clips[CLIP_SOURCE]).text, &region))
    return kOfxStatReplyDefault;
  bool match = params_switch(&instance->params, PARAM_MATCH_MASK, time);
  if (clips[CLIP_MASK].handle &&
      (match || get_rect_d(in, kOfxImageEffectPropRegionOfInterest, &region)) &&
      cut(instance, &region))
    (void)put_rect_d(out, clip_property(property, &clips[CLIP_MASK]).text, &region);
  if (clip_connected(&clips[CLIP_STYLE]) && clip_region(&clips[CLIP_STYLE], time, &region) &&
      cut(instance, &region))
    (void)put_rect_d(out, clip_property(property, &clips[CLIP_STYLE]).text, &region);
  return kOfxStatOK;
}

OfxStatus frames_needed(struct instance *instance, OfxPropertySetHandle in,
                        OfxPropertySetHandle out) {
  struct clip_property property =
      clip_property("OfxImageClipPropFrameRange", &instance->clips[CLIP_SOURCE]);
  OfxTime time, held;
  if (!get_double(in, kOfxPropTime, 0, &time) ||
      !instance_held_frame(instance, time, &held))
    return kOfxStatReplyDefault;
  const double ranges[] = {time, time, held, held};
  for (int i = 0; i < 4; i++)
    if (!put_double(out, property.text, i, ranges[i]))
      return kOfxStatReplyDefault;
  return kOfxStatOK;
}

/* --- Identity ----------------------------------------------------------------------------- */

/* Whether the mask's region meets the window, which is in pixels, and may be the whole plane. */
static bool mask_meets(const struct instance *instance, OfxTime time, OfxPropertySetHandle in) {
  OfxRectD mask;
  OfxRectI window;
  double scale[2] = {1, 1}, aspect = 1;
  if (!clip_region(&instance->clips[CLIP_MASK], time, &mask) ||
      !get_rect(in, kOfxImageEffectPropRenderWindow, &window))
    return true; /* nobody knows, so it may */
  (void)get_double(in, kOfxImageEffectPropRenderScale, 0, &scale[0]);
  (void)get_double(in, kOfxImageEffectPropRenderScale, 1, &scale[1]);
  (void)get_double(instance->clips[CLIP_OUTPUT].properties, kOfxImagePropPixelAspectRatio, 0,
                   &aspect);
  if (!(scale[0] > 0) || !(scale[1] > 0) || !(aspect > 0))
    return true;
  double across = scale[0] / aspect, up = scale[1];
  return mask.x1 < mask.x2 && mask.y1 < mask.y2 && mask.x1 * across < window.x2 &&
         mask.x2 * across > window.x1 && mask.y1 * up < window.y2 && mask.y2 * up > window.y1;
}

OfxStatus is_identity(struct instance *instance, OfxPropertySetHandle in,
                      OfxPropertySetHandle out) {
  OfxTime time;
  double mix;
  struct sentence why; /* not said here: render fails over the same, and says it */
  if (!get_double(in, kOfxPropTime, 0, &time) ||
      !params_number(&instance->params, PARAM_MIX, time, &mix, &why))
    return kOfxStatReplyDefault;
  bool identity = mix == 0;
  if (!identity && instance_masked(instance, time) &&
      !params_switch(&instance->params, PARAM_MASK_INVERT, time))
    identity = !mask_meets(instance, time, in);
  if (!identity || !put_string(out, kOfxPropName, 0, instance->clips[CLIP_SOURCE].name))
    return kOfxStatReplyDefault;
  (void)put_double(out, kOfxPropTime, 0, time); /* most hosts have it there already */
  chain_note(&instance->chain, time, NULL, NULL);
  return kOfxStatOK;
}
