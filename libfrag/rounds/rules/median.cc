// The median of each element's changes (Yin et al. 2018): fewer than half of the workers cannot move it
// beyond what the others sent. x_(1) <= ... <= x_(n) are the element's changes in ascending order.
//
//   D[e]  = x_((n+1)/2)                      n odd
//           (x_(n/2) + x_(n/2+1)) / 2        n even
//   W'[e] = W[e] - D[e]
//
// Statistics become the median of what was sent, in the same way.
#include "libfrag/rounds/rules/averaging.h"
#include "libfrag/rounds/rules/entry.h"
#include "libfrag/rounds/rules/sorted_columns.h"

namespace frag::rounds {
namespace {

class MedianRule : public AveragingRule {
 public:
  explicit MedianRule(std::size_t results) : AveragingRule(std::vector(results, 1.0)), columns_(results) {}

  void parameter(const Block<float>& block) const override {
    each_median(block, [&](std::size_t i, double change) {
      block.next[i] = to_float(static_cast<double>(block.base[i]) - change);
    });
  }
  void buffer(const Block<float>& block) const override {
    each_median(block, [&](std::size_t i, double value) { block.next[i] = to_float(value); });
  }

 private:
  template <class Write>
  void each_median(const Block<float>& block, const Write& write) const {
    columns_.each(block, [&](std::size_t start, std::span<const std::span<const float>> rows) {
      // Of an odd count both are the same row, and half of its double is exact.
      const std::span<const float> lower = rows[(rows.size() - 1) / 2];
      const std::span<const float> upper = rows[rows.size() / 2];
      for (std::size_t i = 0; i < lower.size(); ++i) {
        write(start + i, (static_cast<double>(lower[i]) + static_cast<double>(upper[i])) / 2);
      }
    });
  }

  ColumnSorter columns_;
};

}  // namespace

RuleEntry median_entry() {
  return {
      {"median", "the median of each element's changes: fewer than half cannot spoil it", Pace::rounds, {}},
      [](const RuleSpec&, const Step& step) -> std::unique_ptr<Rule> {
        return std::make_unique<MedianRule>(step.contributions.size());
      }};
}

}  // namespace frag::rounds
