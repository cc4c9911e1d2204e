#include "libfrag/geometry/tiling.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "libfrag/base/error.h"
#include "libfrag/base/random.h"

using namespace frag;

namespace {

std::vector<Angle> angles_of(const char* text) {
  std::vector<Angle> angles;
  for (const std::int32_t millidegrees : parse_angles(text)) angles.push_back(make_angle(millidegrees));
  return angles;
}

std::uint64_t count(std::int64_t width, std::int64_t height, Fit fit, const char* angles = "0:355:5",
                    std::int64_t tile = 256, std::int64_t stride = 128) {
  return Tiling(width, height, angles_of(angles), {fit, tile, stride}).tiles();
}

struct Case {
  std::int64_t width, height;
  Angle angle;
  TilingSpec spec;
};

Case random_case(SplitMix64& random, Fit fit) {
  const auto tile = static_cast<std::int64_t>(8 + random.below(120));
  // A third of the angles are multiples of 15 degrees, where ties live; some are close to a right angle.
  const std::uint64_t kind = random.below(3);
  const auto angle = kind == 0   ? static_cast<std::int64_t>(random.below(24)) * 15000
                     : kind == 1 ? static_cast<std::int64_t>(random.below(4)) * 90000 +
                                       static_cast<std::int64_t>(random.below(21)) - 10
                                 : static_cast<std::int64_t>(random.below(360000));
  return {static_cast<std::int64_t>(tile + static_cast<std::int64_t>(random.below(900))),
          static_cast<std::int64_t>(tile + static_cast<std::int64_t>(random.below(900))),
          make_angle(angle),
          {fit, tile, static_cast<std::int64_t>(1 + random.below(static_cast<std::uint64_t>(tile))),
           static_cast<Anchor>(random.below(3))}};
}

// How far, in pixels, the outermost sample of a tile (half a pixel inside its corners) leaves the rectangle
// of pixel centres.
double overhang(const Case& at, const TileFrame& frame) {
  const double c = at.angle.cosine / static_cast<double>(kOne), s = at.angle.sine / static_cast<double>(kOne);
  double worst = -1e9;
  for (const double u : {0.5, static_cast<double>(frame.width) - 0.5}) {
    for (const double v : {0.5, static_cast<double>(frame.height) - 0.5}) {
      const double px = static_cast<double>(frame.x) / kSubpixel + u,
                   py = static_cast<double>(frame.y) / kSubpixel + v;
      const double x = static_cast<double>(at.width) / 2 + c * px - s * py;
      const double y = static_cast<double>(at.height) / 2 + s * px + c * py;
      worst = std::max({worst, 0.5 - x, x - (static_cast<double>(at.width) - 0.5), 0.5 - y,
                        y - (static_cast<double>(at.height) - 0.5)});
    }
  }
  return worst;
}

}  // namespace

TEST_CASE("the published micrograph has the published counts") {
  CHECK(count(2272, 1704, Fit::inscribed) == 6972);
  CHECK(count(2272, 1704, Fit::largest) == 7296);
  CHECK(count(2272, 1704, Fit::cover) == 12508);
}

TEST_CASE("a source on its side holds as many") {
  CHECK(count(1704, 2272, Fit::inscribed) == 6972);
  CHECK(count(1704, 2272, Fit::largest) == 7296);
  CHECK(count(1704, 2272, Fit::cover) == 12508);
}

TEST_CASE("upright, every fit is the plain grid") {
  for (const Fit fit : {Fit::inscribed, Fit::largest, Fit::cover}) {
    CHECK(count(2272, 1704, fit, "0") == 16 * 12);
    CHECK(count(2272, 1704, fit, "90") == 16 * 12);
    CHECK(count(256, 256, fit, "0,90,180,270") == 4);
    CHECK(count(255, 300, fit, "0") == 0);
  }
}

TEST_CASE("whole is one fragment, and is not turned") {
  CHECK(count(28, 31, Fit::whole, "0") == 1);
  CHECK_THROWS_AS(count(28, 31, Fit::whole, "0,90"), Error);
}

TEST_CASE("a source beyond 64-bit arithmetic is refused, the largest allowed is counted") {
  CHECK_THROWS_AS(count(kMaxEdge + 1, 10, Fit::cover), Error);
  CHECK(count(kMaxEdge, kMaxEdge, Fit::cover, "0,13,45,100", 8192, 8192) > 4 * 12000);
}

TEST_CASE("no sample of any tile lies outside the source by more than the renderer's rounding absorbs") {
  SplitMix64 random(11);
  for (const Fit fit : {Fit::inscribed, Fit::largest, Fit::cover}) {
    for (int trial = 0; trial < 1500; ++trial) {
      const Case at = random_case(random, fit);
      const AngleGrid grid(at.width, at.height, at.angle, at.spec);
      for (std::uint32_t row = 0; row < grid.rows(); ++row) {
        for (const std::uint32_t column : {0u, grid.columns(row) - 1}) {
          INFO(name_of(fit) << " " << name_of(at.spec.anchor) << " " << at.width << "x" << at.height
                            << " tile " << at.spec.tile << " stride " << at.spec.stride << " angle "
                            << at.angle.millidegrees << " row " << row);
          // 1/4096 pixel rounds back onto the edge.
          REQUIRE(overhang(at, grid.frame(row, column)) < 1.0 / 4096);
        }
      }
    }
  }
}

TEST_CASE("cover holds at least as many tiles as any grid in a rectangle, but for its row phase") {
  SplitMix64 random(12);
  std::uint64_t cover = 0, largest = 0, inscribed = 0;
  for (int trial = 0; trial < 500; ++trial) {
    Case at = random_case(random, Fit::cover);
    cover += AngleGrid(at.width, at.height, at.angle, at.spec).tiles();
    at.spec.fit = Fit::largest;
    largest += AngleGrid(at.width, at.height, at.angle, at.spec).tiles();
    at.spec.fit = Fit::inscribed;
    inscribed += AngleGrid(at.width, at.height, at.angle, at.spec).tiles();
  }
  CHECK(cover > largest);
  CHECK(largest > inscribed);
}

TEST_CASE("neighbours lie exactly a stride apart, so that they overlap by tile minus stride") {
  SplitMix64 random(13);
  for (const Fit fit : {Fit::inscribed, Fit::largest, Fit::cover}) {
    for (int trial = 0; trial < 100; ++trial) {
      Case at = random_case(random, fit);
      at.spec.anchor = random.below(2) == 0 ? Anchor::start : Anchor::center;
      const AngleGrid grid(at.width, at.height, at.angle, at.spec);
      for (std::uint32_t row = 0; row < grid.rows(); ++row) {
        if (grid.columns(row) > 1) {
          REQUIRE(grid.frame(row, 1).x - grid.frame(row, 0).x == at.spec.stride * kSubpixel);
        }
        if (row > 0) REQUIRE(grid.frame(row, 0).y - grid.frame(row - 1, 0).y == at.spec.stride * kSubpixel);
      }
    }
  }
}

TEST_CASE("numbers and addresses are one to one") {
  SplitMix64 random(14);
  const Tiling tiling(640, 480, angles_of("0:350:10"), {Fit::cover, 64, 40});
  for (int trial = 0; trial < 2000; ++trial) {
    const std::uint64_t number = random.below(tiling.tiles());
    const TileAddress tile = tiling.locate(number);
    REQUIRE(tiling.number_of(tile) == number);
    REQUIRE(tile.column < tiling.grids()[tile.angle].columns(tile.row));
  }
}

TEST_CASE("opposite angles hold equally many tiles") {
  SplitMix64 random(15);
  for (const Fit fit : {Fit::inscribed, Fit::largest, Fit::cover}) {
    for (int trial = 0; trial < 200; ++trial) {
      const Case at = random_case(random, fit);
      const auto tiles = [&](std::int64_t millidegrees) {
        return AngleGrid(at.width, at.height, make_angle(millidegrees), at.spec).tiles();
      };
      REQUIRE(tiles(at.angle.millidegrees) == tiles(at.angle.millidegrees + 180000));
      REQUIRE(tiles(at.angle.millidegrees) == tiles(-at.angle.millidegrees));
    }
  }
}

TEST_CASE("upright, the anchors start at the edge, leave equal margins, or reach from edge to edge") {
  const auto corners = [](Anchor anchor) {
    const AngleGrid grid(100, 70, make_angle(0), {Fit::cover, 32, 16, anchor});
    REQUIRE(grid.tiles() == 5 * 3);
    const TileFrame first = grid.frame(0, 0), last = grid.frame(2, 4);
    return std::vector<std::int64_t>{first.x / kSubpixel + 50, first.y / kSubpixel + 35,
                                     last.x / kSubpixel + 50, last.y / kSubpixel + 35};
  };
  CHECK(corners(Anchor::start) == std::vector<std::int64_t>{0, 0, 64, 32});
  CHECK(corners(Anchor::center) == std::vector<std::int64_t>{2, 3, 66, 35});
  CHECK(corners(Anchor::spread) == std::vector<std::int64_t>{0, 0, 68, 38});
}

TEST_CASE("in a rectangle the anchors hold equally many tiles, spread ones at least a stride apart") {
  SplitMix64 random(16);
  for (const Fit fit : {Fit::inscribed, Fit::largest}) {
    for (int trial = 0; trial < 300; ++trial) {
      Case at = random_case(random, fit);
      at.spec.anchor = Anchor::start;
      const std::uint64_t packed = AngleGrid(at.width, at.height, at.angle, at.spec).tiles();
      at.spec.anchor = Anchor::spread;
      const AngleGrid spread(at.width, at.height, at.angle, at.spec);
      REQUIRE(spread.tiles() == packed);
      for (std::uint32_t row = 0; row < spread.rows(); ++row) {
        for (std::uint32_t column = 1; column < spread.columns(row); ++column) {
          REQUIRE(spread.frame(row, column).x - spread.frame(row, column - 1).x >=
                  at.spec.stride * kSubpixel);
        }
      }
    }
  }
}

TEST_CASE("a grid covers exactly the points that lie in one of its tiles") {
  SplitMix64 random(11);
  for (int repeat = 0; repeat < 60; ++repeat) {
    Case at = random_case(random, static_cast<Fit>(repeat % 3));
    if (repeat % 5 == 0) at.spec.stride = at.spec.tile + 7;  // gaps between the tiles
    const AngleGrid grid(at.width, at.height, at.angle, at.spec);
    const auto in_a_tile = [&grid](std::int64_t x, std::int64_t y) {
      for (std::uint32_t row = 0; row < grid.rows(); ++row) {
        for (std::uint32_t column = 0; column < grid.columns(row); ++column) {
          const TileFrame tile = grid.frame(row, column);
          if (x >= tile.x && x < tile.x + tile.width * kSubpixel && y >= tile.y &&
              y < tile.y + tile.height * kSubpixel) {
            return true;
          }
        }
      }
      return false;
    };
    const std::int64_t reach = (at.width + at.height) * kSubpixel;
    for (int point = 0; point < 40; ++point) {
      std::int64_t x = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(reach))) - reach / 2;
      std::int64_t y = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(reach))) - reach / 2;
      if (point % 4 == 0 && grid.tiles() > 0) {  // an edge of a tile, and the last unit before it
        const std::uint32_t row = grid.row_of(random.below(grid.tiles()));
        const TileFrame tile = grid.frame(row, static_cast<std::uint32_t>(random.below(grid.columns(row))));
        x = tile.x + (point % 8 == 0 ? tile.width * kSubpixel : 0) -
            static_cast<std::int64_t>(random.below(2));
        y = tile.y;
      }
      CAPTURE(at.width, at.height, at.angle.millidegrees, at.spec.tile, at.spec.stride, x, y);
      REQUIRE(grid.covers(x, y) == in_a_tile(x, y));
    }
  }
}
