#include "libfrag/cutting/coverage.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "libfrag/cutting/cut.h"
#include "libfrag/dataset/folder.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::TempDir;

TEST_CASE("upright tiles without overlap cover exactly what whole tiles fill") {
  const std::vector<Angle> upright{make_angle(0)};
  CHECK(covered_share(128, 96, upright, {Fit::cover, 32, 32}) == 1);
  // 3 of 100 columns and 4 of 100 rows of pixels are left over.
  CHECK(covered_share(99, 100, upright, {Fit::inscribed, 32, 32}) == Approx(96.0 / 99 * 96 / 100));
  CHECK(covered_share(31, 31, upright, {Fit::cover, 32, 32}) == 0);
}

TEST_CASE("more angles never cover less") {
  const TilingSpec spec{Fit::cover, 40, 20};
  std::vector<Angle> angles;
  double before = 0;
  for (const std::int64_t degrees : {0, 20, 45, 80}) {
    angles.push_back(make_angle(degrees * 1000));
    const double share = covered_share(213, 157, angles, spec);
    CHECK(share >= before);
    before = share;
  }
  CHECK(before > 0.9);
}

TEST_CASE("a coverage map counts every tile over the centre of a cell") {
  const TempDir dir;
  const DatasetFolder folder(test::small_dataset(dir));
  const Catalog& catalog = folder.catalog();
  const Tiling& tiling = catalog.tiling(0);
  const CoverageMap map = map_coverage(catalog, 0, 30, 24);
  REQUIRE(map.counts.size() == 30 * 24);
  for (std::int64_t row = 0; row < map.rows; ++row) {
    for (std::int64_t column = 0; column < map.columns; ++column) {
      // The cell's centre as a point of the source; tiles of right angles may end exactly there.
      const double x = (static_cast<double>(column) + 0.5) * static_cast<double>(tiling.width()) / 30;
      const double y = (static_cast<double>(row) + 0.5) * static_cast<double>(tiling.height()) / 24;
      std::uint32_t inside = 0, near = 0;
      for (std::uint64_t tile = 0; tile < tiling.tiles(); ++tile) {
        const TileAddress address = tiling.locate(tile);
        const Angle& angle = catalog.angles()[address.angle];
        const TileFrame frame = tiling.frame(address);
        const double c = angle.cosine / static_cast<double>(kOne), s = angle.sine / static_cast<double>(kOne);
        const double dx = x - static_cast<double>(tiling.width()) / 2,
                     dy = y - static_cast<double>(tiling.height()) / 2;
        const double u = c * dx + s * dy - static_cast<double>(frame.x) / kSubpixel;
        const double v = c * dy - s * dx - static_cast<double>(frame.y) / kSubpixel;
        const auto within = [&](double slack) {
          return u > -slack && v > -slack && u < static_cast<double>(frame.width) + slack &&
                 v < static_cast<double>(frame.height) + slack;
        };
        inside += within(-0.001) ? 1 : 0;
        near += within(0.001) ? 1 : 0;
      }
      CAPTURE(column, row);
      REQUIRE(map.at(column, row) >= inside);
      REQUIRE(map.at(column, row) <= near);
    }
  }
}

TEST_CASE("a coverage map leaves out what the recipe left out") {
  const TempDir dir;
  Image half = test::noise_image(160, 80, 1, 3);
  for (std::int64_t y = 0; y < 80; ++y) std::fill_n(half.row(y), 80, std::uint8_t{200});
  for (const char* name : {"a/1.png", "a/2.png"}) {
    std::filesystem::create_directories((dir.path() / "images" / name).parent_path());
    test::write_png(dir.path() / "images" / name, half);
  }
  CutOptions options;
  options.images = dir / "images";
  options.dataset = dir / "half.frag";
  options.recipe.tile = 16;
  options.recipe.overlap.share = 0;
  options.recipe.angles = "0";
  options.recipe.split = "50/50";
  options.recipe.min_detail = 20;
  cut(options);
  const DatasetFolder folder(options.dataset);
  const CoverageMap map = map_coverage(folder.catalog(), 0, 10, 5);
  for (std::int64_t row = 0; row < 5; ++row) {
    CHECK(map.at(1, row) == 0);
    CHECK(map.at(8, row) == 1);
  }
  CHECK(map.share() == Approx(0.5));
  CHECK(map.most() == 1);
}
