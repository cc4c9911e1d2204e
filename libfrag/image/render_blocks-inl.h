// 8-bit grey without gathers: 4 x 4 samples of a tile lie within 8 x 8 pixels of the source at any angle, so
// blocks of 64 bytes are loaded and the neighbours of their samples looked up in registers. Here is where the
// blocks lie; BlockLookup, for each instruction set that has one, renders those of sixteen columns. Private
// to render_kernel.cc. Pure functions; any thread.

// As Highway asks of what each instruction set includes anew.
#if defined(FRAG_RENDER_BLOCKS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef FRAG_RENDER_BLOCKS_INL_H
#undef FRAG_RENDER_BLOCKS_INL_H
#else
#define FRAG_RENDER_BLOCKS_INL_H
#endif

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>

#include <hwy/highway.h>

#include "libfrag/image/render_kernel.h"
#if HWY_TARGET == HWY_AVX3_DL
#include "libfrag/image/block_lookup_vbmi-inl.h"
#else
#include "libfrag/image/block_lookup_avx2-inl.h"
#endif

HWY_BEFORE_NAMESPACE();
namespace frag {
namespace HWY_NAMESPACE {

// Renders strips of four runs. A sample's place in its block is the sum of its column's part and its row's,
// each of them a fraction below 1 and at most three steps: together less than 2 + 3 (|c| + |s|) < 7 pixels,
// so that the right and lower neighbours are in the eighth column and row at most.
class Gray8Blocks {
 public:
  static constexpr std::size_t kRows = BlockLookup::kRows;
  using Strip = std::span<const Run, kRows>;

  Gray8Blocks(const PixelLayout& layout, const RunColumns& columns) : layout_(layout), count_(columns.count) {
    for (std::int64_t first = 0; first < count_; first += kStep) {
      for (std::int64_t u = first; u < first + kStep; u += kColumns) add_block(columns, u);
    }
  }

  // Whether all blocks of the strip lie in memory. None begins left of or above the strip's least place; some
  // may end below the last row.
  bool in_memory(Strip runs) const { return top_of(runs) + lowest_ + kEdge <= layout_.rows; }

  // Requires in_memory(runs).
  void render(Strip runs) const {
    const std::int64_t left = std::min(runs.front().left, runs.back().left), top = top_of(runs);
    std::uint16_t x[kRows], y[kRows];
    std::uint8_t* out[kRows];
    for (std::size_t v = 0; v < kRows; ++v) {
      x[v] = static_cast<std::uint16_t>(((runs[v].left - left) << kBits) + runs[v].x);
      y[v] = static_cast<std::uint16_t>(((runs[v].top - top) << kBits) + runs[v].y);
      out[v] = runs[v].out;
    }
    const BlockLookup lookup(layout_.at(left, top), layout_.stride, x, y);
    // A copy: bytes that are stored could be any member for all that the compiler knows.
    const std::int64_t count = count_;
    for (std::int64_t u = 0; u < count; u += kStep) {
      if (u + kStep > count) {
        std::uint8_t last[kRows][kStep];
        std::uint8_t* const lasts[kRows] = {last[0], last[1], last[2], last[3]};
        lookup.render(offset_ + u / kColumns, x_ + u, y_ + u, lasts);
        for (std::size_t v = 0; v < kRows; ++v)
          std::memcpy(out[v], last[v], static_cast<std::size_t>(count - u));
        return;
      }
      lookup.render(offset_ + u / kColumns, x_ + u, y_ + u, out);
      for (std::uint8_t*& row : out) row += kStep;
    }
  }

 private:
  static constexpr int kBits = place_bits(8);
  static constexpr std::int64_t kColumns = BlockLookup::kColumns;
  static constexpr std::int64_t kEdge = 8;  // of a block, in pixels
  static constexpr std::int64_t kStep = BlockLookup::kStep;

  void add_block(const RunColumns& columns, std::int64_t first) {
    // Places grow or shrink along a row.
    const std::int64_t last = first + kColumns - 1;
    const std::int32_t left = std::min(columns.x[first], columns.x[last]) >> kBits;
    const std::int32_t top = std::min(columns.y[first], columns.y[last]) >> kBits;
    offset_[first / kColumns] = top * layout_.stride + left;
    lowest_ = std::max<std::int64_t>(lowest_, top);
    for (std::int64_t u = first; u <= last; ++u) {
      x_[u] = static_cast<std::uint16_t>(columns.x[u] - (left << kBits));
      y_[u] = static_cast<std::uint16_t>(columns.y[u] - (top << kBits));
    }
  }

  static std::int64_t top_of(Strip runs) { return std::min(runs.front().top, runs.back().top); }

  const PixelLayout layout_;
  const std::int64_t count_;
  // Of blocks: where they begin from the least pixel of a run, in bytes; the most rows below it.
  std::int64_t offset_[kRunLength / kColumns];
  std::int64_t lowest_ = 0;
  // Of columns: their part of the place in the block.
  alignas(64) std::uint16_t x_[kRunLength], y_[kRunLength];
};

}  // namespace HWY_NAMESPACE
}  // namespace frag
HWY_AFTER_NAMESPACE();

#endif  // include guard
