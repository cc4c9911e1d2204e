// The outer step of DiLoCo (Douillard et al. 2023): the mean change is a gradient to which Nesterov's
// momentum is applied, as PyTorch's SGD has it. D is the mean of the changes, V the memory "momentum".
//
//   V'[e] = momentum V[e] + D[e]
//   W'[e] = W[e] - rate (D[e] + momentum V'[e])      with V' before it is rounded to the float that is kept
#include "libfrag/rounds/rules/averaging.h"
#include "libfrag/rounds/rules/entry.h"

namespace frag::rounds {
namespace {

class DilocoRule : public AveragingRule {
 public:
  DilocoRule(std::vector<double> weights, double rate, double momentum)
      : AveragingRule(std::move(weights)), rate_(rate), momentum_(momentum) {}

  std::vector<std::string> memory() const override { return {"momentum"}; }

  void parameter(const Block<float>& block) const override {
    const std::span<float> memory = block.memory[0];
    mean().each(block, [&](std::size_t i, double change) {
      const double velocity = momentum_ * static_cast<double>(memory[i]) + change;
      memory[i] = to_float(velocity);
      block.next[i] = to_float(static_cast<double>(block.base[i]) - rate_ * (change + momentum_ * velocity));
    });
  }

 private:
  double rate_;
  double momentum_;
};

}  // namespace

RuleEntry diloco_entry() {
  return {{"diloco",
           "a Nesterov step of the server along the mean; workers train long with AdamW",
           Pace::rounds,
           {rate_setting(0.7), momentum_setting(), by_fragments_setting()}},
          [](const RuleSpec& rule, const Step& step) -> std::unique_ptr<Rule> {
            return std::make_unique<DilocoRule>(weights_of(rule, step), rule.setting("rate"),
                                                rule.setting("momentum"));
          }};
}

}  // namespace frag::rounds
