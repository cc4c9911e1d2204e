#include "libfrag/image/encode.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <utility>
#include <vector>

#include "libfrag/base/file.h"
#include "libfrag/base/random.h"
#include "libfrag/image/convert.h"
#include "libfrag/image/read.h"
#include "libfrag/image/render.h"
#include "tests/support/support.h"

using namespace frag;

namespace {

// What libpng, by way of OpenCV, reads from a PNG: the samples as packed() has them.
std::string read_by_libpng(std::string_view png) {
  const std::vector<char> file(png.begin(), png.end());
  cv::Mat read = cv::imdecode(file, cv::IMREAD_UNCHANGED);
  if (read.channels() == 3) cv::cvtColor(read, read, cv::COLOR_BGR2RGB);
  return {reinterpret_cast<const char*>(read.data), read.total() * read.elemSize()};
}

// `smoothness` 0 is noise; each step more halves the steps between neighbours.
Image random_walk(SplitMix64& random, std::int64_t channels, int bits, int smoothness) {
  const auto edge = [&random] { return static_cast<std::int64_t>(1 + random.below(90)); };
  Image image(edge(), edge(), channels, bits);
  std::uint64_t value = 0;
  for (std::int64_t y = 0; y < image.height(); ++y) {
    for (std::int64_t x = 0; x < image.width() * channels; ++x) {
      value += random.below(std::uint64_t{1} << (bits - smoothness));
      if (bits == 16) {
        image.row16(y)[x] = static_cast<std::uint16_t>(value);
      } else {
        image.row(y)[x] = static_cast<std::uint8_t>(value);
      }
    }
  }
  return image;
}

}  // namespace

TEST_CASE("a PNG of ours read back by libvips has equal pixels, grey and RGB") {
  for (const std::int64_t channels : {1, 3}) {
    for (const std::int64_t width : {1, 2, 63, 256}) {
      const Image image = test::noise_image(width, 37, channels, static_cast<std::uint64_t>(width));
      CHECK(decode_image(encode_png(image)).packed() == image.packed());
    }
  }
}

TEST_CASE("a PNG of ours read back by libpng has equal pixels: every kind, from noise to one level") {
  SplitMix64 random(41);
  PngEncoder encoder;
  for (int trial = 0; trial < 300; ++trial) {
    const std::int64_t channels = trial % 3 == 1 ? 3 : 1;
    const int bits = trial % 3 == 2 ? 16 : 8;
    const Image image = random_walk(random, channels, bits, trial / 3 % (bits + 1));
    REQUIRE(read_by_libpng(encoder.encode(image)) == image.packed());
  }
}

TEST_CASE("a PNG larger than one block of codes reads back equal") {
  const Image image = test::noise_image(700, 500, 1, 42);
  CHECK(read_by_libpng(encode_png(image)) == image.packed());
}

TEST_CASE("a PNG whose differences are as unequal as can be reads back equal") {
  // Counts like Fibonacci numbers make Huffman's codes as long as the alphabet: they have to be limited to 15
  // bits.
  std::vector<std::uint8_t> steps;
  std::size_t count = 1, before = 1;
  for (std::uint8_t step = 0; step < 24; ++step) {
    steps.insert(steps.end(), count, step);
    before = std::exchange(count, count + before);
  }
  Image image(static_cast<std::int64_t>(steps.size()), 1, 1);
  std::uint8_t value = 0;
  for (std::size_t x = 0; x < steps.size(); ++x)
    image.row(0)[x] = value = static_cast<std::uint8_t>(value + steps[x]);
  CHECK(read_by_libpng(encode_png(image)) == image.packed());
}

TEST_CASE("a picture of one level becomes a PNG of almost nothing") {
  CHECK(encode_png(Image(2000, 2000, 1)).size() < 20'000);
}

TEST_CASE("PNGs of turned blood smears in grey are no larger than OpenCV's") {
  REQUIRE_TEST_DATA(data);
  std::size_t ours = 0, theirs = 0;
  PngEncoder encoder;
  int sources = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(data / "blood-smears")) {
    if (!file.is_regular_file() || !looks_like_image(file.path()) || sources++ % 10 != 0) continue;
    const Image source = to_gray(decode_image(read_file(file.path())));
    for (const int degrees : {15, 130}) {
      const Image tile =
          render_tile(source, make_angle(degrees * 1000), {-128 * kSubpixel, -128 * kSubpixel, 256, 256});
      ours += encoder.encode(tile).size();
      std::string pixels = tile.packed();
      std::vector<unsigned char> png;
      cv::imencode(".png", cv::Mat(256, 256, CV_8UC1, pixels.data()), png);
      theirs += png.size();
    }
  }
  REQUIRE(sources > 0);
  INFO("ours " << ours << " bytes, OpenCV's " << theirs);
  CHECK(ours <= theirs);
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

TEST_CASE("a JPEG keeps fine colours from quality 95 on, and averages them below") {
  // Red and green in turn, of about one brightness.
  Image stripes(64, 64, 3);
  for (std::int64_t y = 0; y < 64; ++y) {
    for (std::int64_t x = 0; x < 64; ++x) stripes.row(y)[3 * x + x % 2] = x % 2 == 0 ? 200 : 100;
  }
  const auto redness = [&](int quality) {
    const Image back = decode_image(encode_jpeg(stripes, quality));
    const std::uint8_t* pixel = back.row(32) + 3 * 32;
    return pixel[0] - pixel[1];
  };
  CHECK(redness(95) > 150);
  CHECK(redness(94) < 100);
}

TEST_CASE("an encoder that is used again gives the files of a new one") {
  JpegEncoder jpeg;
  PngEncoder png;
  for (const std::int64_t edge : {200, 16, 90}) {
    const Image image = test::noise_image(edge, edge, edge == 16 ? 3 : 1, 43);
    CHECK(jpeg.encode(image, 80) == JpegEncoder().encode(image, 80));
    CHECK(png.encode(image) == PngEncoder().encode(image));
  }
}

TEST_CASE("a JPEG of 16 bits is refused with the way out") {
  const Error error = test::error_of([] { encode_jpeg(Image(8, 8, 1, 16)); });
  CHECK(error.code() == Errc::usage);
  CHECK_THAT(error.what(), Catch::Contains("8 bits") && Catch::Contains("PNG"));
}
