// ADAG, accumulated gradient normalisation (Hermans, Spanakis and Moeckel 2017): a change is divided by the
// number of batches that made it, so that a longer window does not mean a larger step. window is
// `local.steps` (12 are usual).
//
//   C'[e] = C[e] - d[e] / window
#include "libfrag/base/error.h"
#include "libfrag/rounds/rules/asynchronous.h"
#include "libfrag/rounds/rules/entry.h"

namespace frag::rounds {

RuleEntry adag_entry() {
  return {{"adag", "changes divided by the batches that made them", Pace::results, {}},
          [](const RuleSpec&, const Step& step) {
            return make_one_result_rule(step, static_cast<double>(step.window));
          },
          [](const RuleSpec&, const LocalSettings& local) {
            if (local.steps < 1) {
              throw Error(Errc::bad_input,
                          "rule \"adag\" divides by the number of batches: set \"steps\" of \"local\", to 12 "
                          "for example");
            }
            return LocalPull{};
          }};
}

}  // namespace frag::rounds
