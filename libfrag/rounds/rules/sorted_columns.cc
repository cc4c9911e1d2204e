#include "libfrag/rounds/rules/sorted_columns.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace frag::rounds {
namespace {

// A float's bits as an integer of the same order (-0 before 0), and back again. Integers have a minimum and a
// maximum in every vector instruction set, floats with their zeros and NaN have not.
inline std::int32_t turned(std::int32_t bits) {
  return bits ^ (bits >> 31 & std::numeric_limits<std::int32_t>::max());
}

using Keys = std::span<std::int32_t>;
using Exchange = void (*)(Keys lows, Keys highs);

// Puts each pair in order.
[[gnu::always_inline]] inline void exchange_pairs(Keys lows, Keys highs) {
  std::int32_t* low = lows.data();
  std::int32_t* high = highs.data();
  const std::size_t count = lows.size();
  for (std::size_t i = 0; i < count; ++i) {
    const std::int32_t a = low[i];
    const std::int32_t b = high[i];
    low[i] = std::min(a, b);
    high[i] = std::max(a, b);
  }
}

void exchange_plainly(Keys lows, Keys highs) {
  exchange_pairs(lows, highs);
}

#ifdef __x86_64__
[[gnu::target("avx2")]] void exchange_with_avx2(Keys lows, Keys highs) {
  exchange_pairs(lows, highs);
}
#endif

Exchange best_exchange() {
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx2")) return exchange_with_avx2;
#endif
  return exchange_plainly;
}

}  // namespace

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
                        std::span<std::int32_t> keys, std::span<float> sorted) const {
  for (std::size_t row = 0; row < rows_; ++row) {
    const float* numbers = block.results[row].data() + start;
    for (std::size_t i = 0; i < count; ++i) {
      keys[row * kStripe + i] = turned(std::bit_cast<std::int32_t>(numbers[i]));
    }
  }
  static const Exchange exchange = best_exchange();
  for (const auto& [low, high] : network_) {
    exchange(keys.subspan(low * kStripe, kStripe), keys.subspan(high * kStripe, kStripe));
  }
  for (std::size_t i = 0; i < keys.size(); ++i) sorted[i] = std::bit_cast<float>(turned(keys[i]));
}

}  // namespace frag::rounds
