#include "libfrag/split/hash_index.h"

#include <catch2/catch.hpp>
#include <map>

#include "libfrag/base/random.h"

using namespace frag;

namespace {

// Clusters of words a few bits apart, so that there is something to find at every distance.
std::vector<std::uint64_t> clustered_words(std::size_t count, std::uint64_t seed) {
  SplitMix64 random(seed);
  std::vector<std::uint64_t> words;
  while (words.size() < count) {
    const std::uint64_t centre = random.next();
    for (int i = 0; i < 8 && words.size() < count; ++i) {
      std::uint64_t word = centre;
      for (std::uint64_t flips = random.below(20); flips > 0; --flips)
        word ^= std::uint64_t{1} << random.below(64);
      words.push_back(word);
    }
  }
  return words;
}

}  // namespace

TEST_CASE("an index finds exactly the words within its radius, each once") {
  const auto radius = GENERATE(0, 3, 7, 11, 15, 64);
  const auto count = GENERATE(as<std::size_t>{}, 1, 50, 6000);
  const auto words = clustered_words(count, 7);
  const HashIndex index(words, radius);
  for (std::size_t query = 0; query < words.size(); query += 1 + words.size() / 40) {
    std::map<std::uint32_t, int> expected, found;
    for (std::uint32_t i = static_cast<std::uint32_t>(query) + 1; i < words.size(); ++i) {
      const int distance = hamming_distance(words[i], words[query]);
      if (distance <= radius) expected[i] = distance;
    }
    index.find(words[query], static_cast<std::int64_t>(query), [&](std::uint32_t position, int distance) {
      REQUIRE(found.emplace(position, distance).second);
    });
    REQUIRE(found == expected);
  }
}

TEST_CASE("a large index looks at few of its words") {
  const auto words = clustered_words(50000, 8);
  const HashIndex index(words, 15);
  CHECK_FALSE(index.scans());
  const std::uint64_t looked = index.find(words[0], -1, [](std::uint32_t, int) {});
  CHECK(looked < words.size() / 10);
}

TEST_CASE("where looking up costs more than looking at all, all are looked at") {
  const auto words = clustered_words(100, 9);
  CHECK(HashIndex(words, 15).scans());
  CHECK(HashIndex(clustered_words(6000, 9), 64).scans());
}

TEST_CASE("an empty index finds nothing") {
  const HashIndex index({}, 15);
  CHECK(index.find(1, -1, [](std::uint32_t, int) { FAIL("found"); }) == 0);
}
