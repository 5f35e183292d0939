/* Frames that start from the picture of the frame before: which one that is. */
#ifndef IMPASTO_CHAIN_H
#define IMPASTO_CHAIN_H

#include "link/messages.h"
#include "link/sentence.h"
#include "ofx/ofx.h"

#include <pthread.h>

struct chain {
  pthread_mutex_t mutex;
  bool begun; /* a sequence, from the first frame on */
  bool alone; /* of one frame */
  OfxTime first, step;
  bool any; /* frame since then: the last one, what it started from, and its picture */
  OfxTime last;
  struct kept from, picture;
};

void chain_init(struct chain *chain);
void chain_done(struct chain *chain);

/* A sequence begins, and with it a chain. */
void chain_begin(struct chain *chain, OfxTime first, OfxTime last, OfxTime step);

/* What a frame starts from, which is nothing for the first one and after one that was not painted.
 * False: the frame before it is not the last that was rendered, or the sequence is of one frame.
 * Natron makes a sequence of every frame, on several threads and in any order, so that each would
 * be a first one. */
bool chain_start(struct chain *chain, OfxTime time, struct kept *from, struct sentence *why);

/* A frame was rendered; NULL: passed through. */
void chain_note(struct chain *chain, OfxTime time, const struct kept *from,
                const struct kept *picture);

#endif
