#include "libfrag/image/turned_rows.h"

#include <catch2/catch.hpp>

#include "libfrag/base/random.h"
#include "tests/support/support.h"

using namespace frag;

namespace {

struct Case {
  Image source;
  Angle angle;
  TilingSpec spec;
};

Case random_case(SplitMix64& random, Fit fit) {
  const auto tile = static_cast<std::int64_t>(8 + random.below(40));
  const auto stride = static_cast<std::int64_t>(1 + random.below(static_cast<std::uint64_t>(tile)));
  const auto edge = [&] { return tile + static_cast<std::int64_t>(random.below(150)); };
  const std::int64_t channels = random.below(2) == 0 ? 1 : 3;
  const auto quarter = static_cast<std::int64_t>(random.below(4)) * 90000;
  const auto millidegrees = random.below(4) == 0 ? quarter : static_cast<std::int64_t>(random.below(360000));
  return {test::noise_image(edge(), edge(), channels, random.next()),
          make_angle(millidegrees),
          {fit, tile, stride}};
}

}  // namespace

TEST_CASE("tiles cut from shared strips equal tiles rendered alone, in the grid's order") {
  SplitMix64 random(31);
  TurnedRows renderer;
  for (int trial = 0; trial < 150; ++trial) {
    const Fit fit = trial % 3 == 0 ? Fit::inscribed : trial % 3 == 1 ? Fit::largest : Fit::cover;
    const Case scene = random_case(random, fit);
    const AngleGrid grid(scene.source.width(), scene.source.height(), scene.angle, scene.spec);
    std::uint64_t next = 0;
    renderer.render(scene.source, scene.angle, grid, [&](std::uint64_t number, const Image& pixels) {
      REQUIRE(number == next++);
      const std::uint32_t row = grid.row_of(number);
      const auto column = static_cast<std::uint32_t>(number - grid.first_of(row));
      REQUIRE(pixels.packed() == render_tile(scene.source, scene.angle, grid.frame(row, column)).packed());
    });
    REQUIRE(next == grid.tiles());
  }
}

TEST_CASE("a range of rows gives the tiles of those rows") {
  const Image source = test::noise_image(300, 220, 1, 7);
  const Angle angle = make_angle(20000);
  const AngleGrid grid(300, 220, angle, {Fit::largest, 32, 16});
  REQUIRE(grid.rows() > 4);
  std::uint64_t next = grid.first_of(2);
  TurnedRows().render(source, angle, grid, {2, 4}, [&](std::uint64_t number, const Image& pixels) {
    REQUIRE(number == next++);
    const auto column = static_cast<std::uint32_t>(number - grid.first_of(grid.row_of(number)));
    REQUIRE(pixels.packed() == render_tile(source, angle, grid.frame(grid.row_of(number), column)).packed());
  });
  CHECK(next == grid.first_of(4));
}

TEST_CASE("a source that is one fragment comes out as it is") {
  const Image source = test::noise_image(28, 19, 3, 8);
  const Angle upright = make_angle(0);
  int tiles = 0;
  TurnedRows().render(source, upright, AngleGrid(28, 19, upright, {Fit::whole, 0, 1}),
                      [&](std::uint64_t number, const Image& pixels) {
                        CHECK(number == 0);
                        CHECK(pixels.packed() == source.packed());
                        ++tiles;
                      });
  CHECK(tiles == 1);
}
