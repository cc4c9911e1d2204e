// The plain asynchronous rule: every result counts as it comes, however old.
//
//   C'[e] = C[e] - rate d[e]
#include "libfrag/rounds/rules/asynchronous.h"
#include "libfrag/rounds/rules/entry.h"

namespace frag::rounds {

RuleEntry async_entry() {
  return {{"async", "every change counts as it comes", Pace::results, {rate_setting(1)}},
          [](const RuleSpec& rule, const Step& step) {
            return make_one_result_rule(step, 1, rule.setting("rate"));
          }};
}

}  // namespace frag::rounds
