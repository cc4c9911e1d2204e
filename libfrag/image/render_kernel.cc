// The inner loop of rendering, compiled once for every instruction set. Each computes the integers that
// render.h defines; the places and weights of a vector of samples are worked out together, and one gather
// fetches both horizontal neighbours of every sample. render_blocks-inl.h does 8-bit grey without gathers.
#include "libfrag/image/render_kernel.h"

#include <algorithm>
#include <cstring>

// Vectors are members of structs here, which those of no fixed size cannot be.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "libfrag/image/render_kernel.cc"
#include <hwy/foreach_target.h>  // includes this file again for each instruction set
#include <hwy/highway.h>

// Whether render_blocks-inl.h has a way for this instruction set.
#undef FRAG_RENDER_IN_BLOCKS
#define FRAG_RENDER_IN_BLOCKS (HWY_TARGET == HWY_AVX3_DL || HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX2)
#if FRAG_RENDER_IN_BLOCKS
#include "libfrag/image/render_blocks-inl.h"
#endif

HWY_BEFORE_NAMESPACE();
namespace frag {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128

template <int kChannels, typename Sample>
void render_all(const PixelLayout& layout, const RunColumns& columns, std::span<const Run> runs) {
  constexpr int kPlaceBits = place_bits(8 * sizeof(Sample)), kBits = weight_bits(8 * sizeof(Sample));
  constexpr std::int32_t kFraction = (1 << kBits) - 1;
  constexpr auto kPixel = static_cast<std::int64_t>(kChannels * sizeof(Sample));
  for (const Run& run : runs) {
    for (std::int64_t u = 0; u < columns.count; ++u) {
      const std::int32_t x = run.x + columns.x[u], y = run.y + columns.y[u];
      render_sample<kChannels, Sample>(layout.at(run.left + (x >> kPlaceBits), run.top + (y >> kPlaceBits)),
                                       layout.stride, (x >> (kPlaceBits - kBits)) & kFraction,
                                       (y >> (kPlaceBits - kBits)) & kFraction, run.out + u * kPixel);
    }
  }
}

void render_runs_on_target(const PixelLayout& layout, const RunColumns& columns, std::span<const Run> runs) {
  if (layout.channels == 3) return render_all<3, std::uint8_t>(layout, columns, runs);
  if (layout.bits == 16) return render_all<1, std::uint16_t>(layout, columns, runs);
  render_all<1, std::uint8_t>(layout, columns, runs);
}

#else

namespace hn = hwy::HWY_NAMESPACE;

using I32 = hn::CappedTag<std::int32_t, kMaxLanes>;
using U32 = hn::Rebind<std::uint32_t, I32>;
using I16 = hn::Repartition<std::int16_t, I32>;
using U8 = hn::Repartition<std::uint8_t, I32>;
using I64 = hn::Repartition<std::int64_t, I32>;
using U64 = hn::Repartition<std::uint64_t, I32>;
using VI = hn::VFromD<I32>;
using VU = hn::VFromD<U32>;

constexpr I32 i32;
constexpr U32 u32;

// Of a vector of samples: the fractions of their places, and their pixels' offsets in bytes.
struct Taps {
  VI fx, fy, offset;
};

template <int kSampleBits, int kPixel>
HWY_INLINE Taps taps_of(VI x, VI y, VI stride) {
  constexpr int kPlaceBits = place_bits(kSampleBits), kBits = weight_bits(kSampleBits);
  const VI fraction = hn::Set(i32, (1 << kBits) - 1);
  const VI column = hn::ShiftRight<kPlaceBits>(x);
  const VI left = kPixel == 3 ? hn::Add(column, hn::Add(column, column)) : hn::ShiftLeft<kPixel - 1>(column);
  return {hn::And(hn::ShiftRight<kPlaceBits - kBits>(x), fraction),
          hn::And(hn::ShiftRight<kPlaceBits - kBits>(y), fraction),
          hn::Add(hn::Mul(hn::ShiftRight<kPlaceBits>(y), stride), left)};
}

// For each lane of 32 bits the sum of the products of its two halves.
template <typename V>
HWY_INLINE V pairs_dot(V a, V b) {
  const hn::DFromV<V> d;
  const hn::Repartition<std::int16_t, hn::DFromV<V> > halves;
  V other = hn::Zero(d);
  const V sum =
      hn::ReorderWidenMulAccumulate(d, hn::BitCast(halves, a), hn::BitCast(halves, b), hn::Zero(d), other);
  return hn::RearrangeToOddPlusEven(sum, other);
}

// The halves of each lane become 2^12 - f and f: the weights of a left and a right neighbour.
HWY_INLINE VI weight_pairs(VI fraction) {
  return hn::Add(hn::Sub(hn::Set(i32, 1 << weight_bits(8)), fraction), hn::ShiftLeft<16>(fraction));
}

// Between an upper and a lower row that are already interpolated, in 1/2^7; fy in 1/2^12. In lanes of 16
// bits.
template <typename D16>
HWY_INLINE hn::VFromD<D16> between_rows(D16 d, hn::VFromD<D16> upper, hn::VFromD<D16> lower,
                                        hn::VFromD<D16> fy) {
  const auto change = hn::MulFixedPoint15(hn::Sub(lower, upper), hn::ShiftLeft<3>(fy));
  return hn::ShiftRight<7>(hn::Add(hn::Add(upper, change), hn::Set(d, 64)));
}

// The bytes of every 4-byte lane that `pattern` names, 0x80 for a zero byte; the pattern is for 16 bytes and
// repeated.
template <typename V>
HWY_INLINE V shuffled(V v, const std::uint8_t (&pattern)[16]) {
  const hn::DFromV<V> d;
  const hn::Repartition<std::uint8_t, hn::DFromV<V> > bytes;
  return hn::BitCast(d, hn::TableLookupBytesOr0(hn::BitCast(bytes, v), hn::LoadDup128(bytes, pattern)));
}

struct Gray16 {
  static constexpr int kPixel = 2;
  static constexpr int kSpill = 0;

  // 2^16 times a value between `left` and `right`: below 2^32, so the sum is right although it wraps on the
  // way.
  static HWY_INLINE VU between(VU left, VU right, VU fraction) {
    return hn::Add(hn::ShiftLeft<16>(left), hn::Mul(fraction, hn::Sub(right, left)));
  }

  static HWY_INLINE void render(const std::uint8_t* source, std::int64_t stride, VI x, VI y, VI strides,
                                std::uint8_t* out) {
    const Taps at = taps_of<16, kPixel>(x, y, strides);
    const VU upper =
        hn::BitCast(u32, hn::GatherOffset(i32, reinterpret_cast<const std::int32_t*>(source), at.offset));
    const VU lower = hn::BitCast(
        u32, hn::GatherOffset(i32, reinterpret_cast<const std::int32_t*>(source + stride), at.offset));
    const VU low = hn::Set(u32, 0xffff);
    const VU fx = hn::BitCast(u32, at.fx), fy = hn::BitCast(u32, at.fy);
    const VU top = between(hn::And(upper, low), hn::ShiftRight<16>(upper), fx);
    const VU bottom = between(hn::And(lower, low), hn::ShiftRight<16>(lower), fx);
    // The 48-bit sum of the definition, its upper 32 bits and what its lower 16 carry into them.
    const VU high = between(hn::ShiftRight<16>(top), hn::ShiftRight<16>(bottom), fy);
    const VU carry = hn::ShiftRight<16>(between(hn::And(top, low), hn::And(bottom, low), fy));
    const VU rounded = hn::ShiftRight<16>(hn::Add(hn::Add(high, carry), hn::Set(u32, 1 << 15)));
    const hn::Rebind<std::uint16_t, I32> words;
    hn::StoreU(hn::DemoteTo(words, hn::BitCast(i32, rounded)), words, reinterpret_cast<std::uint16_t*>(out));
  }
};

struct Rgb8 {
  static constexpr int kPixel = 3;
  static constexpr int kSpill = (kMaxLanes + 2) / 3;

  // Of a block of four pixels: red and green of the first two, of the last two, and blue of all.
  struct Channels {
    VI red_green_01, red_green_23, blue;
  };

  // Of one row: both neighbours are 6 of the 8 bytes from a pixel's first.
  static HWY_INLINE Channels interpolated(const std::uint8_t* row, VI offset, VI weights) {
    alignas(16) static constexpr std::uint8_t kRedGreen[16] = {0, 0x80, 3, 0x80, 8, 0x80, 11, 0x80,
                                                               1, 0x80, 4, 0x80, 9, 0x80, 12, 0x80};
    alignas(16) static constexpr std::uint8_t kBlue[16] = {2,    0x80, 5,    0x80, 10,   0x80, 13,   0x80,
                                                           0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80};
    alignas(16) static constexpr std::uint8_t kBlueUpper[16] = {
        0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 2, 0x80, 5, 0x80, 10, 0x80, 13, 0x80};
    const I64 i64;
    const auto* pixels = reinterpret_cast<const std::int64_t*>(row);
    const VI zero = hn::Zero(i32);  // offsets are not negative
    const VI p01 = hn::BitCast(
        i32, hn::GatherOffset(i64, pixels, hn::BitCast(i64, hn::InterleaveLower(i32, offset, zero))));
    const VI p23 = hn::BitCast(
        i32, hn::GatherOffset(i64, pixels, hn::BitCast(i64, hn::InterleaveUpper(i32, offset, zero))));
    const auto pairs = hn::BitCast(i64, weights);
    const VI w01 = hn::BitCast(i32, hn::InterleaveLower(i64, pairs, pairs));
    const VI w23 = hn::BitCast(i32, hn::InterleaveUpper(i64, pairs, pairs));
    return {hn::ShiftRight<5>(pairs_dot(shuffled(p01, kRedGreen), w01)),
            hn::ShiftRight<5>(pairs_dot(shuffled(p23, kRedGreen), w23)),
            hn::ShiftRight<5>(pairs_dot(hn::Or(shuffled(p01, kBlue), shuffled(p23, kBlueUpper)), weights))};
  }

  static HWY_INLINE void render(const std::uint8_t* source, std::int64_t stride, VI x, VI y, VI strides,
                                std::uint8_t* out) {
    const Taps at = taps_of<8, kPixel>(x, y, strides);
    const VI weights = weight_pairs(at.fx);
    const Channels top = interpolated(source, at.offset, weights);
    const Channels bottom = interpolated(source + stride, at.offset, weights);
    const I64 i64;
    const auto fy = hn::BitCast(i64, at.fy);
    const VI fy01 = hn::BitCast(i32, hn::InterleaveLower(i64, fy, fy));
    const VI fy23 = hn::BitCast(i32, hn::InterleaveUpper(i64, fy, fy));
    // The upper halves of the lanes are zero and stay so.
    const I16 i16;
    const auto mixed = [&i16](VI a, VI b, VI f) {
      return hn::BitCast(i32,
                         between_rows(i16, hn::BitCast(i16, a), hn::BitCast(i16, b), hn::BitCast(i16, f)));
    };
    store(mixed(top.red_green_01, bottom.red_green_01, fy01),
          mixed(top.red_green_23, bottom.red_green_23, fy23), mixed(top.blue, bottom.blue, at.fy), out);
  }

  static HWY_INLINE void store(VI red_green_01, VI red_green_23, VI blue, std::uint8_t* out) {
    // The lanes of a block now hold r0 r2 b0, r1 r3 b1, g0 g2 b2, g1 g3 b3.
    alignas(16) static constexpr std::uint8_t kInterleave[16] = {0,  8, 2,  4,  12,   6,    1,    9,
                                                                 10, 5, 13, 14, 0x80, 0x80, 0x80, 0x80};
    // Every fourth lane is empty. Beyond three quarters of the vector the numbers only have to be lanes.
    alignas(64) static constexpr std::int32_t kWithoutFourth[kMaxLanes] = {0, 1, 2,  4,  5,  6,
                                                                           8, 9, 10, 12, 13, 14};
    const VI mixed = hn::Or(red_green_01, hn::Or(hn::ShiftLeft<8>(red_green_23), hn::ShiftLeft<16>(blue)));
    const VI blocks = shuffled(mixed, kInterleave);
    const VI last_lane = hn::Set(i32, static_cast<std::int32_t>(hn::Lanes(i32)) - 1);
    const auto order = hn::IndicesFromVec(i32, hn::And(hn::Load(i32, kWithoutFourth), last_lane));
    hn::StoreU(hn::TableLookupLanes(blocks, order), i32, reinterpret_cast<std::int32_t*>(out));
  }
};

template <typename Kind>
void render_all(const PixelLayout& layout, const RunColumns& columns, std::span<const Run> runs) {
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(i32));
  const std::int64_t stride = layout.stride;
  const VI strides = hn::Set(i32, static_cast<std::int32_t>(stride));
  const std::int64_t n = columns.count;
  // A last vector that would write beyond the run goes by way of `last`.
  const std::int64_t direct = n - lanes - Kind::kSpill;
  std::uint8_t last[4 * 4 * kMaxLanes];
  for (const Run& run : runs) {
    const std::uint8_t* source = layout.at(run.left, run.top);
    const VI run_x = hn::Set(i32, run.x), run_y = hn::Set(i32, run.y);
    std::int64_t u = 0;
    for (; u <= direct; u += lanes) {
      Kind::render(source, stride, hn::Add(run_x, hn::Load(i32, columns.x + u)),
                   hn::Add(run_y, hn::Load(i32, columns.y + u)), strides, run.out + u * Kind::kPixel);
    }
    for (; u < n; u += lanes) {
      Kind::render(source, stride, hn::Add(run_x, hn::Load(i32, columns.x + u)),
                   hn::Add(run_y, hn::Load(i32, columns.y + u)), strides, last);
      std::memcpy(run.out + u * Kind::kPixel, last,
                  static_cast<std::size_t>((n - u < lanes ? n - u : lanes) * Kind::kPixel));
    }
  }
}

// 8-bit grey goes by groups of samples whose places, from the group's least, fit 16 bits: 12 of fraction and
// 4 of whole pixels. Most steps so work on twice as many samples; only offsets, gathers and their products
// need 32 bits.
class Gray8 {
 public:
  Gray8(const PixelLayout& layout, const RunColumns& columns) : layout_(layout), count_(columns.count) {
    for (std::int64_t first = 0; first < count_; first += group()) {
      // Places grow or shrink along a row.
      const std::int64_t last = first + group() - 1;
      const std::int32_t x = std::min(columns.x[first], columns.x[last]);
      const std::int32_t y = std::min(columns.y[first], columns.y[last]);
      least_x_[first / group()] = x;
      least_y_[first / group()] = y;
      for (std::int64_t u = first; u <= last; ++u) {
        x_[u] = static_cast<std::uint16_t>(columns.x[u] - x);
        y_[u] = static_cast<std::uint16_t>(columns.y[u] - y);
      }
    }
  }

  void render(const Run& run) const {
    layout_.stride < 0x8000 ? render_run<Narrow>(run) : render_run<Wide>(run);
  }

 private:
  using U16 = hn::CappedTag<std::uint16_t, 16>;  // 4 bits count as many pixels
  using I16 = hn::Rebind<std::int16_t, U16>;
  using I32 = hn::RepartitionToWide<I16>;
  using V16 = hn::VFromD<I16>;
  using V32 = hn::VFromD<I32>;

  static constexpr int kBits = place_bits(8);
  static constexpr std::int32_t kFraction = (1 << kBits) - 1;

  // Offsets of pixels in bytes, from lanes that hold a column below a row: by one product where a row of the
  // source has less than 2^15 bytes.
  struct Narrow {
    explicit Narrow(std::int64_t stride)
        : factors(hn::Set(I32(), static_cast<std::int32_t>(stride * 0x10000 + 1))) {}
    HWY_INLINE V32 operator()(V32 pixels) const { return pairs_dot(pixels, factors); }
    V32 factors;
  };
  struct Wide {
    explicit Wide(std::int64_t stride) : strides(hn::Set(I32(), static_cast<std::int32_t>(stride))) {}
    HWY_INLINE V32 operator()(V32 pixels) const {
      return hn::Add(hn::Mul(hn::ShiftRight<16>(pixels), strides), hn::And(pixels, hn::Set(I32(), 0xffff)));
    }
    V32 strides;
  };

  static std::int64_t group() { return static_cast<std::int64_t>(hn::Lanes(U16())); }

  template <typename Offsets>
  void render_run(const Run& run) const {
    const hn::Rebind<std::uint8_t, I16> bytes;
    // Copies: bytes that are stored could be any member for all that the compiler knows.
    const Offsets offsets(layout_.stride);
    const std::int64_t stride = layout_.stride, count = count_, step = group();
    const std::uint8_t* source = layout_.at(run.left, run.top);
    const std::int32_t run_x = run.x, run_y = run.y;
    std::uint8_t* out = run.out;
    for (std::int64_t u = 0; u < count; u += step, out += step) {
      const std::int32_t x = run_x + least_x_[u / step], y = run_y + least_y_[u / step];
      const std::uint8_t* least = source + (y >> kBits) * stride + (x >> kBits);
      const V16 values = render_group(offsets, least, stride, x & kFraction, y & kFraction, x_ + u, y_ + u);
      if (u + step <= count) {
        hn::StoreU(hn::DemoteTo(bytes, values), bytes, out);
      } else {
        std::uint8_t last[kMaxLanes];
        hn::StoreU(hn::DemoteTo(bytes, values), bytes, last);
        std::memcpy(out, last, static_cast<std::size_t>(count - u));
      }
    }
  }

  // `x` and `y` are fractions of the group's least place, which lies in the pixel `least`.
  template <typename Offsets>
  static HWY_INLINE V16 render_group(const Offsets& offsets, const std::uint8_t* least, std::int64_t stride,
                                     std::int32_t x, std::int32_t y, const std::uint16_t* x_steps,
                                     const std::uint16_t* y_steps) {
    const U16 u16;
    const I16 i16;
    const I32 lanes;
    const auto xs = hn::Add(hn::Set(u16, static_cast<std::uint16_t>(x)), hn::Load(u16, x_steps));
    const auto ys = hn::Add(hn::Set(u16, static_cast<std::uint16_t>(y)), hn::Load(u16, y_steps));
    const V16 column = hn::BitCast(i16, hn::ShiftRight<kBits>(xs));
    const V16 row = hn::BitCast(i16, hn::ShiftRight<kBits>(ys));
    const V32 first = offsets(hn::BitCast(lanes, hn::InterleaveLower(i16, column, row)));
    const V32 second = offsets(hn::BitCast(lanes, hn::InterleaveUpper(i16, column, row)));

    const V16 fraction = hn::Set(i16, kFraction);
    const V16 right = hn::And(hn::BitCast(i16, xs), fraction);
    const V16 left = hn::Sub(hn::Set(i16, kFraction + 1), right);
    const V32 first_weights = hn::BitCast(lanes, hn::InterleaveLower(i16, left, right));
    const V32 second_weights = hn::BitCast(lanes, hn::InterleaveUpper(i16, left, right));
    // Demoting block by block is what interleaving did, backwards.
    const auto mixed = [&](const std::uint8_t* pixels) {
      return hn::ReorderDemote2To(i16, between_columns(pixels, first, first_weights),
                                  between_columns(pixels, second, second_weights));
    };
    return between_rows(i16, mixed(least), mixed(least + stride), hn::And(hn::BitCast(i16, ys), fraction));
  }

  // In 1/2^7. The two lowest bytes of a gathered lane are the neighbours.
  static HWY_INLINE V32 between_columns(const std::uint8_t* pixels, V32 offsets, V32 weights) {
    alignas(16) static constexpr std::uint8_t kPairs[16] = {0, 0x80, 1, 0x80, 4,  0x80, 5,  0x80,
                                                            8, 0x80, 9, 0x80, 12, 0x80, 13, 0x80};
    const V32 gathered = hn::GatherOffset(I32(), reinterpret_cast<const std::int32_t*>(pixels), offsets);
    return hn::ShiftRight<5>(pairs_dot(shuffled(gathered, kPairs), weights));
  }

  const PixelLayout layout_;
  const std::int64_t count_;
  std::int32_t least_x_[kRunLength + 1], least_y_[kRunLength + 1];
  alignas(64) std::uint16_t x_[kRunLength + kMaxLanes], y_[kRunLength + kMaxLanes];
};

void render_gray8(const PixelLayout& layout, const RunColumns& columns, std::span<const Run> runs) {
  const Gray8 groups(layout, columns);
#if FRAG_RENDER_IN_BLOCKS
  const Gray8Blocks blocks(layout, columns);
  while (runs.size() >= Gray8Blocks::kRows) {
    const auto strip = runs.first<Gray8Blocks::kRows>();
    if (blocks.in_memory(strip)) {
      blocks.render(strip);
    } else {
      for (const Run& run : strip) groups.render(run);
    }
    runs = runs.subspan<Gray8Blocks::kRows>();
  }
#endif
  for (const Run& run : runs) groups.render(run);
}

void render_runs_on_target(const PixelLayout& layout, const RunColumns& columns, std::span<const Run> runs) {
  if (layout.channels == 3) return render_all<Rgb8>(layout, columns, runs);
  if (layout.bits == 16) return render_all<Gray16>(layout, columns, runs);
  render_gray8(layout, columns, runs);
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace frag
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace frag {

HWY_EXPORT(render_runs_on_target);

void render_runs(const PixelLayout& layout, const RunColumns& columns, std::span<const Run> runs) {
  HWY_DYNAMIC_DISPATCH(render_runs_on_target)(layout, columns, runs);
}

}  // namespace frag
#endif
