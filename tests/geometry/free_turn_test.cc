#include "libfrag/geometry/free_turn.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "libfrag/base/random.h"

using namespace frag;

namespace {

struct TurnCase {
  std::int64_t width, height;
  Angle from, to;
  TileFrame frame;
};

Angle any_angle(SplitMix64& random) {
  return make_angle(static_cast<std::int64_t>(random.below(360000)));
}

// A tile of a tiling, and an angle to turn it to.
TurnCase random_turn(SplitMix64& random) {
  const auto tile = static_cast<std::int64_t>(8 + random.below(60));
  const auto width = static_cast<std::int64_t>(2 * tile + static_cast<std::int64_t>(random.below(300)));
  const auto height = static_cast<std::int64_t>(2 * tile + static_cast<std::int64_t>(random.below(300)));
  const Angle from = any_angle(random);
  const Tiling tiling(width, height, std::vector<Angle>{from}, {Fit::cover, tile, tile / 2});
  return {width, height, from, any_angle(random), tiling.frame(tiling.locate(random.below(tiling.tiles())))};
}

struct Spot {
  double x, y;
};

// Where a point of the turned frame, in pixels of the frame's own, lies in the source.
Spot spot(const TurnCase& at, const Angle& angle, const TileFrame& frame, double u, double v) {
  const double c = angle.cosine / static_cast<double>(kOne), s = angle.sine / static_cast<double>(kOne);
  const double x = static_cast<double>(frame.x) / kSubpixel + u,
               y = static_cast<double>(frame.y) / kSubpixel + v;
  return {static_cast<double>(at.width) / 2 + c * x - s * y,
          static_cast<double>(at.height) / 2 + s * x + c * y};
}

Spot centre(const TurnCase& at, const Angle& angle, const TileFrame& frame) {
  return spot(at, angle, frame, static_cast<double>(frame.width) / 2, static_cast<double>(frame.height) / 2);
}

constexpr double kUnit = 3.0 / kSubpixel;

}  // namespace

TEST_CASE("a turned tile lies inside the source") {
  SplitMix64 random(1);
  for (int i = 0; i < 2000; ++i) {
    const TurnCase at = random_turn(random);
    const auto frame =
        turned_frame(at.width, at.height, at.from, at.frame, at.to, BeyondEdge::move_inwards).value();
    const auto w = static_cast<double>(frame.width), h = static_cast<double>(frame.height);
    for (const auto& [u, v] : {std::pair{0.0, 0.0}, {w, 0.0}, {0.0, h}, {w, h}}) {
      const Spot corner = spot(at, at.to, frame, u, v);
      REQUIRE(corner.x >= -kUnit);
      REQUIRE(corner.y >= -kUnit);
      REQUIRE(corner.x <= static_cast<double>(at.width) + kUnit);
      REQUIRE(corner.y <= static_cast<double>(at.height) + kUnit);
    }
  }
}

TEST_CASE("a tile turns about its own centre, or moves by a fifth of its edge at most") {
  SplitMix64 random(2);
  int stayed = 0, moved = 0;
  for (int i = 0; i < 2000; ++i) {
    const TurnCase at = random_turn(random);
    const auto frame =
        turned_frame(at.width, at.height, at.from, at.frame, at.to, BeyondEdge::move_inwards).value();
    const Spot before = centre(at, at.from, at.frame), after = centre(at, at.to, frame);
    const double way = std::max(std::abs(after.x - before.x), std::abs(after.y - before.y));
    const bool refused =
        !turned_frame(at.width, at.height, at.from, at.frame, at.to, BeyondEdge::refuse).has_value();
    if (refused) {
      ++moved;
      REQUIRE(way <= static_cast<double>(frame.width) * (std::sqrt(2.0) - 1) / 2 + kUnit);
    } else {
      ++stayed;
      REQUIRE(way <= kUnit);
    }
  }
  CHECK(stayed > 500);
  CHECK(moved > 50);
}

TEST_CASE("a tile as large as its source has no room to turn") {
  const TileFrame whole{-32 * kSubpixel, -32 * kSubpixel, 64, 64};
  const Angle upright = make_angle(0);
  CHECK(!turned_frame(64, 64, upright, whole, make_angle(45'000), BeyondEdge::move_inwards).has_value());
  const auto quarter = turned_frame(64, 64, upright, whole, make_angle(90'000), BeyondEdge::refuse);
  REQUIRE(quarter.has_value());
  CHECK(quarter->x == whole.x);
  CHECK(quarter->y == whole.y);
}
