#include "exr.h"

#include <pthread.h>
#include <string.h>

#include "exr_io.h"
#include "exr_half.h"
#include "exr_workers.h"

/* A file's channels in its order, which is the alphabet's, and their place in a pixel. */
static const char *const written_names[4] = {"A", "B", "G", "R"};
static const int written_places[4] = {3, 2, 1, 0};

/* A file that is being written: packed by several threads, put on disk in order. */
typedef struct {
  pic_file *file;
  const float *rgba;
  int32_t lines; /* of a chunk */
  int chunks;

  pthread_mutex_t lock; /* of the rest */
  pthread_cond_t turn;
  int next, written;
  exr_result_t result;
} writing;

/* What one thread is at. */
typedef struct {
  writing *writing;
  int chunk;
  exr_result_t (*compress)(exr_encode_pipeline_t *); /* the library's, which ours goes before */
} encoder;

/* The first stage of encoding: the opposite of spread_chunk. */
static exr_result_t gather_chunk(exr_encode_pipeline_t *encode) {
  const encoder *e = encode->encoding_user_data;
  const pic_file *file = e->writing->file;
  const int32_t *window = file->data_window;
  const size_t width = (size_t)((int64_t)window[2] - window[0] + 1);
  const int skip = 4 - encode->channel_count;
  const uint32_t *pixels = (const uint32_t *)e->writing->rgba;
  uint8_t *to = encode->packed_buffer;
  for (int line = 0; line < encode->chunk.height; line++) {
    size_t y = (size_t)((int64_t)encode->chunk.start_y + line - window[1]);
    for (int c = 0; c < encode->channel_count; c++) {
      const uint32_t *from = pixels + y * width * 4 + written_places[c + skip];
      for (size_t x = 0; x < width; x++) {
        if (file->all_half) {
          uint16_t half = pic_half(from[4 * x]);
          memcpy(to, &half, sizeof half), to += sizeof half;
        } else {
          memcpy(to, from + 4 * x, sizeof *from), to += sizeof *from;
        }
      }
    }
  }
  encode->packed_bytes = (uint64_t)(to - (uint8_t *)encode->packed_buffer);
  return EXR_ERR_SUCCESS;
}

/* The second stage. A chunk of the unpacked size is read as not compressed, but version 3.1 of the
 * library writes compressed ones that happen to be as long. */
static exr_result_t compress_chunk(exr_encode_pipeline_t *encode) {
  const encoder *e = encode->encoding_user_data;
  exr_result_t result = e->compress(encode);
  if (result != EXR_ERR_SUCCESS || encode->compressed_bytes < encode->packed_bytes) return result;
  if (encode->compressed_buffer != encode->packed_buffer) {
    if (encode->compressed_alloc_size < encode->packed_bytes) return EXR_ERR_OUT_OF_MEMORY;
    memcpy(encode->compressed_buffer, encode->packed_buffer, encode->packed_bytes);
  }
  encode->compressed_bytes = encode->packed_bytes;
  return EXR_ERR_SUCCESS;
}

/* The third stage: waits until the chunks before have been written. */
static exr_result_t wait_for_turn(exr_encode_pipeline_t *encode) {
  const encoder *e = encode->encoding_user_data;
  writing *w = e->writing;
  pthread_mutex_lock(&w->lock);
  while (w->written < e->chunk && w->result == EXR_ERR_SUCCESS)
    pthread_cond_wait(&w->turn, &w->lock);
  exr_result_t result = w->result;
  pthread_mutex_unlock(&w->lock);
  return result;
}

static exr_result_t encode_chunk(encoder *e, exr_encode_pipeline_t *encode) {
  const writing *w = e->writing;
  const exr_context_t context = w->file->context;
  const int part = w->file->part, y = w->file->data_window[1] + e->chunk * w->lines;
  const int first = encode->context == NULL;
  exr_chunk_info_t chunk;
  exr_result_t result = exr_write_scanline_chunk_info(context, part, y, &chunk);
  if (result != EXR_ERR_SUCCESS) return result;
  result = first ? exr_encoding_initialize(context, part, &chunk, encode)
                 : exr_encoding_update(context, part, &chunk, encode);
  for (int c = 0; c < encode->channel_count && result == EXR_ERR_SUCCESS; c++) {
    exr_coding_channel_info_t *channel = &encode->channels[c];
    channel->encode_from_ptr = (const uint8_t *)w->rgba; /* asked for, though not used */
    channel->user_data_type = channel->data_type;
    channel->user_bytes_per_element = channel->bytes_per_element;
    channel->user_pixel_stride = channel->bytes_per_element;
    channel->user_line_stride = channel->width * channel->bytes_per_element;
  }
  if (result == EXR_ERR_SUCCESS && first) {
    result = exr_encoding_choose_default_routines(context, part, encode);
    e->compress = encode->compress_fn;
    if (encode->compress_fn) encode->compress_fn = compress_chunk;
    encode->convert_and_pack_fn = gather_chunk;
    encode->yield_until_ready_fn = wait_for_turn;
    encode->encoding_user_data = e;
  }
  return result == EXR_ERR_SUCCESS ? exr_encoding_run(context, part, encode) : result;
}

static void write_chunks(void *argument) {
  writing *w = argument;
  encoder e = {.writing = w};
  pic_use(w->file);
  exr_encode_pipeline_t encode = EXR_ENCODE_PIPELINE_INITIALIZER;
  pthread_mutex_lock(&w->lock);
  while (w->result == EXR_ERR_SUCCESS && w->next < w->chunks) {
    e.chunk = w->next++;
    pthread_mutex_unlock(&w->lock);
    exr_result_t result = encode_chunk(&e, &encode);
    pthread_mutex_lock(&w->lock);
    if (w->result == EXR_ERR_SUCCESS) w->result = result;
    w->written++;
    pthread_cond_broadcast(&w->turn);
  }
  pthread_mutex_unlock(&w->lock);
  if (encode.context) exr_encoding_destroy(w->file->context, &encode);
}

static exr_result_t write_header(pic_file *file, int alpha) {
  exr_context_initializer_t init = pic_initializer(file);
  exr_attr_box2i_t data, display;
  memcpy(&data, file->data_window, sizeof data);
  memcpy(&display, file->display_window, sizeof display);
  const exr_attr_v2f_t centre = {{{0, 0}}};
  exr_result_t result =
      exr_start_write(&file->context, "picture", EXR_WRITE_FILE_DIRECTLY, &init);
  if (result == EXR_ERR_SUCCESS)
    result = exr_add_part(file->context, NULL, EXR_STORAGE_SCANLINE, &file->part);
  if (result == EXR_ERR_SUCCESS)
    result = exr_initialize_required_attr(file->context, file->part, &display, &data,
                                          file->pixel_aspect, &centre, 1.0f,
                                          EXR_LINEORDER_INCREASING_Y, file->compression);
  for (int c = alpha ? 0 : 1; c < 4 && result == EXR_ERR_SUCCESS; c++)
    result = exr_add_channel(file->context, file->part, written_names[c],
                             file->all_half ? EXR_PIXEL_HALF : EXR_PIXEL_FLOAT,
                             EXR_PERCEPTUALLY_LOGARITHMIC, 1, 1);
  if (result == EXR_ERR_SUCCESS) result = exr_write_header(file->context);
  return result;
}

int pic_write(pic_file *file, const float *rgba, int alpha) {
  writing w = {.file = file, .rgba = rgba};
  pic_use(file);
  w.result = write_header(file, alpha);
  if (w.result == EXR_ERR_SUCCESS)
    w.result = exr_get_scanlines_per_chunk(file->context, file->part, &w.lines);
  if (w.result == EXR_ERR_SUCCESS) {
    const int64_t height = (int64_t)file->data_window[3] - file->data_window[1] + 1;
    w.chunks = (int)((height + w.lines - 1) / w.lines);
    pthread_mutex_init(&w.lock, NULL);
    pthread_cond_init(&w.turn, NULL);
    pic_workers(w.chunks, write_chunks, &w);
    pthread_cond_destroy(&w.turn);
    pthread_mutex_destroy(&w.lock);
  }
  exr_result_t finished = file->context ? exr_finish(&file->context) : EXR_ERR_SUCCESS;
  if (w.result == EXR_ERR_SUCCESS) w.result = finished;
  if (w.result != EXR_ERR_SUCCESS) pic_say(file, "%s", exr_get_default_error_message(w.result));
  return w.result == EXR_ERR_SUCCESS && !file->sys_error ? 0 : -1;
}
