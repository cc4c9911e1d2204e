// DOWNPOUR (Dean et al. 2012): a worker sends what it changed since it last took the weights, `local.steps`
// batches ago (5 are usual), and takes them anew.
//
//   C'[e] = C[e] - d[e]
#include "libfrag/rounds/rules/asynchronous.h"
#include "libfrag/rounds/rules/entry.h"

namespace frag::rounds {

RuleEntry downpour_entry() {
  return {{"downpour", "changes of a few batches each, added as they come", Pace::results, {}},
          [](const RuleSpec&, const Step& step) { return make_one_result_rule(step, 1); }};
}

}  // namespace frag::rounds
