// 8-bit grey without gathers, where one instruction looks up 64 bytes in a register of 64 (VBMI:
// HWY_AVX3_DL). 4 x 4 samples of a tile lie within 8 x 8 pixels of the source at any angle: two blocks are
// loaded, and the neighbours of their 32 samples looked up in them. Private to render_kernel.cc. Pure
// functions; any thread.
#pragma once

#include <immintrin.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>

#include <hwy/highway.h>

#include "libfrag/image/render_kernel.h"

HWY_BEFORE_NAMESPACE();
namespace frag {
namespace HWY_NAMESPACE {

// Renders strips of four runs. A sample's place in its block is the sum of its column's part and its row's,
// each of them a fraction below 1 and at most three steps: together less than 2 + 3 (|c| + |s|) < 7 pixels,
// so that the right and lower neighbours are in the eighth column and row at most.
class Gray8Blocks {
 public:
  static constexpr std::size_t kRows = 4;
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
    for (std::size_t v = 0; v < kRows; ++v) {
      x[v] = static_cast<std::uint16_t>(((runs[v].left - left) << kBits) + runs[v].x);
      y[v] = static_cast<std::uint16_t>(((runs[v].top - top) << kBits) + runs[v].y);
    }
    const Pixels pixels{layout_.at(left, top), layout_.stride};
    const __m512i row_x = of_rows(x), row_y = of_rows(y);
    // A copy: bytes that are stored could be any member for all that the compiler knows.
    const std::int64_t count = count_;
    for (std::int64_t u = 0; u < count; u += kStep) {
      // A row of the strip in each quarter.
      const __m512i samples = _mm512_packus_epi16(render_two_blocks(pixels, u, row_x, row_y),
                                                  render_two_blocks(pixels, u + kStep / 2, row_x, row_y));
      if (u + kStep <= count) {
        store(runs[0].out + u, _mm512_castsi512_si128(samples));
        store(runs[1].out + u, _mm512_extracti32x4_epi32(samples, 1));
        store(runs[2].out + u, _mm512_extracti32x4_epi32(samples, 2));
        store(runs[3].out + u, _mm512_extracti32x4_epi32(samples, 3));
      } else {
        alignas(64) std::uint8_t last[kRows][kStep];
        _mm512_store_si512(last, samples);
        for (std::size_t v = 0; v < kRows; ++v)
          std::memcpy(runs[v].out + u, last[v], static_cast<std::size_t>(count - u));
      }
    }
  }

 private:
  static constexpr int kBits = place_bits(8);
  static constexpr std::int64_t kColumns = 4;  // of a block, in samples
  static constexpr std::int64_t kEdge = 8;     // of a block, in pixels
  static constexpr std::int64_t kStep = 4 * kColumns;

  struct Pixels {
    const std::uint8_t* first;
    std::int64_t stride;
  };

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

  static HWY_INLINE void store(std::uint8_t* to, __m128i samples) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), samples);
  }

  static HWY_INLINE __m512i of_rows(const std::uint16_t (&places)[kRows]) {
    const auto row = [&places](std::size_t v) {
      return _mm_set1_epi16(static_cast<std::int16_t>(places[v]));
    };
    __m512i rows = _mm512_castsi128_si512(row(0));
    rows = _mm512_inserti32x4(rows, row(1), 1);
    rows = _mm512_inserti32x4(rows, row(2), 2);
    return _mm512_inserti32x4(rows, row(3), 3);
  }

  // Eight columns, of all four rows alike.
  static HWY_INLINE __m512i of_columns(const std::uint16_t* places) {
    return _mm512_broadcast_i32x4(_mm_load_si128(reinterpret_cast<const __m128i*>(places)));
  }

  // The pixel in column i and row j is byte 8 j + i.
  static HWY_INLINE __m512i load_block(const std::uint8_t* upper, std::int64_t stride) {
    const auto row = [](const std::uint8_t* pixels) {
      std::int64_t eight;
      std::memcpy(&eight, pixels, sizeof eight);
      return eight;
    };
    const std::uint8_t* const lower = upper + 4 * stride;
    __m512i block = _mm512_set1_epi64(row(upper));
    block = _mm512_mask_set1_epi64(block, 1 << 1, row(upper + stride));
    block = _mm512_mask_set1_epi64(block, 1 << 2, row(upper + 2 * stride));
    block = _mm512_mask_set1_epi64(block, 1 << 3, row(upper + 3 * stride));
    block = _mm512_mask_set1_epi64(block, 1 << 4, row(lower));
    block = _mm512_mask_set1_epi64(block, 1 << 5, row(lower + stride));
    block = _mm512_mask_set1_epi64(block, 1 << 6, row(lower + 2 * stride));
    return _mm512_mask_set1_epi64(block, 1 << 7, row(lower + 3 * stride));
  }

  // Samples of columns [u, u + 8), in lanes of 16 bits: each quarter of the vector is a row, its lower half
  // the first block.
  HWY_INLINE __m512i render_two_blocks(const Pixels& pixels, std::int64_t u, __m512i row_x,
                                       __m512i row_y) const {
    const std::int64_t* const offset = offset_ + u / kColumns;
    const __m512i first = load_block(pixels.first + offset[0], pixels.stride);
    const __m512i second = load_block(pixels.first + offset[1], pixels.stride);
    const __m512i x = _mm512_add_epi16(row_x, of_columns(x_ + u));
    const __m512i y = _mm512_add_epi16(row_y, of_columns(y_ + u));

    // Row and column in the block meet in bits 9 to 14 of a lane, and both bytes take them: one for the left
    // neighbour, one for the right. The two bits above count for nothing.
    const __m512i meeting = _mm512_ternarylogic_epi32(_mm512_set1_epi16(static_cast<std::int16_t>(0xf000)), y,
                                                      _mm512_srli_epi16(x, 3), 0xca);
    const __m512i at = _mm512_multishift_epi64_epi8(_mm512_set1_epi64(0x3939292919190909), meeting);
    const auto pairs = [&first, &second](__m512i bytes) {
      return _mm512_mask_permutexvar_epi8(_mm512_permutexvar_epi8(bytes, first), 0xff00ff00ff00ff00, bytes,
                                          second);
    };
    const __m512i upper_pairs = pairs(_mm512_add_epi8(at, _mm512_set1_epi16(0x0100)));
    const __m512i lower_pairs = pairs(_mm512_add_epi8(at, _mm512_set1_epi16(0x0908)));

    const __m512i fx = _mm512_xor_si512(_mm512_slli_epi16(x, 4), _mm512_set1_epi16(-0x8000));
    const __m512i upper = between_columns(upper_pairs, fx), lower = between_columns(lower_pairs, fx);
    const __m512i fy = _mm512_and_si512(_mm512_slli_epi16(y, 3), _mm512_set1_epi16(0x7ff8));
    const __m512i mixed = _mm512_add_epi16(upper, _mm512_mulhrs_epi16(_mm512_sub_epi16(lower, upper), fy));
    return _mm512_mulhrs_epi16(mixed, _mm512_set1_epi16(1 << 8));  // (mixed + 64) >> 7
  }

  // In 1/2^7, from bytes (p, q) and g = 16 f - 2^15: render.h's ((4096-f) p + f q) >> 5 = 128 p + (f (q-p) >>
  // 5) is 64 (p+q) + (128 (q-p) g >> 16), where every step fits 16 bits.
  static HWY_INLINE __m512i between_columns(__m512i pairs, __m512i g) {
    const __m512i sum = _mm512_maddubs_epi16(pairs, _mm512_set1_epi8(64));
    const __m512i change = _mm512_maddubs_epi16(pairs, _mm512_set1_epi16(0x40c0));  // -64 p + 64 q
    return _mm512_add_epi16(sum, _mm512_mulhi_epi16(_mm512_add_epi16(change, change), g));
  }

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
