#include "libfrag/cutting/preview.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>

#include "libfrag/cutting/cut.h"
#include "libfrag/cutting/panels.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::TempDir;

TEST_CASE("a preview is an RGB picture in which the tiles' colour is drawn") {
  const TempDir dir;
  const DatasetFolder folder(test::small_dataset(dir));
  const Image picture = draw_preview(folder, {});
  REQUIRE(picture.channels() == 3);
  int orange = 0;
  for (std::int64_t y = 0; y < picture.height(); ++y) {
    for (std::int64_t x = 0; x < picture.width(); ++x) {
      const std::uint8_t* p = picture.row(y) + 3 * x;
      orange += p[0] > 200 && p[1] > 120 && p[2] < 60 ? 1 : 0;
    }
  }
  CHECK(orange > 1000);
}

namespace {

// Pixels near `colour`: JPEG is not involved, but drawing is anti-aliased.
int count_near(const Image& picture, Colour colour) {
  const auto far = [](int a, int b) { return std::abs(a - b) > 6; };
  int count = 0;
  for (std::int64_t y = 0; y < picture.height(); ++y) {
    for (std::int64_t x = 0; x < picture.width(); ++x) {
      const std::uint8_t* p = picture.row(y) + 3 * x;
      count += far(p[0], colour.red) || far(p[1], colour.green) || far(p[2], colour.blue) ? 0 : 1;
    }
  }
  return count;
}

// One class of pictures whose left half is even, so that a recipe can leave its tiles out.
CutOptions half_even(const TempDir& dir) {
  std::filesystem::create_directories(dir / "images/a");
  for (int i = 0; i < 3; ++i) {
    Image picture = test::noise_image(160, 80, 1, static_cast<std::uint64_t>(i + 1));
    for (std::int64_t y = 0; y < 80; ++y) std::fill_n(picture.row(y), 80, std::uint8_t{200});
    test::write_png(dir / ("images/a/" + std::to_string(i) + ".png"), picture);
  }
  CutOptions options = test::small_cut(dir, "half.frag");
  options.recipe.split = "50/50";
  return options;
}

}  // namespace

TEST_CASE("tiles that were left out have a colour of their own") {
  const TempDir dir;
  CutOptions options = half_even(dir);
  options.recipe.min_detail = 20;
  cut(options);
  const Panel panel = tiles_panel(DatasetFolder(options.dataset), 0, 0);
  REQUIRE(panel.legend.size() == 2);
  CHECK(panel.legend[0].text.find("a ") == 0);
  CHECK(panel.legend[1].text.find("left out ") == 0);
  CHECK(count_near(panel.picture, panel.legend[0].colour) > 500);
  CHECK(count_near(panel.picture, panel.legend[1].colour) > 500);
}

TEST_CASE("a dataset that leaves nothing out shows no such colour") {
  const TempDir dir;
  const CutOptions options = half_even(dir);
  cut(options);
  const Panel panel = tiles_panel(DatasetFolder(options.dataset), 0, 0);
  for (const LegendEntry& entry : panel.legend) CHECK(entry.text.find("left out") == std::string::npos);
}

TEST_CASE("a heat map has its scale's colours at both ends") {
  const TempDir dir;
  const Panel panel = coverage_panel(DatasetFolder(test::small_dataset(dir)), 0);
  REQUIRE(panel.heat_most);
  CHECK(*panel.heat_most > 1);
  CHECK(count_near(panel.picture, heat_colour(1)) > 100);
  CHECK(count_near(panel.picture, heat_colour(1.0 / *panel.heat_most)) > 10);
}

TEST_CASE("before and after differ exactly where the recipe changes the contrast") {
  const TempDir dir;
  CutOptions options = half_even(dir);
  cut(options);
  CHECK_THROWS_WITH(contrast_panels(DatasetFolder(options.dataset), 0),
                    Catch::Contains("--contrast stretch"));
  options.recipe.contrast = Contrast::equalise;
  options.dataset = dir / "equal.frag";
  cut(options);
  const ContrastPanels panels = contrast_panels(DatasetFolder(options.dataset), 0);
  CHECK(panels.before.levels != panels.after.levels);
  CHECK(panels.before.levels[200] >= 80 * 80);
}

TEST_CASE("every kind of preview is drawn, and a kind that is not there is refused") {
  const TempDir dir;
  const DatasetFolder folder(test::small_dataset(dir));
  PreviewOptions options;
  for (const char* name : {"overview", "tiles", "sheet", "coverage"}) {
    options.what = parse_preview_of(name);
    CHECK(name_of(options.what) == std::string(name));
    CHECK(draw_preview(folder, options).width() > 400);
  }
  CHECK_THROWS_WITH(parse_preview_of("tile"), Catch::Contains("overview, tiles, sheet, contrast, coverage"));
}

TEST_CASE("a source or an angle that is not there is refused") {
  const TempDir dir;
  const DatasetFolder folder(test::small_dataset(dir));
  PreviewOptions options;
  options.source = 99;
  CHECK_THROWS_AS(draw_preview(folder, options), Error);
  options.source = 0;
  options.edge = 100;
  CHECK_THROWS_WITH(draw_preview(folder, options), Catch::Contains("200 to 4000"));
  options.edge = 300;
  options.millidegrees = 31000;
  CHECK_THROWS_WITH(draw_preview(folder, options), Catch::Contains("31 degrees"));
}
