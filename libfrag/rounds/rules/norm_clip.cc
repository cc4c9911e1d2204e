// Clipping (as Sun et al. 2019 bound what one worker can do): a change that is longer than a limit is
// shortened to it, direction kept, before the mean. |d_p| is the L2 norm of all of result p's changes
// together, and the limit is the setting "norm", or the median of the round's norms where that is 0.
//
//   s_p   = min(1, limit / |d_p|)       1 where |d_p| is 0
//   W'[e] = W[e] - (w_1 s_1 d_1[e] + ... + w_n s_n d_n[e]) / (w_1 + ... + w_n)
#include <numeric>

#include "libfrag/rounds/rules/averaging.h"
#include "libfrag/rounds/rules/entry.h"

namespace frag::rounds {
namespace {

double median_norm(const std::vector<Contribution>& contributions) {
  std::vector<double> norms;
  for (const Contribution& contribution : contributions) norms.push_back(contribution.norm);
  std::sort(norms.begin(), norms.end());
  const std::size_t half = norms.size() / 2;
  return norms.size() % 2 == 1 ? norms[half] : (norms[half - 1] + norms[half]) / 2;
}

class NormClipRule : public AveragingRule {
 public:
  NormClipRule(const std::vector<double>& weights, const std::vector<Contribution>& contributions,
               double norm)
      : AveragingRule(weights), clipped_(shorten(weights, contributions, norm)) {}

  void parameter(const Block<float>& block) const override {
    clipped_.each(block, [&](std::size_t i, double change) {
      block.next[i] = to_float(static_cast<double>(block.base[i]) - change);
    });
  }

 private:
  static WeightedMean shorten(std::vector<double> weights, const std::vector<Contribution>& contributions,
                              double norm) {
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    const double limit = norm > 0 ? norm : median_norm(contributions);
    for (std::size_t p = 0; p < weights.size(); ++p) {
      if (contributions[p].norm > limit) weights[p] *= limit / contributions[p].norm;
    }
    return {std::move(weights), total};
  }

  WeightedMean clipped_;
};

}  // namespace

RuleEntry norm_clip_entry() {
  return {{"norm_clip",
           "the mean of changes shortened to a limit: one worker cannot pull far",
           Pace::rounds,
           {{"norm", 0, 0, 1e12, "the limit of a change's L2 norm; 0: the median of the round's norms"},
            by_fragments_setting()}},
          [](const RuleSpec& rule, const Step& step) -> std::unique_ptr<Rule> {
            return std::make_unique<NormClipRule>(weights_of(rule, step), step.contributions,
                                                  rule.setting("norm"));
          }};
}

}  // namespace frag::rounds
