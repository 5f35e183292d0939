/* Which picture a frame starts from, when frames come in their order and when they do not. */
#include "check.h"
#include "node/chain.h"

#include <string.h>

static struct chain chain;

/* The picture of a frame, told by one byte. */
static struct kept picture(unsigned char of) {
  struct kept kept = {.any = true};
  memset(kept.name, of, sizeof kept.name);
  return kept;
}

/* Renders a frame, which has to start from that of a byte; 0: from nothing, -1: it is refused. */
static bool renders(OfxTime time, int from) {
  struct kept got, now = picture((unsigned char)time);
  struct sentence why = {""};
  bool ok = chain_start(&chain, time, &got, &why);
  if (!ok)
    return from < 0 && strstr(why.text, "Start from Previous");
  chain_note(&chain, time, &got, &now);
  return from < 0 ? false : from == 0 ? !got.any : got.any && got.name[0] == from;
}

int main(void) {
  chain_init(&chain);
  CHECK(renders(1, -1)); /* no sequence */
  chain_begin(&chain, 1, 9, 1);
  CHECK(renders(2, -1));
  CHECK(renders(1, 0));
  CHECK(renders(2, 1));
  CHECK(renders(3, 2));
  CHECK(renders(3, 2));
  CHECK(renders(5, -1));
  CHECK(renders(4, 3));
  chain_note(&chain, 5, NULL, NULL);
  CHECK(renders(6, 0));
  CHECK(renders(7, 6));
  CHECK(renders(1, 0)); /* from the beginning */
  CHECK(renders(2, 1));
  chain_begin(&chain, 3, 9, 2);
  CHECK(renders(4, -1));
  CHECK(renders(3, 0));
  CHECK(renders(5, 3));
  for (int frame = 1; frame < 4; frame++) { /* in Natron */
    chain_begin(&chain, frame, frame, 1);
    CHECK(renders(frame, -1));
  }
  chain_done(&chain);
  return check_failures != 0;
}
