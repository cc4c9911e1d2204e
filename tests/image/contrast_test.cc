#include "libfrag/image/contrast.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>

#include "tests/support/support.h"

using namespace frag;

namespace {

// Levels low, low + 1, ..., high, each as often.
Image ramp(int bits, std::int64_t low, std::int64_t high) {
  Image image(high - low + 1, 20, 1, bits);
  for (std::int64_t y = 0; y < image.height(); ++y) {
    for (std::int64_t x = 0; x < image.width(); ++x) {
      if (bits == 16) {
        image.row16(y)[x] = static_cast<std::uint16_t>(low + x);
      } else {
        image.row(y)[x] = static_cast<std::uint8_t>(low + x);
      }
    }
  }
  return image;
}

}  // namespace

TEST_CASE("a stretch makes its two levels black and white, and keeps what lies between in proportion") {
  Image image = ramp(8, 90, 160);
  stretch_levels(image, 100, 150);
  CHECK(image.row(0)[0] == 0);
  CHECK(image.row(0)[10] == 0);
  CHECK(image.row(0)[35] == 128);
  CHECK(image.row(0)[60] == 255);
  CHECK(image.row(0)[70] == 255);
}

TEST_CASE("16-bit grey is stretched to its own white") {
  Image image = ramp(16, 1000, 3000);
  stretch_levels(image, 1000, 3000);
  CHECK(image.row16(3)[0] == 0);
  CHECK(image.row16(3)[1000] == 32768);
  CHECK(image.row16(3)[2000] == 65535);
}

TEST_CASE("percentiles are those of counting, whatever the bands") {
  const Image image = ramp(8, 0, 199);
  Histogram whole(8), again(8);
  whole.add(image);
  for (int i = 0; i < 3; ++i) again.add(image);
  CHECK(whole.percentile(5000) == 0);
  CHECK(whole.percentile(500000) == 99);
  CHECK(whole.percentile(1000000) == 199);
  CHECK(again.percentile(500000) == 99);
}

TEST_CASE("equalising makes a histogram flat") {
  Image image = test::noise_image(300, 300, 1, 4);
  for (std::int64_t y = 0; y < 300; ++y) {
    for (std::int64_t x = 0; x < 300; ++x)
      image.row(y)[x] = static_cast<std::uint8_t>(image.row(y)[x] * image.row(y)[x] / 255);
  }
  equalise(image);
  std::int64_t below = 0;
  for (std::int64_t y = 0; y < 300; ++y)
    below += std::count_if(image.row(y), image.row(y) + 300, [](std::uint8_t v) { return v < 128; });
  CHECK(std::abs(below - 45000) < 4500);  // the darkest sixteenth shares one level
}

TEST_CASE("an image of one level stays as it is") {
  Image image(40, 40, 1);
  stretch_levels(image, 7, 7);
  equalise(image);
  CHECK(pixel_digest(image) == pixel_digest(Image(40, 40, 1)));
}

TEST_CASE("CLAHE widens a flat region's contrast, in grey and in colour") {
  for (const std::int64_t channels : {1, 3}) {
    Image image = test::noise_image(128, 128, channels, 5);
    for (std::int64_t y = 0; y < 128; ++y) {
      for (std::int64_t x = 0; x < 128 * channels; ++x)
        image.row(y)[x] = static_cast<std::uint8_t>(120 + image.row(y)[x] / 32);
    }
    clahe(image);
    const auto [least, most] = std::minmax_element(image.row(64), image.row(64) + 128 * channels);
    CHECK(*most - *least > 12);
  }
}
