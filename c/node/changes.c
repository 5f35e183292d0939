#include "changes.h"

#include "presets.h"
#include "render.h"
#include "space.h"
#include "suites.h"

#include <string.h>

/* Has the host render in order, if it can, where frames start from the ones before. */
static void ask_for_order(struct instance *instance) {
  (void)put_int(instance->properties, kOfxImageEffectInstancePropSequentialRender, 0,
                params_switch(&instance->params, PARAM_START_FROM_PREVIOUS, 0));
}

/* Whatever the artist changes may be the cure; the next frame says if it was not. An undo of what
 * the node has set comes as an edit of the node's. */
OfxStatus instance_changed(struct instance *instance, OfxPropertySetHandle in) {
  bool by_artist = has_string(in, kOfxPropChangeReason, kOfxChangeUserEdited);
  if (by_artist)
    report_clear(&instance->report);
  if (by_artist || has_string(in, kOfxPropChangeReason, kOfxChangePluginEdited))
    presets_follow(instance, in);
  if (!by_artist)
    return kOfxStatReplyDefault;
  ask_for_order(instance);
  return params_named(in, PARAM_STATUS) ? tell_status(instance, in) : kOfxStatReplyDefault;
}

/* What a clip's images are to be made of; NULL: the host does as it likes. */
static const char *components_for(enum clip_id c, const char *picture) {
  static const char property[] = kOfxImageEffectPropSupportedComponents;
  switch (c) {
  case CLIP_MASK:
    return host_lists(property, kOfxImageComponentAlpha) ? kOfxImageComponentAlpha : NULL;
  case CLIP_STYLE:
    return kOfxImageComponentRGBA;
  default:
    return picture;
  }
}

/* The picture alone decides; by default the other inputs would have a say as well. */
static void prefer_components(struct instance *instance, OfxPropertySetHandle out) {
  const char *picture = kOfxImageComponentRGBA;
  (void)get_string(instance->clips[CLIP_SOURCE].properties, kOfxImageClipPropUnmappedComponents, 0,
                   &picture);
  if (strcmp(picture, kOfxImageComponentRGB) != 0)
    picture = kOfxImageComponentRGBA;
  for (enum clip_id c = 0; c < CLIP_COUNT; c++) {
    const struct clip *clip = &instance->clips[c];
    const char *components = components_for(c, picture);
    if (clip->handle && components)
      (void)put_string(out, clip_property("OfxImageClipPropComponents", clip).text, 0, components);
  }
}

/* Hosts that manage colour hear of it for each clip whose colours are painted with. */
static void prefer_spaces(struct instance *instance, OfxPropertySetHandle out) {
  static const enum clip_id coloured[] = {CLIP_SOURCE, CLIP_STYLE};
  const char *colour;
  if (!get_string(instance->properties, kOfxImageEffectPropColourManagementStyle, 0, &colour) ||
      strcmp(colour, kOfxImageEffectColourManagementNone) == 0)
    return;
  for (int i = 0; i < 2; i++) {
    const struct clip *clip = &instance->clips[coloured[i]];
    if (clip->handle)
      space_prefer(out, clip_property(kOfxImageClipPropPreferredColourspaces, clip).text);
  }
}

/* A host without one of these properties does its default. */
OfxStatus clip_preferences(struct instance *instance, OfxPropertySetHandle out) {
  const struct clip *source = &instance->clips[CLIP_SOURCE];
  const char *depth, *premultiplication;
  ask_for_order(instance);
  prefer_components(instance, out);
  if (host_says(kOfxImageEffectPropSupportsMultipleClipDepths) &&
      get_string(source->properties, kOfxImageEffectPropPixelDepth, 0, &depth) &&
      strcmp(depth, kOfxBitDepthNone) != 0)
    (void)put_string(
        out, clip_property("OfxImageClipPropDepth", &instance->clips[CLIP_OUTPUT]).text, 0, depth);
  if (clip_connected(source) && get_string(source->properties, kOfxImageEffectPropPreMultiplication,
                                           0, &premultiplication))
    (void)put_string(out, kOfxImageEffectPropPreMultiplication, 0, premultiplication);
  prefer_spaces(instance, out);
  return kOfxStatOK;
}
