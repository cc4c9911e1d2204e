// Sixteen columns of four rows where one instruction looks up 64 bytes in a register of 64 (VBMI:
// HWY_AVX3_DL). For render_blocks-inl.h.
#pragma once

#include <immintrin.h>

#include <cstdint>
#include <cstring>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace frag {
namespace HWY_NAMESPACE {

class BlockLookup {
 public:
  static constexpr std::size_t kRows = 4;      // of a block, in samples
  static constexpr std::int64_t kColumns = 4;  // the same
  static constexpr std::int64_t kStep = 16;    // columns that are rendered together

  // `x` and `y` are the rows' parts of places in a block, in 1/2^12 pixel; blocks' offsets count from
  // `first`.
  BlockLookup(const std::uint8_t* first, std::int64_t stride, const std::uint16_t (&x)[kRows],
              const std::uint16_t (&y)[kRows])
      : first_(first), stride_(stride), row_x_(of_rows(x)), row_y_(of_rows(y)) {}

  // A step's blocks begin at `offset`, `x` and `y` are its columns' parts of places; sixteen bytes go to each
  // row of `out`.
  HWY_INLINE void render(const std::int64_t* offset, const std::uint16_t* x, const std::uint16_t* y,
                         std::uint8_t* const (&out)[kRows]) const {
    // A row in each quarter.
    const __m512i samples = _mm512_packus_epi16(render_two_blocks(offset, x, y),
                                                render_two_blocks(offset + 2, x + kStep / 2, y + kStep / 2));
    store(out[0], _mm512_castsi512_si128(samples));
    store(out[1], _mm512_extracti32x4_epi32(samples, 1));
    store(out[2], _mm512_extracti32x4_epi32(samples, 2));
    store(out[3], _mm512_extracti32x4_epi32(samples, 3));
  }

 private:
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

  // Samples of eight columns, in lanes of 16 bits: each quarter of the vector is a row, its lower half
  // the first block.
  HWY_INLINE __m512i render_two_blocks(const std::int64_t* offset, const std::uint16_t* column_x,
                                       const std::uint16_t* column_y) const {
    const __m512i first = load_block(first_ + offset[0], stride_);
    const __m512i second = load_block(first_ + offset[1], stride_);
    const __m512i x = _mm512_add_epi16(row_x_, of_columns(column_x));
    const __m512i y = _mm512_add_epi16(row_y_, of_columns(column_y));

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

  const std::uint8_t* first_;
  std::int64_t stride_;
  __m512i row_x_, row_y_;
};

}  // namespace HWY_NAMESPACE
}  // namespace frag
HWY_AFTER_NAMESPACE();
