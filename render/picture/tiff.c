#define _XOPEN_SOURCE 700 /* pread, pwrite */

#include "tiff.h"

#include <errno.h>
#include <half.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>
#include <unistd.h>

struct pic_tiff {
  pic_file *file;
  TIFF *tiff;
  uint64_t at;
  pic_tiff_info info;
  uint16_t samples, colours, planar, format;
  bool inverted; /* 0 is white */
  bool simple;   /* samples can be taken as they are; else libtiff makes 8 bits of them */
};

/* --- The library's way to our files ------------------------------------------------------ */

static tmsize_t read_file(thandle_t handle, void *to, tmsize_t size) {
  pic_tiff *t = handle;
  tmsize_t done = 0;
  while (done < size) {
    ssize_t n = pread(t->file->fd, (char *)to + done, (size_t)(size - done), (off_t)t->at);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      t->file->sys_error = errno;
    if (n <= 0)
      break;
    done += n;
    t->at += (uint64_t)n;
  }
  return done;
}

static tmsize_t write_file(thandle_t handle, void *from, tmsize_t size) {
  pic_tiff *t = handle;
  tmsize_t done = 0;
  while (done < size) {
    ssize_t n = pwrite(t->file->fd, (char *)from + done, (size_t)(size - done), (off_t)t->at);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0) {
      t->file->sys_error = n < 0 ? errno : EIO;
      break;
    }
    done += n;
    t->at += (uint64_t)n;
    if ((int64_t)t->at > t->file->size)
      t->file->size = (int64_t)t->at;
  }
  return done;
}

static toff_t seek_file(thandle_t handle, toff_t to, int whence) {
  pic_tiff *t = handle;
  t->at = whence == SEEK_SET ? to : whence == SEEK_CUR ? t->at + to : (uint64_t)t->file->size + to;
  return t->at;
}

static toff_t size_file(thandle_t handle) {
  return (toff_t)((pic_tiff *)handle)->file->size;
}

static int close_file(thandle_t handle) {
  (void)handle; /* it is the caller's */
  return 0;
}

/* The first complaint says most. */
static void complain(thandle_t handle, const char *module, const char *format, va_list args) {
  pic_tiff *t = handle;
  (void)module;
  if (t && !t->file->message[0])
    (void)vsnprintf(t->file->message, sizeof t->file->message, format, args);
}

static void set_handlers(void) {
  TIFFSetErrorHandler(NULL);
  TIFFSetWarningHandler(NULL);
  TIFFSetErrorHandlerExt(complain);
}

static pic_tiff *start(pic_file *file, const char *mode) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, set_handlers);
  pic_tiff *t = calloc(1, sizeof *t);
  if (!t)
    return NULL;
  t->file = file;
  t->tiff = TIFFClientOpen("picture", mode, t, read_file, write_file, seek_file, close_file,
                           size_file, NULL, NULL);
  if (t->tiff)
    return t;
  free(t);
  return NULL;
}

void pic_tiff_close(pic_tiff *t) {
  if (t) {
    TIFFClose(t->tiff);
    free(t);
  }
}

static int refuse(pic_file *file, const char *why) {
  if (!file->message[0])
    (void)snprintf(file->message, sizeof file->message, "%.500s", why);
  return -1;
}

/* --- Reading ----------------------------------------------------------------------------- */

static void read_info(pic_tiff *t) {
  pic_tiff_info *info = &t->info;
  uint16_t bits = 1, photometric = 0, orientation = 1, extras = 0, *kinds = NULL;
  const char *software = NULL;
  t->samples = 1;
  t->planar = PLANARCONFIG_CONTIG;
  t->format = SAMPLEFORMAT_UINT;
  (void)TIFFGetField(t->tiff, TIFFTAG_IMAGEWIDTH, &info->width);
  (void)TIFFGetField(t->tiff, TIFFTAG_IMAGELENGTH, &info->height);
  (void)TIFFGetFieldDefaulted(t->tiff, TIFFTAG_BITSPERSAMPLE, &bits);
  (void)TIFFGetFieldDefaulted(t->tiff, TIFFTAG_SAMPLESPERPIXEL, &t->samples);
  (void)TIFFGetFieldDefaulted(t->tiff, TIFFTAG_PLANARCONFIG, &t->planar);
  (void)TIFFGetFieldDefaulted(t->tiff, TIFFTAG_SAMPLEFORMAT, &t->format);
  (void)TIFFGetField(t->tiff, TIFFTAG_PHOTOMETRIC, &photometric);
  (void)TIFFGetFieldDefaulted(t->tiff, TIFFTAG_ORIENTATION, &orientation);
  (void)TIFFGetFieldDefaulted(t->tiff, TIFFTAG_EXTRASAMPLES, &extras, &kinds);
  if (TIFFGetField(t->tiff, TIFFTAG_SOFTWARE, &software) && software)
    (void)snprintf(info->software, sizeof info->software, "%s", software);
  t->colours = photometric == PHOTOMETRIC_RGB ? 3 : 1;
  t->inverted = photometric == PHOTOMETRIC_MINISWHITE;
  info->bits = bits;
  info->orientation = orientation;
  info->floats = t->format == SAMPLEFORMAT_IEEEFP;
  if (extras > 0 && t->samples > t->colours)
    info->alpha = kinds[0] == EXTRASAMPLE_ASSOCALPHA   ? PIC_ALPHA_PREMULTIPLIED
                  : kinds[0] == EXTRASAMPLE_UNASSALPHA ? PIC_ALPHA_STRAIGHT
                                                       : PIC_ALPHA_NONE;
  t->simple = (photometric == PHOTOMETRIC_RGB || photometric == PHOTOMETRIC_MINISBLACK || t->inverted) &&
              t->samples >= t->colours && t->samples <= 64 &&
              (info->floats ? bits == 16 || bits == 32 || bits == 64
                            : t->format == SAMPLEFORMAT_UINT && (bits == 8 || bits == 16 || bits == 32));
  if (!t->simple) {
    info->bits = 8;
    info->floats = false;
    info->alpha = info->alpha ? PIC_ALPHA_PREMULTIPLIED : PIC_ALPHA_NONE;
  }
}

pic_tiff *pic_tiff_open(pic_file *file, pic_tiff_info *info) {
  pic_tiff *t = start(file, "rm");
  if (!t)
    return NULL;
  read_info(t);
  *info = t->info;
  return t;
}

uint32_t pic_tiff_profile(pic_tiff *t, const void **profile) {
  uint32_t size = 0;
  void *found = NULL;
  if (!TIFFGetField(t->tiff, TIFFTAG_ICCPROFILE, &size, &found) || !found)
    return 0;
  *profile = found;
  return size;
}

static float sample(const pic_tiff *t, const unsigned char *from) {
  uint16_t half;
  uint32_t word;
  float single;
  double whole;
  switch (t->info.bits) {
  case 8:
    return from[0] / 255.0f;
  case 16:
    memcpy(&half, from, sizeof half);
    if (!t->info.floats)
      return half / 65535.0f;
    return imath_half_to_float(half);
  case 64:
    memcpy(&whole, from, sizeof whole);
    return (float)whole;
  }
  memcpy(&word, from, sizeof word);
  memcpy(&single, from, sizeof single);
  return t->info.floats ? single : (float)(word / 4294967295.0);
}

/* Puts samples of one row, of all channels or of one, where they belong. */
static void put_row(const pic_tiff *t, float *rgba, const unsigned char *from, uint32_t n, int only) {
  int size = t->info.bits / 8, step = only < 0 ? t->samples * size : size;
  int last = t->colours + (t->info.alpha != PIC_ALPHA_NONE);
  for (uint32_t x = 0; x < n; x++)
    for (int s = only < 0 ? 0 : only; s < (only < 0 ? last : only + 1); s++) {
      float v = sample(t, from + (size_t)x * (size_t)step + (only < 0 ? s * size : 0));
      float *p = rgba + 4 * (size_t)x;
      if (s >= t->colours)
        p[3] = v;
      else if (t->colours == 3)
        p[s] = v;
      else
        p[0] = p[1] = p[2] = t->inverted ? 1 - v : v;
    }
}

static int read_lines(pic_tiff *t, float *rgba, unsigned char *row, int only) {
  const uint32_t w = t->info.width;
  for (uint32_t y = 0; y < t->info.height; y++) {
    if (TIFFReadScanline(t->tiff, row, y, only < 0 ? 0 : (uint16_t)only) < 0)
      return -1;
    put_row(t, rgba + 4 * (size_t)w * y, row, w, only);
  }
  return 0;
}

static int read_tiles(pic_tiff *t, float *rgba, unsigned char *tile, int only) {
  uint32_t wide = 0, high = 0;
  (void)TIFFGetField(t->tiff, TIFFTAG_TILEWIDTH, &wide);
  (void)TIFFGetField(t->tiff, TIFFTAG_TILELENGTH, &high);
  const uint32_t w = t->info.width, h = t->info.height;
  const tmsize_t stride = TIFFTileRowSize(t->tiff);
  for (uint32_t y = 0; y < h; y += high)
    for (uint32_t x = 0; x < w; x += wide) {
      if (TIFFReadTile(t->tiff, tile, x, y, 0, only < 0 ? 0 : (uint16_t)only) < 0)
        return -1;
      for (uint32_t i = 0; i < high && y + i < h; i++)
        put_row(t, rgba + 4 * ((size_t)w * (y + i) + x), tile + stride * i, w - x < wide ? w - x : wide,
                only);
    }
  return 0;
}

static int read_simple(pic_tiff *t, float *rgba) {
  const tmsize_t most = 256 << 20;
  bool tiled = TIFFIsTiled(t->tiff);
  tmsize_t size = tiled ? TIFFTileSize(t->tiff) : TIFFScanlineSize(t->tiff);
  /* What the library counts has to be what put_row reads. */
  uint32_t wide = t->info.width, high = 1;
  if (tiled && (!TIFFGetField(t->tiff, TIFFTAG_TILEWIDTH, &wide) ||
                !TIFFGetField(t->tiff, TIFFTAG_TILELENGTH, &high)))
    return refuse(t->file, "its tiles have no size");
  bool apart = t->planar == PLANARCONFIG_SEPARATE;
  uint64_t needed = (uint64_t)wide * high * (uint64_t)(t->info.bits / 8) * (apart ? 1 : t->samples);
  if (size <= 0 || size > most || wide == 0 || high == 0 || (uint64_t)size < needed)
    return refuse(t->file, "it asks for pieces of a size that cannot be right");
  unsigned char *piece = calloc(1, (size_t)size);
  if (!piece)
    return refuse(t->file, "there is not enough memory for it");
  int (*read)(pic_tiff *, float *, unsigned char *, int) = tiled ? read_tiles : read_lines;
  int result = 0, last = t->colours + (t->info.alpha != PIC_ALPHA_NONE);
  if (!apart)
    result = read(t, rgba, piece, -1);
  for (int s = 0; apart && s < last && result == 0; s++)
    result = read(t, rgba, piece, s);
  free(piece);
  return result < 0 ? refuse(t->file, "it cannot be decoded") : 0;
}

/* Palettes, CMYK, bits and the like, as the library makes 8-bit RGBA of them. */
static int read_other(pic_tiff *t, float *rgba) {
  char why[1024];
  if (!TIFFRGBAImageOK(t->tiff, why))
    return refuse(t->file, why);
  size_t n = (size_t)t->info.width * t->info.height;
  uint32_t *raster = malloc(n * sizeof *raster);
  if (!raster)
    return refuse(t->file, "there is not enough memory for it");
  int ok = TIFFReadRGBAImageOriented(t->tiff, t->info.width, t->info.height, raster,
                                     t->info.orientation <= 4 ? t->info.orientation : ORIENTATION_TOPLEFT, 1);
  for (size_t i = 0; ok && i < n; i++) {
    const uint32_t p = raster[i], v[] = {TIFFGetR(p), TIFFGetG(p), TIFFGetB(p), TIFFGetA(p)};
    for (int c = 0; c < 4; c++)
      rgba[4 * i + (size_t)c] = (float)v[c] / 255.0f;
  }
  free(raster);
  return ok ? 0 : refuse(t->file, "it cannot be decoded");
}

int pic_tiff_read(pic_tiff *t, float *rgba) {
  size_t n = (size_t)t->info.width * t->info.height;
  for (size_t i = 0; i < n; i++)
    rgba[4 * i + 3] = 1;
  return t->simple ? read_simple(t, rgba) : read_other(t, rgba);
}

/* --- Writing ----------------------------------------------------------------------------- */

int pic_tiff_write(pic_file *file, const pic_tiff_info *info, const void *pixels) {
  pic_tiff *t = start(file, "w");
  if (!t)
    return refuse(file, "libtiff cannot begin it");
  uint16_t samples = info->alpha == PIC_ALPHA_NONE ? 3 : 4;
  uint16_t kind = info->alpha == PIC_ALPHA_PREMULTIPLIED ? EXTRASAMPLE_ASSOCALPHA : EXTRASAMPLE_UNASSALPHA;
  TIFF *out = t->tiff;
  bool ok = TIFFSetField(out, TIFFTAG_IMAGEWIDTH, info->width) &&
            TIFFSetField(out, TIFFTAG_IMAGELENGTH, info->height) &&
            TIFFSetField(out, TIFFTAG_BITSPERSAMPLE, info->bits) &&
            TIFFSetField(out, TIFFTAG_SAMPLESPERPIXEL, samples) &&
            TIFFSetField(out, TIFFTAG_SAMPLEFORMAT, info->floats ? SAMPLEFORMAT_IEEEFP : SAMPLEFORMAT_UINT) &&
            TIFFSetField(out, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) &&
            TIFFSetField(out, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB) &&
            TIFFSetField(out, TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE) &&
            TIFFSetField(out, TIFFTAG_PREDICTOR, info->floats ? PREDICTOR_FLOATINGPOINT : PREDICTOR_HORIZONTAL) &&
            TIFFSetField(out, TIFFTAG_SOFTWARE, info->software) &&
            TIFFSetField(out, TIFFTAG_ROWSPERSTRIP, TIFFDefaultStripSize(out, 0)) &&
            (samples == 3 || TIFFSetField(out, TIFFTAG_EXTRASAMPLES, 1, &kind));
  size_t row = (size_t)info->width * samples * (size_t)(info->bits / 8);
  unsigned char *line = malloc(row); /* the predictor works in it */
  ok = ok && line;
  for (uint32_t y = 0; ok && y < info->height; y++) {
    memcpy(line, (const unsigned char *)pixels + row * y, row);
    ok = TIFFWriteScanline(out, line, y, 0) >= 0;
  }
  free(line);
  ok = ok && TIFFFlush(out);
  pic_tiff_close(t);
  return ok && !file->sys_error ? 0 : refuse(file, "libtiff cannot write it");
}
