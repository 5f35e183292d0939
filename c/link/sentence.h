/* What is said to the artist when something fails: one sentence, of bounded length. */
#ifndef IMPASTO_SENTENCE_H
#define IMPASTO_SENTENCE_H

enum { SENTENCE_SIZE = 1024 };

struct sentence {
  char text[SENTENCE_SIZE];
};

/* Numbers go in as integers: what printf makes of a double depends on the host's locale. */
void say(struct sentence *to, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What the system says of an error, such as "No such file or directory". */
struct reason {
  char text[128];
};
struct reason reason_of(int error);

/* A frame number: integers as such, others with three decimals. */
struct frame_name {
  char text[32];
};
struct frame_name frame_name(double frame);

#endif
