/* The OFX C API as Impasto uses it: API 1.4, with the parts of 1.5 that a host may offer on top.
 *
 * Names, values, layouts and signatures are those of the published interface
 * (openeffects.org, "The OFX Image Effect Plug-in API"). Suites for drawing, GPUs, dialogs and
 * parametric curves are left out: neither our effect nor our host has a use for them. */
#ifndef IMPASTO_OFX_H
#define IMPASTO_OFX_H

#include "ofx_core.h"
#include "ofx_property.h"
#include "ofx_param.h"
#include "ofx_interact.h"
#include "ofx_suites.h"
#include "ofx_image_effect.h"
#include "ofx_colour.h"
#include "ofx_gpu.h"

#endif
