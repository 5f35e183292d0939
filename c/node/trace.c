#include "trace.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[4096];

void trace_load(void) {
  const char *name = getenv("IMPASTO_TRACE");
  path[0] = 0;
  if (name && strlen(name) < sizeof path)
    strcpy(path, name);
}

void trace_frame(const struct trace *trace, const struct answer *answer) {
  if (!path[0])
    return;
  const struct timings *t = &answer->timings;
  char line[512];
  int n = snprintf(line, sizeof line,
                   "{\"frame\":%s,\"width\":%d,\"height\":%d,\"cached\":%s,\"copyIn\":%lld,"
                   "\"wait\":%lld,\"copyOut\":%lld,\"total\":%lld,\"engine\":{\"load\":%lld,"
                   "\"wait\":%lld,\"convertIn\":%lld,\"run\":%lld,\"convertOut\":%lld,"
                   "\"total\":%lld}}\n",
                   frame_name(trace->frame).text, trace->width, trace->height,
                   answer->cached ? "true" : "false", (long long)trace->copy_in,
                   (long long)trace->wait, (long long)trace->copy_out, (long long)trace->total,
                   (long long)t->load, (long long)t->wait, (long long)t->convert_in,
                   (long long)t->run, (long long)t->convert_out, (long long)t->total);
  /* O_NONBLOCK: it may be a pipe, whose reader sleeps. */
  int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0666);
  if (fd < 0)
    return;
  /* One call for the line, so that lines of several threads do not mix. */
  ssize_t written = n > 0 && n < (int)sizeof line ? write(fd, line, (size_t)n) : 0;
  (void)written; /* a full disk is no reason to lose the frame */
  (void)close(fd);
}
