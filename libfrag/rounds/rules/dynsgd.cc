// DynSGD (Jiang et al. 2017): the older the weights that a result started from, the less it counts. t is its
// staleness: the versions that came between.
//
//   C'[e] = C[e] - d[e] / (t + 1)
#include "libfrag/rounds/rules/asynchronous.h"
#include "libfrag/rounds/rules/entry.h"

namespace frag::rounds {

RuleEntry dynsgd_entry() {
  return {{"dynsgd", "changes divided by their staleness and one", Pace::results, {}},
          [](const RuleSpec&, const Step& step) {
            return make_one_result_rule(step, static_cast<double>(step.contributions.at(0).staleness + 1));
          }};
}

}  // namespace frag::rounds
