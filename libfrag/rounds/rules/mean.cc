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

}  // namespace frag::rounds
