#include "libfrag/rounds/rules/averaging.h"

#include <numeric>
#include <utility>

namespace frag::rounds {

WeightedMean::WeightedMean(std::vector<double> weights)
    : weights_(std::move(weights)), divisor_(std::accumulate(weights_.begin(), weights_.end(), 0.0)) {}

WeightedMean::WeightedMean(std::vector<double> weights, double divisor)
    : weights_(std::move(weights)), divisor_(divisor) {}

std::vector<double> contribution_weights(const std::vector<Contribution>& contributions, bool by_fragments) {
  std::vector<double> weights(contributions.size(), 1.0);
  if (!by_fragments) return weights;
  double lightest = 0;
  for (std::size_t p = 0; p < weights.size(); ++p) {
    weights[p] = static_cast<double>(contributions[p].fragments);
    if (weights[p] > 0) lightest = lightest > 0 ? std::min(lightest, weights[p]) : weights[p];
  }
  std::replace(weights.begin(), weights.end(), 0.0, lightest > 0 ? lightest : 1.0);
  return weights;
}

void AveragingRule::buffer(const Block<float>& block) const {
  mean_.each(block, [&](std::size_t i, double mean) { block.next[i] = to_float(mean); });
}

void AveragingRule::counter(const Block<std::int64_t>& block) const {
  for (std::size_t i = 0; i < block.next.size(); ++i) {
    std::int64_t largest = block.results.front()[i];
    for (const std::span<const std::int64_t> part : block.results) largest = std::max(largest, part[i]);
    block.next[i] = largest;
  }
}

}  // namespace frag::rounds
