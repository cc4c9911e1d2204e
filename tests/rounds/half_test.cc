#include "libfrag/rounds/half.h"

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "libfrag/base/random.h"

namespace frag::rounds {
namespace {

constexpr float kInfinite = std::numeric_limits<float>::infinity();

// A finite half's value by the format's definition: sign, five bits of exponent, ten of fraction.
double value_of_half(std::uint32_t half) {
  const double fraction = half & 0x3ff;
  const int exponent = static_cast<int>(half >> 10 & 0x1f);
  const double magnitude =
      exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
  return (half & 0x8000) != 0 ? -magnitude : magnitude;
}

}  // namespace

TEST_CASE("every finite half is the float of its value") {
  std::size_t wrong = 0;
  for (std::uint32_t half = 0; half < 0x10000; ++half) {
    if ((half & 0x7c00) == 0x7c00) continue;
    const float value = float_of_half(static_cast<std::uint16_t>(half));
    wrong += static_cast<double>(value) != value_of_half(half) || std::signbit(value) != (half >= 0x8000);
  }
  CHECK(wrong == 0);
}

TEST_CASE("every half comes back from its float") {
  std::size_t wrong = 0;
  for (std::uint32_t half = 0; half < 0x10000; ++half) {
    const float value = float_of_half(static_cast<std::uint16_t>(half));
    const std::uint16_t back = half_of_float(value);
    const bool nan = (half & 0x7c00) == 0x7c00 && (half & 0x3ff) != 0;
    wrong += nan ? !std::isnan(value) || !std::isnan(float_of_half(back)) : back != half;
  }
  CHECK(wrong == 0);
}

TEST_CASE("infinity stays infinite") {
  CHECK(float_of_half(0x7c00) == kInfinite);
  CHECK(float_of_half(0xfc00) == -kInfinite);
  CHECK(half_of_float(-kInfinite) == 0xfc00);
}

TEST_CASE("between two halves a float goes to the nearer, from the middle to the even one") {
  std::size_t wrong = 0;
  // 0x7c00 stands for 65,536 here, where the next half would be: from the middle before it on all is
  // infinite.
  for (std::uint32_t half = 0; half < 0x7c00; ++half) {
    const double above = half + 1 == 0x7c00 ? 65536.0 : value_of_half(half + 1);
    const auto middle = static_cast<float>((value_of_half(half) + above) / 2);
    const std::uint32_t even = half + (half & 1);
    wrong += half_of_float(std::nextafter(middle, 0.0f)) != half;
    wrong += half_of_float(std::nextafter(middle, kInfinite)) != half + 1;
    wrong += half_of_float(middle) != even;
    wrong += half_of_float(-middle) != (even | 0x8000);
  }
  CHECK(wrong == 0);
}

TEST_CASE("floats beyond the halves' range become infinite or zero") {
  CHECK(half_of_float(65519.996f) == 0x7bff);
  CHECK(half_of_float(65520.0f) == 0x7c00);
  CHECK(half_of_float(std::numeric_limits<float>::max()) == 0x7c00);
  CHECK(half_of_float(std::ldexp(1.0f, -25)) == 0);
  CHECK(half_of_float(-std::numeric_limits<float>::denorm_min()) == 0x8000);
}

TEST_CASE("many numbers are converted as one is") {
  SplitMix64 random(9);
  std::vector<float> floats(1003);
  for (float& value : floats) value = std::bit_cast<float>(static_cast<std::uint32_t>(random.next()));
  std::vector<std::uint16_t> halves(floats.size());
  halves_of_floats(floats, halves);
  std::vector<float> back(floats.size());
  floats_of_halves(halves, back);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < floats.size(); ++i) {
    wrong += halves[i] != half_of_float(floats[i]);
    wrong += std::bit_cast<std::uint32_t>(back[i]) != std::bit_cast<std::uint32_t>(float_of_half(halves[i]));
  }
  CHECK(wrong == 0);
}

}  // namespace frag::rounds
