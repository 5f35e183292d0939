/* Images that lie are refused with a sentence before a pixel of them is touched. */
#include "check.h"
#include "node/image.h"
#include "node/suites.h"
#include "properties.h"

#include <limits.h>

static struct OfxPropertySetStruct image_set, clip_set;
static OfxStatus status;
static int released;

static OfxStatus get_image(OfxImageClipHandle clip, OfxTime time, const OfxRectD *region,
                           OfxPropertySetHandle *image) {
  (void)clip, (void)time, (void)region;
  *image = status == kOfxStatOK ? &image_set : NULL;
  return status;
}

static OfxStatus release_image(OfxPropertySetHandle image) {
  CHECK(image == &image_set);
  released++;
  return kOfxStatOK;
}

static void make(int x1, int y1, int x2, int y2, int row_bytes) {
  static float pixels[4 * 64];
  const int bounds[] = {x1, y1, x2, y2};
  clear_set(&image_set);
  clear_set(&clip_set);
  for (int i = 0; i < 4; i++)
    set_int(&image_set, kOfxImagePropBounds, i, bounds[i]);
  set_int(&image_set, kOfxImagePropRowBytes, 0, row_bytes);
  set_pointer(&image_set, kOfxImagePropData, 0, pixels);
  set_string(&image_set, kOfxImageEffectPropPixelDepth, 0, kOfxBitDepthFloat);
  set_string(&image_set, kOfxImageEffectPropComponents, 0, kOfxImageComponentRGBA);
  status = kOfxStatOK;
}

static struct sentence why;

static enum fetched fetch(struct image *image) {
  struct clip clip = {"Source", (OfxImageClipHandle)&clip_set, &clip_set};
  int before = released;
  why.text[0] = 0;
  enum fetched got = image_fetch(image, &clip, 1001, &why);
  CHECK((got == FETCHED_BAD) == (why.text[0] != 0));
  image_release(image);
  image_release(image); /* once is enough */
  CHECK(released - before == (status == kOfxStatOK));
  return got;
}

int main(void) {
  static const OfxImageEffectSuiteV1 effect = {.clipGetImage = get_image,
                                               .clipReleaseImage = release_image};
  struct image image;
  suites.property = &property_suite;
  suites.effect = &effect;

  make(-2, 3, 6, 11, 8 * 16);
  CHECK(fetch(&image) == FETCHED);
  CHECK(image.components == 4 && image.depth == DEPTH_FLOAT);
  CHECK(image.premultiplied && !image.opaque);
  CHECK(image_at(&image, -1, 4) == image.data + 8 * 16 + 16);

  CHECK(image.aspect == 1);
  set_double(&clip_set, kOfxImagePropPixelAspectRatio, 0, 0.9);
  CHECK(fetch(&image) == FETCHED && image.aspect == 0.9);
  set_double(&image_set, kOfxImagePropPixelAspectRatio, 0, 2);
  CHECK(fetch(&image) == FETCHED && image.aspect == 2);
  set_double(&image_set, kOfxImagePropPixelAspectRatio, 0, 0);
  CHECK(fetch(&image) == FETCHED && image.aspect == 1);

  make(0, 0, 8, 8, -8 * 16 - 4); /* top row first, rows with a gap */
  CHECK(fetch(&image) == FETCHED);
  CHECK(image_at(&image, 0, 1) == image.data - 8 * 16 - 4);

  make(0, 0, 8, 8, 8 * 16);
  const int region[] = {2, 2, 100, 5};
  for (int i = 0; i < 4; i++)
    set_int(&image_set, kOfxImagePropRegionOfDefinition, i, region[i]);
  CHECK(fetch(&image) == FETCHED);
  CHECK(image.region.x1 == 2 && image.region.y1 == 2);
  CHECK(image.region.x2 == 8 && image.region.y2 == 5);

  set_string(&clip_set, kOfxImageEffectPropPreMultiplication, 0, kOfxImageUnPreMultiplied);
  CHECK(fetch(&image) == FETCHED && !image.premultiplied); /* the clip knows it as well */
  set_string(&image_set, kOfxImageEffectPropPreMultiplication, 0, kOfxImageOpaque);
  CHECK(fetch(&image) == FETCHED && image.opaque && !image.premultiplied);

  make(0, 0, 8, 8, 8 * 16 - 1); /* bytes that are called floats */
  CHECK(fetch(&image) == FETCHED_BAD);
  make(0, 0, 8, 8, 1 - 8 * 16);
  CHECK(fetch(&image) == FETCHED_BAD);
  make(0, 0, 8, 8, INT_MIN);
  CHECK(fetch(&image) == FETCHED);
  make(0, 0, 0, 8, 128);
  CHECK(fetch(&image) == FETCHED_BAD);
  make(8, 0, 0, 8, 128);
  CHECK(fetch(&image) == FETCHED_BAD);
  make(INT_MIN, INT_MIN, INT_MAX, INT_MAX, INT_MAX);
  CHECK(fetch(&image) == FETCHED_BAD);
  make(0, 0, 1 << 20, 1 << 20, INT_MAX);
  CHECK(fetch(&image) == FETCHED_BAD);

  make(0, 0, 8, 8, 128);
  set_pointer(&image_set, kOfxImagePropData, 0, NULL);
  CHECK(fetch(&image) == FETCHED_BAD);
  make(0, 0, 8, 8, 128);
  set_string(&image_set, kOfxImageEffectPropPixelDepth, 0, "OfxBitDepthDouble");
  CHECK(fetch(&image) == FETCHED_BAD);
  make(0, 0, 8, 8, 128);
  set_string(&image_set, kOfxImageEffectPropComponents, 0, "OfxImageComponentUV");
  CHECK(fetch(&image) == FETCHED_BAD);
  make(0, 0, 8, 8, 128);
  clear_set(&image_set);
  CHECK(fetch(&image) == FETCHED_BAD);

  status = kOfxStatFailed;
  CHECK(fetch(&image) == FETCHED_NOTHING);
  /* The number of a status is no sentence. */
  for (status = kOfxStatErrUnknown; status <= kOfxStatErrValue; status++) {
    CHECK(fetch(&image) == FETCHED_BAD && strpbrk(why.text, "23456789") == NULL);
    CHECK(strstr(why.text,
                 status == kOfxStatErrMemory ? "no memory left" : "what is connected there"));
  }
  clear_set(&image_set), clear_set(&clip_set);
  return check_failures != 0;
}
