#include "image.h"

#include "link/messages.h"
#include "rect.h"
#include "suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool depth_of(const char *name, enum depth *to) {
  static const struct {
    const char *name;
    enum depth depth;
  } depths[] = {{kOfxBitDepthByte, DEPTH_BYTE},
                {kOfxBitDepthShort, DEPTH_SHORT},
                {kOfxBitDepthHalf, DEPTH_HALF},
                {kOfxBitDepthFloat, DEPTH_FLOAT}};
  for (size_t i = 0; i < sizeof depths / sizeof *depths; i++)
    if (strcmp(name, depths[i].name) == 0) {
      *to = depths[i].depth;
      return true;
    }
  return false;
}

static int components_of(const char *name) {
  if (strcmp(name, kOfxImageComponentRGBA) == 0)
    return 4;
  if (strcmp(name, kOfxImageComponentRGB) == 0)
    return 3;
  return strcmp(name, kOfxImageComponentAlpha) == 0 ? 1 : 0;
}

static bool within_limits(OfxRectI r) {
  if (r.x1 < -MAX_COORDINATE || r.y1 < -MAX_COORDINATE || r.x2 > MAX_COORDINATE ||
      r.y2 > MAX_COORDINATE || rect_empty(r))
    return false;
  return (int64_t)(r.x2 - r.x1) * (r.y2 - r.y1) <= MAX_PIXELS;
}

static bool check(struct image *to, const struct clip *clip, struct sentence *why) {
  const char *name = clip->name;
  const char *depth = "?", *components = "?", *premultiplication = kOfxImagePreMultiplied;
  const char *colourspace = "";
  void *data = NULL;
  int row_bytes = 0;
  OfxRectI region;
  if (!get_pointer(to->handle, kOfxImagePropData, &data) || !data ||
      !get_rect(to->handle, kOfxImagePropBounds, &to->bounds) ||
      !get_int(to->handle, kOfxImagePropRowBytes, 0, &row_bytes)) {
    say(why, "The host gives Impasto an image of %s without pixels.", name);
    return false;
  }
  (void)get_string(to->handle, kOfxImageEffectPropPixelDepth, 0, &depth);
  (void)get_string(to->handle, kOfxImageEffectPropComponents, 0, &components);
  to->components = components_of(components);
  if (!depth_of(depth, &to->depth) || to->components == 0) {
    say(why, "The host gives Impasto an image of %s that it cannot read: %s, %s.", name, components,
        depth);
    return false;
  }
  if (!within_limits(to->bounds)) {
    say(why, "The image of %s is empty or too large for Impasto: from %d,%d to %d,%d.", name,
        to->bounds.x1, to->bounds.y1, to->bounds.x2, to->bounds.y2);
    return false;
  }
  /* The reference host says float of images whose pixels are bytes. */
  if (llabs((long long)row_bytes) <
      (long long)((size_t)(to->bounds.x2 - to->bounds.x1) * image_pixel_size(to))) {
    say(why, "The host gives Impasto an image of %s whose rows are too short: %d bytes for %d "
             "pixels of %s, %s.",
        name, row_bytes, to->bounds.x2 - to->bounds.x1, components, depth);
    return false;
  }
  to->aspect = 1;
  if ((!get_double(to->handle, kOfxImagePropPixelAspectRatio, 0, &to->aspect) &&
       !get_double(clip->properties, kOfxImagePropPixelAspectRatio, 0, &to->aspect)) ||
      !(to->aspect > 0))
    to->aspect = 1;
  to->data = data;
  to->row_bytes = row_bytes;
  to->region = to->bounds;
  if (get_rect(to->handle, kOfxImagePropRegionOfDefinition, &region) && !rect_empty(region))
    to->region = rect_meet(to->bounds, region);
  if (!get_string(to->handle, kOfxImageEffectPropPreMultiplication, 0, &premultiplication))
    (void)get_string(clip->properties, kOfxImageEffectPropPreMultiplication, 0,
                     &premultiplication);
  to->opaque = to->components == 3 || strcmp(premultiplication, kOfxImageOpaque) == 0;
  to->premultiplied = !to->opaque && strcmp(premultiplication, kOfxImagePreMultiplied) == 0;
  (void)get_string(clip->properties, kOfxImageClipPropColourspace, 0, &colourspace);
  snprintf(to->colourspace, sizeof to->colourspace, "%s", colourspace);
  return true;
}

enum fetched image_fetch(struct image *to, const struct clip *clip, OfxTime time,
                         struct sentence *why) {
  *to = (struct image){.clip = clip->name};
  OfxStatus status = suites.effect->clipGetImage(clip->handle, time, NULL, &to->handle);
  if (status == kOfxStatFailed || (status == kOfxStatOK && !to->handle)) {
    to->handle = NULL;
    return FETCHED_NOTHING;
  }
  if (status != kOfxStatOK) {
    to->handle = NULL;
    say(why, status == kOfxStatErrMemory
                 ? "The host has no memory left for the image of %s at frame %s."
                 : "The host cannot make the image of %s at frame %s for Impasto: look at what is "
                   "connected there, and at the host's own messages.",
        clip->name, frame_name(time).text);
    return FETCHED_BAD;
  }
  return check(to, clip, why) ? FETCHED : FETCHED_BAD;
}

/* Natron hangs for good if an image is not released. */
void image_release(struct image *image) {
  if (image->handle)
    (void)suites.effect->clipReleaseImage(image->handle);
  image->handle = NULL;
}
