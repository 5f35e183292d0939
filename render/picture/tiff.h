/* Reading and writing TIFF through libtiff. As in exr.h, files are opened by the caller, who checks what they say
 * before any pixels are asked for. */
#ifndef IMPASTO_TIFF_H
#define IMPASTO_TIFF_H

#include "exr.h"

#include <stdbool.h>

enum { PIC_ALPHA_NONE, PIC_ALPHA_PREMULTIPLIED, PIC_ALPHA_STRAIGHT };

/* What a file's first picture is. */
typedef struct {
  uint32_t width, height;
  int bits;        /* of a sample */
  bool floats;     /* scene-linear; else codes from 0 to 1 */
  int alpha;
  int orientation; /* EXIF's */
  char software[64];
} pic_tiff_info;

typedef struct pic_tiff pic_tiff;

/* NULL: with sys_error or message set. */
pic_tiff *pic_tiff_open(pic_file *file, pic_tiff_info *info);
void pic_tiff_close(pic_tiff *tiff);

/* The ICC profile, which the file keeps, and its length; 0: none. */
uint32_t pic_tiff_profile(pic_tiff *tiff, const void **profile);

/* Fills rgba, width × height pixels as they are stored. Without alpha that is 1. */
int pic_tiff_read(pic_tiff *tiff, float *rgba);

/* Writes rows of 3 or 4 samples, of 8 or 16 bits or of floats. */
int pic_tiff_write(pic_file *file, const pic_tiff_info *info, const void *pixels);

#endif
