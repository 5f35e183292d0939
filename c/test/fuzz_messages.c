/* libFuzzer over the decoder. What it takes must be in bounds. */
#include "link/messages.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct message m;
  const char *reason;
  if (!decode_message(&m, data, size, &reason))
    return 0;
  if (m.kind == KIND_PROGRESS && !(m.as.progress.fraction >= 0 && m.as.progress.fraction <= 1))
    abort();
  if (m.kind == KIND_DONE && m.as.done.pixels) {
    volatile unsigned char last = 0;
    if (m.as.done.pixels_size > 0)
      last = m.as.done.pixels[m.as.done.pixels_size - 1];
    (void)last;
  }
  return 0;
}
