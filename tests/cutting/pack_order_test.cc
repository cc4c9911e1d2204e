#include "libfrag/cutting/pack_order.h"

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "libfrag/cutting/cut.h"
#include "libfrag/dataset/folder.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::error_of;
using frag::test::TempDir;

namespace {

struct OrderBench {
  TempDir dir;
  DatasetFolder folder{test::small_dataset(dir, 3, 8)};
  const Catalog& catalog = folder.catalog();
  Sampler sampler{catalog};

  std::vector<FragmentId> ids(const PackSelection& selection) const {
    const PackOrder order(catalog, sampler, selection);
    std::vector<FragmentId> all(order.size());
    for (std::uint64_t i = 0; i < all.size(); ++i) all[i] = order.at(i);
    return all;
  }
  // Of one source of the small dataset, decoded.
  std::uint64_t source_bytes() const {
    return static_cast<std::uint64_t>(catalog.sources()[0].width * catalog.sources()[0].height);
  }
};

PackSelection train(std::uint64_t window_bytes = std::uint64_t{512} << 20) {
  PackSelection selection;
  selection.split = "train";
  selection.window_bytes = window_bytes;
  return selection;
}

}  // namespace

TEST_CASE("everything of a split comes exactly once, whatever the window") {
  const OrderBench bench;
  const std::uint64_t window = GENERATE(1, 30000, 1 << 29);
  const std::vector<FragmentId> all = bench.ids(train(window));
  CHECK(all.size() == bench.sampler.fragments("train"));
  CHECK(std::set<FragmentId>(all.begin(), all.end()).size() == all.size());
  for (const FragmentId id : all)
    REQUIRE(bench.catalog.sources()[bench.catalog.source_of(id)].split == "train");
}

TEST_CASE("fragments that were left out are in no part, all others in one") {
  const TempDir dir;
  test::write_png(dir / "images" / "a" / "1.png", test::noise_image(120, 96, 1, 1));
  // Half a picture of one level: what lies wholly in it has no detail.
  for (int number = 2; number <= 5; ++number) {
    Image half = test::noise_image(160, 96, 1, static_cast<std::uint64_t>(number));
    for (std::int64_t y = 0; y < 96; ++y) std::fill_n(half.row(y), 80, std::uint8_t{90});
    test::write_png(dir / "images" / "a" / (std::to_string(number) + ".png"), half);
  }
  CutOptions options = test::small_cut(dir);
  options.recipe.min_detail = 5;
  cut(options);
  const DatasetFolder folder(options.dataset);
  const Sampler sampler(folder.catalog());
  REQUIRE(folder.catalog().kept() < folder.catalog().fragments());
  std::multiset<FragmentId> together;
  for (std::uint64_t part = 1; part <= 3; ++part) {
    PackSelection selection = train(30000);
    selection.part = {part, 3};
    const PackOrder order(folder.catalog(), sampler, selection);
    for (std::uint64_t i = 0; i < order.size(); ++i) {
      together.insert(order.at(i));
      REQUIRE(folder.catalog().class_of(order.at(i)));
    }
  }
  CHECK(together.size() == sampler.fragments("train"));
  CHECK(std::set<FragmentId>(together.begin(), together.end()).size() == together.size());
}

TEST_CASE("parts are disjoint, together everything, and equal within one fragment") {
  const OrderBench bench;
  const bool drawn = GENERATE(false, true);
  std::set<FragmentId> together;
  std::uint64_t sum = 0, fewest = ~std::uint64_t{0}, most = 0;
  for (std::uint64_t part = 1; part <= 7; ++part) {
    PackSelection selection = train(30000);
    selection.part = {part, 7};
    if (drawn) selection.count = 100;
    const std::vector<FragmentId> ids = bench.ids(selection);
    together.insert(ids.begin(), ids.end());
    sum += ids.size();
    fewest = std::min<std::uint64_t>(fewest, ids.size());
    most = std::max<std::uint64_t>(most, ids.size());
  }
  CHECK(sum == (drawn ? 100 : bench.sampler.fragments("train")));
  CHECK(together.size() == sum);
  CHECK(most - fewest <= 1);
}

TEST_CASE("a window needs no more sources than its bytes hold, and they lie together") {
  const OrderBench bench;
  const PackOrder order(bench.catalog, bench.sampler, train(3 * bench.source_bytes()));
  std::set<std::uint32_t> seen;
  std::uint64_t windows = 0;
  for (std::uint64_t begin = 0; begin < order.size(); begin = order.window_end(begin), ++windows) {
    std::set<std::uint32_t> sources;
    for (std::uint64_t i = begin; i < order.window_end(begin); ++i)
      sources.insert(bench.catalog.source_of(order.at(i)));
    CHECK(sources.size() <= 3);
    for (const std::uint32_t source : sources) CHECK(seen.insert(source).second);  // decoded once
  }
  CHECK(windows == 4);
  CHECK(order.window_bytes() <= 3 * bench.source_bytes());
}

TEST_CASE("every window mixes the classes as the split has them") {
  const OrderBench bench;
  const PackOrder order(bench.catalog, bench.sampler, train(3 * bench.source_bytes()));
  for (std::uint64_t begin = 0; begin < order.size(); begin = order.window_end(begin)) {
    std::map<std::uint32_t, std::uint64_t> by_class;
    for (std::uint64_t i = begin; i < order.window_end(begin); ++i)
      ++by_class[bench.catalog.sources()[bench.catalog.source_of(order.at(i))].class_number];
    CHECK(by_class.size() == 3);
  }
}

TEST_CASE("another seed is another order, the equal seed the equal one") {
  const OrderBench bench;
  PackSelection other = train();
  other.seed = 1;
  CHECK(bench.ids(train()) == bench.ids(train()));
  CHECK(bench.ids(train()) != bench.ids(other));
}

TEST_CASE("a count is the draw of frag sample, in its order") {
  const OrderBench bench;
  PackSelection selection = train();
  selection.count = 60;
  selection.seed = 9;
  SampleSpec spec;
  spec.count = 60;
  spec.seed = 9;
  const SampleList list = bench.sampler.draw(spec);
  const std::vector<FragmentId> ids = bench.ids(selection);
  REQUIRE(ids.size() == 60);
  for (std::uint64_t i = 0; i < 60; ++i) CHECK(ids[i] == list.at(i));
}

TEST_CASE("by id means ascending ids") {
  const OrderBench bench;
  PackSelection selection = train(30000);
  selection.sequence = PackSequence::by_id;
  const std::vector<FragmentId> ids = bench.ids(selection);
  CHECK(std::is_sorted(ids.begin(), ids.end()));
  CHECK(ids.size() == bench.sampler.fragments("train"));
}

TEST_CASE("a part is i/n with 1 <= i <= n") {
  CHECK(parse_part("3/8") == PackPart{3, 8});
  CHECK(parse_part("1/1") == PackPart{1, 1});
  const auto text =
      GENERATE(as<std::string>{}, "", "3", "0/8", "9/8", "1/0", "a/b", "1/8/2", "-1/3", "1/100000");
  CHECK(error_of([&] { parse_part(text); }).code() == Errc::usage);
}

TEST_CASE("an unknown split is an error that lists the known ones") {
  const OrderBench bench;
  PackSelection selection = train();
  selection.split = "trian";
  const Error error = error_of([&] { bench.ids(selection); });
  CHECK(error.code() == Errc::not_found);
  CHECK_THAT(error.what(), Catch::Contains("train, val, test"));
}
