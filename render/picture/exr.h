/* Reading and writing the R, G, B, A channels of OpenEXR files through OpenEXR's C library.
 *
 * Files are opened by the caller and handed over as descriptors. Samples are moved, never
 * computed with: a half goes to a float and back bit for bit, NaN payloads included. */
#ifndef IMPASTO_EXR_H
#define IMPASTO_EXR_H

#include <openexr.h>
#include <stdint.h>

enum { PIC_MESSAGE = 512 };

typedef struct {
  int fd;
  int64_t size;
  int sys_error;             /* errno of the first failed system call, or 0 */
  char message[PIC_MESSAGE]; /* what the library said first; empty while all is well */
  exr_context_t context;
  int part;
  int slot[4]; /* the place of R, G, B, A among the part's channels, or -1 */

  int32_t data_window[4], display_window[4]; /* x and y of the first and the last pixel */
  float pixel_aspect;
  exr_compression_t compression;
  int all_half;
} pic_file;

/* Refused: nothing is wrong with the file, and message is a sentence about it. */
typedef enum { PIC_OK, PIC_BROKEN, PIC_REFUSED } pic_status;

/* Reads the headers and chooses a part. */
pic_status pic_open(pic_file *file);

/* Fills rgba, the data window's pixels from the top row down; a channel that the file lacks is
 * left as it is. bad_line is the scan line at which reading failed. */
pic_status pic_read(pic_file *file, float *rgba, int *bad_line);

void pic_close(pic_file *file);

/* Writes the windows, aspect and compression in file, and rgba as channels R, G, B and, where
 * alpha is not 0, A: halves where file->all_half, otherwise floats. Finishes the file. */
int pic_write(pic_file *file, const float *rgba, int alpha);

#endif
