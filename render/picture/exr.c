#define _POSIX_C_SOURCE 200809L
#include "exr.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A chunk is at most this large once unpacked: 256 lines of 64k RGBA floats. A header that asks
 * for more is lying. */
static const uint64_t max_chunk_bytes = 256u << 20;

/* --- Halves ------------------------------------------------------------------------------- */

static uint32_t float_of_half[1 << 16];
static pthread_once_t tables_once = PTHREAD_ONCE_INIT;

static void make_tables(void) {
  for (uint32_t h = 0; h < 1 << 16; h++) {
    uint32_t sign = (h & 0x8000u) << 16, exponent = h >> 10 & 31, mantissa = h & 0x3ff;
    if (exponent == 31) {
      float_of_half[h] = sign | 0x7f800000u | mantissa << 13;
    } else if (exponent > 0) {
      float_of_half[h] = sign | (exponent + 112) << 23 | mantissa << 13;
    } else if (mantissa == 0) {
      float_of_half[h] = sign;
    } else { /* denormal: shift until the leading one is the implicit one */
      for (exponent = 113; !(mantissa & 0x400); exponent--) mantissa <<= 1;
      float_of_half[h] = sign | exponent << 23 | (mantissa & 0x3ff) << 13;
    }
  }
}

static uint16_t half_of_float(uint32_t f) {
  uint32_t sign = f >> 16 & 0x8000u, magnitude = f & 0x7fffffffu;
  if (magnitude > 0x7f800000u) { /* NaN, and it stays one if the payload is cut away */
    uint32_t payload = magnitude >> 13 & 0x3ff;
    return (uint16_t)(sign | 0x7c00u | (payload ? payload : 1));
  }
  if (magnitude >= 0x477ff000u) return (uint16_t)(sign | 0x7c00u); /* rounds to 65536 or more */
  uint32_t kept, rest, half_way;
  if (magnitude >= 0x38800000u) {
    kept = (magnitude - 0x38000000u) >> 13, rest = magnitude & 0x1fff, half_way = 0x1000;
  } else { /* denormal as a half */
    uint32_t shift = 126 - (magnitude >> 23);
    if (shift > 24) return (uint16_t)sign;
    uint32_t mantissa = (magnitude & 0x7fffffu) | 0x800000u;
    kept = mantissa >> shift, rest = mantissa & ((1u << shift) - 1), half_way = 1u << (shift - 1);
  }
  kept += rest > half_way || (rest == half_way && kept & 1);
  return (uint16_t)(sign | kept);
}

void pic_halves(uint16_t *to, const float *from, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, from + i, sizeof bits);
    to[i] = half_of_float(bits);
  }
}

void pic_floats(float *to, const uint16_t *from, size_t count) {
  pthread_once(&tables_once, make_tables);
  for (size_t i = 0; i < count; i++) memcpy(to + i, &float_of_half[from[i]], sizeof *to);
}

/* --- The library's way to files and to messages ------------------------------------------- */

static void say(pic_file *file, const char *format, ...) {
  if (file->message[0]) return; /* the first complaint is the one that explains */
  va_list args;
  va_start(args, format);
  vsnprintf(file->message, sizeof file->message, format, args);
  va_end(args);
}

static pic_file *file_of(exr_const_context_t context) {
  void *file = NULL;
  exr_get_user_data(context, &file);
  return file;
}

static void on_error(exr_const_context_t context, exr_result_t code, const char *text) {
  pic_file *file = context ? file_of(context) : NULL;
  if (file) say(file, "%s", text && *text ? text : exr_get_default_error_message(code));
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

static exr_context_initializer_t initializer(pic_file *file) {
  exr_context_initializer_t init = EXR_DEFAULT_CONTEXT_INITIALIZER;
  init.error_handler_fn = on_error;
  init.user_data = file;
  init.read_fn = read_at;
  init.size_fn = size_of;
  init.write_fn = write_at;
  init.flags = EXR_CONTEXT_FLAG_DISABLE_CHUNK_RECONSTRUCTION;
  return init;
}

/* --- Reading ------------------------------------------------------------------------------ */

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
      say(file, "its colour is stored as luminance and chroma (Y, RY, BY); convert it to RGB");
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
      say(file, "its channel %s is subsampled; convert it to full resolution", entry->name.str);
      return PIC_REFUSED;
    }
    file->all_half &= entry->pixel_type == EXR_PIXEL_HALF;
  }
  uint64_t chunk = 0;
  if (exr_get_chunk_unpacked_size(file->context, file->part, &chunk) != EXR_ERR_SUCCESS)
    return PIC_BROKEN;
  if (chunk == 0 || chunk > max_chunk_bytes) {
    say(file, "it asks for pieces of %llu bytes", (unsigned long long)chunk);
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
  say(file, "it has no channel R, G, B, A or Y, only %s", names[0] ? names : "none");
}

pic_status pic_open(pic_file *file) {
  pthread_once(&tables_once, make_tables);
  exr_context_initializer_t init = initializer(file);
  init.flags |= EXR_CONTEXT_FLAG_SILENT_HEADER_PARSE;
  exr_result_t result = exr_start_read(&file->context, "picture", &init);
  if (result != EXR_ERR_SUCCESS) {
    say(file, "%s", exr_get_default_error_message(result));
    return PIC_BROKEN;
  }
  int parts = 0;
  const exr_attr_chlist_t *list = NULL, *first = NULL;
  exr_get_count(file->context, &parts);
  for (file->part = 0; file->part < parts; file->part++) {
    exr_storage_t storage;
    if (exr_get_storage(file->context, file->part, &storage) != EXR_ERR_SUCCESS ||
        exr_get_channels(file->context, file->part, &list) != EXR_ERR_SUCCESS || !list) {
      say(file, "part %d has no channels", file->part);
      return PIC_BROKEN;
    }
    if (storage != EXR_STORAGE_SCANLINE && storage != EXR_STORAGE_TILED) continue;
    if (!first) first = list;
    if (choose_channels(file, list)) break;
  }
  if (file->part >= parts) {
    if (first) list_channels(file, first);
    say(file, "it holds deep pixels only; flatten it");
    return PIC_REFUSED;
  }
  exr_attr_box2i_t data, display;
  if (exr_get_data_window(file->context, file->part, &data) != EXR_ERR_SUCCESS ||
      exr_get_display_window(file->context, file->part, &display) != EXR_ERR_SUCCESS ||
      exr_get_compression(file->context, file->part, &file->compression) != EXR_ERR_SUCCESS ||
      exr_get_pixel_aspect_ratio(file->context, file->part, &file->pixel_aspect) !=
          EXR_ERR_SUCCESS) {
    say(file, "a required attribute is missing");
    return PIC_BROKEN;
  }
  memcpy(file->data_window, &data, sizeof file->data_window);
  memcpy(file->display_window, &display, sizeof file->display_window);
  return check_part(file, list);
}

/* Chunks on their way: the file, the picture, and when reading the chunk's corner. */
typedef struct {
  const pic_file *file;
  float *rgba;
  int64_t left, top; /* in the file's pixels */
  /* The library's, which ours go before. */
  exr_result_t (*decompress)(exr_decode_pipeline_t *);
  exr_result_t (*compress)(exr_encode_pipeline_t *);
} pic_target;

/* A chunk of the unpacked size is not compressed, which version 3.1 of the library overlooks for
 * B44; and an empty one leaves it with memory that nobody wrote. */
static exr_result_t decompress_chunk(exr_decode_pipeline_t *decode) {
  const pic_target *target = decode->decoding_user_data;
  if (decode->chunk.packed_size == 0) return EXR_ERR_CORRUPT_CHUNK;
  if (decode->unpacked_buffer == decode->packed_buffer) return EXR_ERR_SUCCESS;
  return target->decompress(decode);
}

static void spread_line(uint32_t *to, const uint8_t *from, int width, uint16_t type) {
  for (int x = 0; x < width; x++, to += 4) {
    if (type == EXR_PIXEL_HALF) {
      uint16_t half;
      memcpy(&half, from + 2 * (size_t)x, sizeof half);
      *to = float_of_half[half];
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
  const pic_target *target = decode->decoding_user_data;
  const pic_file *file = target->file;
  const int32_t *window = file->data_window;
  const int64_t width = (int64_t)window[2] - window[0] + 1;
  uint64_t size = decode->chunk.unpacked_size;
  if (decode->unpacked_buffer == decode->packed_buffer && decode->chunk.packed_size < size)
    size = decode->chunk.packed_size;
  const uint8_t *from = decode->unpacked_buffer;
  for (int line = 0; line < decode->chunk.height; line++) {
    const int64_t y = target->top + line;
    for (int c = 0; c < decode->channel_count; c++) {
      const exr_coding_channel_info_t *channel = &decode->channels[c];
      if (channel->height == 0 || (channel->y_samples > 1 && y % channel->y_samples != 0)) continue;
      const uint64_t bytes = (uint64_t)channel->width * (uint64_t)channel->bytes_per_element;
      if (bytes > size) return EXR_ERR_CORRUPT_CHUNK;
      for (int i = 0; i < 4; i++) {
        if (file->slot[i] != c) continue;
        if (y > window[3] || target->left + channel->width - 1 > window[2])
          return EXR_ERR_CORRUPT_CHUNK;
        int64_t pixel = (y - window[1]) * width + target->left - window[0];
        spread_line((uint32_t *)target->rgba + pixel * 4 + i, from, channel->width,
                    channel->data_type);
      }
      from += bytes, size -= bytes;
    }
  }
  return EXR_ERR_SUCCESS;
}

static exr_result_t decode_chunk(pic_file *file, exr_decode_pipeline_t *decode,
                                 const exr_chunk_info_t *chunk, pic_target *target) {
  exr_result_t result;
  if (decode->context) {
    result = exr_decoding_update(file->context, file->part, chunk, decode);
  } else {
    result = exr_decoding_initialize(file->context, file->part, chunk, decode);
    if (result == EXR_ERR_SUCCESS)
      result = exr_decoding_choose_default_routines(file->context, file->part, decode);
    target->decompress = decode->decompress_fn;
    if (decode->decompress_fn) decode->decompress_fn = decompress_chunk;
    decode->unpack_and_convert_fn = spread_chunk;
    decode->decoding_user_data = target;
  }
  if (result == EXR_ERR_SUCCESS) result = exr_decoding_run(file->context, file->part, decode);
  return result;
}

/* The size of the part's chunks: tiles, or lines of the whole width. */
static exr_result_t chunk_size(pic_file *file, int *tiled, int64_t *width, int64_t *height) {
  exr_storage_t storage;
  exr_result_t result = exr_get_storage(file->context, file->part, &storage);
  if (result != EXR_ERR_SUCCESS) return result;
  *tiled = storage == EXR_STORAGE_TILED;
  if (*tiled) {
    uint32_t x = 0, y = 0;
    exr_tile_level_mode_t levels;
    exr_tile_round_mode_t rounding;
    result = exr_get_tile_descriptor(file->context, file->part, &x, &y, &levels, &rounding);
    *width = x, *height = y;
  } else {
    int32_t lines = 0;
    result = exr_get_scanlines_per_chunk(file->context, file->part, &lines);
    *width = (int64_t)file->data_window[2] - file->data_window[0] + 1, *height = lines;
  }
  if (result == EXR_ERR_SUCCESS && (*width <= 0 || *height <= 0)) result = EXR_ERR_INVALID_ATTR;
  return result;
}

pic_status pic_read(pic_file *file, float *rgba, int *bad_line) {
  pic_target target = {.file = file, .rgba = rgba};
  exr_decode_pipeline_t decode = EXR_DECODE_PIPELINE_INITIALIZER;
  const int32_t *window = file->data_window;
  int tiled = 0, row = 0;
  int64_t width = 1, height = 1;
  exr_result_t result = chunk_size(file, &tiled, &width, &height);
  for (target.top = window[1]; target.top <= window[3]; target.top += height, row++) {
    int column = 0;
    for (target.left = window[0]; target.left <= window[2]; target.left += width, column++) {
      exr_chunk_info_t chunk;
      if (result == EXR_ERR_SUCCESS)
        result = tiled ? exr_read_tile_chunk_info(file->context, file->part, column, row, 0, 0,
                                                  &chunk)
                       : exr_read_scanline_chunk_info(file->context, file->part, (int)target.top,
                                                      &chunk);
      if (result == EXR_ERR_SUCCESS && chunk.unpacked_size > max_chunk_bytes)
        result = EXR_ERR_CORRUPT_CHUNK;
      if (result == EXR_ERR_SUCCESS) result = decode_chunk(file, &decode, &chunk, &target);
      if (result != EXR_ERR_SUCCESS) goto done;
    }
  }
done:
  if (decode.context) exr_decoding_destroy(file->context, &decode);
  if (result == EXR_ERR_SUCCESS) return PIC_OK;
  if (result == EXR_ERR_FEATURE_NOT_IMPLEMENTED) { /* DWA, before version 3.2 */
    snprintf(file->message, sizeof file->message,
             "its compression is not known to the OpenEXR library here; convert it to ZIP or PIZ");
    return PIC_REFUSED;
  }
  *bad_line = (int)target.top;
  say(file, "%s", exr_get_default_error_message(result));
  return PIC_BROKEN;
}

void pic_close(pic_file *file) {
  if (file->context) exr_finish(&file->context);
}

/* --- Writing ------------------------------------------------------------------------------ */

/* A file's channels in its order, which is the alphabet's, and their place in a pixel. */
static const char *const written_names[4] = {"A", "B", "G", "R"};
static const int written_places[4] = {3, 2, 1, 0};

/* The first stage of encoding: the opposite of spread_chunk. */
static exr_result_t gather_chunk(exr_encode_pipeline_t *encode) {
  const pic_target *target = encode->encoding_user_data;
  const pic_file *file = target->file;
  const int32_t *window = file->data_window;
  const size_t width = (size_t)((int64_t)window[2] - window[0] + 1);
  const int skip = 4 - encode->channel_count;
  uint8_t *to = encode->packed_buffer;
  for (int line = 0; line < encode->chunk.height; line++) {
    size_t y = (size_t)((int64_t)encode->chunk.start_y + line - window[1]);
    for (int c = 0; c < encode->channel_count; c++) {
      const uint32_t *from = (const uint32_t *)target->rgba + y * width * 4 + written_places[c + skip];
      for (size_t x = 0; x < width; x++) {
        if (file->all_half) {
          uint16_t half = half_of_float(from[4 * x]);
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
  const pic_target *target = encode->encoding_user_data;
  exr_result_t result = target->compress(encode);
  if (result != EXR_ERR_SUCCESS || encode->compressed_bytes < encode->packed_bytes) return result;
  if (encode->compressed_buffer != encode->packed_buffer) {
    if (encode->compressed_alloc_size < encode->packed_bytes) return EXR_ERR_OUT_OF_MEMORY;
    memcpy(encode->compressed_buffer, encode->packed_buffer, encode->packed_bytes);
  }
  encode->compressed_bytes = encode->packed_bytes;
  return EXR_ERR_SUCCESS;
}

static exr_result_t write_header(pic_file *file, int alpha) {
  exr_context_initializer_t init = initializer(file);
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

static exr_result_t encode_chunk(pic_file *file, exr_encode_pipeline_t *encode,
                                 const exr_chunk_info_t *chunk, pic_target *target) {
  const int first = encode->context == NULL;
  exr_result_t result = first
                            ? exr_encoding_initialize(file->context, file->part, chunk, encode)
                            : exr_encoding_update(file->context, file->part, chunk, encode);
  for (int c = 0; c < encode->channel_count && result == EXR_ERR_SUCCESS; c++) {
    exr_coding_channel_info_t *channel = &encode->channels[c];
    channel->encode_from_ptr = (const uint8_t *)target->rgba; /* asked for, though not used */
    channel->user_data_type = channel->data_type;
    channel->user_bytes_per_element = channel->bytes_per_element;
    channel->user_pixel_stride = channel->bytes_per_element;
    channel->user_line_stride = channel->width * channel->bytes_per_element;
  }
  if (result == EXR_ERR_SUCCESS && first) {
    result = exr_encoding_choose_default_routines(file->context, file->part, encode);
    target->compress = encode->compress_fn;
    if (encode->compress_fn) encode->compress_fn = compress_chunk;
    encode->convert_and_pack_fn = gather_chunk;
    encode->encoding_user_data = target;
  }
  if (result == EXR_ERR_SUCCESS) result = exr_encoding_run(file->context, file->part, encode);
  return result;
}

int pic_write(pic_file *file, const float *rgba, int alpha) {
  pic_target target = {.file = file, .rgba = (float *)(uintptr_t)rgba};
  exr_encode_pipeline_t encode = EXR_ENCODE_PIPELINE_INITIALIZER;
  int32_t lines = 0;
  exr_result_t result = write_header(file, alpha);
  if (result == EXR_ERR_SUCCESS)
    result = exr_get_scanlines_per_chunk(file->context, file->part, &lines);
  for (int64_t y = file->data_window[1]; y <= file->data_window[3] && result == EXR_ERR_SUCCESS;
       y += lines) {
    exr_chunk_info_t chunk;
    result = exr_write_scanline_chunk_info(file->context, file->part, (int)y, &chunk);
    if (result == EXR_ERR_SUCCESS) result = encode_chunk(file, &encode, &chunk, &target);
  }
  if (encode.context) exr_encoding_destroy(file->context, &encode);
  exr_result_t finished = file->context ? exr_finish(&file->context) : EXR_ERR_SUCCESS;
  if (result == EXR_ERR_SUCCESS) result = finished;
  if (result != EXR_ERR_SUCCESS) say(file, "%s", exr_get_default_error_message(result));
  return result == EXR_ERR_SUCCESS && !file->sys_error ? 0 : -1;
}
