// The digest that says whether two machines see equal pixels.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "libfrag/base/digest.h"
#include "libfrag/image/image.h"

namespace frag {

// pixel_digest() of a picture that comes in bands from top to bottom. Belongs to one thread.
class PixelDigest {
 public:
  PixelDigest(std::int64_t width, std::int64_t height, std::int64_t channels, int bits);
  // The next rows; of the picture's width.
  void add(const Image& band);
  // The same, packed as Image::packed() gives it.
  void add(std::string_view rows) { hash_.update(rows); }
  std::string hex() const { return hash_.hex(); }

 private:
  Xxh3 hash_;
};

// pixel_digest() of an image that is packed.
std::string packed_pixel_digest(std::string_view pixels, std::int64_t width, std::int64_t height,
                                std::int64_t channels, int bits);

}  // namespace frag
