/* The connection to impasto-host: started on first use, shared by all instances and threads, and
 * started again when it has died. Every request has a lane, a socket of its own, while it lasts. */
#ifndef IMPASTO_CLIENT_H
#define IMPASTO_CLIENT_H

#include "shm.h"
#include "messages.h"
#include "sentence.h"

#include <stdbool.h>

/* Called at least every 20 ms while a request waits, with what is known of its progress. True
 * ends the request at once. */
struct waiter {
  bool (*stop)(void *context, double fraction);
  void *context;
};

enum outcome { OUTCOME_DONE, OUTCOME_STOPPED, OUTCOME_FAILED };

struct answer {
  char device[DEVICE_SIZE];
  char style[LABEL_SIZE]; /* that was loaded, as the artist knows it */
  bool cached;
  struct timings timings;
  struct kept kept; /* of a picture that was optimised */
  struct sentence why; /* it failed, or is not what the artist may expect */
};

/* Says who fills in what impasto-host is told of this process, whenever it is started: threads and
 * background. */
void client_introduce(void (*with)(struct hello *hello));

/* Loads a style. */
enum outcome client_prepare(const char *style, const struct settings *settings,
                            const struct waiter *waiter, struct answer *answer);

/* Paints a frame. The request's pictures lie in the memory, and the output is there when it is
 * done. In all other cases somebody may still write to the memory. It is another one than before
 * if the request had to be sent again. */
enum outcome client_render(const struct render_request *request, struct shm **memory,
                           const struct waiter *waiter, struct answer *answer);

/* Closes the connection; impasto-host then leaves. */
void client_close(void);

#endif
