// Files that libvips writes, for the tests that read them back.
#pragma once

#include <algorithm>
#include <string>
#include <vips/vips8>

#include "libfrag/base/random.h"
#include "libfrag/geometry/box.h"
#include "libfrag/image/encode.h"
#include "libfrag/image/read.h"
#include "tests/support/support.h"

namespace frag::test {

inline vips::VImage vips_of(const Image& image) {
  // Starts libvips as the library does.
  decode_image(encode_png(Image(1, 1, 1)));
  const std::string bytes = image.packed();
  const vips::VImage picture(vips_image_new_from_memory_copy(
      bytes.data(), bytes.size(), static_cast<int>(image.width()), static_cast<int>(image.height()),
      static_cast<int>(image.channels()), image.bits() == 16 ? VIPS_FORMAT_USHORT : VIPS_FORMAT_UCHAR));
  return picture.copy(
      vips::VImage::option()->set("interpretation", image.channels() == 3 ? VIPS_INTERPRETATION_sRGB
                                                    : image.bits() == 16  ? VIPS_INTERPRETATION_GREY16
                                                                          : VIPS_INTERPRETATION_B_W));
}

inline std::string saved(const vips::VImage& image, const std::string& suffix) {
  void* bytes = nullptr;
  std::size_t size = 0;
  image.write_to_buffer(suffix.c_str(), &bytes, &size);
  const std::string file(static_cast<const char*>(bytes), size);
  g_free(bytes);
  return file;
}

inline Box random_box(SplitMix64& random, std::int64_t width, std::int64_t height) {
  const auto below = [&](std::int64_t limit) {
    return static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(limit)));
  };
  const std::int64_t x = below(width), y = below(height);
  return {x, y, 1 + below(width - x), 1 + below(height - y)};
}

// Three colours side by side in blocks: what a palette, a bilevel or a JPEG file can hold.
inline Image blocks(std::int64_t channels) {
  Image image(64, 48, channels);
  for (std::int64_t y = 0; y < image.height(); ++y) {
    for (std::int64_t i = 0; i < image.width() * channels; ++i)
      image.row(y)[i] = static_cast<std::uint8_t>((i / channels / 16 + y / 16) % 2 == 0 ? 255 : 0);
  }
  return image;
}

}  // namespace frag::test
