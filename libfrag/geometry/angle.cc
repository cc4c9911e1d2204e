#include "libfrag/geometry/angle.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

#include "libfrag/base/error.h"
#include "libfrag/base/text.h"

namespace frag {
namespace {

constexpr std::int32_t kFullTurn = 360000;
constexpr std::size_t kMaxAngles = 100000;

[[noreturn]] void bad_angles(std::string_view text, const std::string& why) {
  throw Error(Errc::usage,
              "angles \"" + std::string(text) + "\": " + why +
                  "; write first:last:step as in 0:355:5, or a list as in 0,45,90.5, in degrees");
}

// "-22.5" -> -22500; at most three decimals.
std::optional<std::int64_t> parse_millidegrees(std::string_view text) {
  const auto number = parse_number(text);
  if (!number || std::abs(*number) > 1e6) return std::nullopt;
  const double scaled = *number * 1000;
  if (std::abs(scaled - std::round(scaled)) > 1e-6) return std::nullopt;
  return std::llround(scaled);
}

std::int32_t wrap(std::int64_t millidegrees) {
  return static_cast<std::int32_t>(((millidegrees % kFullTurn) + kFullTurn) % kFullTurn);
}

std::vector<std::int64_t> expand(std::string_view text, const std::string& item) {
  std::vector<std::int64_t> bounds;
  for (const auto& part : split_text(item, ':')) {
    const auto value = parse_millidegrees(part);
    if (!value) bad_angles(text, "\"" + part + "\" is not a number of degrees with at most three decimals");
    bounds.push_back(*value);
  }
  if (bounds.size() == 1) return bounds;
  if (bounds.size() != 3) bad_angles(text, "a range has three parts");
  const std::int64_t first = bounds[0], last = bounds[1], step = bounds[2];
  if (step <= 0 || last < first) bad_angles(text, "a range goes upwards by a step above 0");
  if ((last - first) / step >= static_cast<std::int64_t>(kMaxAngles)) bad_angles(text, "too many angles");
  std::vector<std::int64_t> values;
  for (std::int64_t value = first; value <= last; value += step) values.push_back(value);
  return values;
}

}  // namespace

Angle make_angle(std::int64_t millidegrees) {
  static constexpr std::int32_t kExact = static_cast<std::int32_t>(kOne);
  const std::int32_t wrapped = wrap(millidegrees);
  switch (wrapped) {
    case 0:
      return {wrapped, kExact, 0};
    case 90000:
      return {wrapped, 0, kExact};
    case 180000:
      return {wrapped, -kExact, 0};
    case 270000:
      return {wrapped, 0, -kExact};
    default:
      break;
  }
  const long double radians = wrapped * std::numbers::pi_v<long double> / 180000;
  return {wrapped, static_cast<std::int32_t>(std::llroundl(std::cos(radians) * kOne)),
          static_cast<std::int32_t>(std::llroundl(std::sin(radians) * kOne))};
}

std::vector<std::int32_t> parse_angles(std::string_view text) {
  std::vector<std::int32_t> angles;
  for (const auto& item : split_text(text, ',')) {
    for (const std::int64_t value : expand(text, item)) angles.push_back(wrap(value));
  }
  auto sorted = angles;
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end()) bad_angles(text, format_degrees(*twice) + " degrees stands in it twice");
  return angles;
}

std::string format_degrees(std::int32_t millidegrees) {
  std::string text = std::to_string(millidegrees / 1000);
  if (millidegrees % 1000 == 0) return text;
  std::string decimals = std::to_string(1000 + millidegrees % 1000).substr(1);
  while (decimals.back() == '0') decimals.pop_back();
  return text + "." + decimals;
}

}  // namespace frag
