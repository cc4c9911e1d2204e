#include "libfrag/image/convert.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/support/support.h"

using namespace frag;

TEST_CASE("luma is BT.601 within half a level, and grey stays grey") {
  const Image rgb = test::noise_image(64, 64, 3, 3);
  const Image gray = to_gray(rgb);
  for (std::int64_t y = 0; y < 64; ++y) {
    for (std::int64_t x = 0; x < 64; ++x) {
      const std::uint8_t* p = rgb.row(y) + 3 * x;
      REQUIRE(std::abs(gray.row(y)[x] - (0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2])) <= 0.51);
    }
  }
  const Image one = test::noise_image(16, 16, 1, 4);
  CHECK(to_gray(to_rgb(one)).packed() == one.packed());
}

TEST_CASE("16 bits become 8 by rounding to nearest") {
  for (unsigned value = 0; value < 65536; ++value) {
    REQUIRE(to_8_bits(static_cast<std::uint16_t>(value)) == std::lround(value * 255.0 / 65535.0));
  }
}

TEST_CASE("opaque pixels keep their value, transparent ones are white") {
  CHECK(over_white(17, 255) == 17);
  CHECK(over_white(17, 0) == 255);
}
