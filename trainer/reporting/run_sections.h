// The sections of a run's page, as HTML. Private to run_report.cc and its siblings.
#pragma once

#include <string>

#include "trainer/reporting/run_report.h"

namespace frag::trainer {

// Style that the sections need beside kReportStyle and kChartStyle.
extern const char* const kRunStyle;

// What the network is, how it was trained, and how that went.
std::string settings_section(const RunReport& report);
std::string curves_section(const RunRecord& record);

// Of what was measured; `report.measured` and `report.catalog` are there.
std::string measures_section(const RunReport& report);
std::string confusion_section(const RunReport& report);
std::string hardest_section(const RunReport& report);
std::string sources_section(const RunReport& report);

// A share or a mean as pages write it: three decimals; and its interval behind it, softer, where there is
// one.
std::string measure_text(double value);
std::string with_interval(double value, const std::optional<Interval>& interval);

}  // namespace frag::trainer
