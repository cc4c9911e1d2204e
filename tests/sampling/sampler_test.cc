#include "libfrag/sampling/sampler.h"

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "libfrag/base/error.h"
#include "libfrag/base/random.h"
#include "tests/sampling/random_sets.h"

using namespace frag;
using frag::test::ids_of;

namespace {

using Ranges = std::vector<std::vector<IdRange>>;

// Random runs of ids for each class, dense and interleaved as sources of a dataset are.
Ranges random_ranges(SplitMix64& random, std::size_t classes, std::size_t sources) {
  Ranges ranges(classes);
  FragmentId next = 0;
  for (std::size_t i = 0; i < sources; ++i) {
    const std::uint64_t count = 1 + random.below(300);
    ranges[i % classes].push_back({next, count});
    next += count;
  }
  return ranges;
}

Sampler sampler_of(const Ranges& ranges) {
  std::vector<std::string> classes;
  for (std::size_t i = 0; i < ranges.size(); ++i) classes.push_back("class" + std::to_string(i));
  return Sampler(classes, {{"train", ranges}});
}

SampleSpec spec_of(std::uint64_t count, std::uint64_t seed) {
  SampleSpec spec;
  spec.count = count;
  spec.seed = seed;
  return spec;
}

std::size_t class_of(const Ranges& ranges, FragmentId id) {
  for (std::size_t c = 0; c < ranges.size(); ++c) {
    for (const IdRange& range : ranges[c]) {
      if (id >= range.first && id < range.first + range.count) return c;
    }
  }
  FAIL("id " << id << " is in no class");
  return 0;
}

std::uint64_t smallest(const Ranges& ranges) {
  std::uint64_t least = UINT64_MAX;
  for (const auto& runs : ranges) {
    std::uint64_t sum = 0;
    for (const IdRange& range : runs) sum += range.count;
    least = std::min(least, sum);
  }
  return least;
}

}  // namespace

TEST_CASE("a balanced draw has no repeats, and every prefix has its classes equal within one") {
  SplitMix64 random(41);
  for (int trial = 0; trial < 60; ++trial) {
    const std::size_t classes = 1 + random.below(5);
    const Ranges ranges = random_ranges(random, classes, classes + random.below(20));
    const Sampler sampler = sampler_of(ranges);
    const std::uint64_t limit = smallest(ranges) * classes;
    const SampleList list = sampler.draw(spec_of(1 + random.below(limit), random.next()));
    std::set<FragmentId> seen;
    std::vector<std::uint64_t> per_class(classes, 0);
    for (std::uint64_t i = 0; i < list.size(); ++i) {
      REQUIRE(seen.insert(list.at(i)).second);
      ++per_class[class_of(ranges, list.at(i))];
      const auto [least, most] = std::minmax_element(per_class.begin(), per_class.end());
      REQUIRE(*most - *least <= 1);
    }
  }
}

TEST_CASE("without a count a balanced draw gives all that balance allows") {
  SplitMix64 random(42);
  const Ranges ranges = random_ranges(random, 3, 10);
  SampleSpec spec;
  CHECK(sampler_of(ranges).draw(spec).size() == 3 * smallest(ranges));
}

TEST_CASE("an unbalanced draw of everything is a permutation of the split") {
  SplitMix64 random(43);
  const Ranges ranges = random_ranges(random, 3, 12);
  SampleSpec spec;
  spec.balance = Balance::none;
  const auto ids = ids_of(sampler_of(ranges).draw(spec));
  const std::set<FragmentId> unique(ids.begin(), ids.end());
  CHECK(unique.size() == ids.size());
  CHECK(*unique.rbegin() == ids.size() - 1);
}

TEST_CASE("asking for more than there is says the limit and the class that sets it") {
  const Sampler sampler = sampler_of({{{0, 100}}, {{100, 7}}});
  CHECK_THROWS_WITH(sampler.draw(spec_of(15, 1)),
                    Catch::Contains("at most 14") && Catch::Contains("\"class1\""));
  CHECK(sampler.draw(spec_of(14, 1)).size() == 14);
}

TEST_CASE("with repeats a class that runs out starts over, each pass whole before the next") {
  const Sampler sampler = sampler_of({{{0, 5}}, {{5, 3}}});
  SampleSpec spec = spec_of(24, 1);
  spec.repeats = Repeats::allow;
  std::map<FragmentId, int> times;
  for (const FragmentId id : ids_of(sampler.draw(spec))) ++times[id];
  for (FragmentId id = 5; id < 8; ++id) CHECK(times[id] == 4);
  for (FragmentId id = 0; id < 5; ++id) CHECK((times[id] == 2 || times[id] == 3));
}

TEST_CASE("however many repeats are asked for, a list costs little") {
  const Sampler sampler = sampler_of({{{0, 5}}, {{5, 300}}});
  SampleSpec spec = spec_of(UINT64_MAX, 1);
  spec.repeats = Repeats::allow;
  const SampleList list = sampler.draw(spec);
  CHECK(list.size() == UINT64_MAX);
  CHECK(list.at(UINT64_MAX - 1) < 305);
}

TEST_CASE("a spec that does not go together is refused by the draw too") {
  SampleSpec spec;
  spec.part = 2;
  CHECK_THROWS_AS(sampler_of({{{0, 5}}}).draw(spec), Error);
}

TEST_CASE("seed, round and part each draw anew; parts does not") {
  SplitMix64 random(44);
  const Sampler sampler = sampler_of(random_ranges(random, 3, 30));
  const SampleSpec spec = spec_of(300, 1);
  const auto ids = ids_of(sampler.draw(spec));
  CHECK(ids_of(sampler.draw(spec)) == ids);
  SampleSpec other = spec;
  other.seed = 2;
  CHECK(ids_of(sampler.draw(other)) != ids);
  other = spec;
  other.round = 1;
  CHECK(ids_of(sampler.draw(other)) != ids);
  other = spec;
  other.parts = 4;
  CHECK(ids_of(sampler.draw(other)) == ids);
  other.part = 1;
  CHECK(ids_of(sampler.draw(other)) != ids);
}

TEST_CASE("a shorter draw is the beginning of a longer one") {
  SplitMix64 random(45);
  const Sampler sampler = sampler_of(random_ranges(random, 3, 30));
  auto longer = ids_of(sampler.draw(spec_of(300, 9)));
  longer.resize(100);
  CHECK(ids_of(sampler.draw(spec_of(100, 9))) == longer);
}

TEST_CASE("an unknown split is answered with those there are") {
  CHECK_THROWS_WITH(sampler_of({{{0, 5}}}).draw([] {
    SampleSpec spec;
    spec.split = "trian";
    return spec;
  }()),
                    Catch::Contains("trian") && Catch::Contains("train"));
}
