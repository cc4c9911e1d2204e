#include "libfrag/rounds/rules/sorted_columns.h"

#include <algorithm>
#include <bit>

namespace frag::rounds {

ColumnSorter::ColumnSorter(std::size_t rows) : rows_(rows) {
  if (rows < 2) return;
  const std::size_t top = std::bit_ceil(rows) / 2;
  for (std::size_t p = top; p > 0; p /= 2) {
    std::size_t r = 0;
    std::size_t d = p;
    for (std::size_t q = top;; q /= 2) {
      for (std::size_t i = 0; i + d < rows; ++i) {
        if ((i & p) == r) network_.emplace_back(i, i + d);
      }
      if (q == p) break;
      d = q - p;
      r = p;
    }
  }
}

void ColumnSorter::sort(const Block<float>& block, std::size_t start, std::size_t count,
                        std::span<float> stripe) const {
  for (std::size_t row = 0; row < rows_; ++row) {
    std::copy_n(block.results[row].begin() + static_cast<std::ptrdiff_t>(start), count,
                stripe.begin() + static_cast<std::ptrdiff_t>(row * kStripe));
  }
  for (const auto& [low, high] : network_) {
    float* lows = stripe.data() + low * kStripe;
    float* highs = stripe.data() + high * kStripe;
    for (std::size_t i = 0; i < kStripe; ++i) {
      const float a = lows[i];
      const float b = highs[i];
      lows[i] = b < a ? b : a;
      highs[i] = b < a ? a : b;
    }
  }
}

}  // namespace frag::rounds
