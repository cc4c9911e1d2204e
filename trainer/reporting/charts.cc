#include "trainer/reporting/charts.h"

#include <algorithm>
#include <cmath>

#include "libfrag/base/text.h"
#include "libfrag/cutting/html.h"

namespace frag::trainer {
namespace {

// The plot's place in a drawing of 420 x 230; the rest is for the axes' words.
constexpr double kLeft = 44, kTop = 12, kRight = 408, kBottom = 196;
constexpr double kWidth = 420, kHeight = 230;
constexpr int kTicks = 4;
constexpr std::size_t kMostPlaceNames = 6;

std::string svg_number(double value) {
  return format_fixed(value, 1);
}

// 0.83 -> 1, 3.2 -> 4, 17 -> 20: a number of four equal steps that people count in.
double round_above(double value) {
  if (!(value > 0)) return 1;
  const double unit = std::pow(10.0, std::floor(std::log10(value)));
  for (const double step : {1.0, 2.0, 4.0, 8.0, 10.0}) {
    if (value <= step * unit) return step * unit;
  }
  return 10 * unit;
}

std::string tick_text(double value) {
  std::string text = format_fixed(value, 3);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

// A plot's frame: where values lie, and the axes with their words.
class Plot {
 public:
  Plot(double from, double to, double most) : from_(from), to_(to), most_(most) {}

  double x(double place) const {
    return to_ > from_ ? kLeft + (kRight - kLeft) * (place - from_) / (to_ - from_) : (kLeft + kRight) / 2;
  }
  double y(double value) const { return kBottom - (kBottom - kTop) * std::clamp(value / most_, 0.0, 1.0); }

  std::string axes(const std::vector<double>& places, const std::string& below) const {
    std::string svg;
    for (int i = 0; i <= kTicks; ++i) {
      const double value = most_ * i / kTicks;
      svg += "<line class=\"grid\" x1=\"" + svg_number(kLeft) + "\" x2=\"" + svg_number(kRight) + "\" y1=\"" +
             svg_number(y(value)) + "\" y2=\"" + svg_number(y(value)) + "\"/>" +
             word(kLeft - 6, y(value) + 4, "end", tick_text(value));
    }
    const std::size_t step = (places.size() + kMostPlaceNames - 1) / kMostPlaceNames;
    for (std::size_t i = 0; i < places.size(); i += std::max<std::size_t>(1, step))
      svg += word(x(places[i]), kBottom + 16, "middle", tick_text(places[i]));
    return svg + word((kLeft + kRight) / 2, kHeight - 2, "middle", below);
  }

 private:
  static std::string word(double x, double y, const char* anchor, const std::string& text) {
    return "<text x=\"" + svg_number(x) + "\" y=\"" + svg_number(y) + "\" text-anchor=\"" + anchor + "\">" +
           html_text(text) + "</text>";
  }

  double from_, to_, most_;
};

std::string svg_of(const std::string& caption, const std::string& content) {
  return "<svg class=\"chart\" viewBox=\"0 0 " + format_fixed(kWidth, 0) + " " + format_fixed(kHeight, 0) +
         "\" role=\"img\" aria-label=\"" + html_text(caption) + "\">" + content + "</svg>";
}

// Runs of values as paths, every value as a point with its numbers.
std::string draw_line(const Plot& plot, const std::vector<double>& places, const ChartLine& line,
                      std::size_t number) {
  std::string path, points;
  bool pen_down = false;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto& value = line.values[i];
    if (value) {
      const std::string at = svg_number(plot.x(places[i])) + " " + svg_number(plot.y(*value));
      path += (pen_down ? "L" : "M") + at;
      points += "<circle cx=\"" + svg_number(plot.x(places[i])) + "\" cy=\"" + svg_number(plot.y(*value)) +
                "\" r=\"2.6\"><title>" + html_text(line.name) + " " + tick_text(*value) + "</title></circle>";
    }
    pen_down = value.has_value();
  }
  return "<g class=\"line" + std::to_string(number) + "\"><path d=\"" + path + "\"/>" + points + "</g>";
}

double largest_value(const std::vector<ChartLine>& lines) {
  double most = 0;
  for (const ChartLine& line : lines) {
    for (const auto& value : line.values) most = std::max(most, value.value_or(0));
  }
  return most;
}

}  // namespace

std::string html_line_chart(const std::string& caption, const std::vector<double>& places,
                            const std::vector<ChartLine>& lines, ChartRange range,
                            const std::string& counted) {
  if (places.empty()) return "";
  const Plot plot(places.front(), places.back(),
                  range == ChartRange::share ? 1.0 : round_above(largest_value(lines)));
  std::string content = plot.axes(places, counted);
  std::string keys;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    content += draw_line(plot, places, lines[i], i);
    keys +=
        "<span class=\"key\"><svg class=\"dash\" viewBox=\"0 0 20 6\" aria-hidden=\"true\"><g class=\"line" +
        std::to_string(i) + "\"><path d=\"M0 3L20 3\"/></g></svg> " + html_text(lines[i].name) + "</span>";
  }
  return "<figure>" + svg_of(caption, content) + "<figcaption>" + html_text(caption) + "<br>" + keys +
         "</figcaption></figure>\n";
}

std::string html_calibration_chart(const std::string& caption, const Calibration& calibration) {
  const Plot plot(0, 1, 1);
  std::uint64_t all = 0;
  for (const CalibrationBin& bin : calibration.bins) all += bin.fragments;
  std::string content = plot.axes({0, 0.25, 0.5, 0.75, 1}, "largest probability") +
                        "<path class=\"even\" d=\"M" + svg_number(plot.x(0)) + " " + svg_number(plot.y(0)) +
                        "L" + svg_number(plot.x(1)) + " " + svg_number(plot.y(1)) +
                        "\"/><g class=\"line0 bins\">";
  for (const CalibrationBin& bin : calibration.bins) {
    if (bin.fragments == 0) continue;
    const double share = static_cast<double>(bin.fragments) / static_cast<double>(all);
    content += "<circle cx=\"" + svg_number(plot.x(bin.confidence)) + "\" cy=\"" +
               svg_number(plot.y(bin.accuracy)) + "\" r=\"" + svg_number(2.5 + 14 * std::sqrt(share)) +
               "\"><title>" + format_count(bin.fragments) + " fragments: sure " +
               format_fixed(bin.confidence, 3) + ", right " + format_fixed(bin.accuracy, 3) +
               "</title></circle>";
  }
  return "<figure>" + svg_of(caption, content + "</g>") + "<figcaption>" + html_text(caption) +
         "</figcaption></figure>\n";
}

const char* const kChartStyle = R"(
:root { --second: #c05300; --third: #8a4a86; --fourth: #4f7a00; }
@media (prefers-color-scheme: dark) { :root { --second: #ffa657; --third: #e0a3d6; --fourth: #b5d46a; } }
.chart { display: block; width: 100%; max-width: 34rem; height: auto; }
.chart text { font: 11px system-ui, "DejaVu Sans", sans-serif; fill: var(--soft); }
.grid { stroke: var(--line); stroke-width: 1; }
.even { stroke: var(--soft); stroke-dasharray: 4 4; fill: none; }
.line0 { --stroke: var(--bar); } .line1 { --stroke: var(--second); }
.line2 { --stroke: var(--third); } .line3 { --stroke: var(--fourth); }
.line4 { --stroke: var(--second); } .line5 { --stroke: var(--third); }
.line6 { --stroke: var(--fourth); } .line7 { --stroke: var(--bar); }
.line1 path, .line6 path { stroke-dasharray: 7 3; } .line2 path, .line7 path { stroke-dasharray: 2 3; }
.line3 path { stroke-dasharray: 9 3 2 3; }
[class^="line"] path { stroke: var(--stroke); stroke-width: 2; fill: none; }
[class^="line"] circle { fill: var(--stroke); }
.bins circle { fill-opacity: .75; }
.dash { width: 1.6rem; height: .5rem; vertical-align: middle; }
)";

}  // namespace frag::trainer
