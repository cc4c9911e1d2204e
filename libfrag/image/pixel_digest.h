// The digest that says whether two machines see equal pixels.
#pragma once

#include <cstdint>
#include <string>

#include "libfrag/base/digest.h"
#include "libfrag/image/image.h"

namespace frag {

// pixel_digest() of a picture that comes in bands from top to bottom. Belongs to one thread.
class PixelDigest {
 public:
  PixelDigest(std::int64_t width, std::int64_t height, std::int64_t channels, int bits);
  // The next rows; of the picture's width.
  void add(const Image& band);
  std::string hex() const { return hash_.hex(); }

 private:
  Xxh3 hash_;
};

}  // namespace frag
