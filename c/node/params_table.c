#include "params_table.h"

#include "suites.h"

static const char *const presets[PRESET_COUNT + 1] = {
    [PRESET_CUSTOM] = "Custom",
    [1] = "As the Style Was Made",
    [2] = "Calm",
    [3] = "Wild",
    [4] = "Large Strokes",
    [5] = "The Plate's Colours",
    [6] = "Quick Look",
};
static const char *const areas[] = {"Format", "Region of Definition", NULL};
static const char *const devices[] = {"Auto", "GPU", "CPU", NULL};
static const char *const kinds[] = {DEVICE_AUTO, DEVICE_GPU, DEVICE_CPU};
static const char *const precisions[] = {"Auto", "32 bit", "16 bit", NULL};
static const double bits[] = {0, 32, 16};

const struct definition params_table[PARAM_COUNT] = {
    [PARAM_STYLE] =
        {.name = "style",
         .control = MENU,
         .label = "Style",
         .hint = "The painting after which the plate is repainted.",
         .needed = true},
    [PARAM_STYLE_ID] =
        {.name = "styleId",
         .control = TEXT,
         .label = "Style ID",
         .hint = "A style by its identity, name@checksum, or by its name alone; goes before the "
                 "menu if it is not empty. For styles of your own studio, and to hold a shot to "
                 "one version of a style. An encoder's name has the plate optimised towards the "
                 "painting on Style."},
    [PARAM_STYLE_B] =
        {.name = "styleB",
         .control = MENU,
         .label = "Second Style",
         .hint = "The style that Style Mix leads to. Of no effect where that is 0.",
         .needed = true,
         .mixes = true,
         .number = 1},
    [PARAM_STYLE_B_ID] =
        {.name = "styleBId",
         .control = TEXT,
         .label = "Second Style ID",
         .hint = "The second style as Style ID has the first; goes before its menu if it is not "
                 "empty."},
    [PARAM_STYLE_MIX] =
        {.name = "styleMix",
         .control = NUMBER,
         .goes = GOES_WITH_STYLE,
         .label = "Style Mix",
         .hint = "0 is the first style, 1 the second. Everything in between is painted as one "
                 "style that has something of both, and is no dissolve of two paintings; it "
                 "takes two styles of the same network.",
         .needed = true,
         .animates = true,
         .min = 0,
         .max = 1},
    [PARAM_PRESET] =
        {.name = "preset",
         .control = CHOICE,
         .entries = presets,
         .label = "Preset",
         .hint = "Sets Unrealness, Detail, Texture Scale, Fast Proxy and Keep Colour, and paints "
                 "nothing by itself.",
         .only_sets = true},
    [PARAM_UNREALNESS] =
        {.name = "unrealness",
         .control = NUMBER,
         .goes = GOES_WITH_STYLE,
         .label = "Unrealness",
         .hint = "How far from a photograph: 4 is the style as it was made, less has calmer "
                 "strokes and less of its colour, more exaggerates it. Networks of other makers "
                 "that have no such control are painted as with 4. Where a plate is optimised "
                 "each step is ten times as much of the painting.",
         .animates = true,
         .number = 4,
         .min = -2,
         .max = 8,
         .slider_min = 0,
         .slider_max = 6},
    [PARAM_SIZE] =
        {.name = "sizeGroup",
         .control = GROUP,
         .label = "Size",
         .hint = "How large the style works, and its strokes are."},
    [PARAM_DETAIL] =
        {.name = "detail",
         .control = NUMBER,
         .goes = GOES_INTO_SIZE,
         .group = PARAM_SIZE,
         .label = "Detail",
         .hint = "The size that the style works at, whatever the proxy: of 1080 lines for the "
                 "styles that ship, of the full-resolution frame for others. Less is faster and "
                 "paints coarser, with strokes that are as much larger. What is painted smaller "
                 "than the frame is enlarged along the edges of the plate.",
         .animates = true,
         .number = 1,
         .min = 0.1,
         .max = 2,
         .slider_min = 0.25,
         .slider_max = 1},
    [PARAM_TEXTURE_SCALE] =
        {.name = "textureScale",
         .control = NUMBER,
         .goes = GOES_INTO_SIZE,
         .group = PARAM_SIZE,
         .label = "Texture Scale",
         .hint = "How much larger the strokes are: at 1 they are as large a part of the frame's "
                 "height as of the painting's. Of a painting on Style it is the painting that is "
                 "enlarged; else the style works at a size that is as much smaller. Less than 1 "
                 "takes more time and memory.",
         .animates = true,
         .number = 1,
         .min = 0.1,
         .max = 10,
         .slider_min = 0.25,
         .slider_max = 4},
    [PARAM_FAST_PROXY] =
        {.name = "fastProxy",
         .control = SWITCH,
         .group = PARAM_SIZE,
         .label = "Fast Proxy",
         .hint = "Works at as much less as a proxy is smaller: faster, but with strokes that are "
                 "larger on it than on the final frame. Off, a proxy looks like the final frame "
                 "and takes as long. Of no effect at full resolution."},
    [PARAM_COLOUR] =
        {.name = "colourGroup",
         .control = GROUP,
         .label = "Colour",
         .hint = "What the plate is in, and whose colour is seen."},
    [PARAM_PLATE_SPACE] =
        {.name = "plateSpace",
         .control = SPACES,
         .group = PARAM_COLOUR,
         .label = "Plate Space",
         .hint = "The colour space of Source, in which Output is, too. Paintings look alike from "
                 "whatever space the plate comes in, and values above 1 and colours outside of "
                 "Rec.709 are kept. Auto is what the host says, in hosts that manage colour; in "
                 "others float and half clips are scene-linear Rec.709, byte and short ones "
                 "sRGB. Rec.709 display is what was graded on a video monitor (gamma 2.4), not "
                 "the curve of a camera. Raw converts nothing: the style sees the values as they "
                 "are. Style is taken as with Auto."},
    [PARAM_EXPOSURE_IN] =
        {.name = "exposureIn",
         .control = NUMBER,
         .goes = GOES_WITH_PLATE,
         .group = PARAM_COLOUR,
         .label = "Exposure In",
         .hint = "Stops that the plate is raised by before it is painted: brings a dark or a "
                 "bright plate to where the style has its colours. Exposure Out can take it back.",
         .animates = true,
         .min = -MAX_EXPOSURE,
         .max = MAX_EXPOSURE,
         .slider_min = -5,
         .slider_max = 5},
    [PARAM_EXPOSURE_OUT] =
        {.name = "exposureOut",
         .control = NUMBER,
         .goes = GOES_WITH_PLATE,
         .group = PARAM_COLOUR,
         .label = "Exposure Out",
         .hint = "Stops that the painting is raised by, before Mix and Mask blend it with the "
                 "plate.",
         .animates = true,
         .min = -MAX_EXPOSURE,
         .max = MAX_EXPOSURE,
         .slider_min = -5,
         .slider_max = 5},
    [PARAM_KEEP_COLOUR] =
        {.name = "keepColour",
         .control = NUMBER,
         .goes = GOES_WITH_PLATE,
         .group = PARAM_COLOUR,
         .label = "Keep Colour",
         .hint = "Whose colour is seen: 0 is the painting's, 1 the plate's, under the light and "
                 "dark of the brush strokes.",
         .animates = true,
         .min = 0,
         .max = 1},
    [PARAM_SHOT] =
        {.name = "shotGroup",
         .control = GROUP,
         .closed = true,
         .label = "Statistics",
         .hint = "Where a style takes the contrast and colour of the plate from, which it evens "
                 "out."},
    [PARAM_STATISTICS] =
        {.name = "statistics",
         .control = CHOICE,
         .entries = areas,
         .group = PARAM_SHOT,
         .label = "Statistics",
         .hint = "Where the style looks at a frame before it chooses its contrast and its "
                 "colours: in the format, or everywhere that there is a picture, overscan "
                 "included. What is transparent does not count."},
    [PARAM_HOLD_STATISTICS] =
        {.name = "holdStatistics",
         .control = SWITCH,
         .group = PARAM_SHOT,
         .label = "Hold Statistics",
         .hint = "Takes the statistics of all frames from one frame of the shot, so that the "
                 "look does not pump when an object enters or the bounding box moves. For the "
                 "styles that ship; those with a network to themselves have their statistics "
                 "within it."},
    [PARAM_STATISTICS_FRAME] =
        {.name = "statisticsFrame",
         .control = INTEGER,
         .group = PARAM_SHOT,
         .label = "Statistics Frame",
         .hint = "The frame that Hold Statistics takes them from: one on which most of the shot "
                 "is seen. 0 is the first frame that the plate has.",
         .min = -1000000,
         .max = 1000000,
         .slider_max = 1000},
    [PARAM_MASK_APPLY] =
        {.name = "maskApply",
         .control = SWITCH,
         .label = "Mask",
         .hint = "Paints only where the mask is. This host does not say whether a mask is "
                 "connected, so switch it on where one is.",
         .animates = true,
         .of_mask = true},
    [PARAM_MASK_INVERT] =
        {.name = "maskInvert",
         .control = SWITCH,
         .label = "Invert Mask",
         .hint = "Paints where the mask is 0, and leaves the plate where it is 1.",
         .animates = true,
         .of_mask = true},
    [PARAM_MIX] =
        {.name = "mix",
         .control = NUMBER,
         .goes = GOES_WITH_PLATE,
         .label = "Mix",
         .hint = "How much of the painting is seen: 0 is the plate, 1 the painting.",
         .needed = true,
         .animates = true,
         .number = 1,
         .min = 0,
         .max = 1},
    [PARAM_STATUS] =
        {.name = "statusButton",
         .control = BUTTON,
         .label = "Status",
         .hint = "Says which device the style runs on and why on no better one, and what the "
                 "last frame took."},
    [PARAM_DEVICES] =
        {.name = "deviceGroup",
         .control = GROUP,
         .closed = true,
         .label = "Device",
         .hint = "What the style runs on. The environment variable IMPASTO_DEVICE goes before it."},
    [PARAM_DEVICE] =
        {.name = "device",
         .control = CHOICE,
         .goes = GOES_INTO_DEVICE,
         .key = "kind",
         .entries = devices,
         .texts = kinds,
         .group = PARAM_DEVICES,
         .label = "Device",
         .hint = "Auto is a GPU where there is one that works, else the CPU, and Status says "
                 "why; in a render in the background it is always the CPU, because frames from "
                 "two devices flicker. With GPU a frame fails rather than be painted elsewhere."},
    [PARAM_GPU_INDEX] =
        {.name = "gpuIndex",
         .control = INTEGER,
         .goes = GOES_INTO_DEVICE,
         .key = "index",
         .group = PARAM_DEVICES,
         .label = "GPU",
         .hint = "Which GPU, where there are several: 0 is the first. Others than the first take "
                 "an ONNX Runtime with CUDA.",
         .max = MAX_DEVICE - 1,
         .slider_max = 7},
    [PARAM_PRECISION] =
        {.name = "precision",
         .control = CHOICE,
         .goes = GOES_INTO_DEVICE,
         .entries = precisions,
         .numbers = bits,
         .group = PARAM_DEVICES,
         .label = "Precision",
         .hint = "Of the numbers on a GPU. 16 bit is faster, and refused where it would not "
                 "paint what the CPU paints. Auto is 16 bit where that is as good, and 32 bit in "
                 "the background."},
    [PARAM_OPTIMISED] =
        {.name = "optimisedGroup",
         .control = GROUP,
         .closed = true,
         .label = "Optimised",
         .hint = "For styles that have no network of their own but an encoder: the plate is "
                 "changed, step by step, until it has the texture of the painting on Style. That "
                 "takes minutes a frame."},
    [PARAM_ITERATIONS] =
        {.name = "iterations",
         .control = INTEGER,
         .goes = GOES_INTO_DESCENT,
         .group = PARAM_OPTIMISED,
         .label = "Iterations",
         .hint = "How many steps there are at the size that Detail says, after those at smaller "
                 "sizes. More than the default hardly change a picture; 64 are enough to choose "
                 "other values by.",
         .number = 256,
         .min = 1,
         .max = MAX_ITERATIONS,
         .slider_min = 16,
         .slider_max = 512},
    [PARAM_TEXTURE_CROP_FROM] =
        {.name = "textureCropFrom",
         .control = POINT,
         .goes = GOES_INTO_DESCENT,
         .key = "textureCrop",
         .group = PARAM_OPTIMISED,
         .label = "Texture Crop From",
         .hint = "The lower left of the part of the painting whose texture is wanted: 0, 0 is "
                 "the painting's.",
         .animates = true,
         .max = 1},
    [PARAM_TEXTURE_CROP_TO] =
        {.name = "textureCropTo",
         .control = POINT,
         .group = PARAM_OPTIMISED,
         .label = "Texture Crop To",
         .hint = "The upper right of that part: 1, 1 is the painting's.",
         .animates = true,
         .number = 1,
         .max = 1},
    [PARAM_SEED] =
        {.name = "seed",
         .control = INTEGER,
         .goes = GOES_INTO_DESCENT,
         .group = PARAM_OPTIMISED,
         .label = "Seed",
         .hint = "Another seed brings other strokes into areas without any detail.",
         .number = 1,
         .max = 1000000,
         .slider_max = 100},
    [PARAM_START_FROM_PREVIOUS] =
        {.name = "startFromPrevious",
         .control = SWITCH,
         .group = PARAM_OPTIMISED,
         .label = "Start from Previous",
         .hint = "Starts every frame but the first from the picture of the frame before: calmer "
                 "and faster, with as many iterations at the last size alone. What moves may "
                 "drag its paint along. Only for hosts that render in order, and say so, which "
                 "Natron does not; a shot that is rendered in parts has a seam at each."},
    [PARAM_MEMORY] =
        {.name = "memory",
         .control = INTEGER,
         .goes = GOES_INTO_DEVICE,
         .group = PARAM_DEVICES,
         .label = "Memory",
         .hint = "How many megabytes all nodes of yours on this machine may paint with at once, "
                 "in all programs. Where others have them a frame is painted in smaller tiles, "
                 "or waits. 0 is half of what the machine can spare, of which a frame takes 1900 "
                 "at the most. The environment variable IMPASTO_MEMORY goes before it.",
         .max = MAX_MEMORY,
         .slider_max = 16384},
    [PARAM_MATCH_MASK] =
        {.name = "matchMask",
         .control = SWITCH,
         .goes = GOES_INTO_DESCENT,
         .group = PARAM_OPTIMISED,
         .label = "Match in Mask",
         .hint = "Compares the painting with what the mask shows, and not with all of the plate: "
                 "a sky gets all of the painting's colours and strokes, however small it is. The "
                 "frame is then optimised again when the mask changes.",
         .of_mask = true},
    [PARAM_NOISE] =
        {.name = "noise",
         .control = NUMBER,
         .goes = GOES_WITH_STYLE,
         .group = PARAM_SIZE,
         .label = "Noise",
         .hint = "How much of the faint noise lies over the plate from which strokes begin where "
                 "there is nothing else, as in a clear sky: 1 is as the style was made, at 0 even "
                 "areas stay calmer. For the styles that ship.",
         .animates = true,
         .number = 1,
         .min = 0,
         .max = 4,
         .slider_max = 2},
};

bool style_by_name(void) {
  return host_says(kOfxParamHostPropSupportsStrChoice);
}

bool param_exists(enum param param, bool with_mask) {
  return (with_mask || !params_table[param].of_mask) &&
         (param != PARAM_MASK_APPLY || host_is_resolve());
}
