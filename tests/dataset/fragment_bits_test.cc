#include "libfrag/dataset/fragment_bits.h"

#include <catch2/catch.hpp>

#include "libfrag/base/random.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::error_of;

namespace {

std::vector<bool> random_bits(std::size_t size, std::uint64_t percent, std::uint64_t seed) {
  SplitMix64 random(seed);
  std::vector<bool> bits(size);
  for (std::size_t i = 0; i < size; ++i) bits[i] = random.below(100) < percent;
  return bits;
}

}  // namespace

TEST_CASE("the k-th set bit is the one that counting finds, for bitmaps of any length and density") {
  LabelBits all;
  std::vector<std::vector<bool>> bitmaps;
  std::vector<std::uint64_t> offsets;
  for (const std::size_t size : {1, 63, 64, 65, 511, 512, 513, 4000}) {
    for (const std::uint64_t percent : {0, 1, 50, 100}) {
      bitmaps.push_back(random_bits(size, percent, size * 101 + percent));
      offsets.push_back(all.append(bitmaps.back()));
    }
  }
  all.seal();
  const LabelBits back(all.packed());
  for (std::size_t n = 0; n < bitmaps.size(); ++n) {
    const FragmentBits bits = back.view(offsets[n], bitmaps[n].size());
    std::uint64_t k = 0;
    for (std::size_t i = 0; i < bitmaps[n].size(); ++i) {
      REQUIRE(bits.test(i) == bitmaps[n][i]);
      if (bitmaps[n][i]) REQUIRE(bits.select(k++) == i);
    }
    REQUIRE(bits.count() == k);
  }
}

TEST_CASE("two bitmaps meet exactly where one bit is set in both") {
  LabelBits all;
  const auto a = all.append({true, false, false, true}), b = all.append({false, true, true, false});
  const auto c = all.append({false, false, false, true});
  all.seal();
  CHECK_FALSE(all.view(a, 4).meets(all.view(b, 4)));
  CHECK(all.view(a, 4).meets(all.view(c, 4)));
}

TEST_CASE("a bitmap outside its file, between two words, or with bits beyond its size is refused") {
  LabelBits all;
  all.append(std::vector<bool>(100, true));
  all.seal();
  CHECK(error_of([&] { all.view(16, 1); }).code() == Errc::bad_input);
  CHECK(error_of([&] { all.view(0, 129); }).code() == Errc::bad_input);
  CHECK(error_of([&] { all.view(4, 8); }).code() == Errc::bad_input);
  CHECK(error_of([&] { all.view(0, UINT64_MAX); }).code() == Errc::bad_input);
  CHECK(error_of([&] { all.view(0, 99); }).code() == Errc::bad_input);
  CHECK(error_of([&] { LabelBits("seven b"); }).code() == Errc::bad_input);
  CHECK(all.view(0, 100).count() == 100);
}
