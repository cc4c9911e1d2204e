#include "trainer/measures/bootstrap.h"

#include <catch2/catch.hpp>

#include "libfrag/base/random.h"

using namespace frag;
using namespace frag::trainer;

namespace {

using Places = std::vector<std::uint32_t>;

// Every round's places, in order.
std::vector<Places> rounds_of(const std::vector<std::uint32_t>& groups, std::uint64_t seed) {
  std::vector<Places> rounds;
  bootstrap_intervals(groups, seed, [&](std::span<const std::uint32_t> places) {
    rounds.emplace_back(places.begin(), places.end());
    return std::vector<double>{0.0};
  });
  return rounds;
}

// The share of places that `hits` marks.
Statistics share_of(const std::vector<int>& hits) {
  return [&hits](std::span<const std::uint32_t> places) {
    double sum = 0;
    for (const std::uint32_t i : places) sum += hits[i];
    return std::vector<double>{sum / static_cast<double>(places.size())};
  };
}

}  // namespace

TEST_CASE("fewer than two groups give no interval") {
  CHECK(rounds_of({4, 4, 4}, 1).empty());
  CHECK(rounds_of({}, 1).empty());
  CHECK(bootstrap_intervals(std::vector<std::uint32_t>{4, 4}, 1, share_of({0, 1})).empty());
}

TEST_CASE("a round draws whole groups by the SplitMix64 sequence of its seed") {
  // Groups in ascending order: 3 with places 1 and 4, 5 with place 0, 9 with places 2 and 3.
  const std::vector<Places> members{{1, 4}, {0}, {2, 3}};
  const auto rounds = rounds_of({5, 3, 9, 9, 3}, 17);
  REQUIRE(rounds.size() == kBootstrapRounds);
  SplitMix64 stream(17);
  for (const Places& round : rounds) {
    Places expected;
    for (int i = 0; i < 3; ++i) {
      const Places& drawn = members[stream.below(3)];
      expected.insert(expected.end(), drawn.begin(), drawn.end());
    }
    REQUIRE(round == expected);
  }
}

TEST_CASE("two groups of opposite kind leave everything open") {
  // A round is all of one kind, even, or all of the other with chances 1/4, 1/2 and 1/4.
  const std::vector<int> hits{1, 1, 0, 0};
  const auto intervals = bootstrap_intervals(Places{0, 0, 1, 1}, 1, share_of(hits));
  REQUIRE(intervals.size() == 1);
  CHECK(intervals[0].low == 0.0);
  CHECK(intervals[0].high == 1.0);
}

TEST_CASE("groups that agree leave nothing open") {
  const std::vector<int> hits{1, 0, 0, 1, 1, 0};
  const auto intervals = bootstrap_intervals(Places{0, 0, 1, 1, 2, 2}, 1, share_of(hits));
  CHECK(intervals[0].low == 0.5);
  CHECK(intervals[0].high == 0.5);
}

TEST_CASE("an interval leaves out the 25 lowest and the 25 highest of 1,000 rounds") {
  double next = 0;
  const auto intervals = bootstrap_intervals(Places{0, 1}, 1, [&](std::span<const std::uint32_t>) {
    const double value = next++;
    return std::vector<double>{value, -value};
  });
  REQUIRE(intervals.size() == 2);
  CHECK(intervals[0].low == 25.0);
  CHECK(intervals[0].high == 974.0);
  CHECK(intervals[1].low == -974.0);
  CHECK(intervals[1].high == -25.0);
}

TEST_CASE("groups of like fragments are less sure than as many independent fragments") {
  std::vector<int> hits;
  Places together, apart;
  for (std::uint32_t i = 0; i < 200; ++i) {
    hits.push_back(i / 20 % 2 == 0 ? 1 : 0);
    together.push_back(i / 20);
    apart.push_back(i);
  }
  const Interval wide = bootstrap_intervals(together, 3, share_of(hits))[0];
  const Interval narrow = bootstrap_intervals(apart, 3, share_of(hits))[0];
  CHECK(wide.high - wide.low > 2 * (narrow.high - narrow.low));
}
