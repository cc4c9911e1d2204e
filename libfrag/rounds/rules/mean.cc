#include "libfrag/rounds/rules/mean.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

namespace frag::rounds {
namespace {

// Elements summed at once: the sums stay in the innermost cache while the parts pass by.
constexpr std::size_t kStripe = 1024;

float to_float(double value) {
  constexpr double kLargest = std::numeric_limits<float>::max();
  return static_cast<float>(std::clamp(value, -kLargest, kLargest));
}

// Calls write(i, weighted mean of the results at element i) for every element of the block.
template <class Write>
void each_mean(const Block<float>& block, const std::vector<double>& weights, double total,
               const Write& write) {
  std::array<double, kStripe> sums;
  for (std::size_t start = 0; start < block.next.size(); start += kStripe) {
    const std::size_t count = std::min(kStripe, block.next.size() - start);
    std::fill_n(sums.begin(), count, 0.0);
    for (std::size_t p = 0; p < block.results.size(); ++p) {
      const float* numbers = block.results[p].data() + start;
      for (std::size_t i = 0; i < count; ++i) sums[i] += weights[p] * static_cast<double>(numbers[i]);
    }
    for (std::size_t i = 0; i < count; ++i) write(start + i, sums[i] / total);
  }
}

}  // namespace

MeanRule::MeanRule(const std::vector<Contribution>& contributions, bool by_fragments)
    : weights_(contributions.size(), 1.0) {
  if (by_fragments) {
    double lightest = 0;
    for (std::size_t p = 0; p < weights_.size(); ++p) {
      weights_[p] = static_cast<double>(contributions[p].fragments);
      if (weights_[p] > 0) lightest = lightest > 0 ? std::min(lightest, weights_[p]) : weights_[p];
    }
    std::replace(weights_.begin(), weights_.end(), 0.0, lightest > 0 ? lightest : 1.0);
  }
  total_ = std::accumulate(weights_.begin(), weights_.end(), 0.0);
}

void MeanRule::parameter(const Block<float>& block) const {
  each_mean(block, weights_, total_, [&](std::size_t i, double mean) {
    block.next[i] = to_float(static_cast<double>(block.base[i]) - mean);
  });
}

void MeanRule::buffer(const Block<float>& block) const {
  each_mean(block, weights_, total_, [&](std::size_t i, double mean) { block.next[i] = to_float(mean); });
}

void MeanRule::counter(const Block<std::int64_t>& block) const {
  for (std::size_t i = 0; i < block.next.size(); ++i) {
    std::int64_t largest = block.results.front()[i];
    for (const std::span<const std::int64_t> part : block.results) largest = std::max(largest, part[i]);
    block.next[i] = largest;
  }
}

}  // namespace frag::rounds
