// The quorum mean: whatever the quorum brought, every part with equal weight, or each weighed by the
// fragments it was trained on (federated averaging, McMahan et al. 2017). D is the mean of the changes.
//
//   W'[e] = W[e] - D[e]
#include "libfrag/rounds/rules/averaging.h"
#include "libfrag/rounds/rules/entry.h"

namespace frag::rounds {
namespace {

class MeanRule : public AveragingRule {
 public:
  using AveragingRule::AveragingRule;

  void parameter(const Block<float>& block) const override {
    mean().each(block, [&](std::size_t i, double change) {
      block.next[i] = to_float(static_cast<double>(block.base[i]) - change);
    });
  }
};

std::unique_ptr<Rule> make_mean(const RuleSpec& rule, const Step& step) {
  return std::make_unique<MeanRule>(weights_of(rule, step));
}

}  // namespace

RuleEntry mean_entry() {
  return {{"mean", "the mean of the results' changes", Pace::rounds, {by_fragments_setting()}}, make_mean};
}

// FedProx (Li et al. 2020): the server's mean, and workers whose loss pulls them back to where they started.
RuleEntry fedprox_entry() {
  return {{"fedprox",
           "the mean; workers are pulled back towards the weights they started from",
           Pace::rounds,
           {{"mu", 0.01, 0, 1000, "of mu/2 |W - W_start|^2, which a worker adds to its loss"},
            by_fragments_setting()}},
          make_mean,
          [](const RuleSpec& rule, const LocalSettings&) {
            return LocalPull{.proximal = rule.setting("mu"), .elastic = {}};
          }};
}

}  // namespace frag::rounds
