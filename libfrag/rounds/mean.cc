#include "libfrag/rounds/mean.h"

#include <algorithm>
#include <array>
#include <limits>

namespace frag::rounds {
namespace {

// Elements summed at once: the sums stay in the innermost cache while the parts pass by.
constexpr std::size_t kStripe = 1024;

float to_float(double value) {
  constexpr double kLargest = std::numeric_limits<float>::max();
  return static_cast<float>(std::clamp(value, -kLargest, kLargest));
}

// Calls write(i, mean of the parts at element i) for every element of the block.
template <class Write>
void each_mean(const Block<float>& block, const Write& write) {
  const auto parts = static_cast<double>(block.results.size());
  std::array<double, kStripe> sums;
  for (std::size_t start = 0; start < block.next.size(); start += kStripe) {
    const std::size_t count = std::min(kStripe, block.next.size() - start);
    std::fill_n(sums.begin(), count, 0.0);
    for (const std::span<const float> part : block.results) {
      const float* numbers = part.data() + start;
      for (std::size_t i = 0; i < count; ++i) sums[i] += static_cast<double>(numbers[i]);
    }
    for (std::size_t i = 0; i < count; ++i) write(start + i, sums[i] / parts);
  }
}

}  // namespace

void MeanRule::parameter(const Block<float>& block) {
  each_mean(block, [&](std::size_t i, double mean) {
    block.next[i] = to_float(static_cast<double>(block.base[i]) - mean);
  });
}

void MeanRule::buffer(const Block<float>& block) {
  each_mean(block, [&](std::size_t i, double mean) { block.next[i] = to_float(mean); });
}

void MeanRule::counter(const Block<std::int64_t>& block) {
  for (std::size_t i = 0; i < block.next.size(); ++i) {
    std::int64_t largest = block.results.front()[i];
    for (const std::span<const std::int64_t> part : block.results) largest = std::max(largest, part[i]);
    block.next[i] = largest;
  }
}

}  // namespace frag::rounds
