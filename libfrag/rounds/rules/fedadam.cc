// FedAdam (Reddi et al. 2021, algorithm 2; no correction of the first steps' bias, as there): a step of Adam
// along the mean change. D is the mean of the changes, M and V the memories "first" and "second".
//
//   M'[e] = beta1 M[e] + (1 - beta1) D[e]
//   V'[e] = beta2 V[e] + (1 - beta2) D[e]^2
//   W'[e] = W[e] - rate M'[e] / (sqrt(V'[e]) + tau)      with M' and V' before they are rounded
#include <cmath>

#include "libfrag/rounds/rules/averaging.h"
#include "libfrag/rounds/rules/entry.h"

namespace frag::rounds {
namespace {

class FedAdamRule : public AveragingRule {
 public:
  FedAdamRule(std::vector<double> weights, const RuleSpec& rule)
      : AveragingRule(std::move(weights)),
        rate_(rule.setting("rate")),
        beta1_(rule.setting("beta1")),
        beta2_(rule.setting("beta2")),
        tau_(rule.setting("tau")) {}

  std::vector<std::string> memory() const override { return {"first", "second"}; }

  void parameter(const Block<float>& block) const override {
    const std::span<float> firsts = block.memory[0];
    const std::span<float> seconds = block.memory[1];
    mean().each(block, [&](std::size_t i, double change) {
      const double first = beta1_ * static_cast<double>(firsts[i]) + (1 - beta1_) * change;
      const double second = beta2_ * static_cast<double>(seconds[i]) + (1 - beta2_) * (change * change);
      firsts[i] = to_float(first);
      seconds[i] = to_float(second);
      block.next[i] =
          to_float(static_cast<double>(block.base[i]) - rate_ * first / (std::sqrt(second) + tau_));
    });
  }

 private:
  double rate_;
  double beta1_;
  double beta2_;
  double tau_;
};

}  // namespace

RuleEntry fedadam_entry() {
  return {{"fedadam",
           "a step of the server's Adam along the mean",
           Pace::rounds,
           {rate_setting(0.01),
            {"beta1", 0.9, 0, 0.999999, "how slowly the mean change is forgotten"},
            {"beta2", 0.99, 0, 0.999999, "how slowly its square is forgotten"},
            {"tau", 1e-3, 1e-12, 1, "added to the root of the square: smaller adapts more"},
            by_fragments_setting()}},
          [](const RuleSpec& rule, const Step& step) -> std::unique_ptr<Rule> {
            return std::make_unique<FedAdamRule>(weights_of(rule, step), rule);
          }};
}

}  // namespace frag::rounds
