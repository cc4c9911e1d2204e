// The quorum mean: synchronous averaging of whatever the quorum brought, every part with equal weight, or
// each weighed by the fragments it was trained on (McMahan et al. 2017): a term then counts w_p times, and n
// is the sum of w.
//
//   parameter   W'[e] = W[e] - (d_1[e] + d_2[e] + ... + d_n[e]) / n
//   buffer      B'[e] =        (b_1[e] + b_2[e] + ... + b_n[e]) / n
//   counter     C'[e] = max(c_1[e], ..., c_n[e])
//
// The sums run from left to right in ascending part order, in IEEE double from exactly converted floats; the
// quotient and the difference are doubles too, and only the last step rounds to float (to nearest, even; what
// would leave float's range becomes its largest value of that sign). So equal results give equal bits on
// every machine, in any language.
#pragma once

#include "libfrag/rounds/rule.h"

namespace frag::rounds {

class MeanRule : public Rule {
 public:
  // `by_fragments`: a result that does not say its fragments weighs as much as the lightest that does.
  MeanRule(const std::vector<Contribution>& contributions, bool by_fragments);

  void parameter(const Block<float>& block) const override;
  void buffer(const Block<float>& block) const override;
  void counter(const Block<std::int64_t>& block) const override;

 private:
  std::vector<double> weights_;  // one a result
  double total_ = 0;
};

}  // namespace frag::rounds
