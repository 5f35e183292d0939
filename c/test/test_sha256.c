/* The examples of FIPS 180-2, and lengths around the end of a block by Python's hashlib. */
#include "check.h"
#include "link/sha256.h"

#include <string.h>

static struct sha256_text sum_of(const char *text, size_t size, size_t step) {
  struct sha256 sum;
  sha256_init(&sum);
  for (size_t at = 0; at < size; at += step)
    sha256_add(&sum, text + at, size - at < step ? size - at : step);
  return sha256_end(&sum);
}

int main(void) {
  static char million[1000000];
  memset(million, 'a', sizeof million);
  const char *two = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
  struct {
    const char *text;
    size_t size;
    const char *want;
  } examples[] = {
      {"", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {two, 56, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
      {million, sizeof million, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
  };
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
    for (size_t step = 1; step < 200; step += 21)
      CHECK(strcmp(sum_of(examples[i].text, examples[i].size, step).text, examples[i].want) == 0);
  struct {
    size_t size;
    const char *want;
  } lengths[] = {
      {55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"},
      {56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"},
      {63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"},
      {64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"},
      {65, "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0"},
      {119, "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb"},
      {120, "2f3d335432c70b580af0e8e1b3674a7c020d683aa5f73aaaedfdc55af904c21c"},
  };
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
    CHECK(strcmp(sum_of(million, lengths[i].size, 64).text, lengths[i].want) == 0);
  return check_failures != 0;
}
