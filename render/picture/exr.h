/* Reading and writing the pixels of OpenEXR files through OpenEXR's C++ library.
 *
 * Files are opened by the caller and handed over as descriptors; headers are the caller's, who
 * has checked them. Samples are moved, never computed with: a half goes to a float and back bit
 * for bit, NaN payloads included. */
#ifndef IMPASTO_EXR_H
#define IMPASTO_EXR_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PIC_NAME = 256, PIC_MESSAGE = 512 };

/* Lives in C's memory. */
typedef struct {
  int fd;
  int64_t size;
  int sys_error;             /* errno of the first failed system call, or 0 */
  char message[PIC_MESSAGE]; /* what the library said */
  int threads;
} pic_file;

/* What to read of a file. */
typedef struct {
  int part;
  int32_t window[4];          /* x and y of the first and the last pixel of the part */
  char channel[4][PIC_NAME];  /* of red, green, blue and alpha; empty: none */
  int chroma;                 /* rather layer's Y, RY and BY, as RGB */
  char layer[PIC_NAME];
  int bad_line;               /* set to the scan line at which reading failed */
} pic_choice;

/* Fills rgba, the window's pixels from the top row down; a channel that has no name is left as it
 * is. All answer 0, or -1 with sys_error or message set. */
int pic_read(pic_file *file, pic_choice *choice, float *rgba);

/* Writes a file whose header is given as it stands in files, without magic number and version. Its
 * channels are R, G, B and perhaps A, all of them halves or all of them floats. */
int pic_write(pic_file *file, const void *header, int size, const float *rgba);

#ifdef __cplusplus
}
#endif

#endif
