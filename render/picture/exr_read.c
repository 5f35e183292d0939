#include "exr.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "exr_io.h"
#include "exr_half.h"
#include "exr_workers.h"

/* A chunk is at most this large once unpacked: 256 lines of 64k RGBA floats. A header that asks
 * for more is lying. */
static const uint64_t max_chunk_bytes = 256u << 20;

/* --- The header --------------------------------------------------------------------------- */

static int find(const exr_attr_chlist_t *list, const char *name) {
  for (int i = 0; i < list->num_channels; i++)
    if (strcmp(list->entries[i].name.str, name) == 0) return i;
  return -1;
}

/* Finds the colour and alpha of a part. 0: it has none. */
static int choose_channels(pic_file *file, const exr_attr_chlist_t *list) {
  static const char *const names[4] = {"R", "G", "B", "A"};
  int found = 0;
  for (int c = 0; c < 4; c++) found += (file->slot[c] = find(list, names[c])) >= 0;
  int grey = find(list, "Y");
  if (file->slot[0] < 0 && file->slot[1] < 0 && file->slot[2] < 0 && grey >= 0) {
    if (find(list, "RY") >= 0 || find(list, "BY") >= 0) {
      pic_say(file, "its colour is stored as luminance and chroma (Y, RY, BY); convert it to RGB");
      return 0;
    }
    file->slot[0] = file->slot[1] = file->slot[2] = grey;
    found++;
  }
  return found;
}

/* Checks what the reading relies on, so that nothing below has to. */
static pic_status check_part(pic_file *file, const exr_attr_chlist_t *list) {
  file->all_half = 1;
  for (int c = 0; c < 4; c++) {
    if (file->slot[c] < 0) continue;
    const exr_attr_chlist_entry_t *entry = &list->entries[file->slot[c]];
    if (entry->x_sampling != 1 || entry->y_sampling != 1) {
      pic_say(file, "its channel %s is subsampled; convert it to full resolution", entry->name.str);
      return PIC_REFUSED;
    }
    file->all_half &= entry->pixel_type == EXR_PIXEL_HALF;
  }
  uint64_t chunk = 0;
  if (exr_get_chunk_unpacked_size(file->context, file->part, &chunk) != EXR_ERR_SUCCESS)
    return PIC_BROKEN;
  if (chunk == 0 || chunk > max_chunk_bytes) {
    pic_say(file, "it asks for pieces of %llu bytes", (unsigned long long)chunk);
    return PIC_BROKEN;
  }
  return PIC_OK;
}

static void list_channels(pic_file *file, const exr_attr_chlist_t *list) {
  char names[200] = "";
  size_t used = 0;
  for (int i = 0; i < list->num_channels && used < sizeof names; i++)
    used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "",
                             list->entries[i].name.str);
  pic_say(file, "it has no channel R, G, B, A or Y, only %s", names[0] ? names : "none");
}

pic_status pic_open(pic_file *file) {
  exr_context_initializer_t init = pic_initializer(file);
  init.flags |= EXR_CONTEXT_FLAG_SILENT_HEADER_PARSE;
  pic_use(file);
  exr_result_t result = exr_start_read(&file->context, "picture", &init);
  if (result != EXR_ERR_SUCCESS) {
    pic_say(file, "%s", exr_get_default_error_message(result));
    return PIC_BROKEN;
  }
  int parts = 0;
  const exr_attr_chlist_t *list = NULL, *first = NULL;
  exr_get_count(file->context, &parts);
  for (file->part = 0; file->part < parts; file->part++) {
    exr_storage_t storage;
    if (exr_get_storage(file->context, file->part, &storage) != EXR_ERR_SUCCESS ||
        exr_get_channels(file->context, file->part, &list) != EXR_ERR_SUCCESS || !list) {
      pic_say(file, "part %d has no channels", file->part);
      return PIC_BROKEN;
    }
    if (storage != EXR_STORAGE_SCANLINE && storage != EXR_STORAGE_TILED) continue;
    if (!first) first = list;
    if (choose_channels(file, list)) break;
  }
  if (file->part >= parts) {
    if (first) list_channels(file, first);
    pic_say(file, "it holds deep pixels only; flatten it");
    return PIC_REFUSED;
  }
  exr_attr_box2i_t data, display;
  if (exr_get_data_window(file->context, file->part, &data) != EXR_ERR_SUCCESS ||
      exr_get_display_window(file->context, file->part, &display) != EXR_ERR_SUCCESS ||
      exr_get_compression(file->context, file->part, &file->compression) != EXR_ERR_SUCCESS ||
      exr_get_pixel_aspect_ratio(file->context, file->part, &file->pixel_aspect) !=
          EXR_ERR_SUCCESS) {
    pic_say(file, "a required attribute is missing");
    return PIC_BROKEN;
  }
  memcpy(file->data_window, &data, sizeof file->data_window);
  memcpy(file->display_window, &display, sizeof file->display_window);
  return check_part(file, list);
}

void pic_close(pic_file *file) {
  pic_use(file);
  if (file->context) exr_finish(&file->context);
}

/* --- The pixels --------------------------------------------------------------------------- */

/* A part that is being read, by several threads. */
typedef struct {
  pic_file *file;
  float *rgba;
  int tiled;
  int64_t width, height; /* of a chunk: a tile, or lines of the whole width */
  int across, chunks;
  atomic_int next, failed;

  pthread_mutex_t lock; /* of the rest */
  exr_result_t result;
  int64_t bad_line;
} reading;

/* What one thread is at: a chunk's corner in the file's pixels. */
typedef struct {
  reading *reading;
  int64_t left, top;
  exr_result_t (*decompress)(exr_decode_pipeline_t *); /* the library's, which ours goes before */
} decoder;

/* A chunk of the unpacked size is not compressed, which version 3.1 of the library overlooks for
 * B44; and an empty one leaves it with memory that nobody wrote. */
static exr_result_t decompress_chunk(exr_decode_pipeline_t *decode) {
  const decoder *d = decode->decoding_user_data;
  if (decode->chunk.packed_size == 0) return EXR_ERR_CORRUPT_CHUNK;
  if (decode->unpacked_buffer == decode->packed_buffer) return EXR_ERR_SUCCESS;
  return d->decompress(decode);
}

static void spread_line(uint32_t *to, const uint8_t *from, int width, uint16_t type) {
  const uint32_t *table = pic_half_table();
  for (int x = 0; x < width; x++, to += 4) {
    if (type == EXR_PIXEL_HALF) {
      uint16_t half;
      memcpy(&half, from + 2 * (size_t)x, sizeof half);
      *to = table[half];
    } else {
      memcpy(to, from + 4 * (size_t)x, sizeof *to);
      if (type == EXR_PIXEL_UINT) {
        float value = (float)*to;
        memcpy(to, &value, sizeof value);
      }
    }
  }
}

/* The last stage of decoding. An unpacked chunk is, for every line, every channel's samples. */
static exr_result_t spread_chunk(exr_decode_pipeline_t *decode) {
  const decoder *d = decode->decoding_user_data;
  const pic_file *file = d->reading->file;
  const int32_t *window = file->data_window;
  const int64_t width = (int64_t)window[2] - window[0] + 1;
  uint64_t size = decode->chunk.unpacked_size;
  if (decode->unpacked_buffer == decode->packed_buffer && decode->chunk.packed_size < size)
    size = decode->chunk.packed_size;
  const uint8_t *from = decode->unpacked_buffer;
  for (int line = 0; line < decode->chunk.height; line++) {
    const int64_t y = d->top + line;
    for (int c = 0; c < decode->channel_count; c++) {
      const exr_coding_channel_info_t *channel = &decode->channels[c];
      if (channel->height == 0 || (channel->y_samples > 1 && y % channel->y_samples != 0)) continue;
      const uint64_t bytes = (uint64_t)channel->width * (uint64_t)channel->bytes_per_element;
      if (bytes > size) return EXR_ERR_CORRUPT_CHUNK;
      for (int i = 0; i < 4; i++) {
        if (file->slot[i] != c) continue;
        if (y > window[3] || d->left + channel->width - 1 > window[2])
          return EXR_ERR_CORRUPT_CHUNK;
        int64_t pixel = (y - window[1]) * width + d->left - window[0];
        spread_line((uint32_t *)d->reading->rgba + pixel * 4 + i, from, channel->width,
                    channel->data_type);
      }
      from += bytes, size -= bytes;
    }
  }
  return EXR_ERR_SUCCESS;
}

static exr_result_t decode_chunk(decoder *d, exr_decode_pipeline_t *decode, int column, int row) {
  const reading *r = d->reading;
  const exr_const_context_t context = r->file->context;
  const int part = r->file->part;
  exr_chunk_info_t chunk;
  exr_result_t result =
      r->tiled ? exr_read_tile_chunk_info(context, part, column, row, 0, 0, &chunk)
               : exr_read_scanline_chunk_info(context, part, (int)d->top, &chunk);
  if (result != EXR_ERR_SUCCESS) return result;
  if (chunk.unpacked_size > max_chunk_bytes) return EXR_ERR_CORRUPT_CHUNK;
  if (decode->context) {
    result = exr_decoding_update(context, part, &chunk, decode);
  } else {
    result = exr_decoding_initialize(context, part, &chunk, decode);
    if (result == EXR_ERR_SUCCESS)
      result = exr_decoding_choose_default_routines(context, part, decode);
    d->decompress = decode->decompress_fn;
    if (decode->decompress_fn) decode->decompress_fn = decompress_chunk;
    decode->unpack_and_convert_fn = spread_chunk;
    decode->decoding_user_data = d;
  }
  return result == EXR_ERR_SUCCESS ? exr_decoding_run(context, part, decode) : result;
}

static void read_chunks(void *argument) {
  reading *r = argument;
  decoder d = {.reading = r};
  pic_use(r->file);
  exr_decode_pipeline_t decode = EXR_DECODE_PIPELINE_INITIALIZER;
  for (int i; !r->failed && (i = r->next++) < r->chunks;) {
    d.left = r->file->data_window[0] + i % r->across * r->width;
    d.top = r->file->data_window[1] + i / r->across * r->height;
    exr_result_t result = decode_chunk(&d, &decode, i % r->across, i / r->across);
    if (result == EXR_ERR_SUCCESS) continue;
    pthread_mutex_lock(&r->lock);
    if (!r->failed || d.top < r->bad_line) r->result = result, r->bad_line = d.top;
    r->failed = 1;
    pthread_mutex_unlock(&r->lock);
  }
  if (decode.context) exr_decoding_destroy(r->file->context, &decode);
}

/* Finds the size of the part's chunks, and their number. */
static exr_result_t measure(reading *r) {
  const pic_file *file = r->file;
  const int64_t width = (int64_t)file->data_window[2] - file->data_window[0] + 1;
  const int64_t height = (int64_t)file->data_window[3] - file->data_window[1] + 1;
  exr_storage_t storage;
  exr_result_t result = exr_get_storage(file->context, file->part, &storage);
  if (result != EXR_ERR_SUCCESS) return result;
  r->tiled = storage == EXR_STORAGE_TILED;
  if (r->tiled) {
    uint32_t x = 0, y = 0;
    exr_tile_level_mode_t levels;
    exr_tile_round_mode_t rounding;
    result = exr_get_tile_descriptor(file->context, file->part, &x, &y, &levels, &rounding);
    r->width = x, r->height = y;
  } else {
    int32_t lines = 0;
    result = exr_get_scanlines_per_chunk(file->context, file->part, &lines);
    r->width = width, r->height = lines;
  }
  if (result != EXR_ERR_SUCCESS) return result;
  if (r->width <= 0 || r->height <= 0) return EXR_ERR_INVALID_ATTR;
  r->across = (int)((width + r->width - 1) / r->width);
  r->chunks = (int)((height + r->height - 1) / r->height) * r->across;
  return EXR_ERR_SUCCESS;
}

pic_status pic_read(pic_file *file, float *rgba, int *bad_line) {
  reading r = {.file = file, .rgba = rgba, .bad_line = file->data_window[1]};
  pic_use(file);
  r.result = measure(&r);
  if (r.result == EXR_ERR_SUCCESS) {
    pthread_mutex_init(&r.lock, NULL);
    pic_workers(r.chunks, read_chunks, &r);
    pthread_mutex_destroy(&r.lock);
  }
  if (r.result == EXR_ERR_SUCCESS) return PIC_OK;
  if (r.result == EXR_ERR_FEATURE_NOT_IMPLEMENTED) { /* DWA, before version 3.2 */
    snprintf(file->message, sizeof file->message,
             "its compression is not known to the OpenEXR library here; convert it to ZIP or PIZ");
    return PIC_REFUSED;
  }
  *bad_line = (int)r.bad_line;
  pic_say(file, "%s", exr_get_default_error_message(r.result));
  return PIC_BROKEN;
}
