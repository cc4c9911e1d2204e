// Sixteen columns of four rows with AVX2, whose shuffles look up 16 bytes: two rows of a block. Four
// shuffles, and the two upper bits of a pixel's number choose among them. On AMD this takes
// less than half the time of gathers. For render_blocks-inl.h.

// As Highway asks of what each instruction set includes anew.
#if defined(FRAG_BLOCK_LOOKUP_AVX2_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef FRAG_BLOCK_LOOKUP_AVX2_INL_H
#undef FRAG_BLOCK_LOOKUP_AVX2_INL_H
#else
#define FRAG_BLOCK_LOOKUP_AVX2_INL_H
#endif

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
    // Each half holds two rows, eight bytes of a block each.
    const __m256i left =
        _mm256_packus_epi16(render_block(offset[0], x, y), render_block(offset[1], x + 4, y + 4));
    const __m256i right =
        _mm256_packus_epi16(render_block(offset[2], x + 8, y + 8), render_block(offset[3], x + 12, y + 12));
    const __m256i even = picked<0x88>(left, right), odd = picked<0xdd>(left, right);
    store(out[0], _mm256_castsi256_si128(even));
    store(out[1], _mm256_castsi256_si128(odd));
    store(out[2], _mm256_extracti128_si256(even, 1));
    store(out[3], _mm256_extracti128_si256(odd, 1));
  }

 private:
  static HWY_INLINE void store(std::uint8_t* to, __m128i samples) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), samples);
  }

  // Of every half, two lanes of 32 bits from `a` and two from `b`.
  template <int kLanes>
  static HWY_INLINE __m256i picked(__m256i a, __m256i b) {
    return _mm256_castps_si256(_mm256_shuffle_ps(_mm256_castsi256_ps(a), _mm256_castsi256_ps(b), kLanes));
  }

  // Four lanes of 16 bits a row.
  static HWY_INLINE __m256i of_rows(const std::uint16_t (&places)[kRows]) {
    const auto row = [&places](std::size_t v) {
      return static_cast<std::int64_t>(places[v] * 0x0001000100010001ULL);
    };
    return _mm256_setr_epi64x(row(0), row(1), row(2), row(3));
  }

  // Eight bytes, four times.
  static HWY_INLINE __m256i load_eight(const void* from) {
    std::int64_t eight;
    std::memcpy(&eight, from, sizeof eight);
    return _mm256_set1_epi64x(eight);
  }

  // Of every half, the lower eight bytes of `a` and the upper of `b`.
  static HWY_INLINE __m256i joined(__m256i a, __m256i b) { return _mm256_blend_epi32(a, b, 0xcc); }

  // The bytes of an 8 x 8 table that `at` numbers. `low` and `high` have bits 4 and 5 of the numbers on top.
  static HWY_INLINE __m256i looked_up(const __m256i (&rows)[4], __m256i at, __m256i low, __m256i high) {
    const __m256i upper =
        _mm256_blendv_epi8(_mm256_shuffle_epi8(rows[0], at), _mm256_shuffle_epi8(rows[1], at), low);
    const __m256i lower =
        _mm256_blendv_epi8(_mm256_shuffle_epi8(rows[2], at), _mm256_shuffle_epi8(rows[3], at), low);
    return _mm256_blendv_epi8(upper, lower, high);
  }

  // The block's samples row by row, in lanes of 16 bits.
  HWY_INLINE __m256i render_block(std::int64_t offset, const std::uint16_t* column_x,
                                  const std::uint16_t* column_y) const {
    const std::uint8_t *const upper_half = first_ + offset, *const lower_half = upper_half + 4 * stride_;
    const __m256i r0 = load_eight(upper_half), r1 = load_eight(upper_half + stride_),
                  r2 = load_eight(upper_half + 2 * stride_), r3 = load_eight(upper_half + 3 * stride_),
                  r4 = load_eight(lower_half), r5 = load_eight(lower_half + stride_),
                  r6 = load_eight(lower_half + 2 * stride_), r7 = load_eight(lower_half + 3 * stride_);
    const __m256i uppers[4] = {joined(r0, r1), joined(r2, r3), joined(r4, r5), joined(r6, r7)};
    const __m256i lowers[4] = {joined(r1, r2), joined(r3, r4), joined(r5, r6), r7};

    // Bits 12 to 14 are a place's whole pixels: the number is 8 times the row plus the column, in the lower
    // byte of the left neighbour, in the upper byte of the right one.
    const __m256i x = _mm256_add_epi16(row_x_, load_eight(column_x));
    const __m256i y = _mm256_add_epi16(row_y_, load_eight(column_y));
    const __m256i number = _mm256_or_si256(_mm256_and_si256(_mm256_srli_epi16(y, 9), _mm256_set1_epi16(0x38)),
                                           _mm256_srli_epi16(x, 12));
    const __m256i at =
        _mm256_add_epi16(_mm256_mullo_epi16(number, _mm256_set1_epi16(0x0101)), _mm256_set1_epi16(0x0100));
    const __m256i low = _mm256_slli_epi16(at, 3), high = _mm256_slli_epi16(at, 2);

    const __m256i fx = _mm256_xor_si256(_mm256_slli_epi16(x, 4), _mm256_set1_epi16(-0x8000));
    const __m256i upper = between_columns(looked_up(uppers, at, low, high), fx);
    const __m256i lower = between_columns(looked_up(lowers, at, low, high), fx);
    const __m256i fy = _mm256_and_si256(_mm256_slli_epi16(y, 3), _mm256_set1_epi16(0x7ff8));
    const __m256i mixed = _mm256_add_epi16(upper, _mm256_mulhrs_epi16(_mm256_sub_epi16(lower, upper), fy));
    return _mm256_mulhrs_epi16(mixed, _mm256_set1_epi16(1 << 8));  // (mixed + 64) >> 7
  }

  // In 1/2^7, from bytes (p, q) and g = 16 f - 2^15: render.h's ((4096-f) p + f q) >> 5 = 128 p + (f (q-p) >>
  // 5) is 64 (p+q) + (128 (q-p) g >> 16), where every step fits 16 bits.
  static HWY_INLINE __m256i between_columns(__m256i pairs, __m256i g) {
    const __m256i sum = _mm256_maddubs_epi16(pairs, _mm256_set1_epi8(64));
    const __m256i change = _mm256_maddubs_epi16(pairs, _mm256_set1_epi16(0x40c0));  // -64 p + 64 q
    return _mm256_add_epi16(sum, _mm256_mulhi_epi16(_mm256_add_epi16(change, change), g));
  }

  const std::uint8_t* first_;
  std::int64_t stride_;
  __m256i row_x_, row_y_;
};

}  // namespace HWY_NAMESPACE
}  // namespace frag
HWY_AFTER_NAMESPACE();

#endif  // include guard
