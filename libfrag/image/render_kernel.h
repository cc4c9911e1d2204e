// What render.cc hands to the vector code of render_kernel.cc: runs of samples that are known to lie inside
// the source. Private to libfrag/image. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>

namespace frag {

// Binary places of a sample's place (P in render.h) and of its weights (B).
constexpr int place_bits(int sample_bits) {
  return sample_bits == 16 ? 20 : 12;
}
constexpr int weight_bits(int sample_bits) {
  return sample_bits == 16 ? 16 : 12;
}
// Half of 1/2^B pixel in 1/2^P pixel: added, it makes taking the upper bits rounding. Nothing where P = B.
constexpr std::int64_t half_weight(int sample_bits) {
  return (std::int64_t{1} << (place_bits(sample_bits) - weight_bits(sample_bits))) / 2;
}

// The longest run in samples, and the most runs that are rendered together.
inline constexpr std::int64_t kRunLength = 256;
// The most lanes that the vector code works on at once.
inline constexpr std::int64_t kMaxLanes = 16;

// Where the samples of a run lie from the run's least place in each direction, in 1/2^P pixel; equal
// for all runs of the same columns. The last one is repeated behind the end, so that whole vectors may be
// read.
struct RunColumns {
  std::int64_t count = 0;  // in [1, kRunLength]
  alignas(64) std::int32_t x[kRunLength + kMaxLanes];
  alignas(64) std::int32_t y[kRunLength + kMaxLanes];
};

// Samples of one row of a tile.
struct Run {
  // The pixel that holds the least place in each direction, and that place from the pixel, in [0, 2^P) with
  // half_weight() in it.
  std::int64_t left, top;
  std::int32_t x, y;
  std::uint8_t* out;  // of the run's first sample
};

// Pixels in memory.
struct PixelLayout {
  const std::uint8_t* first;  // the pixel at left = 0, top = 0
  std::int64_t stride;        // bytes from a row to the next
  std::int64_t channels;      // 1 or 3
  int bits;                   // of a sample: 8, or 16 with one channel
  std::int64_t rows;          // that are in memory from `first` on, each of `stride` bytes

  const std::uint8_t* at(std::int64_t left, std::int64_t top) const {
    return first + top * stride + left * (channels * bits / 8);
  }
};

// Between the upper and the lower two of four neighbours, by render.h's two formulas.
inline std::uint8_t interpolate(const std::uint8_t (&p)[2][2], std::int32_t fx, std::int32_t fy) {
  const std::int32_t upper = ((4096 - fx) * p[0][0] + fx * p[0][1]) >> 5;
  const std::int32_t lower = ((4096 - fx) * p[1][0] + fx * p[1][1]) >> 5;
  return static_cast<std::uint8_t>((upper + ((8 * fy * (lower - upper) + (1 << 14)) >> 15) + 64) >> 7);
}

inline std::uint16_t interpolate(const std::uint16_t (&p)[2][2], std::int64_t fx, std::int64_t fy) {
  const std::int64_t upper = (65536 - fx) * p[0][0] + fx * p[0][1];
  const std::int64_t lower = (65536 - fx) * p[1][0] + fx * p[1][1];
  return static_cast<std::uint16_t>(((65536 - fy) * upper + fy * lower + (std::int64_t{1} << 31)) >> 32);
}

// One sample in every channel: `at` is the pixel of the upper left neighbour, (fx, fy) are the fractions in
// 1/2^B.
template <int kChannels, typename Sample>
inline void render_sample(const std::uint8_t* at, std::int64_t stride, std::int32_t fx, std::int32_t fy,
                          std::uint8_t* out) {
  Sample upper[2 * kChannels], lower[2 * kChannels], mixed[kChannels];
  std::memcpy(upper, at, sizeof upper);
  std::memcpy(lower, at + stride, sizeof lower);
  for (int i = 0; i < kChannels; ++i) {
    const Sample neighbours[2][2] = {{upper[i], upper[i + kChannels]}, {lower[i], lower[i + kChannels]}};
    mixed[i] = interpolate(neighbours, fx, fy);
  }
  std::memcpy(out, mixed, sizeof mixed);
}

inline void render_sample(const PixelLayout& layout, const std::uint8_t* at, std::int32_t fx, std::int32_t fy,
                          std::uint8_t* out) {
  if (layout.channels == 3) return render_sample<3, std::uint8_t>(at, layout.stride, fx, fy, out);
  if (layout.bits == 16) return render_sample<1, std::uint16_t>(at, layout.stride, fx, fy, out);
  render_sample<1, std::uint8_t>(at, layout.stride, fx, fy, out);
}

// Renders runs of the same columns, each in the row below the one before, with the best instruction set of
// this machine; at most kRunLength. Reads at most 8 bytes from a pixel that is used and from the one below
// it, and what lies around them in the layout's rows.
void render_runs(const PixelLayout& layout, const RunColumns& columns, std::span<const Run> runs);

}  // namespace frag
