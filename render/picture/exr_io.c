#define _POSIX_C_SOURCE 200809L
#include "exr_io.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static pthread_mutex_t saying = PTHREAD_MUTEX_INITIALIZER;

void pic_say(pic_file *file, const char *format, ...) {
  va_list args;
  va_start(args, format);
  pthread_mutex_lock(&saying); /* several threads may work on a file */
  if (!file->message[0]) vsnprintf(file->message, sizeof file->message, format, args);
  pthread_mutex_unlock(&saying);
  va_end(args);
}

/* Not the context's user data: asking for that in the callback would wait for a lock that the
 * library holds while it calls. */
static _Thread_local pic_file *current;

void pic_use(pic_file *file) { current = file; }

static void on_error(exr_const_context_t context, exr_result_t code, const char *text) {
  (void)context;
  if (current) pic_say(current, "%s", text && *text ? text : exr_get_default_error_message(code));
}

static int64_t size_of(exr_const_context_t context, void *user) {
  (void)context;
  return ((pic_file *)user)->size;
}

static int64_t read_at(exr_const_context_t context, void *user, void *buffer, uint64_t size,
                       uint64_t offset, exr_stream_error_func_ptr_t error) {
  pic_file *file = user;
  uint64_t done = 0;
  while (done < size) {
    ssize_t n = pread(file->fd, (char *)buffer + done, size - done, (off_t)(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      file->sys_error = errno;
      error(context, EXR_ERR_READ_IO, "%s", strerror(errno));
      return -1;
    }
    if (n == 0) break;
    done += (uint64_t)n;
  }
  return (int64_t)done;
}

static int64_t write_at(exr_const_context_t context, void *user, const void *buffer, uint64_t size,
                        uint64_t offset, exr_stream_error_func_ptr_t error) {
  pic_file *file = user;
  uint64_t done = 0;
  while (done < size) {
    ssize_t n = pwrite(file->fd, (const char *)buffer + done, size - done, (off_t)(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      file->sys_error = n < 0 ? errno : EIO;
      error(context, EXR_ERR_WRITE_IO, "%s", strerror(file->sys_error));
      return -1;
    }
    done += (uint64_t)n;
  }
  return (int64_t)done;
}

exr_context_initializer_t pic_initializer(pic_file *file) {
  exr_context_initializer_t init = EXR_DEFAULT_CONTEXT_INITIALIZER;
  init.error_handler_fn = on_error;
  init.user_data = file;
  init.read_fn = read_at;
  init.size_fn = size_of;
  init.write_fn = write_at;
  init.flags = EXR_CONTEXT_FLAG_DISABLE_CHUNK_RECONSTRUCTION;
  return init;
}
