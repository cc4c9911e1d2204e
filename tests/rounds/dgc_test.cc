#include "libfrag/rounds/dgc.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "libfrag/base/random.h"

using namespace frag::rounds;

namespace {

std::vector<float> drawn(std::size_t count, std::uint64_t seed) {
  frag::SplitMix64 stream(seed);
  std::vector<float> numbers(count);
  for (float& number : numbers) {
    const double x = 2 * stream.uniform() - 1;
    number = static_cast<float>(x * x * x);
  }
  return numbers;
}

DgcMemory zeros(std::size_t count) {
  return {.momentum = std::vector<float>(count), .rest = std::vector<float>(count)};
}

}  // namespace

TEST_CASE("dgc: the warm-up takes the published shares, equally many rounds each, down to the ratio") {
  const auto share = [](std::int64_t warmup, double ratio, std::int64_t round) {
    return dgc_share({.wire = Wire::dgc, .ratio = ratio, .warmup = warmup}, round);
  };
  std::vector<double> shares;
  for (std::int64_t round = 1; round <= 10; ++round) shares.push_back(share(8, 0.001, round));
  CHECK(shares == std::vector<double>{0.25, 0.25, 0.063, 0.063, 0.015, 0.015, 0.004, 0.004, 0.001, 0.001});
  CHECK(share(0, 0.001, 1) == 0.001);
  CHECK(share(4, 0.1, 2) == 0.1);
  CHECK(share(4, 0.1, 1) == 0.25);
  CHECK(share(2, 0.001, 2) == 0.015);
}

TEST_CASE("dgc: hand-worked steps of momentum correction and factor masking") {
  DgcMemory memory = zeros(2);
  const std::vector<float> change{1, 4};
  accumulate(memory, change, 0.5);
  CHECK(memory == DgcMemory{.momentum = {1, 4}, .rest = {1, 4}});
  const SparseChange sent = largest_entries(memory.rest, std::vector<std::uint64_t>{2}, 0.5, 0);
  CHECK(sent.indices == std::vector<std::int32_t>{1});
  CHECK(sent.values == std::vector<float>{4});
  mask(memory, sent.indices);
  CHECK(memory == DgcMemory{.momentum = {1, 0}, .rest = {1, 0}});
  accumulate(memory, change, 0.5);
  CHECK(memory == DgcMemory{.momentum = {1.5, 4}, .rest = {2.5, 4}});
}

TEST_CASE("dgc: with ratio 1 all that is not zero is sent and nothing stays") {
  DgcMemory memory = zeros(300);
  accumulate(memory, drawn(300, 1), 0.9);
  const std::vector<float> rest = memory.rest;
  const SparseChange sent = largest_entries(rest, std::vector<std::uint64_t>{100, 200}, 1.0, 3);
  CHECK(sent.values == rest);
  mask(memory, sent.indices);
  CHECK(memory == zeros(300));
}

TEST_CASE("dgc: what is sent is about as much as wanted of every tensor, and its largest entries") {
  const std::vector<float> rest = drawn(60'000, 2);
  const std::vector<std::uint64_t> sizes{50'000, 9'999, 1};
  for (const double share : {0.25, 0.015, 0.001}) {
    const SparseChange sent = largest_entries(rest, sizes, share, 5);
    REQUIRE(std::is_sorted(sent.indices.begin(), sent.indices.end(), std::less_equal<>()));
    std::uint64_t start = 0;
    for (const std::uint64_t size : sizes) {
      std::vector<float> magnitudes;
      float smallest = 2;
      std::uint64_t count = 0;
      for (std::size_t j = 0; j < sent.indices.size(); ++j) {
        const auto index = static_cast<std::uint64_t>(sent.indices[j]);
        if (index < start || index >= start + size) continue;
        CHECK(sent.values[j] == rest[index]);
        smallest = std::min(smallest, std::abs(sent.values[j]));
        ++count;
      }
      const double wanted = std::max(1.0, std::round(share * static_cast<double>(size)));
      CHECK(static_cast<double>(count) <= 1.3 * wanted);
      CHECK(static_cast<double>(count) >= 0.8 * wanted);
      std::uint64_t as_large = 0;
      for (std::uint64_t i = start; i < start + size; ++i) as_large += std::abs(rest[i]) >= smallest ? 1 : 0;
      CHECK(as_large == count);
      start += size;
    }
  }
}

TEST_CASE("dgc: a sample that misses the large entries is made good") {
  std::vector<float> rest(200'000, 1e-6f);
  for (std::size_t i = 0; i < 200; ++i) rest[i * 997] = 1.0f + static_cast<float>(i);
  const SparseChange sent = largest_entries(rest, std::vector<std::uint64_t>{rest.size()}, 0.001, 1);
  CHECK(sent.values.size() == 200);
  CHECK(*std::min_element(sent.values.begin(), sent.values.end()) == 1.0f);
}

TEST_CASE("dgc: of equals as many go as wanted, the first; zeros never do") {
  const std::vector<float> equals(5000, -2.0f);
  const SparseChange sent = largest_entries(equals, std::vector<std::uint64_t>{5000}, 0.01, 1);
  REQUIRE(sent.indices.size() == 50);
  CHECK(sent.indices.back() == 49);
  const std::vector<float> nothing(5000);
  CHECK(largest_entries(nothing, std::vector<std::uint64_t>{5000}, 0.01, 1).indices.empty());
}
