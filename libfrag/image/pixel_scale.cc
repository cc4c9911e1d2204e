#include "libfrag/image/pixel_scale.h"

#include <charconv>
#include <cmath>
#include <string_view>

namespace frag {
namespace {

constexpr double kFinest = 0.001;   // micrometres
constexpr double kCoarsest = 1000;  // micrometres
constexpr double kPaper = 10;       // micrometres: coarser resolutions in inches speak of paper

double plausible(double micrometres) {
  return micrometres >= kFinest && micrometres <= kCoarsest ? micrometres : 0;
}

double number(std::string_view text) {
  double value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  return end.ec == std::errc() && std::isfinite(value) ? value : 0;
}

struct UnitRow {
  std::string_view name;
  double micrometres;
};
constexpr UnitRow kUnits[] = {
    {"nm", 0.001},     {"nanometer", 0.001}, {"\xc2\xb5m", 1},
    {"\xce\xbcm", 1},                    // the micro sign, and the Greek letter that looks like it
    {"\xb5m", 1},      {"\\u00B5m", 1},  // in Latin-1, and as ImageJ escapes it
    {"um", 1},         {"micron", 1},        {"microns", 1},
    {"micrometer", 1}, {"mm", 1000},         {"millimeter", 1000},
    {"cm", 10000},     {"inch", 25400},
};

double micrometres_in(std::string_view unit) {
  for (const auto& row : kUnits) {
    if (row.name == unit) return row.micrometres;
  }
  return 0;
}

// What follows `key` up to `end`; empty where the key is missing.
std::string_view value_after(std::string_view text, std::string_view key, char end) {
  const std::size_t at = text.find(key);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + key.size());
  return text.substr(0, text.find(end));
}

double from_ome(const ScaleHints& hints) {
  const double size = number(value_after(hints.description, " PhysicalSizeX=\"", '"'));
  const std::string_view unit = value_after(hints.description, " PhysicalSizeXUnit=\"", '"');
  return plausible(size * (unit.empty() ? 1 : micrometres_in(unit)));
}

bool square(const ScaleHints& hints) {
  return hints.per_unit_x > 0 && std::abs(hints.per_unit_x - hints.per_unit_y) <= 0.01 * hints.per_unit_x;
}

double from_imagej(const ScaleHints& hints) {
  const std::string_view description = hints.description;
  if (!description.starts_with("ImageJ") || hints.unit_named || !square(hints)) return 0;
  std::string_view unit = value_after(description, "\nunit=", '\n');
  if (unit.ends_with('\r')) unit.remove_suffix(1);
  return plausible(micrometres_in(unit) / hints.per_unit_x);
}

double from_resolution(const ScaleHints& hints) {
  if (!hints.unit_named || !square(hints)) return 0;
  const double micrometres = plausible(1000 / hints.per_unit_x);
  // Resolutions are stored as fractions or floats: exactly 2,540 dpi may come out a little off.
  return micrometres <= kPaper * 1.0001 ? micrometres : 0;
}

}  // namespace

double micrometres_per_pixel(const ScaleHints& hints) {
  if (const double slide = plausible(hints.slide_micrometres); slide > 0) return slide;
  if (const double ome = from_ome(hints); ome > 0) return ome;
  if (const double imagej = from_imagej(hints); imagej > 0) return imagej;
  return from_resolution(hints);
}

}  // namespace frag
