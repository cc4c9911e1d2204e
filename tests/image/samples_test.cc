#include "libfrag/image/samples.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "libfrag/image/convert.h"
#include "tests/support/support.h"

using namespace frag;

namespace {

std::uint8_t in_8_bits(std::uint16_t value, std::uint16_t white) {
  SampleKind kind;
  kind.wide = true;
  kind.white = white;
  std::uint8_t out = 0;
  convert_row(kind, {}, &value, 1, &out);
  return out;
}

}  // namespace

TEST_CASE("every 16-bit sample comes to 8 bits by v * 255 / 65535, rounded") {
  for (std::uint32_t value = 0; value <= 65535; ++value) {
    const auto sample = static_cast<std::uint16_t>(value);
    if (in_8_bits(sample, 65535) != to_8_bits(sample)) FAIL(value);
  }
}

TEST_CASE("samples below a smaller white keep their share of it, and none passes white") {
  for (const int white : {1, 15, 1023, 4095}) {
    for (int value = 0; value <= white; ++value) {
      const auto expected = std::lround(value * 255.0 / white);
      if (in_8_bits(static_cast<std::uint16_t>(value), static_cast<std::uint16_t>(white)) != expected)
        FAIL(value << " of " << white);
    }
    CHECK(in_8_bits(65535, static_cast<std::uint16_t>(white)) == 255);
  }
}

TEST_CASE("grey at 16 bits comes within half a level of the formula of luma") {
  SampleKind kind;
  kind.colours = 3;
  kind.wide = true;
  kind.white = 65535;
  ReadOptions options;
  options.gray = true;
  options.bits = 16;
  const std::vector<std::uint16_t> rgb = {65535, 65535, 65535, 0, 0, 0, 65535, 0, 0, 1000, 20000, 50000};
  std::vector<std::uint16_t> gray(4);
  convert_row(kind, options, rgb.data(), 4, reinterpret_cast<std::uint8_t*>(gray.data()));
  CHECK(gray[0] == 65535);
  CHECK(gray[1] == 0);
  for (std::size_t i = 0; i < 4; ++i) {
    const double exact = (19595.0 * rgb[3 * i] + 38470.0 * rgb[3 * i + 1] + 7471.0 * rgb[3 * i + 2]) / 65536;
    CHECK(std::abs(gray[i] - exact) <= 0.5);
  }
}

TEST_CASE("transparent is white and opaque is itself, in 8 and in 16 bits") {
  SampleKind kind;
  kind.alpha = true;
  const std::uint8_t narrow[] = {77, 0, 77, 255};
  std::uint8_t out[2];
  convert_row(kind, {}, narrow, 2, out);
  CHECK(out[0] == 255);
  CHECK(out[1] == 77);

  kind.wide = true;
  kind.white = 65535;
  ReadOptions options;
  options.bits = 16;
  const std::uint16_t wide[] = {7777, 0, 7777, 65535, 0, 32768};
  std::uint16_t out16[3];
  convert_row(kind, options, wide, 3, reinterpret_cast<std::uint8_t*>(out16));
  CHECK(out16[0] == 65535);
  CHECK(out16[1] == 7777);
  CHECK(out16[2] == 32767);
}

TEST_CASE("the stored box of a region holds the region's pixels, for every orientation") {
  const Image stored = test::noise_image(7, 5, 3, 1);
  for (int tag = 1; tag <= 8; ++tag) {
    const Orientation orientation(tag);
    const Image upright = orientation.apply(stored);
    const Box box{1, 2, 3, 2};
    const Box from = orientation.stored_box(box, stored.width(), stored.height());
    Image part(from.width, from.height, 3);
    for (std::int64_t y = 0; y < from.height; ++y) {
      for (std::int64_t i = 0; i < from.width * 3; ++i)
        part.row(y)[i] = stored.row(from.y + y)[from.x * 3 + i];
    }
    const Image turned = orientation.apply(part);
    INFO(tag);
    REQUIRE(turned.width() == box.width);
    REQUIRE(turned.height() == box.height);
    for (std::int64_t y = 0; y < box.height; ++y) {
      for (std::int64_t i = 0; i < box.width * 3; ++i)
        CHECK(turned.row(y)[i] == upright.row(box.y + y)[box.x * 3 + i]);
    }
  }
}
