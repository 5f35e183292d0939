#include "messages.h"

#include <string.h>

/* --- Encoding ----------------------------------------------------------------------------- */

/* msgpack-c reports a buffer that cannot grow at every call; it is enough to look at the end. */
struct encoder {
  msgpack_packer packer;
  int failed;
};

static void put_map(struct encoder *e, size_t fields) {
  e->failed |= msgpack_pack_map(&e->packer, fields);
}

static void put_text(struct encoder *e, const char *text) {
  size_t size = strlen(text);
  e->failed |= msgpack_pack_str(&e->packer, size);
  e->failed |= msgpack_pack_str_body(&e->packer, text, size);
}

static void put_int(struct encoder *e, const char *key, int64_t value) {
  put_text(e, key);
  e->failed |= msgpack_pack_int64(&e->packer, value);
}

static void put_double(struct encoder *e, const char *key, double value) {
  put_text(e, key);
  e->failed |= msgpack_pack_double(&e->packer, value);
}

static void put_bool(struct encoder *e, const char *key, bool value) {
  put_text(e, key);
  e->failed |= value ? msgpack_pack_true(&e->packer) : msgpack_pack_false(&e->packer);
}

static void put_string(struct encoder *e, const char *key, const char *value) {
  put_text(e, key);
  put_text(e, value);
}

static void put_bin(struct encoder *e, const unsigned char *bytes, size_t size) {
  e->failed |= msgpack_pack_bin(&e->packer, size);
  e->failed |= msgpack_pack_bin_body(&e->packer, bytes, size);
}

static void put_window(struct encoder *e, const int32_t window[4]) {
  put_text(e, "window");
  e->failed |= msgpack_pack_array(&e->packer, 4);
  for (int i = 0; i < 4; i++)
    e->failed |= msgpack_pack_int64(&e->packer, window[i]);
}

/* The pictures of a request, and the memory where their pixels go inside of the message. */
struct pictures {
  const struct picture *all;
  const unsigned char *inside; /* NULL: the memory is attached */
};

static bool has(const struct picture *pictures, enum picture_id id) {
  return pictures[id].channels != 0;
}

static void put_picture(struct encoder *e, const char *key, const struct pictures *pictures,
                        enum picture_id id) {
  const struct picture *picture = &pictures->all[id];
  bool pixels = pictures->inside && id != PICTURE_OUTPUT;
  if (!has(pictures->all, id))
    return;
  put_text(e, key);
  put_map(e, pixels ? 5 : 4);
  put_window(e, picture->window);
  put_int(e, "channels", picture->channels);
  put_int(e, "rowBytes", picture->row_bytes);
  put_int(e, "offset", pictures->inside ? 0 : picture->offset);
  if (pixels) {
    put_text(e, "pixels");
    put_bin(e, pictures->inside + picture->offset, picture_size(picture));
  }
}

static void put_painting(struct encoder *e, const struct pictures *pictures) {
  const struct picture *painting = &pictures->all[PICTURE_PAINTING];
  if (!has(pictures->all, PICTURE_PAINTING))
    return;
  put_text(e, "painting");
  put_map(e, 3);
  put_string(e, "space", painting->space);
  put_bool(e, "premultiplied", painting->premultiplied);
  put_picture(e, "image", pictures, PICTURE_PAINTING);
}

static void put_doubles(struct encoder *e, const char *key, const double *values, size_t count) {
  put_text(e, key);
  e->failed |= msgpack_pack_array(&e->packer, count);
  for (size_t i = 0; i < count; i++)
    e->failed |= msgpack_pack_double(&e->packer, values[i]);
}

static void put_setting(struct encoder *e, const struct setting *setting) {
  switch (setting->kind) {
  case SETTING_NUMBER:
    put_double(e, setting->key, setting->number[0]);
    break;
  case SETTING_INTEGER:
    put_int(e, setting->key, (int64_t)setting->number[0]);
    break;
  case SETTING_SWITCH:
    put_bool(e, setting->key, setting->number[0] != 0);
    break;
  case SETTING_TEXT:
    put_string(e, setting->key, setting->text);
    break;
  case SETTING_CORNERS:
    put_doubles(e, setting->key, setting->number, 4);
    break;
  }
}

static size_t count_settings(const struct settings *settings, enum place place) {
  size_t count = 0;
  for (size_t i = 0; i < settings->count; i++)
    count += settings->all[i].place == place;
  return count;
}

static void put_settings(struct encoder *e, const struct settings *settings, enum place place) {
  for (size_t i = 0; i < settings->count; i++)
    if (settings->all[i].place == place)
      put_setting(e, &settings->all[i]);
}

static void put_size(struct encoder *e, const struct render_request *render) {
  put_text(e, "size");
  put_map(e, 2 + count_settings(&render->settings, GOES_INTO_SIZE) + !!render->format);
  put_doubles(e, "scale", render->scale, 2);
  put_double(e, "pixelAspect", render->pixel_aspect);
  put_settings(e, &render->settings, GOES_INTO_SIZE);
  if (render->format)
    put_doubles(e, "format", render->format, 4);
}

static void put_statistics(struct encoder *e, const int32_t *window,
                           const struct pictures *pictures) {
  put_text(e, "statistics");
  put_map(e, !!window + has(pictures->all, PICTURE_HELD));
  if (window)
    put_window(e, window);
  put_picture(e, "held", pictures, PICTURE_HELD);
}

static void put_descent(struct encoder *e, const struct render_request *render) {
  size_t count = count_settings(&render->settings, GOES_INTO_DESCENT);
  if (count == 0)
    return;
  put_text(e, "descent");
  put_map(e, count + render->after.any);
  put_settings(e, &render->settings, GOES_INTO_DESCENT);
  if (render->after.any) {
    put_text(e, "after");
    put_bin(e, render->after.name, KEPT_BYTES);
  }
}

static void put_device(struct encoder *e, const struct settings *settings) {
  put_text(e, "device");
  put_map(e, count_settings(settings, GOES_INTO_DEVICE));
  put_settings(e, settings, GOES_INTO_DEVICE);
}

static struct encoder start(msgpack_sbuffer *to, const char *kind, uint64_t id, size_t fields) {
  struct encoder e = {.failed = 0};
  msgpack_packer_init(&e.packer, to, msgpack_sbuffer_write);
  e.failed |= msgpack_pack_array(&e.packer, 3);
  put_text(&e, kind);
  e.failed |= msgpack_pack_uint64(&e.packer, id);
  put_map(&e, fields);
  return e;
}

bool encode_hello(msgpack_sbuffer *to, uint64_t id, const struct hello *hello) {
  struct encoder e = start(to, "hello", id, 5);
  put_int(&e, "protocol", PROTOCOL_VERSION);
  put_string(&e, "program", hello->program);
  put_string(&e, "version", hello->version);
  put_int(&e, "threads", hello->threads);
  put_bool(&e, "background", hello->background);
  return !e.failed;
}

bool encode_lane(msgpack_sbuffer *to, uint64_t id) {
  return !start(to, "lane", id, 0).failed;
}

bool encode_prepare(msgpack_sbuffer *to, uint64_t id, const char *style,
                    const struct settings *settings) {
  struct encoder e = start(to, "prepare", id, 2);
  put_string(&e, "style", style);
  put_device(&e, settings);
  return !e.failed;
}

static size_t count_fields(const struct render_request *render) {
  const struct settings *settings = &render->settings;
  return 11 + count_settings(settings, GOES_WITH_STYLE) +
         count_settings(settings, GOES_WITH_PLATE) + has(render->pictures, PICTURE_MASK) +
         has(render->pictures, PICTURE_PAINTING) +
         (count_settings(settings, GOES_INTO_DESCENT) > 0);
}

bool encode_render(msgpack_sbuffer *to, uint64_t id, const struct render_request *render,
                   const unsigned char *inside) {
  const struct pictures pictures = {render->pictures, inside};
  const struct picture *plate = &render->pictures[PICTURE_PLATE];
  struct encoder e = start(to, "render", id, count_fields(render));
  put_string(&e, "style", render->style);
  put_string(&e, "styleB", render->style_b);
  put_settings(&e, &render->settings, GOES_WITH_STYLE);
  put_double(&e, "frame", render->frame);
  put_string(&e, "space", plate->space);
  put_bool(&e, "premultiplied", plate->premultiplied);
  put_settings(&e, &render->settings, GOES_WITH_PLATE);
  put_bool(&e, "maskInvert", render->mask_invert);
  put_size(&e, render);
  put_statistics(&e, render->statistics, &pictures);
  put_picture(&e, "plate", &pictures, PICTURE_PLATE);
  put_picture(&e, "mask", &pictures, PICTURE_MASK);
  put_painting(&e, &pictures);
  put_descent(&e, render);
  put_picture(&e, "output", &pictures, PICTURE_OUTPUT);
  put_device(&e, &render->settings);
  return !e.failed;
}

bool encode_cancel(msgpack_sbuffer *to, uint64_t id) {
  return !start(to, "cancel", id, 0).failed;
}

bool encode_ping(msgpack_sbuffer *to, uint64_t id) {
  return !start(to, "ping", id, 0).failed;
}

/* --- Decoding ----------------------------------------------------------------------------- */

/* msgpack-c allocates what an array's header promises before it has seen the array. So the body
 * is walked first, and only one that is complete and small goes on to it. */
enum { MAX_OBJECTS = 256 };

static bool walk(const unsigned char *body, size_t size) {
  size_t at = 0, wanted = 1;
  for (size_t objects = 0; wanted > 0; objects++, wanted--) {
    if (objects == MAX_OBJECTS || at == size)
      return false;
    unsigned char b = body[at++];
    size_t width = 0;      /* of a length that follows, or of the value itself */
    size_t per_length = 1; /* objects (containers) or bytes (texts) for each 1 of length */
    bool container = false, text = false;
    size_t length = 0;
    if (b < 0x80 || b >= 0xe0 || b == 0xc0 || b == 0xc2 || b == 0xc3) {
      continue; /* a small integer, nil, a boolean */
    } else if (b < 0x90) {
      container = true, per_length = 2, length = b & 0x0f;
    } else if (b < 0xa0) {
      container = true, length = b & 0x0f;
    } else if (b < 0xc0) {
      text = true, length = b & 0x1f;
    } else if (b >= 0xc4 && b <= 0xc6) { /* bin */
      text = true, width = (size_t)1 << (b - 0xc4);
    } else if (b == 0xca || b == 0xcb) { /* floats */
      width = b == 0xca ? 4 : 8;
    } else if (b >= 0xcc && b <= 0xd3) { /* integers */
      width = (size_t)1 << ((b - 0xcc) & 3);
    } else if (b >= 0xd9 && b <= 0xdb) { /* str */
      text = true, width = (size_t)1 << (b - 0xd9);
    } else if (b >= 0xdc) {
      container = true, per_length = b >= 0xde ? 2 : 1, width = b & 1 ? 4 : 2;
    } else {
      return false; /* extensions: no message has one */
    }
    if (width > size - at)
      return false;
    if (container || text)
      for (size_t i = 0; i < width; i++)
        length = length << 8 | body[at + i];
    at += width;
    if (text) {
      if (length > size - at)
        return false;
      at += length;
    } else if (container) {
      if (length > MAX_OBJECTS)
        return false;
      wanted += length * per_length;
    }
  }
  return at == size;
}

static bool is_text(const msgpack_object *object, const char *text) {
  size_t size = strlen(text);
  return object->type == MSGPACK_OBJECT_STR && object->via.str.size == size &&
         memcmp(object->via.str.ptr, text, size) == 0;
}

static bool take_int(const msgpack_object *object, int64_t *to) {
  if (object->type == MSGPACK_OBJECT_NEGATIVE_INTEGER)
    *to = object->via.i64;
  else if (object->type == MSGPACK_OBJECT_POSITIVE_INTEGER && object->via.u64 <= INT64_MAX)
    *to = (int64_t)object->via.u64;
  else
    return false;
  return true;
}

static bool take_text(const msgpack_object *object, char *to, size_t room) {
  if (object->type != MSGPACK_OBJECT_STR)
    return false;
  const char *from = object->via.str.ptr;
  size_t size = object->via.str.size;
  if (size >= room) { /* cut before a character of UTF-8, not inside it */
    size = room - 1;
    while (size > 0 && (from[size] & 0xc0) == 0x80)
      size--;
  }
  memcpy(to, from, size);
  to[size] = 0;
  return true;
}

/* The fields come in the order of the struct. True moves on to the next one. */
struct fields {
  const msgpack_object_kv *next, *end;
};

static bool fields_of(struct fields *fields, const msgpack_object *object) {
  if (object->type != MSGPACK_OBJECT_MAP)
    return false;
  fields->next = object->via.map.ptr;
  fields->end = fields->next + object->via.map.size;
  return true;
}

static const msgpack_object *field(struct fields *fields, const char *key) {
  if (fields->next == fields->end || !is_text(&fields->next->key, key))
    return NULL;
  return &fields->next++->val;
}

static bool int_field(struct fields *fields, const char *key, int64_t *to) {
  const msgpack_object *value = field(fields, key);
  return value && take_int(value, to);
}

static bool text_field(struct fields *fields, const char *key, char *to, size_t room) {
  const msgpack_object *value = field(fields, key);
  return value && take_text(value, to, room);
}

static bool take_welcome(struct message *to, struct fields *f) {
  return int_field(f, "protocol", &to->as.welcome.protocol) &&
         text_field(f, "program", to->as.welcome.program, sizeof to->as.welcome.program) &&
         text_field(f, "version", to->as.welcome.version, sizeof to->as.welcome.version);
}

static bool take_progress(struct message *to, struct fields *f) {
  const msgpack_object *fraction = field(f, "fraction");
  if (!fraction || fraction->type != MSGPACK_OBJECT_FLOAT64 ||
      !(fraction->via.f64 >= 0 && fraction->via.f64 <= 1))
    return false;
  to->as.progress.fraction = fraction->via.f64;
  return text_field(f, "stage", to->as.progress.stage, sizeof to->as.progress.stage);
}

static bool take_done(struct message *to, struct fields *f) {
  if (!text_field(f, "device", to->as.done.device, sizeof to->as.done.device))
    return false;
  const msgpack_object *cached = field(f, "cached"), *timings = field(f, "timings");
  struct timings *t = &to->as.done.timings;
  struct fields tf;
  if (!cached || cached->type != MSGPACK_OBJECT_BOOLEAN || !timings || !fields_of(&tf, timings))
    return false;
  to->as.done.cached = cached->via.boolean;
  if (!int_field(&tf, "load", &t->load) || !int_field(&tf, "wait", &t->wait) ||
      !int_field(&tf, "convertIn", &t->convert_in) || !int_field(&tf, "run", &t->run) ||
      !int_field(&tf, "convertOut", &t->convert_out) || !int_field(&tf, "total", &t->total) ||
      tf.next != tf.end)
    return false;
  const msgpack_object *pixels = field(f, "pixels");
  if (pixels && pixels->type != MSGPACK_OBJECT_BIN)
    return false;
  to->as.done.pixels = pixels ? (const unsigned char *)pixels->via.bin.ptr : NULL;
  to->as.done.pixels_size = pixels ? pixels->via.bin.size : 0;
  const msgpack_object *kept = field(f, "kept");
  if (kept && (kept->type != MSGPACK_OBJECT_BIN || kept->via.bin.size != KEPT_BYTES))
    return false;
  to->as.done.kept.any = kept != NULL;
  if (kept)
    memcpy(to->as.done.kept.name, kept->via.bin.ptr, KEPT_BYTES);
  const msgpack_object *warning = field(f, "warning");
  to->as.done.warning[0] = to->as.done.style[0] = 0;
  if (warning && !take_text(warning, to->as.done.warning, sizeof to->as.done.warning))
    return false;
  const msgpack_object *style = field(f, "style");
  return !style || take_text(style, to->as.done.style, sizeof to->as.done.style);
}

static bool take_pong(struct message *to, struct fields *f) {
  (void)to, (void)f;
  return true;
}

static bool take_error(struct message *to, struct fields *f) {
  char cause[8]; /* is in the log of impasto-host already */
  return text_field(f, "code", to->as.error.code, sizeof to->as.error.code) &&
         text_field(f, "message", to->as.error.message, sizeof to->as.error.message) &&
         text_field(f, "cause", cause, sizeof cause);
}

static const struct {
  const char *name;
  enum kind kind;
  bool (*take)(struct message *, struct fields *);
} kinds[] = {
    {"welcome", KIND_WELCOME, take_welcome}, {"progress", KIND_PROGRESS, take_progress},
    {"done", KIND_DONE, take_done},          {"pong", KIND_PONG, take_pong},
    {"error", KIND_ERROR, take_error},
};

bool decode_message(struct message *to, const unsigned char *body, size_t size,
                    const char **reason) {
  *reason = "a message cut short or malformed";
  if (!walk(body, size))
    return false;
  bool taken = false;
  msgpack_unpacked unpacked;
  msgpack_unpacked_init(&unpacked);
  if (msgpack_unpack_next(&unpacked, (const char *)body, size, NULL) != MSGPACK_UNPACK_SUCCESS)
    goto out;
  const msgpack_object *parts = unpacked.data.via.array.ptr;
  if (unpacked.data.type != MSGPACK_OBJECT_ARRAY || unpacked.data.via.array.size != 3 ||
      parts[1].type != MSGPACK_OBJECT_POSITIVE_INTEGER) {
    *reason = "a message without kind, id and fields";
    goto out;
  }
  to->id = parts[1].via.u64;
  *reason = "a message of a kind that is not known";
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds && !taken; i++) {
    struct fields f;
    if (!is_text(&parts[0], kinds[i].name))
      continue;
    *reason = "a message whose fields are not those of its kind";
    to->kind = kinds[i].kind;
    if (!fields_of(&f, &parts[2]) || !kinds[i].take(to, &f) || f.next != f.end)
      goto out;
    taken = true;
  }
out:
  msgpack_unpacked_destroy(&unpacked);
  return taken;
}
