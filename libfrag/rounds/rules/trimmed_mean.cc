// The trimmed mean of each element's changes (Yin et al. 2018): the k = floor(trimmed n) smallest and as many
// largest are left out. x_(1) <= ... <= x_(n) are the element's changes in ascending order, which is the
// order in which they are added.
//
//   D[e]  = (x_(k+1) + ... + x_(n-k)) / (n - 2k)
//   W'[e] = W[e] - D[e]
//
// Statistics become the trimmed mean of what was sent, in the same way.
#include <cmath>

#include "libfrag/rounds/rules/averaging.h"
#include "libfrag/rounds/rules/entry.h"
#include "libfrag/rounds/rules/sorted_columns.h"

namespace frag::rounds {
namespace {

class TrimmedMeanRule : public AveragingRule {
 public:
  TrimmedMeanRule(std::size_t results, double trimmed)
      : AveragingRule(std::vector(results, 1.0)), columns_(results), left_out_(count_of(results, trimmed)) {}

  void parameter(const Block<float>& block) const override {
    each_mean(block, [&](std::size_t i, double change) {
      block.next[i] = to_float(static_cast<double>(block.base[i]) - change);
    });
  }
  void buffer(const Block<float>& block) const override {
    each_mean(block, [&](std::size_t i, double value) { block.next[i] = to_float(value); });
  }

 private:
  static std::size_t count_of(std::size_t results, double trimmed) {
    // 0.29 x 100 is a hair below 29 in binary; nobody who writes it means 28.
    constexpr double kHair = 1e-9;
    return static_cast<std::size_t>(std::floor(trimmed * static_cast<double>(results) + kHair));
  }

  template <class Write>
  void each_mean(const Block<float>& block, const Write& write) const {
    const std::size_t kept = block.results.size() - 2 * left_out_;
    const std::vector<double> weights(kept, 1.0);
    std::array<double, ColumnSorter::kStripe> stripe;
    columns_.each(block, [&](std::size_t start, std::span<const std::span<const float>> rows) {
      const auto sums = std::span(stripe).first(rows[0].size());
      weighted_sums(rows.subspan(left_out_, kept), weights, 0, sums);
      for (std::size_t i = 0; i < sums.size(); ++i) write(start + i, sums[i] / static_cast<double>(kept));
    });
  }

  ColumnSorter columns_;
  std::size_t left_out_;  // at each end
};

}  // namespace

RuleEntry trimmed_mean_entry() {
  // Below one half, so that something is left of any number of results.
  return {{"trimmed_mean",
           "the mean of each element's changes without the largest and the smallest",
           Pace::rounds,
           {{"trimmed", 0.2, 0, 0.49, "the share left out at each end, rounded down to whole results"}}},
          [](const RuleSpec& rule, const Step& step) -> std::unique_ptr<Rule> {
            return std::make_unique<TrimmedMeanRule>(step.contributions.size(), rule.setting("trimmed"));
          }};
}

}  // namespace frag::rounds
