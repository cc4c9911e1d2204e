// What rules share that take the results of a round together: a weighted mean of what came, and what becomes
// of statistics and integers.
//
//   mean        (w_1 x_1[e] + w_2 x_2[e] + ... + w_n x_n[e]) / (w_1 + w_2 + ... + w_n)
//   buffer      B'[e] = the mean of b_1[e], ..., b_n[e]
//   counter     C'[e] = max(c_1[e], ..., c_n[e])
//
// The sums run from left to right in ascending part order, in IEEE double from exactly converted floats; the
// quotient and all that a rule does with it are doubles too, and only the last step rounds to float (to
// nearest, even; what would leave float's range becomes its largest value of that sign). So equal results
// give equal bits on every machine, in any language.
#pragma once

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <vector>

#include "libfrag/rounds/rule.h"
#include "libfrag/rounds/rules/weighted_sums.h"

namespace frag::rounds {

// The nearest float; the largest of its sign where that would be infinite.
inline float to_float(double value) {
  constexpr double kLargest = std::numeric_limits<float>::max();
  return static_cast<float>(std::clamp(value, -kLargest, kLargest));
}

class WeightedMean {
 public:
  // Weights that are divided by something other than their sum where `divisor` is given.
  explicit WeightedMean(std::vector<double> weights);
  WeightedMean(std::vector<double> weights, double divisor);

  // Calls write(i, mean of the results at element i) for every element of the block.
  template <class Write>
  void each(const Block<float>& block, const Write& write) const {
    std::array<double, kStripe> sums;
    for (std::size_t start = 0; start < block.next.size(); start += kStripe) {
      const auto stripe = std::span(sums).first(std::min(kStripe, block.next.size() - start));
      weighted_sums(block.results, weights_, start, stripe);
      for (std::size_t i = 0; i < stripe.size(); ++i) write(start + i, stripe[i] / divisor_);
    }
  }

 private:
  // Elements summed at once: the sums stay in the innermost cache while the results pass by.
  static constexpr std::size_t kStripe = 1024;

  std::vector<double> weights_;  // one a result
  double divisor_;
};

// All alike; or by the fragments that each was trained on, where one that does not say counts as the lightest
// that does.
std::vector<double> contribution_weights(const std::vector<Contribution>& contributions, bool by_fragments);

// A rule of rounds whose statistics become the mean of what came. What becomes of parameters is the rule's
// own.
class AveragingRule : public Rule {
 public:
  // Weights of the statistics, and of mean().
  explicit AveragingRule(std::vector<double> weights) : mean_(std::move(weights)) {}

  void buffer(const Block<float>& block) const override;
  void counter(const Block<std::int64_t>& block) const override;

 protected:
  const WeightedMean& mean() const { return mean_; }

 private:
  WeightedMean mean_;
};

}  // namespace frag::rounds
