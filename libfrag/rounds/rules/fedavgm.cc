// FedAvgM (Hsu, Qi and Brown 2019): the server goes on in the direction of the last rounds. D is the mean of
// the changes, V the memory "momentum".
//
//   V'[e] = momentum V[e] + D[e]
//   W'[e] = W[e] - rate V'[e]      with V' before it is rounded to the float that is kept
#include "libfrag/rounds/rules/averaging.h"
#include "libfrag/rounds/rules/entry.h"

namespace frag::rounds {
namespace {

class FedAvgMRule : public AveragingRule {
 public:
  FedAvgMRule(std::vector<double> weights, double rate, double momentum)
      : AveragingRule(std::move(weights)), rate_(rate), momentum_(momentum) {}

  std::vector<std::string> memory() const override { return {"momentum"}; }

  void parameter(const Block<float>& block) const override {
    const std::span<float> memory = block.memory[0];
    mean().each(block, [&](std::size_t i, double change) {
      const double velocity = momentum_ * static_cast<double>(memory[i]) + change;
      memory[i] = to_float(velocity);
      block.next[i] = to_float(static_cast<double>(block.base[i]) - rate_ * velocity);
    });
  }

 private:
  double rate_;
  double momentum_;
};

}  // namespace

RuleEntry fedavgm_entry() {
  return {{"fedavgm",
           "the mean with the server's momentum",
           Pace::rounds,
           {rate_setting(1), momentum_setting(), by_fragments_setting()}},
          [](const RuleSpec& rule, const Step& step) -> std::unique_ptr<Rule> {
            return std::make_unique<FedAvgMRule>(weights_of(rule, step), rule.setting("rate"),
                                                 rule.setting("momentum"));
          }};
}

}  // namespace frag::rounds
