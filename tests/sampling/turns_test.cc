#include "libfrag/sampling/turns.h"

#include <catch2/catch.hpp>
#include <numeric>

#include "libfrag/base/random.h"

using namespace frag;

namespace {

std::vector<std::uint64_t> random_turn_weights(SplitMix64& random) {
  std::vector<std::uint64_t> weights(1 + random.below(9));
  const std::uint64_t most = 1 + random.below(200);
  for (auto& weight : weights) weight = 1 + random.below(most);
  return weights;
}

}  // namespace

TEST_CASE("of every prefix each lane has its share, rounded up or down") {
  SplitMix64 random(1);
  for (int trial = 0; trial < 200; ++trial) {
    const std::vector<std::uint64_t> weights = random_turn_weights(random);
    const std::uint64_t sum = std::accumulate(weights.begin(), weights.end(), std::uint64_t{0});
    const std::uint64_t length = 1 + random.below(3 * sum);
    Turns turns(weights);
    turns.lay(length);
    std::vector<std::uint64_t> had(weights.size(), 0);
    for (std::uint64_t position = 0; position < length; ++position) {
      const Turn turn = turns.at(position);
      REQUIRE(turn.number == had[turn.lane]++);
      for (std::size_t lane = 0; lane < weights.size(); ++lane) {
        const std::uint64_t share = (position + 1) * weights[lane];
        REQUIRE(had[lane] >= share / sum);
        REQUIRE(had[lane] <= (share + sum - 1) / sum);
      }
    }
    CHECK(turns.counts() == had);
  }
}

TEST_CASE("equal weights go round in order, whatever their number") {
  Turns turns({7, 7, 7});
  turns.lay(100);
  for (std::uint64_t position = 0; position < 100; ++position) {
    CHECK(turns.at(position).lane == position % 3);
    CHECK(turns.at(position).number == position / 3);
  }
}

TEST_CASE("a lane of as many fragments as are needed serves so many positions and no more") {
  SplitMix64 random(2);
  for (int trial = 0; trial < 200; ++trial) {
    const std::vector<std::uint64_t> weights = random_turn_weights(random);
    Turns turns(weights);
    const std::size_t lane = random.below(weights.size());
    const std::uint64_t size = random.below(100'000), limit = turns.limit(lane, size);
    CHECK(turns.needed(lane, limit) <= size);
    CHECK(turns.needed(lane, limit + 1) > size);
    turns.lay(limit);
    CHECK(turns.counts()[lane] <= size);
  }
}

TEST_CASE("a long sample needs no more memory than a period") {
  Turns turns({99'999, 1});
  turns.lay(UINT64_MAX);
  CHECK(turns.at(UINT64_MAX - 1).number >= (UINT64_MAX - 1) / 100'000);
}
