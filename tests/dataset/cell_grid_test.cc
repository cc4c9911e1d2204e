#include "libfrag/dataset/cell_grid.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include <set>

#include "libfrag/base/random.h"
#include "tests/dataset/whole_grid.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::error_of;
using frag::test::whole_grid;

namespace {

TileCells cells_of(const CellGrid& grid, const Angle& angle, const TileFrame& frame) {
  TileCells cells;
  grid.cells_of_tile(angle, frame, cells);
  return cells;
}

}  // namespace

TEST_CASE("upright tiles see exactly the cells below them, once each") {
  const CellGrid grid = whole_grid(512, 256, 4);
  const Tiling tiling(512, 256, std::vector{make_angle(0)}, {Fit::largest, 64, 32});
  const TileCells cells = cells_of(grid, make_angle(0), tiling.frame({0, 1, 3}));
  for (std::int64_t j = 0; j < 16; ++j) {
    for (std::int64_t i = 0; i < 16; ++i) {
      CHECK(cells[static_cast<std::size_t>(j * 16 + i)] == (8 + j) * grid.columns() + 24 + i);
    }
  }
}

TEST_CASE("tiles at right angles see the cells of an upright tile, turned") {
  const CellGrid grid = whole_grid(512, 512, 4);
  const auto turn = GENERATE(90000, 180000, 270000);
  const Angle angle = make_angle(turn);
  const TileFrame upright{-128 * kSubpixel, 64 * kSubpixel, 64, 64};
  // The frame's square about the centre, brought back by the turn.
  const std::int64_t cx = upright.x + 32 * kSubpixel, cy = upright.y + 32 * kSubpixel;
  const TileFrame turned{(angle.cosine * cx + angle.sine * cy) / kOne - 32 * kSubpixel,
                         (-angle.sine * cx + angle.cosine * cy) / kOne - 32 * kSubpixel, 64, 64};
  TileCells a = cells_of(grid, make_angle(0), upright);
  TileCells b = cells_of(grid, angle, turned);
  CHECK(a != b);
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  CHECK(a == b);
}

TEST_CASE("points of turned tiles lie where floating point says, to a cell's edge") {
  SplitMix64 random(5);
  const std::int64_t width = 2272, height = 1704;
  const CellGrid grid = whole_grid(width, height, 7);
  for (int round = 0; round < 200; ++round) {
    const Angle angle = make_angle(static_cast<std::int64_t>(random.below(360000)));
    const Tiling tiling(width, height, std::vector{angle}, {Fit::cover, 256, 128});
    const TileFrame frame = tiling.frame(tiling.locate(random.below(tiling.tiles())));
    const TileCells cells = cells_of(grid, angle, frame);
    const std::size_t point = random.below(cells.size());
    const double radians = angle.degrees() * std::numbers::pi / 180;
    const double px = static_cast<double>(frame.x) / 4096 + (static_cast<double>(point % 16) + 0.5) * 16;
    const double py = static_cast<double>(frame.y) / 4096 + (static_cast<double>(point / 16) + 0.5) * 16;
    const double x = width / 2.0 + std::cos(radians) * px - std::sin(radians) * py;
    const double y = height / 2.0 + std::sin(radians) * px + std::cos(radians) * py;
    const double column = static_cast<double>(cells[point] % grid.columns()) + 0.5;
    const double row = static_cast<double>(cells[point] / grid.columns()) + 0.5;
    CHECK(std::abs(x / 7 - column) <= 0.501);
    CHECK(std::abs(y / 7 - row) <= 0.501);
  }
}

TEST_CASE("the largest picture's outermost tiles stay on the grid") {
  const std::int64_t edge = kMaxEdge;
  const CellGrid grid = CellGrid::for_tile(Placement::whole(edge, edge), edge, edge, 256);
  for (const std::int64_t millidegrees : {0, 1, 44999, 45000, 90000, 134567, 359999}) {
    const Angle angle = make_angle(millidegrees);
    const Tiling tiling(edge, edge, std::vector{angle}, {Fit::cover, 8192, 8192});
    for (const std::uint64_t number : {std::uint64_t{0}, tiling.tiles() / 2, tiling.tiles() - 1}) {
      const TileCells cells = cells_of(grid, angle, tiling.frame(tiling.locate(number)));
      CHECK(*std::max_element(cells.begin(), cells.end()) < grid.cells());
      CHECK(std::set<std::uint32_t>(cells.begin(), cells.end()).size() > 200);
    }
  }
}

TEST_CASE("a crop and a scale shift the cells that a tile sees") {
  // The picture shows the right half of the original at half its size.
  const Placement placement{256, 256, {512, 0, 512, 512}, 1024, 512};
  const CellGrid original(placement, 1024, 512, 32);
  const TileFrame all{-128 * kSubpixel, -128 * kSubpixel, 256, 256};
  const TileCells cells = cells_of(original, make_angle(0), all);
  CHECK(cells.front() == 16);
  CHECK(cells.back() == 15 * 32 + 31);
  // A raster at an eighth of the original's size has its cells at the same places.
  const CellGrid small(placement, 128, 64, 4);
  CHECK(cells_of(small, make_angle(0), all) == cells);
}

TEST_CASE("a pixel of a scaled picture sees the original below its centre") {
  const CellGrid grid({3, 3, {0, 0, 10, 10}, 10, 10}, 10, 10, 1);
  const TileCells cells = cells_of(grid, make_angle(0), {-3 * kSubpixel / 2, -3 * kSubpixel / 2, 3, 3});
  std::set<std::uint32_t> columns;
  for (const std::uint32_t cell : cells) columns.insert(cell % 10);
  CHECK(columns == std::set<std::uint32_t>{1, 5, 8});
}

TEST_CASE("a rectangular tile has its lattice along both edges") {
  const CellGrid grid = whole_grid(160, 48, 1);
  const TileCells cells = cells_of(grid, make_angle(0), {-80 * kSubpixel, -24 * kSubpixel, 160, 48});
  CHECK(cells.front() == 1 * 160 + 5);
  CHECK(cells.back() == 46 * 160 + 155);
}

TEST_CASE("cells are as fine as the lattice, but not too many") {
  const auto cell_of = [](std::int64_t width, std::int64_t height, std::int64_t tile) {
    return CellGrid::for_tile(Placement::whole(width, height), width, height, tile).cell();
  };
  CHECK(cell_of(2272, 1704, 256) == 16);
  CHECK(cell_of(2272, 1704, 8) == 1);
  CHECK(cell_of(40000, 30000, 256) == 16);
  CHECK(cell_of(40000, 30000, 32) == 16);
  CHECK(cell_of(kMaxEdge, kMaxEdge, 8) == 256);
  // Half the scale of the original, in a mask of a quarter: a step of 16 pixels is 8 of the mask.
  CHECK(CellGrid::for_tile({1000, 1000, {0, 0, 2000, 2000}, 2000, 2000}, 500, 500, 256).cell() == 8);
}

TEST_CASE("a grid that cannot be is refused") {
  CHECK(error_of([] { whole_grid(0, 10, 1); }).code() == Errc::bad_input);
  CHECK(error_of([] { whole_grid(10, 10, 513); }).code() == Errc::bad_input);
  CHECK(error_of([] { whole_grid(8192, 8192, 1); }).code() == Errc::bad_input);
  CHECK(error_of([] { CellGrid({10, 10, {5, 0, 10, 10}, 12, 12}, 12, 12, 1); }).code() == Errc::bad_input);
}
