/* GPU rendering: the property names by which hosts and plugins say whether they do it, so that
 * either can say "no". The suites themselves are not here. */
#ifndef IMPASTO_OFX_GPU_H
#define IMPASTO_OFX_GPU_H

/* string, "false", "true" or "needed" */
#define kOfxImageEffectPropOpenGLRenderSupported "OfxImageEffectPropOpenGLRenderSupported"
#define kOfxImageEffectPropCPURenderSupported "OfxImageEffectPropCPURenderSupported"
#define kOfxImageEffectPropCudaRenderSupported "OfxImageEffectPropCudaRenderSupported"
#define kOfxImageEffectPropCudaStreamSupported "OfxImageEffectPropCudaStreamSupported"
#define kOfxImageEffectPropMetalRenderSupported "OfxImageEffectPropMetalRenderSupported"
#define kOfxImageEffectPropOpenCLRenderSupported "OfxImageEffectPropOpenCLRenderSupported"
#define kOfxImageEffectPropOpenCLSupported "OfxImageEffectPropOpenCLSupported"

#define kOfxOpenGLPropPixelDepth "OfxOpenGLPropPixelDepth" /* string×N */

/* inArgs of Render: int */
#define kOfxImageEffectPropOpenGLEnabled "OfxImageEffectPropOpenGLEnabled"
#define kOfxImageEffectPropCudaEnabled "OfxImageEffectPropCudaEnabled"
#define kOfxImageEffectPropMetalEnabled "OfxImageEffectPropMetalEnabled"
#define kOfxImageEffectPropOpenCLEnabled "OfxImageEffectPropOpenCLEnabled"

#define kOfxStatGPUOutOfMemory ((int)1001)
#define kOfxStatGPURenderFailed ((int)1002)

#endif
