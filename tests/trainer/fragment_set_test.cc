#include "trainer/fragment_set.h"

#include <catch2/catch.hpp>

#include "tests/support/support.h"

using namespace frag;
using namespace frag::trainer;

TEST_CASE("a set converts channels, keeps the moments of the whole fragment, and resizes") {
  Image colour(4, 4, 3);
  for (std::int64_t y = 0; y < 4; ++y) {
    for (std::int64_t x = 0; x < 4; ++x) {
      colour.row(y)[3 * x] = colour.row(y)[3 * x + 1] = colour.row(y)[3 * x + 2] = x < 2 ? 100 : 200;
    }
  }
  FragmentSet grey({.edge = 2, .channels = 1});
  grey.add(colour, 1, 9);
  CHECK(grey.size() == 1);
  CHECK(grey.stride() == 4);
  CHECK(grey.labels() == std::vector<std::uint32_t>{1});
  CHECK(grey.sources() == std::vector<std::uint32_t>{9});
  CHECK(grey.moments() == std::vector<float>{150, 2500});
  CHECK(grey.pixels(0)[0] == 100);
  CHECK(grey.pixels(0)[1] == 200);

  FragmentSet rgb({.edge = 4, .channels = 3});
  Image one(4, 4, 1);
  one.row(0)[0] = 16;
  rgb.add(one, 0, 0);
  CHECK(rgb.pixels(0)[0] == 16);
  CHECK(rgb.pixels(0)[2] == 16);
  CHECK(rgb.moments().size() == 6);
}

TEST_CASE("pixel statistics are a channel's own, and never divide by 0") {
  Image image(2, 2, 3);
  image.row(0)[0] = 10;  // red of one pixel; green stays 0, blue is 7 throughout
  for (std::int64_t y = 0; y < 2; ++y) image.row(y)[2] = image.row(y)[5] = 7;
  FragmentSet set({.edge = 2, .channels = 3});
  set.add(image, 0, 0);
  const PixelStatistics statistics = pixel_statistics(set);
  CHECK(statistics.mean == std::vector<double>{2.5, 0, 7});
  CHECK(statistics.deviation[0] == Approx(std::sqrt(18.75)));
  CHECK(statistics.deviation[1] == 1.0);
  CHECK(statistics.deviation[2] == 1.0);
}

TEST_CASE("a sample is read whole, within the limit that a balanced draw has") {
  const test::TempDir folder;
  const auto access = open_access({test::small_dataset(folder).string()});
  const Catalog& catalog = access->catalog();
  const std::uint64_t limit = balanced_limit(catalog, {.split = "train", .count = {}});
  CHECK(usual_count(catalog, {.split = "train", .count = {}}, 12) == 12);
  CHECK(usual_count(catalog, {.split = "train", .count = {}}, limit + 1) == limit);
  const FragmentSet set =
      read_fragments(*access, {.split = "train", .count = 12, .seed = 1}, {.edge = 16}, "test");
  CHECK(set.size() == 12);
  for (std::uint32_t number = 0; number < 3; ++number) {
    CHECK(std::count(set.labels().begin(), set.labels().end(), number) == 4);
  }
  for (std::size_t i = 0; i < set.size(); ++i) CHECK(catalog.source_of(set.ids()[i]) == set.sources()[i]);
  CHECK(read_fragments(*access, {.split = "train", .count = limit, .seed = 1}, {.edge = 8}, "test").size() ==
        limit);
  CHECK(test::error_of([&] { balanced_limit(catalog, {.split = "nowhere", .count = {}}); }).code() ==
        Errc::not_found);
  CHECK(natural_channels(catalog) == catalog.sources().front().channels);
}
