#include "libfrag/base/permutation.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <vector>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/random.h"

using namespace frag;

TEST_CASE("a keyed permutation is one: every value once, for every small size") {
  for (std::uint64_t size = 1; size <= 600; ++size) {
    const KeyedPermutation permutation(size, mix64(size));
    std::vector<bool> seen(size, false);
    for (std::uint64_t i = 0; i < size; ++i) seen[permutation(i)] = true;
    REQUIRE(std::all_of(seen.begin(), seen.end(), [](bool hit) { return hit; }));
  }
}

TEST_CASE("the walk takes under 1.1 steps on average for every size") {
  for (std::uint64_t size = 1; size <= 3000; ++size) {
    const KeyedPermutation permutation(size, size);
    std::uint64_t steps = 0;
    for (std::uint64_t i = 0; i < size; ++i) permutation(i, &steps);
    REQUIRE(static_cast<double>(steps) <= 1.1 * static_cast<double>(size));
  }
}

TEST_CASE("sizes up to 2^62 work and stay in range") {
  SplitMix64 random(7);
  for (int shift = 8; shift <= 62; ++shift) {
    const std::uint64_t size = (std::uint64_t{1} << shift) - (shift < 62 ? random.below(100) : 0);
    const KeyedPermutation permutation(size, random.next());
    for (int i = 0; i < 50; ++i) REQUIRE(permutation(random.below(size)) < size);
  }
}

TEST_CASE("first images are uniform: chi-square over 100,000 keys into 200 values") {
  constexpr std::uint64_t kSize = 200;
  constexpr int kDraws = 100000;
  std::vector<int> hits(kSize, 0);
  for (int i = 0; i < kDraws; ++i) ++hits[KeyedPermutation(kSize, sha256_word(std::to_string(i)))(0)];
  double chi_square = 0;
  for (const int hit : hits) chi_square += (hit - kDraws / 200.0) * (hit - kDraws / 200.0) / (kDraws / 200.0);
  CHECK(chi_square < 280);  // 199 degrees of freedom: exceeded once in 7,000 seeds
  CHECK(chi_square > 135);
}

TEST_CASE("another key is another order") {
  const KeyedPermutation a(100000, 1), b(100000, 2);
  int equal = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) equal += a(i) == b(i) ? 1 : 0;
  CHECK(equal < 5);
}

TEST_CASE("an empty permutation is refused") {
  CHECK_THROWS_AS(KeyedPermutation(0, 1), Error);
}
