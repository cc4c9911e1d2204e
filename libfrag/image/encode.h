// Pixels to files: PNG and JPEG in memory. The functions may be called from any thread; an encoder object
// belongs to one thread and reuses its memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "libfrag/image/image.h"

struct libdeflate_compressor;

namespace frag {

// PNG of every kind of Image: 8-bit grey and RGB, 16-bit grey. Every PNG reader gives back equal pixels; the
// bytes may differ between versions of libdeflate. One row filter an image, chosen on a sample of its rows.
// What the filter leaves of a photograph is noise, in which deflate's matches cost more than they save: it is
// stored as Huffman-coded literals, and given to libdeflate only where these become so short that there must
// be repetition.
class PngEncoder {
 public:
  PngEncoder();
  ~PngEncoder();

  // The file; it stays valid until the next call.
  std::string_view encode(const Image& image);

 private:
  struct Deleter {
    void operator()(libdeflate_compressor* compressor) const;
  };

  void append_compressed();

  std::unique_ptr<libdeflate_compressor, Deleter> compressor_;
  std::vector<std::uint8_t> rows_;  // filtered
  std::string file_;
};

// From this quality on colours have the resolution of the luminance (4:4:4); below it half of it along each
// edge (4:2:0), as most writers of JPEG have it.
inline constexpr int kFullColourQuality = 95;

// Baseline JPEG of 8-bit images.
class JpegEncoder {
 public:
  JpegEncoder();
  ~JpegEncoder();

  // The file, at `quality` in [1, 100]; it stays valid until the next call. Errc::usage for 16-bit images,
  // which baseline JPEG cannot hold.
  std::string_view encode(const Image& image, int quality = 90);

 private:
  struct Deleter {
    void operator()(void* handle) const;
  };

  std::unique_ptr<void, Deleter> handle_;
  std::vector<unsigned char> file_;
};

// The same by an encoder that each calling thread keeps.
std::string encode_png(const Image& image);
std::string encode_jpeg(const Image& image, int quality = 90);

// What makes these bytes, with its version: equal pixels have equal files where this is equal.
const char* png_encoder_name();
const char* jpeg_encoder_name();

}  // namespace frag
