// Charts as SVG within a page: they scale with it and follow its colours. Pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "trainer/measures/calibration.h"

namespace frag::trainer {

// Style that the charts need beside kReportStyle.
extern const char* const kChartStyle;

// A line of a chart; places without a value leave a gap.
struct ChartLine {
  std::string name;
  std::vector<std::optional<double>> values;  // as many as the chart has places
};

// How far the vertical axis reaches.
enum class ChartRange {
  share,      // 0 to 1
  from_zero,  // 0 to a round number above the largest value
};

// Lines that can be told apart in one chart.
inline constexpr std::size_t kMostChartLines = 8;

// A figure with its caption. `places` are what the horizontal axis counts, `counted` by name, ascending; at
// most kMostChartLines lines, the words of all are plain text.
std::string html_line_chart(const std::string& caption, const std::vector<double>& places,
                            const std::vector<ChartLine>& lines, ChartRange range,
                            const std::string& counted = "epoch");

// How often the network is right beside how sure it is, bin by bin: on the diagonal it is as right as it
// says.
std::string html_calibration_chart(const std::string& caption, const Calibration& calibration);

}  // namespace frag::trainer
