#include "libfrag/image/render.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

#include "libfrag/base/random.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::noise_image;

namespace {

// Bilinear interpolation in double precision, from the true angle: what the integers must stay close to.
double exact_sample(const Image& source, std::int32_t millidegrees, const TileFrame& frame, std::int64_t u,
                    std::int64_t v, std::int64_t channel) {
  const double radians = millidegrees * std::acos(-1.0) / 180000;
  const double c = std::cos(radians), s = std::sin(radians);
  const double px = static_cast<double>(frame.x) / kSubpixel + static_cast<double>(u) + 0.5;
  const double py = static_cast<double>(frame.y) / kSubpixel + static_cast<double>(v) + 0.5;
  const auto limit = [](double at, std::int64_t size) {
    return std::clamp(at, 0.0, static_cast<double>(size - 1));
  };
  const double x = limit(static_cast<double>(source.width()) / 2 + c * px - s * py - 0.5, source.width());
  const double y = limit(static_cast<double>(source.height()) / 2 + s * px + c * py - 0.5, source.height());
  const auto i = static_cast<std::int64_t>(x), j = static_cast<std::int64_t>(y);
  const auto sample = [&](std::int64_t a, std::int64_t b) {
    return static_cast<double>(source.row(
        std::min(b, source.height() - 1))[std::min(a, source.width() - 1) * source.channels() + channel]);
  };
  const double fx = x - static_cast<double>(i), fy = y - static_cast<double>(j);
  return (1 - fy) * ((1 - fx) * sample(i, j) + fx * sample(i + 1, j)) +
         fy * ((1 - fx) * sample(i, j + 1) + fx * sample(i + 1, j + 1));
}

struct Scene {
  Image source;
  Angle angle;
  AngleGrid grid;
};

Scene random_scene(SplitMix64& random, Fit fit, std::int64_t millidegrees, std::int64_t channels) {
  const auto tile = static_cast<std::int64_t>(8 + random.below(60));
  const auto width = tile + static_cast<std::int64_t>(random.below(200));
  const auto height = tile + static_cast<std::int64_t>(random.below(200));
  const Angle angle = make_angle(millidegrees);
  return {noise_image(width, height, channels, random.next()), angle,
          AngleGrid(width, height, angle, {fit, tile, std::max<std::int64_t>(1, tile / 2)})};
}

// `source` inside a larger picture of one grey level: a renderer that looks outside the source sees it.
Image framed(const Image& source, std::uint8_t surround) {
  Image large(source.width() + 8, source.height() + 8, source.channels());
  for (std::int64_t y = 0; y < large.height(); ++y)
    std::memset(large.row(y), surround, static_cast<std::size_t>(large.stride()));
  for (std::int64_t y = 0; y < source.height(); ++y) {
    std::memcpy(large.row(y + 4) + 4 * source.channels(), source.row(y),
                static_cast<std::size_t>(source.width() * source.channels()));
  }
  return large;
}

Image plain_turn(const Image& source, int quarter_turns) {  // counter-clockwise
  Image turned = source.clone();
  for (int i = 0; i < quarter_turns; ++i) {
    Image next(turned.height(), turned.width(), turned.channels());
    for (std::int64_t y = 0; y < next.height(); ++y) {
      for (std::int64_t x = 0; x < next.width(); ++x) {
        std::memcpy(next.row(y) + x * next.channels(),
                    turned.row(x) + (turned.width() - 1 - y) * next.channels(),
                    static_cast<std::size_t>(next.channels()));
      }
    }
    turned = std::move(next);
  }
  return turned;
}

}  // namespace

TEST_CASE("a fragment of noise is within one grey level of double precision, for every fit and any angle") {
  SplitMix64 random(21);
  double worst = 0;
  for (const Fit fit : {Fit::inscribed, Fit::largest, Fit::cover}) {
    for (int trial = 0; trial < 120; ++trial) {
      const auto millidegrees = static_cast<std::int64_t>(random.below(360000));
      const Scene scene = random_scene(random, fit, millidegrees, trial % 2 == 0 ? 1 : 3);
      for (std::uint32_t row = 0; row < scene.grid.rows(); ++row) {
        const TileFrame frame = scene.grid.frame(row, scene.grid.columns(row) - 1);
        const Image tile = render_tile(scene.source, scene.angle, frame);
        for (std::int64_t v = 0; v < tile.height(); ++v) {
          for (std::int64_t u = 0; u < tile.width(); ++u) {
            for (std::int64_t channel = 0; channel < tile.channels(); ++channel) {
              const double exact = exact_sample(scene.source, scene.angle.millidegrees, frame, u, v, channel);
              worst = std::max(worst, std::abs(exact - tile.row(v)[u * tile.channels() + channel]));
            }
          }
        }
      }
    }
  }
  INFO("worst difference " << worst);
  CHECK(worst <= 1.0);
}

TEST_CASE("multiples of 90 degrees are bit-equal to crops of the turned picture") {
  SplitMix64 random(22);
  for (int trial = 0; trial < 60; ++trial) {
    const int turns = trial % 4;
    const Fit fit = trial % 3 == 0 ? Fit::inscribed : trial % 3 == 1 ? Fit::largest : Fit::cover;
    const Scene scene = random_scene(random, fit, turns * 90000, 1 + 2 * (trial % 2));
    const Image turned = plain_turn(scene.source, turns);
    for (std::uint32_t row = 0; row < scene.grid.rows(); ++row) {
      for (std::uint32_t column = 0; column < scene.grid.columns(row); ++column) {
        const TileFrame frame = scene.grid.frame(row, column);
        const Image tile = render_tile(scene.source, scene.angle, frame);
        const std::int64_t left = frame.x + turned.width() * (kSubpixel / 2),
                           top = frame.y + turned.height() * (kSubpixel / 2);
        REQUIRE(left % kSubpixel == 0);
        REQUIRE(top % kSubpixel == 0);
        for (std::int64_t v = 0; v < tile.height(); ++v) {
          REQUIRE(std::memcmp(tile.row(v),
                              turned.row(top / kSubpixel + v) + left / kSubpixel * turned.channels(),
                              static_cast<std::size_t>(tile.width() * tile.channels())) == 0);
        }
      }
    }
  }
}

TEST_CASE("no fragment of any fit depends on what lies outside the source") {
  SplitMix64 random(23);
  for (const Fit fit : {Fit::inscribed, Fit::largest, Fit::cover}) {
    for (int trial = 0; trial < 150; ++trial) {
      // Every third angle is within a hundredth of a degree of a right angle, where the margin is thinnest.
      const auto millidegrees = trial % 3 == 0 ? static_cast<std::int64_t>(random.below(4)) * 90000 +
                                                     static_cast<std::int64_t>(random.below(21)) - 10
                                               : static_cast<std::int64_t>(random.below(360000));
      const Scene scene = random_scene(random, fit, millidegrees, 1);
      const Image black = framed(scene.source, 0), white = framed(scene.source, 255);
      for (std::uint32_t row = 0; row < scene.grid.rows(); ++row) {
        for (const std::uint32_t column : {0u, scene.grid.columns(row) - 1}) {
          const TileFrame frame = scene.grid.frame(row, column);
          REQUIRE(render_tile(black, scene.angle, frame).packed() ==
                  render_tile(white, scene.angle, frame).packed());
        }
      }
    }
  }
}

TEST_CASE("rendering is a fixed function: these pixels stay what they are") {
  const Image source = noise_image(200, 150, 1, 5);
  const Angle angle = make_angle(33000);
  const AngleGrid grid(200, 150, angle, {Fit::cover, 64, 32});
  // If this changes, kRendererVersion must too: datasets in the world were cut with it.
  CHECK(pixel_digest(render_tile(source, angle, grid.frame(0, 0))) == "36d4c063499f0fccb7ffdb2eacecfe35");
  CHECK(kRendererVersion == 1);
}
