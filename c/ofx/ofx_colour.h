/* Colour management, API 1.5: names only. A host that lacks it lacks the properties. */
#ifndef IMPASTO_OFX_COLOUR_H
#define IMPASTO_OFX_COLOUR_H

/* On the host and the plugin descriptor: string, the highest style supported; on the instance:
 * the style chosen. */
#define kOfxImageEffectPropColourManagementStyle "OfxImageEffectPropColourManagementStyle"
#define kOfxImageEffectColourManagementNone "OfxImageEffectColourManagementNone"
#define kOfxImageEffectColourManagementBasic "OfxImageEffectColourManagementBasic"
#define kOfxImageEffectColourManagementCore "OfxImageEffectColourManagementCore"
#define kOfxImageEffectColourManagementFull "OfxImageEffectColourManagementFull"
#define kOfxImageEffectColourManagementOCIO "OfxImageEffectColourManagementOCIO"

#define kOfxImageEffectPropColourManagementAvailableConfigs                                        \
  "OfxImageEffectPropColourManagementAvailableConfigs" /* string×N */
#define kOfxImageEffectPropColourManagementConfig "OfxImageEffectPropColourManagementConfig" /* string */
#define kOfxImageEffectPropOCIOConfig "OfxImageEffectPropOCIOConfig" /* string */
#define kOfxImageEffectPropOCIODisplay "OfxImageEffectPropOCIODisplay" /* string */
#define kOfxImageEffectPropOCIOView "OfxImageEffectPropOCIOView" /* string */
#define kOfxImageEffectPropDisplayColourspace "OfxImageEffectPropDisplayColourspace" /* string */

/* On a clip instance: string; as outArg of GetClipPreferences, string×N, most wanted first. */
#define kOfxImageClipPropColourspace "OfxImageClipPropColourspace"
#define kOfxImageClipPropPreferredColourspaces "OfxImageClipPropPreferredColourspaces"

#define kOfxImageEffectActionGetOutputColourspace "OfxImageEffectActionGetOutputColourspace"

/* The one native configuration of API 1.5, and the spaces of it that Impasto knows by name. */
#define kOfxConfigIdentifier "ofx-native-v1.5_aces-v1.3_ocio-v2.3"
#define kOfxColourspaceOfxSceneLinear "ofx_scene_linear"
#define kOfxColourspaceOfxSceneLog "ofx_scene_log"
#define kOfxColourspaceOfxDisplaySdr "ofx_display_sdr"
#define kOfxColourspaceOfxDisplayHdr "ofx_display_hdr"
#define kOfxColourspaceOfxRaw "ofx_raw"
#define kOfxColourspaceRaw "Raw"
#define kOfxColourspaceLinRec709Srgb "lin_rec709_srgb"
#define kOfxColourspaceLinRec2020 "lin_rec2020"
#define kOfxColourspaceLinP3d65 "lin_p3d65"
#define kOfxColourspaceACEScg "ACEScg"
#define kOfxColourspaceACES20651 "ACES2065-1"
#define kOfxColourspaceACEScct "ACEScct"
#define kOfxColourspaceSrgbDisplay "srgb_display"
#define kOfxColourspaceSrgbTx "srgb_tx"
#define kOfxColourspaceRec1886Rec709Display "rec1886_rec709_display"
#define kOfxColourspaceG24Rec709Tx "g24_rec709_tx"
#define kOfxColourspaceArriLogc3Ei800 "arri_logc3_ei800"
#define kOfxColourspaceArriLogc4 "arri_logc4"
#define kOfxColourspaceSlog3Sgamut3cine "slog3_sgamut3cine"

#endif
