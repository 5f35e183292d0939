/* The codec, and the table of parameters, against the golden vectors: what is sent byte for byte,
 * what is received field by field; and what is cut, changed or made up is refused. */
#include "check.h"
#include "link/messages.h"
#include "node/values.h"
#include "vectors.h"

#include <string.h>

static void is_vector(const char *name, bool encoded, msgpack_sbuffer *made) {
  struct vector v = read_vector(name);
  bool same = encoded && made->size == v.size && memcmp(made->data, v.body, v.size) == 0;
  if (!same)
    fprintf(stderr, "%s is encoded otherwise than in the vector\n", name);
  CHECK(same);
  msgpack_sbuffer_destroy(made);
  msgpack_sbuffer_init(made);
}

/* The settings of a node whose controls are at their defaults, but for some. */
static struct setting controls[PARAM_COUNT];
static const struct settings settings = {controls, PARAM_COUNT};

static void reset(const char *device) {
  static const struct params none;
  struct sentence why;
  CHECK(params_read(&none, 0, controls, &why));
  controls[PARAM_UNREALNESS].number[0] = 0;
  controls[PARAM_DEVICE].text = device;
}

static void test_greeting(msgpack_sbuffer *b) {
  struct hello hello = {"Impasto.ofx", "0.1.0", 8, true};
  is_vector("hello", encode_hello(b, 1, &hello), b);
  is_vector("lane", encode_lane(b, 0), b);
  reset(DEVICE_GPU);
  controls[PARAM_GPU_INDEX].number[0] = 1;
  controls[PARAM_PRECISION].number[0] = 16;
  is_vector("prepare", encode_prepare(b, 300, "great-wave@0123456789ab", &settings), b);
  is_vector("cancel", encode_cancel(b, 70000), b);
  is_vector("ping", encode_ping(b, 5), b);
}

static void test_shared(msgpack_sbuffer *b) {
  static const double frame[] = {0, 0, 959.5, 270.25};
  static const int32_t format[] = {0, 0, 1920, 1080};
  static const struct {
    enum param param;
    double number[4];
  } set[] = {{PARAM_STYLE_MIX, {0.75}},  {PARAM_UNREALNESS, {4.5}},
             {PARAM_EXPOSURE_IN, {1.5}}, {PARAM_EXPOSURE_OUT, {-2}},
             {PARAM_KEEP_COLOUR, {0.5}}, {PARAM_MIX, {0.25}},
             {PARAM_DETAIL, {0.75}},     {PARAM_TEXTURE_SCALE, {1.5}},
             {PARAM_ITERATIONS, {64}},   {PARAM_TEXTURE_CROP_FROM, {0.25, 0, 1, 0.5}},
             {PARAM_SEED, {7}},          {PARAM_MATCH_MASK, {1}},
             {PARAM_GPU_INDEX, {2}},     {PARAM_PRECISION, {32}},
             {PARAM_MEMORY, {6000}},     {PARAM_NOISE, {0.5}}};
  struct render_request shared = {
      .style = "great-wave@0123456789ab",
      .style_b = "c\xc3\xb4te@ba9876543210",
      .frame = 1001.5,
      .mask_invert = true,
      .scale = {0.5, 0.25},
      .pixel_aspect = 2,
      .format = frame,
      .statistics = format,
      .after = {.any = true},
      .settings = settings,
      .pictures = {{{-10, -20, 1910, 1060}, 4, 30720, 0, SPACE_LINEAR, true},
                   {{0, 0, 1900, 1000}, 1, 7616, 33177600, NULL, false},
                   {.channels = 0},
                   {{100, 50, 612, 306}, 4, 8192, 42024960, NULL, false},
                   {{0, 0, 640, 480}, 4, 10240, 40796160, NULL, false}},
  };
  memset(shared.after.name, 0xab, KEPT_BYTES);
  reset(DEVICE_GPU);
  for (size_t i = 0; i < sizeof set / sizeof *set; i++)
    memcpy(controls[set[i].param].number, set[i].number, sizeof set[i].number);
  is_vector("render_shared", encode_render(b, 70000, &shared, NULL), b);
}

static void test_painting(msgpack_sbuffer *b) {
  static const int32_t other[] = {-5, 0, 635, 480};
  struct render_request painted = {
      .style = "anything",
      .style_b = "",
      .frame = 7,
      .scale = {1, 1},
      .pixel_aspect = 1,
      .statistics = other,
      .settings = settings,
      .pictures = {{{0, 0, 640, 480}, 4, 10240, 0, SPACE_LINEAR, false},
                   {.channels = 0},
                   {{0, 0, 512, 256}, 4, 8192, 4915200, SPACE_SRGB, true},
                   {.channels = 0},
                   {{0, 0, 640, 480}, 4, 10240, 7012352, NULL, false}},
  };
  reset(DEVICE_CPU);
  is_vector("render_painting", encode_render(b, 70001, &painted, NULL), b);
}

/* With the pixels in the message, and from a sender that does not optimise. */
static void test_inline(msgpack_sbuffer *b) {
  static const unsigned char pixels[] = {0, 0, 0, 63, 0, 0, 128, 63, 0, 0, 192, 127, 0, 0, 128, 63};
  struct render_request inside = {
      .style = "great-wave",
      .style_b = "",
      .frame = -3,
      .scale = {1, 1},
      .pixel_aspect = 1,
      .settings = settings,
      .pictures = {[PICTURE_PLATE] = {{0, 0, 1, 1}, 4, 16, 0, SPACE_SRGB, false},
                   [PICTURE_OUTPUT] = {{0, 0, 1, 1}, 4, 16, 16, NULL, false}},
  };
  reset(DEVICE_AUTO);
  for (enum param p = 0; p < PARAM_COUNT; p++)
    if (controls[p].place == GOES_INTO_DESCENT)
      controls[p].place = GOES_NOWHERE;
  is_vector("render_inline", encode_render(b, (uint64_t)1 << 32, &inside, pixels), b);
}

static void test_encoding(void) {
  msgpack_sbuffer b;
  msgpack_sbuffer_init(&b);
  test_greeting(&b);
  test_shared(&b);
  test_painting(&b);
  test_inline(&b);
}

static struct message decode(const char *name, struct vector *v) {
  struct message m;
  const char *reason;
  memset(&m, 0xaa, sizeof m);
  *v = read_vector(name);
  bool ok = decode_message(&m, v->body, v->size, &reason);
  if (!ok)
    fprintf(stderr, "%s: %s\n", name, reason);
  CHECK(ok);
  return m;
}

static void test_decoding(void) {
  struct vector v;
  struct message m = decode("welcome", &v);
  CHECK(m.kind == KIND_WELCOME && m.id == 1 && m.as.welcome.protocol == PROTOCOL_VERSION);
  CHECK(!strcmp(m.as.welcome.program, "impasto-host") && !strcmp(m.as.welcome.version, "0.1.0"));
  m = decode("progress", &v);
  CHECK(m.kind == KIND_PROGRESS && m.id == 70000 && m.as.progress.fraction == 0.5);
  CHECK(!strcmp(m.as.progress.stage, "painting"));
  m = decode("done", &v);
  CHECK(m.kind == KIND_DONE && m.id == 70000 && m.as.done.cached && !m.as.done.pixels);
  CHECK(strcmp(m.as.done.device, "the CPU, 8 threads") == 0);
  struct timings *t = &m.as.done.timings;
  CHECK(t->load == 1 && t->wait == 200 && t->convert_in == 3000 && t->run == 400000 &&
        t->convert_out == 5000 && t->total == 70000000000);
  const struct kept *kept = &m.as.done.kept;
  CHECK(kept->any && kept->name[0] == 0xcd && kept->name[KEPT_BYTES - 1] == 0xcd);
  CHECK(strcmp(m.as.done.warning, "A painting is not used.") == 0);
  CHECK(strcmp(m.as.done.style, "Côte") == 0);
  m = decode("done_inline", &v);
  static const unsigned char pixels[] = {0, 0, 0, 63, 0, 0, 128, 63, 0, 0, 192, 127, 0, 0, 128, 63};
  CHECK(m.kind == KIND_DONE && m.id == (uint64_t)1 << 32 && !m.as.done.cached);
  CHECK(!m.as.done.kept.any && !m.as.done.warning[0] && !m.as.done.style[0]);
  CHECK(m.as.done.pixels_size == sizeof pixels &&
        memcmp(m.as.done.pixels, pixels, sizeof pixels) == 0);
  m = decode("pong", &v);
  CHECK(m.kind == KIND_PONG && m.id == 5);
  m = decode("error", &v);
  CHECK(m.kind == KIND_ERROR && m.id == 70000 && !strcmp(m.as.error.code, "style"));
  CHECK(!strcmp(m.as.error.message, "The style \"x\" is not here."));
}

/* A copy of exact size, so that AddressSanitizer sees every byte read past the end. */
static bool decodes(const unsigned char *body, size_t size) {
  struct message m;
  const char *reason;
  unsigned char *copy = malloc(size ? size : 1);
  memcpy(copy, body, size);
  bool ok = decode_message(&m, copy, size, &reason);
  CHECK(ok || (reason && reason[0]));
  free(copy);
  return ok;
}

static void test_hostile(void) {
  static const char *const names[] = {"welcome",     "progress", "done",
                                      "done_inline", "pong",     "error"};
  for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
    struct vector v = read_vector(names[k]);
    for (size_t cut = 0; cut < v.size; cut++)
      CHECK(!decodes(v.body, cut));
    unsigned char longer[sizeof v.body + 1];
    memcpy(longer, v.body, v.size);
    longer[v.size] = 0xc0;
    CHECK(!decodes(longer, v.size + 1));
    for (size_t at = 0; at < v.size; at++)
      for (int to = 0; to < 256; to++) {
        struct vector changed = v;
        changed.body[at] = (unsigned char)to;
        (void)decodes(changed.body, changed.size);
      }
  }
  /* Kinds that only the effect sends. */
  static const char *const requests[] = {"hello", "render_shared", "lane"};
  for (size_t k = 0; k < 3; k++) {
    struct vector v = read_vector(requests[k]);
    CHECK(!decodes(v.body, v.size));
  }
  /* Promises of four thousand million parts, nesting, and a fraction that is none. */
  static const unsigned char much[] = {0x93, 0xa4, 'd',  'o',  'n',  'e',
                                       1,    0xdf, 0xff, 0xff, 0xff, 0xff};
  CHECK(!decodes(much, sizeof much));
  static const unsigned char all[] = {0xdd, 0xff, 0xff, 0xff, 0xff};
  CHECK(!decodes(all, sizeof all));
  unsigned char deep[200];
  memset(deep, 0x91, sizeof deep);
  CHECK(!decodes(deep, sizeof deep));
  deep[sizeof deep - 1] = 0xc0;
  CHECK(!decodes(deep, sizeof deep));
  struct vector v = read_vector("progress");
  for (size_t i = 0; i + 9 < v.size; i++)
    if (v.body[i] == 0xcb)
      memset(v.body + i + 1, 0xff, 8); /* NaN */
  CHECK(!decodes(v.body, v.size));
}

static void test_long_texts_are_cut(void) {
  msgpack_sbuffer b;
  msgpack_packer p;
  msgpack_sbuffer_init(&b);
  msgpack_packer_init(&p, &b, msgpack_sbuffer_write);
  msgpack_pack_array(&p, 3);
  msgpack_pack_str_with_body(&p, "error", 5);
  msgpack_pack_uint64(&p, 1);
  msgpack_pack_map(&p, 3);
  static const char *const keys[] = {"code", "message", "cause"};
  for (int k = 0; k < 3; k++) {
    msgpack_pack_str_with_body(&p, keys[k], strlen(keys[k]));
    msgpack_pack_str(&p, 2000);
    for (int i = 0; i < 1000; i++)
      msgpack_pack_str_body(&p, "\xc3\xb4", 2);
  }
  struct message m;
  const char *reason;
  CHECK(decode_message(&m, (unsigned char *)b.data, b.size, &reason));
  size_t length = strlen(m.as.error.message);
  CHECK(length > 700 && length < sizeof m.as.error.message && length % 2 == 0);
  msgpack_sbuffer_destroy(&b);
}

int main(void) {
  test_encoding();
  test_decoding();
  test_hostile();
  test_long_texts_are_cut();
  return check_failures != 0;
}
