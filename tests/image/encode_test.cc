#include "libfrag/image/encode.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "libfrag/image/read.h"
#include "tests/support/support.h"

using namespace frag;

TEST_CASE("a PNG of ours read back by libvips has equal pixels, grey and RGB") {
  for (const std::int64_t channels : {1, 3}) {
    for (const std::int64_t width : {1, 2, 63, 256}) {
      const Image image = test::noise_image(width, 37, channels, static_cast<std::uint64_t>(width));
      CHECK(decode_image(encode_png(image)).packed() == image.packed());
    }
  }
}

TEST_CASE("a JPEG of a smooth picture is close to it") {
  Image image(64, 64, 1);
  for (std::int64_t y = 0; y < 64; ++y) {
    for (std::int64_t x = 0; x < 64; ++x) image.row(y)[x] = static_cast<std::uint8_t>(2 * x + y);
  }
  const Image back = decode_image(encode_jpeg(image, 95));
  REQUIRE(back.channels() == 1);
  for (std::int64_t y = 0; y < 64; ++y) {
    for (std::int64_t x = 0; x < 64; ++x) REQUIRE(std::abs(back.row(y)[x] - image.row(y)[x]) <= 4);
  }
}
