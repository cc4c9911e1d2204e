#include "libfrag/dataset/detail_map.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

#include "libfrag/base/random.h"
#include "libfrag/image/convert.h"
#include "tests/dataset/whole_grid.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::crop;
using frag::test::error_of;
using frag::test::noise_image;
using frag::test::whole_grid;

namespace {

DetailMap detail_map_of(const CellGrid& grid, const Image& image, std::int64_t band = 1 << 20) {
  DetailMapBuilder builder(grid);
  for (std::int64_t top = 0; top < image.height(); top += band) {
    builder.add_rows(top, crop(image, {0, top, image.width(), std::min(band, image.height() - top)}));
  }
  return builder.finish();
}

// Bright and blank on the left, noise of levels 0 to 99 on the right.
Image half_blank(std::int64_t width, std::int64_t height) {
  SplitMix64 random(9);
  Image image(width, height, 1);
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      image.row(y)[x] = x < width / 2 ? 240 : static_cast<std::uint8_t>(random.below(100));
    }
  }
  return image;
}

}  // namespace

TEST_CASE("a cell sums its pixels and their squares, at the edges those it has") {
  const Image image = noise_image(23, 17, 1, 4);
  const DetailMap map = detail_map_of(whole_grid(23, 17, 5), image);
  for (std::int64_t row = 0; row < 4; ++row) {
    for (std::int64_t column = 0; column < 5; ++column) {
      DetailCell expected;
      for (std::int64_t y = row * 5; y < std::min<std::int64_t>(17, row * 5 + 5); ++y) {
        for (std::int64_t x = column * 5; x < std::min<std::int64_t>(23, column * 5 + 5); ++x) {
          const std::uint32_t level = image.row(y)[x];
          expected.sum += level;
          expected.squares += level * level;
          ++expected.pixels;
        }
      }
      CHECK(map.at(column, row) == expected);
    }
  }
}

TEST_CASE("colours count by their luma, deep grey by its high byte") {
  const Image rgb = noise_image(40, 30, 3, 5);
  CHECK(detail_map_of(whole_grid(40, 30, 4), rgb).cells() ==
        detail_map_of(whole_grid(40, 30, 4), to_gray(rgb)).cells());
  const Image gray = noise_image(40, 30, 1, 6);
  Image deep(40, 30, 1, 16);
  for (std::int64_t y = 0; y < 30; ++y) {
    for (std::int64_t x = 0; x < 40; ++x) {
      deep.row16(y)[x] = static_cast<std::uint16_t>(gray.row(y)[x] << 8 | (x * 7 & 255));
    }
  }
  CHECK(detail_map_of(whole_grid(40, 30, 4), deep).cells() ==
        detail_map_of(whole_grid(40, 30, 4), gray).cells());
}

TEST_CASE("the height of a source's bands changes nothing") {
  const Image image = noise_image(101, 67, 3, 7);
  const CellGrid grid = whole_grid(101, 67, 6);
  const DetailMap whole = detail_map_of(grid, image);
  for (const std::int64_t band : {1, 5, 6, 7, 64}) {
    const DetailMap map = detail_map_of(grid, image, band);
    CHECK(map.cells() == whole.cells());
    CHECK(map.threshold() == whole.threshold());
  }
}

TEST_CASE("the largest cells of white hold their sums") {
  Image white(512, 512, 1);
  for (std::int64_t y = 0; y < 512; ++y) std::memset(white.row(y), 255, 512);
  const DetailCell cell = detail_map_of(whole_grid(512, 512, 512), white).at(0, 0);
  CHECK(cell.sum == 512u * 512 * 255);
  CHECK(cell.squares == std::uint64_t{512} * 512 * 255 * 255);
}

TEST_CASE("rows of a source out of order, or too few, are a bug of the caller") {
  DetailMapBuilder builder(whole_grid(4, 4, 2));
  CHECK(error_of([&] { builder.add_rows(1, Image(4, 1, 1)); }).code() == Errc::internal);
  CHECK(error_of([&] { builder.add_rows(0, Image(4, 5, 1)); }).code() == Errc::internal);
  CHECK(error_of([&] { builder.finish(); }).code() == Errc::internal);
}

TEST_CASE("the threshold parts the cells' means where the variance between both sides is largest") {
  SplitMix64 random(12);
  Image image(64, 64, 1);
  for (std::int64_t y = 0; y < 64; ++y) {
    for (std::int64_t x = 0; x < 64; ++x) {
      image.row(y)[x] =
          static_cast<std::uint8_t>(random.below(3) == 0 ? 60 + random.below(40) : 150 + random.below(50));
    }
  }
  const DetailMap map = detail_map_of(whole_grid(64, 64, 1), image);
  std::uint32_t expected = 0;
  double most = -1;
  for (std::uint32_t level = 0; level < 255; ++level) {
    double n0 = 0, n1 = 0, s0 = 0, s1 = 0;
    for (const DetailCell& cell : map.cells()) {
      (cell.sum <= level ? n0 : n1) += 1;
      (cell.sum <= level ? s0 : s1) += cell.sum;
    }
    if (n0 == 0 || n1 == 0) continue;
    const double between = n0 * n1 * (s0 / n0 - s1 / n1) * (s0 / n0 - s1 / n1);
    if (between > most * (1 + 1e-12)) {
      most = between;
      expected = level;
    }
  }
  CHECK(map.threshold() == expected);
}

TEST_CASE("a cell at the threshold is dark") {
  Image stripes(32, 32, 1);
  for (std::int64_t y = 0; y < 32; ++y) {
    for (std::int64_t x = 0; x < 32; ++x) stripes.row(y)[x] = x < 8 ? 10 : 20;
  }
  const DetailMap map = detail_map_of(whole_grid(32, 32, 2), stripes);
  CHECK(map.threshold() == 10u);
  const TileDetail tile = detail_of_tile(map, make_angle(0), {-16 * kSubpixel, -16 * kSubpixel, 32, 32});
  CHECK(tile.dark == 64);
  CHECK(tile.bright == 192);
}

TEST_CASE("a picture of one level has no foreground on either side") {
  const DetailMap map = detail_map_of(whole_grid(32, 32, 2), Image(32, 32, 1));
  CHECK_FALSE(map.threshold());
  const TileDetail tile = detail_of_tile(map, make_angle(0), {-16 * kSubpixel, -16 * kSubpixel, 32, 32});
  CHECK(tile.bright == 0);
  CHECK(tile.dark == 0);
  CHECK(is_kept(tile, {}));
  CHECK_FALSE(is_kept(tile, {0, 1, Background::bright}));
  CHECK_FALSE(is_kept(tile, {0, 1, Background::dark}));
}

TEST_CASE("an upright tile's detail is its pixels' own, and so is a turned one's at right angles") {
  const Image image = noise_image(128, 128, 1, 8);
  const DetailMap map = detail_map_of(whole_grid(128, 128, 2), image);
  std::uint64_t sum = 0, squares = 0;
  for (std::int64_t y = 64; y < 96; ++y) {
    for (std::int64_t x = 32; x < 64; ++x) {
      sum += image.row(y)[x];
      squares += std::uint64_t{image.row(y)[x]} * image.row(y)[x];
    }
  }
  // The square [32, 64) x [64, 96) as each turn has it in its frame.
  const TileFrame frames[] = {{-32 * kSubpixel, 0, 32, 32},
                              {0, 0, 32, 32},
                              {0, -32 * kSubpixel, 32, 32},
                              {-32 * kSubpixel, -32 * kSubpixel, 32, 32}};
  for (std::int64_t turn = 0; turn < 4; ++turn) {
    const TileDetail tile = detail_of_tile(map, make_angle(turn * 90000), frames[turn]);
    CHECK(tile.pixels == 32 * 32);
    CHECK(tile.sum == sum);
    CHECK(tile.squares == squares);
  }
}

TEST_CASE("tiles on the blank half are left out and tiles on the textured half are kept, at any angle") {
  const std::int64_t width = 800, height = 600;
  const CellGrid grid = CellGrid::for_tile(Placement::whole(width, height), width, height, 64);
  const DetailMap map = detail_map_of(grid, half_blank(width, height));
  const DetailRule rule =
      GENERATE(DetailRule{10 * 256, 0, Background::bright}, DetailRule{0, 500'000, Background::bright});
  std::vector<Angle> angles;
  for (int degrees = 0; degrees < 360; degrees += 15) angles.push_back(make_angle(degrees * 1000));
  const Tiling tiling(width, height, angles, {Fit::cover, 64, 32});
  for (std::uint64_t number = 0; number < tiling.tiles(); ++number) {
    const TileAddress at = tiling.locate(number);
    const TileFrame frame = tiling.frame(at);
    const double centre = (angles[at.angle].cosine * static_cast<double>(frame.x + 32 * kSubpixel) -
                           angles[at.angle].sine * static_cast<double>(frame.y + 32 * kSubpixel)) /
                          static_cast<double>(kOne * kSubpixel);
    const TileDetail tile = detail_of_tile(map, angles[at.angle], frame);
    if (centre < -50) CHECK_FALSE(is_kept(tile, rule));
    if (centre > 50) CHECK(is_kept(tile, rule));
  }
}

TEST_CASE("the least detail and the least foreground are met exactly or not at all") {
  // Half the pixels are 100, half 110: a standard deviation of 5 levels.
  const TileDetail tile{1000, 105'000, 500 * 10000 + 500 * 12100, 64, 192};
  CHECK(is_kept(tile, {5 * 256, 0, Background::bright}));
  CHECK_FALSE(is_kept(tile, {5 * 256 + 1, 0, Background::bright}));
  CHECK(is_kept(tile, {0, 750'000, Background::bright}));
  CHECK_FALSE(is_kept(tile, {0, 750'001, Background::bright}));
  CHECK(is_kept(tile, {0, 250'000, Background::dark}));
  CHECK_FALSE(is_kept(tile, {0, 250'001, Background::dark}));
}

TEST_CASE("the background is bright or dark") {
  CHECK(parse_background("dark") == Background::dark);
  CHECK(parse_background(name_of(Background::bright)) == Background::bright);
  CHECK(std::string(error_of([] { parse_background("white"); }).what()) ==
        "background \"white\" is none of bright, dark");
}
