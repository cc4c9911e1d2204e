// What rules share that take results as they come: a worker's change is subtracted from the newest weights C,
// which others have changed meanwhile, and statistics move towards what came by as much as it is of all
// nodes.
//
//   parameter   C'[e] = C[e] - rate (w_1 d_1[e] + ... + w_n d_n[e]) / divisor
//   buffer      B'[e] = B[e] + min(1, n / nodes) (b[e] - B[e])      b the mean of b_1, ..., b_n with weights
//   w counter     C'[e] = max(C[e], c_1[e], ..., c_n[e])
//
// Doubles, sums from left to right in the order of acceptance, rounded to float once (averaging.h).
#pragma once

#include "libfrag/rounds/rules/averaging.h"
#include "libfrag/rounds/rules/catalog.h"

namespace frag::rounds {

class AsynchronousRule : public Rule {
 public:
  AsynchronousRule(std::vector<double> weights, double divisor, double rate, std::int64_t nodes);

  void parameter(const Block<float>& block) const override;
  void buffer(const Block<float>& block) const override;
  void counter(const Block<std::int64_t>& block) const override;

 private:
  WeightedMean change_;
  WeightedMean statistics_;
  double rate_;
  double share_;  // of the way that statistics move
};

// C' = C - rate d / divisor for the one result of a step; Errc::internal where there is another number.
std::unique_ptr<Rule> make_one_result_rule(const Step& step, double divisor, double rate = 1);

}  // namespace frag::rounds
