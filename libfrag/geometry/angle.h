// An angle whose sine and cosine are integers, so that everything that follows from it is exact.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace frag {

// One in the fixed point of sines and cosines: 2^30.
inline constexpr std::int64_t kOne = std::int64_t{1} << 30;

// A counter-clockwise turn as seen on a screen. The integers are stored in dataset.json and never computed
// again there: libm's sine differs in its last bit between machines.
struct Angle {
  std::int32_t millidegrees = 0;  // in [0, 360000)
  std::int32_t cosine = static_cast<std::int32_t>(kOne);
  std::int32_t sine = 0;

  double degrees() const { return millidegrees / 1000.0; }
  bool operator==(const Angle&) const = default;
};

// Rounds 2^30 cos and 2^30 sin to the nearest integer; multiples of 90 degrees are exact. Any integer is
// brought into range.
Angle make_angle(std::int64_t millidegrees);

// "0:355:5" (first:last:step, last included where the step meets it), "0,45,90.5" or "30", in degrees with at
// most three decimals; duplicates modulo 360 are an error. Errc::usage that quotes the text.
std::vector<std::int32_t> parse_angles(std::string_view text);

// 22500 -> "22.5", for angles in [0, 360000).
std::string format_degrees(std::int32_t millidegrees);

}  // namespace frag
