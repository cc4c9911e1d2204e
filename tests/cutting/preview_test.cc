#include "libfrag/cutting/preview.h"

#include <catch2/catch.hpp>

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

TEST_CASE("a source or an angle that is not there is refused") {
  const TempDir dir;
  const DatasetFolder folder(test::small_dataset(dir));
  PreviewOptions options;
  options.source = 99;
  CHECK_THROWS_AS(draw_preview(folder, options), Error);
  options.source = 0;
  options.millidegrees = 31000;
  CHECK_THROWS_WITH(draw_preview(folder, options), Catch::Contains("31 degrees"));
}
