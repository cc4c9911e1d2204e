#include "libfrag/image/render.h"

#include <hwy/highway.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

#include "libfrag/base/random.h"
#include "tests/support/support.h"

using namespace frag;

namespace {

struct Kind {
  std::int64_t channels;
  int bits;
};
constexpr Kind kGray8{1, 8}, kRgb8{3, 8}, kGray16{1, 16};
constexpr Kind kKinds[] = {kGray8, kRgb8, kGray16};

// Independent samples over their whole range: the hardest picture for an interpolation.
Image noise_image(std::int64_t width, std::int64_t height, const Kind& kind, std::uint64_t seed) {
  if (kind.bits == 8) return test::noise_image(width, height, kind.channels, seed);
  SplitMix64 random(seed);
  Image image(width, height, kind.channels, kind.bits);
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) image.row16(y)[x] = static_cast<std::uint16_t>(random.next());
  }
  return image;
}

double sample_of(const Image& image, std::int64_t x, std::int64_t y, std::int64_t channel) {
  return image.bits() == 16 ? image.row16(y)[x] : image.row(y)[x * image.channels() + channel];
}

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
    return sample_of(source, std::min(a, source.width() - 1), std::min(b, source.height() - 1), channel);
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

Scene random_scene(SplitMix64& random, Fit fit, std::int64_t millidegrees, const Kind& kind) {
  const auto tile = static_cast<std::int64_t>(8 + random.below(60));
  const auto width = tile + static_cast<std::int64_t>(random.below(200));
  const auto height = tile + static_cast<std::int64_t>(random.below(200));
  const Angle angle = make_angle(millidegrees);
  return {noise_image(width, height, kind, random.next()), angle,
          AngleGrid(width, height, angle, {fit, tile, std::max<std::int64_t>(1, tile / 2)})};
}

constexpr std::int64_t kFrame = 8;

// `source` inside a larger picture of one level: a renderer that looks outside the source sees it.
Image framed(const Image& source, std::uint8_t surround) {
  Image large(source.width() + 2 * kFrame, source.height() + 2 * kFrame, source.channels(), source.bits());
  for (std::int64_t y = 0; y < large.height(); ++y)
    std::memset(large.row(y), surround, static_cast<std::size_t>(large.stride()));
  for (std::int64_t y = 0; y < source.height(); ++y) {
    std::memcpy(large.row(y + kFrame) + kFrame * source.pixel_bytes(), source.row(y),
                static_cast<std::size_t>(source.width() * source.pixel_bytes()));
  }
  return large;
}

SourceWindow within(const Image& framed_source, const Image& source) {
  return {framed_source, -kFrame, -kFrame, source.width(), source.height()};
}

std::int64_t any_angle(SplitMix64& random) {
  return static_cast<std::int64_t>(random.below(360000));
}

// A frame of this size whose middle is at most an eighth of `edge` pixels from the source's in each
// direction.
TileFrame inner_frame(SplitMix64& random, std::int64_t edge, std::int64_t width, std::int64_t height) {
  const std::int64_t room = edge * kSubpixel / 8;
  const auto place = [&](std::int64_t size) {
    return static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(2 * room))) - room -
           size * kSubpixel / 2;
  };
  return {place(width), place(height), width, height};
}

// Within a hundredth of a degree of a right angle, where margins are thinnest.
std::int64_t almost_right_angle(SplitMix64& random) {
  return static_cast<std::int64_t>(random.below(4)) * 90000 + static_cast<std::int64_t>(random.below(21)) -
         10;
}

// Renders with one instruction set for as long as it lives.
class OnTarget {
 public:
  explicit OnTarget(std::int64_t target) { use(target); }
  ~OnTarget() { use(0); }

 private:
  static void use(std::int64_t target) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
};

// The pixels that every instruction set of this machine renders alike.
std::string pixels_on_all_targets(const SourceWindow& source, const Angle& angle, const TileFrame& frame) {
  std::string first;
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    const OnTarget forced(target);
    const std::string pixels = render_tile(source, angle, frame).packed();
    if (first.empty()) first = pixels;
    INFO(hwy::TargetName(target) << ", " << frame.width << "x" << frame.height << " at " << angle.degrees());
    REQUIRE(pixels == first);
  }
  return first;
}

Image plain_turn(const Image& source, int quarter_turns) {  // counter-clockwise
  Image turned = source.clone();
  for (int i = 0; i < quarter_turns; ++i) {
    Image next(turned.height(), turned.width(), turned.channels(), turned.bits());
    for (std::int64_t y = 0; y < next.height(); ++y) {
      for (std::int64_t x = 0; x < next.width(); ++x) {
        std::memcpy(next.row(y) + x * next.pixel_bytes(),
                    turned.row(x) + (turned.width() - 1 - y) * next.pixel_bytes(),
                    static_cast<std::size_t>(next.pixel_bytes()));
      }
    }
    turned = std::move(next);
  }
  return turned;
}

// The largest difference from double precision over many tiles of every fit.
double worst_error(const Kind& kind, std::uint64_t seed) {
  SplitMix64 random(seed);
  double worst = 0;
  for (const Fit fit : {Fit::inscribed, Fit::largest, Fit::cover}) {
    for (int trial = 0; trial < 80; ++trial) {
      const Scene scene = random_scene(random, fit, any_angle(random), kind);
      for (std::uint32_t row = 0; row < scene.grid.rows(); ++row) {
        const TileFrame frame = scene.grid.frame(row, scene.grid.columns(row) - 1);
        const Image tile = render_tile(scene.source, scene.angle, frame);
        for (std::int64_t v = 0; v < tile.height(); ++v) {
          for (std::int64_t u = 0; u < tile.width(); ++u) {
            for (std::int64_t channel = 0; channel < tile.channels(); ++channel) {
              const double exact = exact_sample(scene.source, scene.angle.millidegrees, frame, u, v, channel);
              worst = std::max(worst, std::abs(exact - sample_of(tile, u, v, channel)));
            }
          }
        }
      }
    }
  }
  return worst;
}

}  // namespace

TEST_CASE("an 8-bit fragment of noise is within one level of double precision, for every fit and any angle") {
  CHECK(worst_error(kGray8, 21) <= 1.0);
  CHECK(worst_error(kRgb8, 22) <= 1.0);
}

TEST_CASE(
    "a 16-bit fragment of noise is within two levels of double precision, for every fit and any angle") {
  CHECK(worst_error(kGray16, 23) <= 2.0);
}

TEST_CASE("multiples of 90 degrees are bit-equal to crops of the turned picture") {
  SplitMix64 random(22);
  for (int trial = 0; trial < 72; ++trial) {
    const int turns = trial % 4;
    const Fit fit = trial % 3 == 0 ? Fit::inscribed : trial % 3 == 1 ? Fit::largest : Fit::cover;
    const Scene scene = random_scene(random, fit, turns * 90000, kKinds[trial / 12 % 3]);
    const Image turned = plain_turn(scene.source, turns);
    for (std::uint32_t row = 0; row < scene.grid.rows(); ++row) {
      for (std::uint32_t column = 0; column < scene.grid.columns(row); ++column) {
        const TileFrame frame = scene.grid.frame(row, column);
        const std::int64_t left = frame.x + turned.width() * (kSubpixel / 2),
                           top = frame.y + turned.height() * (kSubpixel / 2);
        REQUIRE(left % kSubpixel == 0);
        REQUIRE(top % kSubpixel == 0);
        REQUIRE(render_tile(scene.source, scene.angle, frame).packed() ==
                test::crop(turned, {left / kSubpixel, top / kSubpixel, frame.width, frame.height}).packed());
      }
    }
  }
}

TEST_CASE("no fragment of any fit depends on what lies outside the source") {
  SplitMix64 random(23);
  for (const Fit fit : {Fit::inscribed, Fit::largest, Fit::cover}) {
    for (int trial = 0; trial < 150; ++trial) {
      const auto millidegrees = trial % 3 == 0 ? almost_right_angle(random) : any_angle(random);
      const Scene scene = random_scene(random, fit, millidegrees, kKinds[trial / 3 % 3]);
      const Image black = framed(scene.source, 0), white = framed(scene.source, 255);
      for (std::uint32_t row = 0; row < scene.grid.rows(); ++row) {
        for (const std::uint32_t column : {0u, scene.grid.columns(row) - 1}) {
          const TileFrame frame = scene.grid.frame(row, column);
          const std::string pixels = render_tile(scene.source, scene.angle, frame).packed();
          REQUIRE(render_tile(within(black, scene.source), scene.angle, frame).packed() == pixels);
          REQUIRE(render_tile(within(white, scene.source), scene.angle, frame).packed() == pixels);
        }
      }
    }
  }
}

TEST_CASE("a frame of any size and place has equal pixels on every instruction set") {
  SplitMix64 random(24);
  for (int trial = 0; trial < 400; ++trial) {
    const Kind& kind = kKinds[trial % 3];
    const auto edge = [&random] { return static_cast<std::int64_t>(1 + random.below(300)); };
    // Every eighth source is wider than the products of 16 bits reach.
    const std::int64_t width = trial % 8 == 7 ? 32768 + edge() : edge();
    const Image source = noise_image(width, trial % 8 == 7 ? 1 + edge() % 40 : edge(), kind, random.next());
    const Angle angle = make_angle(trial % 5 == 0 ? almost_right_angle(random) : any_angle(random));
    // Not only inside the source: what lies outside repeats its edge, on every instruction set alike.
    const auto place = [&random](std::int64_t reach) {
      return static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(reach * kSubpixel))) -
             reach * kSubpixel / 2;
    };
    const TileFrame frame{place(source.width()), place(source.height()), trial % 4 == 0 ? 1 : edge(),
                          trial % 4 == 1 ? 1 : edge()};
    pixels_on_all_targets(SourceWindow(source), angle, frame);
  }
}

TEST_CASE(
    "strips of any height and width are equal on every instruction set, and from no more than they need") {
  SplitMix64 random(27);
  constexpr std::int64_t kEdge = 160;
  const Image source = noise_image(kEdge, kEdge, kGray8, 28);
  for (std::int64_t height = 1; height <= 9; ++height) {
    for (std::int64_t width = 1; width <= 70; ++width) {
      // At odd multiples of 45 degrees a few samples reach furthest.
      const std::int64_t millidegrees = width % 4 == 0   ? almost_right_angle(random)
                                        : width % 4 == 1 ? 45000 + 90000 * (height % 4)
                                                         : any_angle(random);
      const Angle angle = make_angle(millidegrees);
      const TileFrame frame = inner_frame(random, kEdge, width, height);
      const Box box = window_of_tile(kEdge, kEdge, angle, frame);
      const Image part = test::crop(source, box);
      const SourceWindow window(part, box.x, box.y, kEdge, kEdge);
      REQUIRE(pixels_on_all_targets(window, angle, frame) ==
              pixels_on_all_targets(SourceWindow(source), angle, frame));
    }
  }
}

TEST_CASE("levels at both ends are interpolated alike on every instruction set, at angles all around") {
  SplitMix64 random(29);
  constexpr std::int64_t kEdge = 400, kTile = 256;
  constexpr std::uint8_t kLevels[] = {0, 255, 0, 255, 1, 254, 127, 128};
  Image source(kEdge, kEdge, 1);
  for (std::int64_t y = 0; y < kEdge; ++y)
    for (std::int64_t x = 0; x < kEdge; ++x) source.row(y)[x] = kLevels[random.below(std::size(kLevels))];
  for (std::int64_t millidegrees = 500; millidegrees < 360000; millidegrees += 8900) {
    const Angle angle = make_angle(millidegrees);
    const TileFrame frame = inner_frame(random, kEdge / 5, kTile, kTile);
    pixels_on_all_targets(SourceWindow(source), angle, frame);
  }
}

TEST_CASE("a fragment has equal pixels on every instruction set where it meets the first or the last row") {
  SplitMix64 random(30);
  for (int trial = 0; trial < 300; ++trial) {
    const Scene scene =
        random_scene(random, trial % 2 == 0 ? Fit::largest : Fit::cover, any_angle(random), kGray8);
    for (const std::uint32_t row : {0u, scene.grid.rows() - 1}) {
      if (scene.grid.tiles() == 0 || scene.grid.columns(row) == 0) continue;
      const TileFrame frame = scene.grid.frame(row, trial % 3 == 0 ? 0 : scene.grid.columns(row) - 1);
      pixels_on_all_targets(SourceWindow(scene.source), scene.angle, frame);
    }
  }
}

TEST_CASE("a tile rendered from the part of the source that it needs equals one rendered from the whole") {
  SplitMix64 random(25);
  for (int trial = 0; trial < 200; ++trial) {
    const auto millidegrees = trial % 4 == 0 ? almost_right_angle(random) : any_angle(random);
    const Scene scene = random_scene(random, Fit::cover, millidegrees, kKinds[trial % 3]);
    for (std::uint32_t row = 0; row < scene.grid.rows(); ++row) {
      const TileFrame frame = scene.grid.frame(row, scene.grid.columns(row) - 1);
      const Box box = window_of_tile(scene.source.width(), scene.source.height(), scene.angle, frame);
      const Image part = test::crop(scene.source, box);
      const SourceWindow window(part, box.x, box.y, scene.source.width(), scene.source.height());
      REQUIRE(render_tile(window, scene.angle, frame).packed() ==
              render_tile(scene.source, scene.angle, frame).packed());
    }
  }
}

TEST_CASE("a part of the source that lacks pixels of the tile is refused") {
  const Image source = noise_image(200, 150, kGray8, 5);
  const Angle angle = make_angle(33000);
  const TileFrame frame = AngleGrid(200, 150, angle, {Fit::cover, 64, 32}).frame(0, 0);
  Box box = window_of_tile(200, 150, angle, frame);
  --box.height;
  const Image part = test::crop(source, box);
  CHECK(test::error_of([&] {
          render_tile(SourceWindow(part, box.x, box.y, 200, 150), angle, frame);
        }).code() == Errc::internal);
}

TEST_CASE("tiles that overlap share the pixels of their overlap") {
  SplitMix64 random(26);
  for (int trial = 0; trial < 60; ++trial) {
    const Scene scene = random_scene(random, Fit::cover, any_angle(random), kKinds[trial % 3]);
    if (scene.grid.tiles() == 0) continue;
    TileFrame frame = scene.grid.frame(0, 0);
    const Image tile = render_tile(scene.source, scene.angle, frame);
    const auto right = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(frame.width)));
    const auto down = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(frame.height)));
    frame.x += right * kSubpixel;
    frame.y += down * kSubpixel;
    frame.width -= right;
    frame.height -= down;
    REQUIRE(render_tile(scene.source, scene.angle, frame).packed() ==
            test::crop(tile, {right, down, frame.width, frame.height}).packed());
  }
}

TEST_CASE("rendering is a fixed function: these pixels stay what they are") {
  const Angle angle = make_angle(33000);
  const AngleGrid grid(200, 150, angle, {Fit::cover, 64, 32});
  const auto digest = [&](const Kind& kind) {
    return pixel_digest(render_tile(noise_image(200, 150, kind, 5), angle, grid.frame(0, 0)));
  };
  // If one of these changes, kRendererVersion must too: datasets in the world were cut with it.
  CHECK(digest(kGray8) == "8c4db1e83d7643168a6e062a9ef62f89");
  CHECK(digest(kRgb8) == "0a4622bf9262048cea87cdec49acada6");
  CHECK(digest(kGray16) == "f55cfa1811ede1dec685b52e65520099");
  CHECK(kRendererVersion == 2);
}
