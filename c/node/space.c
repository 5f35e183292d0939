#include "space.h"

#include "link/messages.h"
#include "suites.h"

#include <string.h>

/* Projects keep the number of an entry: what is new goes to the end. The generic spaces of the
 * standard are taken for the most usual of their kind. */
const struct space spaces[SPACE_COUNT] = {
    {"Auto", NULL, {NULL}},
    {"Scene-linear Rec.709 (sRGB)",
     SPACE_LINEAR,
     {kOfxColourspaceLinRec709Srgb, kOfxColourspaceOfxSceneLinear}},
    {"ACEScg", "acescg", {kOfxColourspaceACEScg}},
    {"Scene-linear Rec.2020", "rec2020", {kOfxColourspaceLinRec2020}},
    {"sRGB display",
     SPACE_SRGB,
     {kOfxColourspaceSrgbTx, kOfxColourspaceSrgbDisplay, kOfxColourspaceOfxDisplaySdr}},
    {"Rec.709 display (BT.1886)",
     "rec709",
     {kOfxColourspaceRec1886Rec709Display, kOfxColourspaceG24Rec709Tx}},
    {"ACEScct", "acescct", {kOfxColourspaceACEScct, kOfxColourspaceOfxSceneLog}},
    {"ARRI LogC3 (EI 800)", "logc3", {kOfxColourspaceArriLogc3Ei800}},
    {"ARRI LogC4", "logc4", {kOfxColourspaceArriLogc4}},
    {"Sony S-Log3 (S-Gamut3.Cine)", "slog3", {kOfxColourspaceSlog3Sgamut3cine}},
    {"Raw", "raw", {kOfxColourspaceOfxRaw, kOfxColourspaceRaw}},
    {"ACES2065-1", "aces2065", {kOfxColourspaceACES20651}},
};

/* Scene-linear light that is no entry goes by the primaries in its name, which messages have as it
 * is. So impasto render tells of files that state their own; the engine checks what they are. */
static const char primaries[] = "primaries:";
static const struct {
  const char *colourspace, *name;
} unlisted[] = {
    {kOfxColourspaceLinP3d65, "primaries:0.68,0.32,0.265,0.69,0.15,0.06,0.3127,0.329"},
};

enum { NAMES = sizeof spaces->colourspace / sizeof *spaces->colourspace };

bool space_of_image(const struct image *image, const char **to, struct sentence *why) {
  bool linear = image->depth == DEPTH_HALF || image->depth == DEPTH_FLOAT;
  *to = linear ? SPACE_LINEAR : SPACE_SRGB;
  if (!image->colourspace[0])
    return true;
  for (int i = 0; i < SPACE_COUNT; i++)
    for (int j = 0; j < NAMES && spaces[i].colourspace[j]; j++)
      if (strcmp(spaces[i].colourspace[j], image->colourspace) == 0) {
        *to = spaces[i].name;
        return true;
      }
  for (size_t i = 0; i < sizeof unlisted / sizeof *unlisted; i++)
    if (strcmp(unlisted[i].colourspace, image->colourspace) == 0) {
      *to = unlisted[i].name;
      return true;
    }
  if (strncmp(image->colourspace, primaries, sizeof primaries - 1) == 0) {
    *to = image->colourspace;
    return true;
  }
  say(why,
      "The host says that %s is in the colour space %s, which Impasto does not know: convert it "
      "before Impasto, or choose in Plate Space what the plate is in.",
      image->clip, image->colourspace);
  return false;
}

void space_prefer(OfxPropertySetHandle out, const char *property) {
  int index = 0;
  for (int j = 0; j < NAMES; j++)
    for (int i = 0; i < SPACE_COUNT; i++)
      if (spaces[i].colourspace[j] && strcmp(spaces[i].name, "raw") != 0)
        (void)put_string(out, property, index++, spaces[i].colourspace[j]);
}
