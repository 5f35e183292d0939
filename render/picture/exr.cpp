#include "exr.h"

#include <ImfChannelList.h>
#include <ImfFrameBuffer.h>
#include <ImfHeader.h>
#include <ImfIO.h>
#include <ImfInputPart.h>
#include <ImfMultiPartInputFile.h>
#include <ImfOutputFile.h>
#include <ImfRgbaFile.h>
#include <ImfThreading.h>
#include <ImfTiledOutputFile.h>
#include <ImfVersion.h>
#include <half.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <unistd.h>

namespace {

/* --- The library's way to our files --------------------------------------------------------- */

class input : public Imf::IStream {
 public:
  explicit input(pic_file *file) : IStream("picture"), file(file) {}

  bool read(char to[], int count) override {
    for (int done = 0; done < count;) {
      ssize_t n = pread(file->fd, to + done, size_t(count - done), off_t(at));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) {
        file->sys_error = errno;
        throw std::runtime_error(strerror(errno));
      }
      if (n == 0) throw std::runtime_error("the file ends too early");
      done += int(n), at += uint64_t(n);
    }
    return at < uint64_t(file->size);
  }
  uint64_t tellg() override { return at; }
  void seekg(uint64_t to) override { at = std::min(to, uint64_t(file->size)); }

 private:
  pic_file *file;
  uint64_t at = 0;
};

class output : public Imf::OStream {
 public:
  explicit output(pic_file *file) : OStream("picture"), file(file) {}

  void write(const char from[], int count) override {
    for (int done = 0; done < count;) {
      ssize_t n = pwrite(file->fd, from + done, size_t(count - done), off_t(at));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) {
        file->sys_error = n < 0 ? errno : EIO;
        throw std::runtime_error(strerror(file->sys_error));
      }
      done += int(n), at += uint64_t(n);
    }
  }
  uint64_t tellp() override { return at; }
  void seekp(uint64_t to) override { at = to; }

 private:
  pic_file *file;
  uint64_t at = 0;
};

class memory : public Imf::IStream {
 public:
  memory(const void *data, int size) : IStream("header"), data((const char *)data), size(size) {}

  bool read(char to[], int count) override {
    if (uint64_t(count) > size - at) throw std::runtime_error("the header ends too early");
    memcpy(to, data + at, size_t(count));
    return (at += uint64_t(count)) < size;
  }
  uint64_t tellg() override { return at; }
  void seekg(uint64_t to) override { at = std::min(to, size); }

 private:
  const char *data;
  uint64_t size, at = 0;
};

/* Starts the library's threads, once. Signals are for the program's own threads. */
void start_threads() {
  static std::once_flag once;
  std::call_once(once, [] {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    Imf::setGlobalThreadCount(int(std::clamp(std::thread::hardware_concurrency(), 1u, 8u)));
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  });
}

size_t width(const Imath::Box2i &w) { return size_t(w.max.x) - size_t(w.min.x) + 1; }
size_t pixels(const Imath::Box2i &w) { return width(w) * (size_t(w.max.y) - size_t(w.min.y) + 1); }

/* Does what may throw: C and Go know no exceptions. */
template <typename Work>
int guarded(pic_file *file, Work work) {
  try {
    start_threads();
    work();
    return 0;
  } catch (const std::exception &e) {
    snprintf(file->message, sizeof file->message, "%s", e.what());
  } catch (...) {
    snprintf(file->message, sizeof file->message, "the OpenEXR library failed");
  }
  return -1;
}

/* --- Reading -------------------------------------------------------------------------------- */

/* Reads all lines, at once or one by one, which is slow and says which one cannot be read. */
template <typename File>
void read_lines(File &file, pic_choice *choice, bool one_by_one) {
  const int first = choice->window[1], last = choice->window[3];
  choice->bad_line = first;
  if (!one_by_one) return file.readPixels(first, last);
  for (int y = first; y <= last; y++) {
    choice->bad_line = y;
    file.readPixels(y);
  }
}

/* The caller has made room for the window that it has checked. */
Imath::Box2i checked(const Imath::Box2i &window, const pic_choice *choice) {
  const int32_t *w = choice->window;
  if (window != Imath::Box2i(Imath::V2i(w[0], w[1]), Imath::V2i(w[2], w[3])))
    throw std::runtime_error("the data window is not the one that was checked");
  return window;
}

/* Makes floats of the samples in every fourth slot, which have the type of the file's channel. */
void widen(float *to, size_t pixels, Imf::PixelType type) {
  const float *end = to + 4 * pixels;
  for (; type == Imf::HALF && to < end; to += 4) {
    uint16_t half;
    memcpy(&half, to, sizeof half);
    *to = imath_half_to_float(half);
  }
  for (; type == Imf::UINT && to < end; to += 4) {
    uint32_t number;
    memcpy(&number, to, sizeof number);
    *to = float(number);
  }
}

/* A sample is read as the type that it has in the file, into the place of the float that it
 * becomes: the library's own conversions do not keep every NaN. */
void read_channels(pic_file *file, pic_choice *choice, float *rgba, bool one_by_one) {
  input stream(file);
  Imf::MultiPartInputFile parts(stream, file->threads, false);
  Imf::InputPart part(parts, choice->part);
  const Imath::Box2i w = checked(part.header().dataWindow(), choice);
  const size_t pixel = 4 * sizeof(float), row = width(w) * pixel;

  Imf::FrameBuffer buffer;
  int from[4] = {-1, -1, -1, -1}; /* the place that a place's channel is read into */
  Imf::PixelType types[4] = {};
  for (int c = 0; c < 4; c++) {
    const char *name = choice->channel[c];
    if (!*name) continue;
    for (from[c] = 0; strcmp(choice->channel[from[c]], name) != 0;) from[c]++;
    if (from[c] != c) continue;
    const Imf::Channel *channel = part.header().channels().findChannel(name);
    if (!channel || channel->xSampling != 1 || channel->ySampling != 1)
      throw std::runtime_error("the channels are not those that were checked");
    types[c] = channel->type;
    char *origin = (char *)(rgba + c) - ptrdiff_t(pixel) * w.min.x - ptrdiff_t(row) * w.min.y;
    buffer.insert(name, Imf::Slice(channel->type, origin, pixel, row));
  }
  part.setFrameBuffer(buffer);
  read_lines(part, choice, one_by_one);
  for (int c = 0; c < 4; c++)
    if (from[c] == c) widen(rgba + c, pixels(w), types[c]);
  for (int c = 0; c < 4; c++)
    for (size_t i = 0; from[c] >= 0 && from[c] != c && i < pixels(w); i++)
      memcpy(rgba + 4 * i + c, rgba + 4 * i + from[c], sizeof *rgba);
}

/* The library reconstructs the chroma of every pixel and makes RGB of it, as halves, which are
 * read into the first half of the four floats that they become. */
void read_chroma(pic_file *file, pic_choice *choice, float *rgba, bool one_by_one) {
  input stream(file);
  Imf::RgbaInputFile in(stream, choice->layer, file->threads);
  const Imath::Box2i w = checked(in.dataWindow(), choice);
  in.setFrameBuffer((Imf::Rgba *)rgba - 2 * (w.min.x + ptrdiff_t(width(w)) * w.min.y), 2, 2 * width(w));
  read_lines(in, choice, one_by_one);
  for (size_t i = 0; i < pixels(w); i++) {
    uint16_t halves[4];
    memcpy(halves, rgba + 4 * i, sizeof halves);
    for (int c = 0; c < 4; c++) rgba[4 * i + c] = imath_half_to_float(halves[c]);
  }
}

}  // namespace

int pic_read(pic_file *file, pic_choice *choice, float *rgba) {
  return guarded(file, [&] {
    const auto read = choice->chroma ? read_chroma : read_channels;
    try {
      read(file, choice, rgba, false);
    } catch (const std::exception &) {
      read(file, choice, rgba, true);
    }
  });
}

/* --- Writing -------------------------------------------------------------------------------- */

int pic_write(pic_file *file, const void *bytes, int size, const float *rgba) {
  return guarded(file, [&] {
    memory given(bytes, size);
    Imf::Header header;
    int version = Imf::EXR_VERSION;
    header.readFrom(given, version);
    const Imath::Box2i w = header.dataWindow();
    const bool half = header.channels()["R"].type == Imf::HALF;
    std::unique_ptr<uint16_t[]> halves(half ? new uint16_t[4 * pixels(w)] : nullptr);
    if (half) std::transform(rgba, rgba + 4 * pixels(w), halves.get(), imath_float_to_half);
    const char *first = half ? (const char *)halves.get() : (const char *)rgba;
    const size_t sample = half ? sizeof(uint16_t) : sizeof(float);
    Imf::FrameBuffer buffer;
    for (auto c = header.channels().begin(); c != header.channels().end(); ++c) {
      const size_t place = std::string("RGBA").find(c.name());
      const ptrdiff_t before = w.min.x + ptrdiff_t(width(w)) * w.min.y; /* pixels from the origin to the first */
      const char *origin = first + ptrdiff_t(sample) * (ptrdiff_t(place) - 4 * before);
      buffer.insert(c.name(), Imf::Slice(c.channel().type, (char *)origin, 4 * sample, 4 * sample * width(w)));
    }

    output stream(file);
    if (header.hasTileDescription()) {
      Imf::TiledOutputFile out(stream, header, file->threads);
      out.setFrameBuffer(buffer);
      out.writeTiles(0, out.numXTiles() - 1, 0, out.numYTiles() - 1);
    } else {
      Imf::OutputFile out(stream, header, file->threads);
      out.setFrameBuffer(buffer);
      out.writePixels(w.max.y - w.min.y + 1);
    }
  });
}
