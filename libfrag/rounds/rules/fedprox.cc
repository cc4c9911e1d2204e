// FedProx (Li et al. 2020): the server's step is the mean, and the loss of workers pulls them back to where
// they started.
//
//   at the worker   mu/2 |W - W_start|^2 is added to the loss
#include "libfrag/rounds/rules/entry.h"

namespace frag::rounds {

RuleEntry fedprox_entry() {
  return {{"fedprox",
           "the mean; workers are pulled back towards the weights they started from",
           Pace::rounds,
           {{"mu", 0.01, 0, 1000, "of mu/2 |W - W_start|^2, which a worker adds to its loss"},
            by_fragments_setting()}},
          mean_entry().make,
          [](const RuleSpec& rule, const LocalSettings&) {
            return LocalPull{.proximal = rule.setting("mu"), .elastic = {}};
          }};
}

}  // namespace frag::rounds
