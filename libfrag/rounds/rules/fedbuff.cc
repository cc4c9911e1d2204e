// FedBuff (Nguyen et al. 2022): results are gathered, and every `buffer` of them make a step, the older ones
// with less weight. t_p is a result's staleness.
//
//   w_p   = 1 / sqrt(1 + t_p)
//   C'[e] = C[e] - rate (w_1 d_1[e] + ... + w_n d_n[e]) / (w_1 + ... + w_n)
#include <cmath>
#include <numeric>

#include "libfrag/rounds/rules/asynchronous.h"
#include "libfrag/rounds/rules/entry.h"

namespace frag::rounds {

RuleEntry fedbuff_entry() {
  return {{"fedbuff",
           "the mean of so many results whenever they are in, older ones with less weight",
           Pace::results,
           {{"buffer", 10, 1, 10'000, "results that make a step; a whole number"}, rate_setting(1)}},
          [](const RuleSpec& rule, const Step& step) -> std::unique_ptr<Rule> {
            std::vector<double> weights;
            for (const Contribution& contribution : step.contributions) {
              weights.push_back(1 / std::sqrt(1 + static_cast<double>(contribution.staleness)));
            }
            const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
            return std::make_unique<AsynchronousRule>(std::move(weights), total, rule.setting("rate"),
                                                      step.nodes);
          }};
}

}  // namespace frag::rounds
