#include "libfrag/dataset/label_map.h"

#include <catch2/catch.hpp>
#include <cstring>

#include "libfrag/base/random.h"
#include "tests/dataset/whole_grid.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::crop;
using frag::test::error_of;
using frag::test::whole_grid;

namespace {

LabelMap label_map_of(const CellGrid& grid, const Image& mask, const std::vector<MaskColour>& colours,
                      std::int64_t band = 1 << 20) {
  LabelMapBuilder builder(grid, colours);
  for (std::int64_t top = 0; top < mask.height(); top += band) {
    builder.add_rows(top, crop(mask, {0, top, mask.width(), std::min(band, mask.height() - top)}));
  }
  return builder.finish();
}

Image grey_mask(std::int64_t width, std::int64_t height, const std::vector<int>& values) {
  Image mask(width, height, 1);
  for (std::int64_t i = 0; i < width * height; ++i) {
    mask.row(i / width)[i % width] = static_cast<std::uint8_t>(values[static_cast<std::size_t>(i)]);
  }
  return mask;
}

std::vector<std::uint8_t> cells_of(const LabelMap& map) {
  return {map.cells().begin(), map.cells().end()};
}

constexpr std::uint8_t kNone = LabelMap::kNone;

AnnotationRing rectangle(std::int64_t left, std::int64_t top, std::int64_t right, std::int64_t bottom) {
  return {{left * 256, top * 256},
          {right * 256, top * 256},
          {right * 256, bottom * 256},
          {left * 256, bottom * 256}};
}

}  // namespace

TEST_CASE("a cell is what most of its pixels are, and a tie goes to none, then to the lower number") {
  // Cells of 2 x 2: class 0 three times; two of 0 and two of none; two of 1 and one of 0; one of each.
  const Image mask = grey_mask(8, 2,
                               {10, 10, 10, 5, 20, 20, 10, 20,  //
                                10, 20, 10, 5, 10, 5, 20, 10});
  CHECK(cells_of(label_map_of(whole_grid(8, 2, 2), mask, {0x0a0a0a, 0x141414})) ==
        std::vector<std::uint8_t>{0, kNone, 1, 0});
}

TEST_CASE("cells at the edges count the pixels they have") {
  const Image mask = grey_mask(3, 3,
                               {1, 1, 2,  //
                                1, 1, 2,  //
                                2, 9, 9});
  CHECK(cells_of(label_map_of(whole_grid(3, 3, 2), mask, {0x010101, 0x020202})) ==
        std::vector<std::uint8_t>{0, 1, kNone, kNone});
}

TEST_CASE("grey values and colours are one scale, and deep grey is taken by its value") {
  Image rgb(2, 1, 3);
  std::memcpy(rgb.row(0), "\x80\xff\x00\x07\x07\x07", 6);
  CHECK(cells_of(label_map_of(whole_grid(2, 1, 1), rgb, {0x070707, 0x80ff00})) ==
        std::vector<std::uint8_t>{1, 0});
  Image deep(3, 1, 1, 16);
  deep.row16(0)[0] = 7;
  deep.row16(0)[1] = 0x0707;
  deep.row16(0)[2] = 300;
  CHECK(cells_of(label_map_of(whole_grid(3, 1, 1), deep, {0x070707})) ==
        std::vector<std::uint8_t>{0, kNone, kNone});
}

TEST_CASE("the height of a mask's bands changes nothing") {
  SplitMix64 random(3);
  Image mask(101, 67, 1);
  for (std::int64_t y = 0; y < 67; ++y) {
    for (std::int64_t x = 0; x < 101; ++x) mask.row(y)[x] = static_cast<std::uint8_t>(random.below(4));
  }
  const CellGrid grid = whole_grid(101, 67, 6);
  const std::vector<MaskColour> colours = {0x010101, 0x020202, 0x030303};
  const auto whole = cells_of(label_map_of(grid, mask, colours));
  for (const std::int64_t band : {1, 5, 6, 7, 64})
    CHECK(cells_of(label_map_of(grid, mask, colours, band)) == whole);
}

TEST_CASE("rows of a mask out of order, or too few, are a bug of the caller") {
  LabelMapBuilder builder(whole_grid(4, 4, 2), std::vector<MaskColour>{0});
  CHECK(error_of([&] { builder.add_rows(1, Image(4, 1, 1)); }).code() == Errc::internal);
  CHECK(error_of([&] { builder.add_rows(0, Image(5, 1, 1)); }).code() == Errc::internal);
  CHECK(error_of([&] { builder.finish(); }).code() == Errc::internal);
}

TEST_CASE("a mask may be smaller in proportion, not of another shape") {
  const Placement source = Placement::whole(2272, 1704);
  CHECK(mask_grid(source, 2272, 1704, 256).cell() == 16);
  CHECK(mask_grid(source, 71, 53, 256).cell() == 1);
  const Error error = error_of([&] { mask_grid(source, 1704, 2272, 256); });
  CHECK(error.code() == Errc::bad_input);
  CHECK(std::string(error.what()).find("the mask has 1704x2272 pixels and its source 2272x1704") == 0);
  CHECK(error_of([&] { mask_grid(source, 2272, 1703, 256); }).code() == Errc::bad_input);
  CHECK(error_of([&] { mask_grid(source, 4544, 3408, 256); }).code() == Errc::bad_input);
}

TEST_CASE("a cell lies in a region if its centre does, the upper and left edges included") {
  Annotations found;
  found.regions.push_back({"a", {rectangle(1, 1, 5, 3)}});  // centres at 1, 3, 5, ...
  const LabelMap map = draw_annotations(whole_grid(8, 6, 2), found, std::vector<std::string>{"a"});
  CHECK(cells_of(map) == std::vector<std::uint8_t>{0, 0, kNone, kNone,          //
                                                   kNone, kNone, kNone, kNone,  //
                                                   kNone, kNone, kNone, kNone});
}

TEST_CASE("holes are empty, later regions lie over earlier ones, unknown classes are passed over") {
  Annotations found;
  found.regions.push_back({"a", {rectangle(0, 0, 8, 8), rectangle(2, 2, 6, 6)}});
  found.regions.push_back({"b", {rectangle(0, 0, 4, 2)}});
  found.regions.push_back({"Ignore*", {rectangle(0, 0, 8, 8)}});
  const LabelMap map = draw_annotations(whole_grid(8, 8, 2), found, std::vector<std::string>{"a", "b"});
  CHECK(cells_of(map) == std::vector<std::uint8_t>{1, 1, 0, 0,          //
                                                   0, kNone, kNone, 0,  //
                                                   0, kNone, kNone, 0,  //
                                                   0, 0, 0, 0});
}

TEST_CASE("regions reach beyond the source, and the last cells' centres are those of their parts") {
  Annotations found;
  found.regions.push_back({"a", {rectangle(-1000, 4, 1000, 1000)}});
  // The last row of cells covers [4, 5): its centre is at 4.5 and not at 6.
  const LabelMap map = draw_annotations(whole_grid(6, 5, 4), found, std::vector<std::string>{"a"});
  CHECK(cells_of(map) == std::vector<std::uint8_t>{kNone, kNone, 0, 0});
  found.regions[0].rings[0] = rectangle(-50, -50, -10, 50);
  CHECK(cells_of(draw_annotations(whole_grid(6, 5, 4), found, std::vector<std::string>{"a"})) ==
        std::vector<std::uint8_t>(4, kNone));
}

TEST_CASE("random polygons agree with a test of each centre by itself") {
  SplitMix64 random(11);
  const std::int64_t width = 61, height = 47, cell = 3;
  const CellGrid grid = whole_grid(width, height, cell);
  for (int round = 0; round < 100; ++round) {
    Region region{"a", {}};
    for (std::uint64_t rings = 1 + random.below(3); rings > 0; --rings) {
      AnnotationRing ring;
      for (std::uint64_t corners = 3 + random.below(6); corners > 0; --corners) {
        // Many corners lie on centres exactly.
        const bool exact = random.below(2) == 0;
        const auto at = [&](std::int64_t edge) {
          const auto place =
              static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(edge + 20))) - 10;
          return exact ? place * 128 : place * 256 + static_cast<std::int64_t>(random.below(256));
        };
        ring.push_back({at(width), at(height)});
      }
      region.rings.push_back(ring);
    }
    Annotations found;
    found.regions.push_back(region);
    const LabelMap map = draw_annotations(grid, found, std::vector<std::string>{"a"});
    for (std::int64_t row = 0; row < grid.rows(); ++row) {
      for (std::int64_t column = 0; column < grid.columns(); ++column) {
        const std::int64_t x = (column * cell + std::min((column + 1) * cell, width)) * 128;
        const std::int64_t y = (row * cell + std::min((row + 1) * cell, height)) * 128;
        bool inside = false;
        for (const auto& ring : region.rings) {
          for (std::size_t i = 0; i < ring.size(); ++i) {
            const auto a = ring[i], b = ring[(i + 1) % ring.size()];
            if ((a.y <= y) == (b.y <= y)) continue;
            // x of the crossing <= x, multiplied by b.y - a.y.
            const std::int64_t side = (a.x - x) * (b.y - a.y) + (y - a.y) * (b.x - a.x);
            if (b.y > a.y ? side <= 0 : side >= 0) inside = !inside;
          }
        }
        REQUIRE((map.at(column, row) == 0) == inside);
      }
    }
  }
}

TEST_CASE("a tile has the class of most of its points, from the share on, the lower number on a tie") {
  // Columns of 16 cells below one upright tile: 6 of class 1, 6 of class 0, 4 of none.
  std::vector<std::uint8_t> cells;
  for (int i = 0; i < 256; ++i) cells.push_back(i % 16 < 6 ? 1 : i % 16 < 12 ? 0 : kNone);
  const LabelMap map(whole_grid(16, 16, 1), cells);
  const TileFrame frame{-8 * kSubpixel, -8 * kSubpixel, 16, 16};
  CHECK(class_of_tile(map, make_angle(0), frame, 375'000) == 0u);
  CHECK(class_of_tile(map, make_angle(0), frame, 375'001) == std::nullopt);
  cells[0] = cells[1] = kNone;
  cells[6] = 1;
  CHECK(class_of_tile(LabelMap(whole_grid(16, 16, 1), cells), make_angle(0), frame, 1) == 0u);
  cells[7] = 1;
  CHECK(class_of_tile(LabelMap(whole_grid(16, 16, 1), cells), make_angle(0), frame, 1) == 1u);
  CHECK(class_of_tile(LabelMap(whole_grid(16, 16, 1), std::vector<std::uint8_t>(256, kNone)), make_angle(0),
                      frame, 1) == std::nullopt);
}

TEST_CASE("turned tiles take the class of the half of the source they lie in") {
  const std::int64_t width = 800, height = 600;
  Annotations found;
  found.regions.push_back({"left", {rectangle(0, 0, 400, 600)}});
  found.regions.push_back({"right", {rectangle(400, 0, 800, 600)}});
  const LabelMap map =
      draw_annotations(CellGrid::for_tile(Placement::whole(width, height), width, height, 64), found,
                       std::vector<std::string>{"left", "right"});
  std::vector<Angle> angles;
  for (int degrees = 0; degrees < 360; degrees += 15) angles.push_back(make_angle(degrees * 1000));
  const Tiling tiling(width, height, angles, {Fit::cover, 64, 32});
  for (std::uint64_t number = 0; number < tiling.tiles(); ++number) {
    const TileAddress tile = tiling.locate(number);
    const Angle& angle = angles[tile.angle];
    const TileFrame frame = tiling.frame(tile);
    const double centre = (angle.cosine * static_cast<double>(frame.x + 32 * kSubpixel) -
                           angle.sine * static_cast<double>(frame.y + 32 * kSubpixel)) /
                          static_cast<double>(kOne * kSubpixel);
    const auto all = class_of_tile(map, angle, frame, kMillion);
    const auto most = class_of_tile(map, angle, frame, kMillion / 2);
    if (centre < -4) CHECK(most == 0u);
    if (centre > 4) CHECK(most == 1u);
    if (centre < -50) CHECK(all == 0u);
    if (std::abs(centre) < 20) CHECK(all == std::nullopt);
  }
}

TEST_CASE("colours follow the order of the classes") {
  LabelRule rule;
  rule.values = {{"a", 1}, {"b", 2}};
  CHECK(mask_colours(rule, std::vector<std::string>{"b", "a"}) == std::vector<MaskColour>{2, 1});
  CHECK(std::string(error_of([&] { mask_colours(rule, std::vector<std::string>{"c"}); }).what())
            .find("labels.values has no value for the class \"c\"") == 0);
}
