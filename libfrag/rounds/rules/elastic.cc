// Elastic averaging (Zhang, Choromanska and LeCun 2015): worker and server hold weights of their own, and
// after every `local.steps` batches (32 are usual) move towards each other. With C what the worker took and W
// its own,
//
//   E = a (W - C), a = rho learning_rate        at the worker:  W' = W - E, which it keeps; it sends d = -E
//   C'[e] = C[e] - d[e]                         at the server
//
// AEASGD trains with any optimizer between, EAMSGD with Nesterov's momentum.
#include "libfrag/base/error.h"
#include "libfrag/rounds/rules/asynchronous.h"
#include "libfrag/rounds/rules/entry.h"

namespace frag::rounds {
namespace {

RuleSetting rho_setting() {
  return {"rho", 5, 1e-6, 1e6,
          "times local.learning_rate: the share of the way that worker and server move, at most 1"};
}

std::unique_ptr<Rule> make_elastic(const RuleSpec&, const Step& step) {
  return make_one_result_rule(step, 1);
}

LocalPull elastic_pull(const RuleSpec& rule, const LocalSettings& local) {
  const double share = rule.setting("rho") * local.learning_rate;
  if (!(share > 0 && share <= 1)) {
    throw Error(Errc::bad_input, "rule \"" + rule.name + "\" moves by rho x learning_rate, which is " +
                                     Json(share).dump() + " here: it must be above 0 and at most 1");
  }
  if (rule.name == "eamsgd" && local.optimizer != "nesterov") {
    throw Error(Errc::bad_input,
                "rule \"eamsgd\" trains with Nesterov's momentum: set \"optimizer\" of \"local\" to "
                "\"nesterov\", or take the rule \"aeasgd\"");
  }
  return {.proximal = 0, .elastic = share};
}

}  // namespace

RuleEntry aeasgd_entry() {
  return {{"aeasgd",
           "workers keep weights of their own; they and the server move towards each other",
           Pace::results,
           {rho_setting()}},
          make_elastic,
          elastic_pull};
}

RuleEntry eamsgd_entry() {
  return {{"eamsgd", "aeasgd with Nesterov's momentum at the workers", Pace::results, {rho_setting()}},
          make_elastic,
          elastic_pull};
}

}  // namespace frag::rounds
