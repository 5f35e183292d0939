/* Writing the window into the host's image: what was painted, or the plate as it is. */
#ifndef IMPASTO_OUTPUT_H
#define IMPASTO_OUTPUT_H

#include "frame.h"

enum progress output_painted(struct frame *frame);
enum progress output_plate(struct frame *frame);

#endif
