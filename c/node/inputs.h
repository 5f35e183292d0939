/* The images that a frame is made from and into: fetched from the host, placed in the memory that
 * goes to the engine, copied into it, and given back. */
#ifndef IMPASTO_INPUTS_H
#define IMPASTO_INPUTS_H

#include "frame.h"

/* Fetches what is wanted of them. To be released even if that failed. */
enum progress inputs_fetch(struct frame *frame);
void inputs_release(struct frame *frame);

/* Takes the memory, and says where in it the pictures lie. */
enum progress inputs_place(struct frame *frame);

/* The mask goes first: where it lets nothing through, the others are not copied. */
enum progress inputs_copy_mask(struct frame *frame);
enum progress inputs_copy(struct frame *frame);

#endif
