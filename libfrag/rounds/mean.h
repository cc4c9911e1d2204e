// The quorum mean: synchronous averaging of whatever the quorum brought, every part with equal weight.
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
  void parameter(const Block<float>& block) override;
  void buffer(const Block<float>& block) override;
  void counter(const Block<std::int64_t>& block) override;
};

}  // namespace frag::rounds
