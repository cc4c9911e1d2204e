// The numbers of all results for one element, in ascending order, for many elements at once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "libfrag/rounds/rule.h"

namespace frag::rounds {

// Sorts the columns of n rows by Batcher's odd-even merge network (Knuth, The Art of Computer Programming,
// volume 3, 5.2.2, algorithm M): the same comparisons whatever the numbers, so that many columns are sorted
// by one vector instruction. Constant after construction.
class ColumnSorter {
 public:
  explicit ColumnSorter(std::size_t rows);

  // Calls use(start, rows) for stripes of the block's elements one after the other: rows[k][i] is the k-th
  // smallest (from 0) of the results at element start + i. Numbers are not NaN.
  template <class Use>
  void each(const Block<float>& block, const Use& use) const {
    std::vector<std::int32_t> keys(rows_ * kStripe);
    std::vector<float> stripe(rows_ * kStripe);
    for (std::size_t start = 0; start < block.next.size(); start += kStripe) {
      const std::size_t count = std::min(kStripe, block.next.size() - start);
      sort(block, start, count, keys, stripe);
      std::vector<std::span<const float>> rows;
      for (std::size_t row = 0; row < rows_; ++row) {
        rows.push_back(std::span<const float>(stripe).subspan(row * kStripe, count));
      }
      use(start, rows);
    }
  }

  // Columns sorted at once: those of some dozens of rows fit the cache of a core.
  static constexpr std::size_t kStripe = 256;

 private:
  void sort(const Block<float>& block, std::size_t start, std::size_t count, std::span<std::int32_t> keys,
            std::span<float> sorted) const;

  std::size_t rows_;
  std::vector<std::pair<std::size_t, std::size_t>> network_;  // rows to be put in order, one after the other
};

}  // namespace frag::rounds
