#include "libfrag/cutting/fragment_table.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "libfrag/base/text.h"
#include "libfrag/dataset/folder.h"
#include "libfrag/dataset/renderer.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::TempDir;

TEST_CASE("an upright tile's corners are pixels of the source, and hold what was rendered") {
  const TempDir dir;
  const DatasetFolder folder(test::small_dataset(dir));
  const Catalog& catalog = folder.catalog();
  FragmentRenderer renderer(folder);
  const FragmentId id = 5;  // of the angle 0
  const FragmentAddress address = catalog.locate(id);
  REQUIRE(address.tile.angle == 0);
  const TilePlace place = place_of(catalog, address);
  const std::int64_t left = place.corners[0].x / 10000, top = place.corners[0].y / 10000;
  CHECK(place.corners[2] == SourcePoint{(left + 32) * 10000, (top + 32) * 10000});
  CHECK(place.centre == SourcePoint{(left + 16) * 10000, (top + 16) * 10000});
  const Image source = folder.decode_source(address.source), tile = renderer.render(id);
  for (std::int64_t y = 0; y < 32; ++y) {
    for (std::int64_t x = 0; x < 32; ++x) REQUIRE(tile.row(y)[x] == source.row(top + y)[left + x]);
  }
}

TEST_CASE("corners of any tile lie in the source, as far apart as the tile is wide, turned by its angle") {
  const TempDir dir;
  const DatasetFolder folder(test::small_dataset(dir));
  const Catalog& catalog = folder.catalog();
  for (FragmentId id = 0; id < catalog.sources()[0].fragments; ++id) {
    const FragmentAddress address = catalog.locate(id);
    const TilePlace place = place_of(catalog, address);
    const double turn = catalog.angles()[address.tile.angle].degrees() * std::acos(-1.0) / 180;
    const double across = static_cast<double>(place.corners[1].x - place.corners[0].x) / 10000;
    const double down = static_cast<double>(place.corners[1].y - place.corners[0].y) / 10000;
    CHECK(across == Approx(32 * std::cos(turn)).margin(2e-4));
    CHECK(down == Approx(32 * std::sin(turn)).margin(2e-4));
    for (const SourcePoint& corner : place.corners) {
      CHECK(corner.x >= -1);
      CHECK(corner.y >= -1);
      CHECK(corner.x <= 120 * 10000 + 1);
      CHECK(corner.y <= 96 * 10000 + 1);
    }
  }
}

TEST_CASE("positions print with four decimals, below zero too") {
  CHECK(format_position(12345678) == "1234.5678");
  CHECK(format_position(-5) == "-0.0005");
  CHECK(format_position(0) == "0.0000");
}

TEST_CASE("whatever a cell holds, it reads back equal") {
  const std::vector<std::string> cells = {"plain", "a,b", "say \"hi\"", "two\nlines", "", "\r", "\"", ",,"};
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i) text += (i == 0 ? "" : ",") + csv_field(cells[i]);
  const std::string all = text + "\nnext,row\n";
  std::string_view rest = all;
  CHECK(take_csv_record(rest) == cells);
  CHECK(take_csv_record(rest) == std::vector<std::string>{"next", "row"});
  CHECK(rest.empty());
}

TEST_CASE("a quote that does not end is an error") {
  std::string_view text = "a,\"b\n";
  CHECK(test::error_of([&] { take_csv_record(text); }).code() == Errc::bad_input);
}
