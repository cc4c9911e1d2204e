#include "libfrag/rounds/half.h"

#include <bit>
#include <cstddef>

namespace frag::rounds {
namespace {

constexpr std::uint32_t kFloatInfinity = 0x7f800000;
constexpr std::uint32_t kHalfInfinity = 0x7c00;
constexpr std::uint32_t kQuietNan = 0x0200;
constexpr int kShift = 13;                                   // bits of a float's fraction that a half lacks
constexpr std::uint32_t kRebias = std::uint32_t{112} << 23;  // between the exponents' biases, 127 and 15
constexpr std::uint32_t kSmallestNormal = 0x38800000;        // 2^-14, the smallest half that is not subnormal
constexpr std::uint32_t kBeyond = 0x47800000;                // 2^16, above every half
constexpr std::uint32_t kSubnormalUnit = std::uint32_t{126} << 23;  // 1/2: its last bit counts 2^-24

// Written without branches, so that loops over them become vector instructions.
inline std::uint32_t widen(std::uint16_t half) {
  const std::uint32_t magnitude = half & 0x7fffu;
  const std::uint32_t normal = (magnitude << kShift) + kRebias;
  // The fraction of a subnormal, put behind 2^-14, counts as it should once 2^-14 is taken off again.
  const float shifted = std::bit_cast<float>(kSmallestNormal + (magnitude << kShift));
  const auto subnormal = std::bit_cast<std::uint32_t>(shifted - std::bit_cast<float>(kSmallestNormal));
  const std::uint32_t special = kFloatInfinity | (magnitude << kShift);
  const std::uint32_t finite = magnitude < 0x0400 ? subnormal : normal;
  return (magnitude >= kHalfInfinity ? special : finite) | static_cast<std::uint32_t>(half & 0x8000u) << 16;
}

inline std::uint16_t narrow(std::uint32_t bits) {
  const std::uint32_t magnitude = bits & 0x7fffffffu;
  // Half a unit in the last place, less one where the place is even; a carry out of the fraction raises the
  // exponent, up to infinity.
  const std::uint32_t normal = (magnitude - kRebias + 0x0fff + ((magnitude >> kShift) & 1)) >> kShift;
  // The addition rounds to a multiple of 2^-24, to nearest even, as float additions do.
  const float shifted = std::bit_cast<float>(magnitude) + std::bit_cast<float>(kSubnormalUnit);
  const std::uint32_t subnormal = std::bit_cast<std::uint32_t>(shifted) - kSubnormalUnit;
  const std::uint32_t nan = kHalfInfinity | kQuietNan | ((magnitude >> kShift) & 0x03ffu);
  const std::uint32_t special = magnitude > kFloatInfinity ? nan : kHalfInfinity;
  const std::uint32_t finite = magnitude < kSmallestNormal ? subnormal : normal;
  return static_cast<std::uint16_t>((magnitude >= kBeyond ? special : finite) | (bits >> 16 & 0x8000u));
}

}  // namespace

float float_of_half(std::uint16_t half) {
  return std::bit_cast<float>(widen(half));
}

std::uint16_t half_of_float(float value) {
  return narrow(std::bit_cast<std::uint32_t>(value));
}

void floats_of_halves(std::span<const std::uint16_t> halves, std::span<float> out) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = std::bit_cast<float>(widen(halves[i]));
}

void halves_of_floats(std::span<const float> floats, std::span<std::uint16_t> out) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = narrow(std::bit_cast<std::uint32_t>(floats[i]));
}

}  // namespace frag::rounds
