// What a run's page says of the network and its training.
#include <cmath>

#include "libfrag/base/text.h"
#include "libfrag/cutting/html.h"
#include "trainer/reporting/charts.h"
#include "trainer/reporting/run_sections.h"

namespace frag::trainer {
namespace {

using HtmlRows = std::vector<std::vector<std::string>>;

// Numbers in the fewest digits, lists without brackets.
std::string value_text(const Json& value) {
  if (value.is_null()) return "-";
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_unsigned()) return format_count(value.get<std::uint64_t>());
  if (!value.is_structured()) return value.dump();
  std::vector<std::string> parts;
  for (const auto& [key, part] : value.items())
    parts.push_back((value.is_object() ? key + " " : "") + value_text(part));
  return join(parts, ", ");
}

std::string key_table(const std::string& caption, const Json& json) {
  HtmlRows rows;
  for (const auto& [key, value] : json.items())
    rows.push_back({"<code>" + html_text(key) + "</code>", html_text(value_text(value))});
  return html_table(caption, {"Key", "Value"}, rows);
}

std::vector<double> numbers_of(const HistoryColumn& column) {
  std::vector<double> numbers;
  for (const auto& value : column.values) numbers.push_back(value.value_or(0));
  return numbers;
}

// The columns whose names end so, at most four, as lines of a chart.
std::vector<ChartLine> lines_ending(const RunRecord& record, const std::string& ending) {
  std::vector<ChartLine> lines;
  for (const HistoryColumn& column : record.history) {
    if (!column.name.ends_with(ending) || lines.size() == 4) continue;
    bool any = false;
    for (const auto& value : column.values) any = any || value.has_value();
    if (!any) continue;
    std::string name = column.name;
    for (char& letter : name) letter = letter == '_' ? ' ' : letter;
    lines.push_back({name, column.values});
  }
  return lines;
}

std::string history_table(const RunRecord& record) {
  std::vector<std::string> headings;
  for (const HistoryColumn& column : record.history) headings.push_back("#" + column.name);
  HtmlRows rows(record.history.front().values.size());
  for (const HistoryColumn& column : record.history) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto& value = column.values[i];
      rows[i].push_back(!value ? "" : format_fixed(*value, *value == std::floor(*value) ? 0 : 4));
    }
  }
  return "<details><summary>Every epoch</summary>\n" + html_table("history.csv", headings, rows) +
         "</details>\n";
}

}  // namespace

std::string settings_section(const RunReport& report) {
  std::string html = "<h2>Settings</h2>\n";
  const Json& run = report.record.run;
  for (const char* part : {"settings", "results"}) {
    if (run.is_object() && run.contains(part) && run[part].is_object())
      html += key_table(part == std::string("settings") ? "How it was trained" : "What training ended with",
                        run[part]);
  }
  Json card = to_json(report.card);
  for (const char* key : {"program", "parameters", "places"}) {
    if (run.is_object() && run.contains(key)) card[key] = run[key];
  }
  return html + key_table("What the network is", card);
}

std::string curves_section(const RunRecord& record) {
  const HistoryColumn* epochs = record.column("epoch");
  if (epochs == nullptr || epochs->values.empty()) return "";
  const std::vector<double> places = numbers_of(*epochs);
  std::string html = "<h2>Learning curves</h2>\n<div class=\"pair\">";
  const std::vector<ChartLine> losses = lines_ending(record, "loss");
  if (!losses.empty()) html += html_line_chart("Loss by epoch", places, losses, ChartRange::from_zero);
  const std::vector<ChartLine> accuracies = lines_ending(record, "accuracy");
  if (!accuracies.empty())
    html += html_line_chart("Accuracy by epoch", places, accuracies, ChartRange::share);
  return html + "</div>\n" + history_table(record);
}

const char* const kRunStyle = R"(
tbody th code { white-space: nowrap; overflow-wrap: normal; }
.heat { display: block; margin: -.3rem 0; padding: .3rem .4rem; }
.number .bar { width: 4rem; margin-right: .4rem; }
.matrix th, .matrix td { padding-right: .3rem; }
.hard { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); gap: 1rem .8rem; }
.hard figure { margin: 0; }
.hard img { width: 100%; max-width: 10rem; image-rendering: auto; }
.hard figcaption { font-size: .82rem; line-height: 1.35; }
.hard b { color: var(--ink); font-weight: 600; }
)";

}  // namespace frag::trainer
