#include "chain.h"

void chain_init(struct chain *chain) {
  (void)pthread_mutex_init(&chain->mutex, NULL);
}

void chain_done(struct chain *chain) {
  (void)pthread_mutex_destroy(&chain->mutex);
}

void chain_begin(struct chain *chain, OfxTime first, OfxTime last, OfxTime step) {
  (void)pthread_mutex_lock(&chain->mutex);
  chain->begun = true;
  chain->alone = first == last;
  chain->first = first;
  chain->step = step;
  chain->any = false;
  (void)pthread_mutex_unlock(&chain->mutex);
}

bool chain_start(struct chain *chain, OfxTime time, struct kept *from, struct sentence *why) {
  bool ok = true;
  (void)pthread_mutex_lock(&chain->mutex);
  bool alone = chain->begun && chain->alone;
  from->any = false;
  if (alone)
    ok = false;
  else if (chain->any && time == chain->last) /* once more */
    *from = chain->from;
  else if (chain->any && time == chain->last + chain->step)
    *from = chain->picture;
  else if (!chain->begun || time != chain->first)
    ok = false;
  (void)pthread_mutex_unlock(&chain->mutex);
  if (alone)
    say(why,
        "Start from Previous has nothing to start frame %s from: the host renders it as a sequence "
        "of one frame, as Natron does with all of them. Switch it off, or render several frames at "
        "once in a host that keeps their order, such as impasto render.",
        frame_name(time).text);
  else if (!ok)
    say(why,
        "Start from Previous starts frame %s from the frame before it, and that is not what the "
        "host rendered last. Render the frames in their order, from the first one on, or switch it "
        "off.",
        frame_name(time).text);
  return ok;
}

void chain_note(struct chain *chain, OfxTime time, const struct kept *from,
                const struct kept *picture) {
  static const struct kept none = {.any = false};
  (void)pthread_mutex_lock(&chain->mutex);
  chain->any = true;
  chain->last = time;
  chain->from = from ? *from : none;
  chain->picture = picture ? *picture : none;
  (void)pthread_mutex_unlock(&chain->mutex);
}
