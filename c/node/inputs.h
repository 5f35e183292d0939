/* The images that a frame is made from and into: fetched from the host, placed in the memory that
 * goes to the engine, copied into it, and given back. */
#ifndef IMPASTO_INPUTS_H
#define IMPASTO_INPUTS_H

#include "frame.h"

/* Fetches what is wanted of them. Released they are in any case. */
enum progress inputs_fetch(struct frame *frame);
void inputs_release(struct frame *frame);

/* Takes the memory, and says where in it the pictures lie. */
enum progress inputs_place(struct frame *frame);

/* Copies one, or all that inputs_copy_mask has left. */
enum progress inputs_copy_mask(struct frame *frame);
enum progress inputs_copy(struct frame *frame);

#endif
